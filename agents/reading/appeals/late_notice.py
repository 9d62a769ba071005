"""A reason that says notice came too late, held against the notice's own days: the calendar may refute it."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from agents.reading.appeals.denial_document import span_of
from agents.reading.letter_wording import long_date
from cases.calendar_time import add_business_days
from cases.document import Document
from cases.evidence import Span
from cases.packet import ChartCitation, Sentence, SentenceKind
from guardrails.text_tokens import dates_in

_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_PERIOD = re.compile(
    rf"\b(?:later than|more than|not within|after|beyond)\s+(?:the\s+)?(?P<count>\d{{1,2}}|{'|'.join(_WORDS)})\s+"
    r"(?P<kind>business|working|calendar)?\s*days?\b",
    re.IGNORECASE,
)
_REPORTED = re.compile(r"\b(?:notice|noti[fc]\w*|report\w*|told|informed)\b", re.IGNORECASE)
_ADMITTED = re.compile(
    r"\b(?:admitted|admission(?: date)?|date of admission)\b(?: on)?[\s:|]{1,12}(?P<day>\S+(?: \d{1,2},? \d{4})?)",
    re.IGNORECASE,
)


def in_time(words: Span | None, notice: Document) -> Sentence | None:
    """That the notice was in time, by the days which the payer's own notice gives; None where they do not show it.

    Business days are Monday to Friday: a holiday in between could only lengthen the period.
    """
    period = _PERIOD.search(words.quote) if words else None
    if words is None or period is None or not _REPORTED.search(words.quote):
        return None
    reported, admitted = _only(dates_in(words.quote)[0]), tuple(_admissions(notice))
    began = _only(frozenset(day for day, _ in admitted))
    if reported is None or began is None or not began <= reported <= _last(began, period):
        return None
    days = f"the admission on {long_date(began)} and its report on {long_date(reported)}"
    weekend = "; a weekend does not count" if (reported - began).days > _count(period) else ""
    text = f"By the notice's own days this was in time: it gives {days}, which is inside that period{weekend}."
    spans = (words, admitted[0][1])
    cited = tuple(ChartCitation(span=span, source=notice.source) for span in spans)
    return Sentence(kind=SentenceKind.DENIAL, text=text, citations=cited)


def _last(began: date, period: re.Match[str]) -> date:
    if (period["kind"] or "calendar").lower() == "calendar":
        return began + timedelta(days=_count(period))
    return add_business_days(began, _count(period), frozenset())


def _count(period: re.Match[str]) -> int:
    return _WORDS.get(period["count"].lower()) or int(period["count"])


def _admissions(notice: Document) -> Iterator[tuple[date, Span]]:
    for found in _ADMITTED.finditer(notice.text):
        day = _only(dates_in(found["day"])[0])
        if day is not None:
            yield day, span_of(notice, found.start(), found.end())


def _only(days: frozenset[date]) -> date | None:
    return next(iter(days)) if len(days) == 1 else None
