"""Numbers, dates and ages that only the tagger takes for identifiers: they count where nothing else was found."""

import re
from collections.abc import Iterable, Iterator, Sequence

from guardrails.phi.keep.codes import is_code_form, is_measure
from guardrails.phi.recognizers.label_words import KEEP, meaning_of
from guardrails.phi.spans import Found, PhiType, within
from guardrails.phi.tagger.network import Tag

SECOND_OPINION = 0.1
"""The score of what the tagger alone takes for an identifier; recognisers that know a form or a label give more."""
_CONTEXT = 64
_FEWEST_DIGITS = 3
_AGE = re.compile(r"(?<!\d)(?:9\d|1[0-2]\d)(?!\d)|nineties|ninet|hundred|centenar|nonagen", re.IGNORECASE)
_BARE_YEAR = re.compile(r"(?:19|20)\d\d")
_FRACTION = re.compile(r"\d{1,2}/\d{1,2}")
"""Read as a date, or as a score, by the recogniser of dates."""
_DATE_WORD = re.compile(
    r"\d|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|first|second|third|[a-z]+th\b)", re.IGNORECASE
)
_LABELLED = frozenset(PhiType) - {PhiType.NAME, PhiType.CITY, PhiType.STREET, PhiType.FACILITY, PhiType.DATE}


def find_unread(text: str, runs: Iterable[tuple[int, int, Tag, float]]) -> Iterator[Found]:
    """Spans for the tagger's runs, typed by the label in front; codes of medicine, amounts and bare years stay."""
    for first, last, tag, _ in runs:
        start, end = _whole(text, first, last) if tag is Tag.NUMBER else (first, last)
        shown = text[start:end]
        kind = _number(text, start, end) if tag is Tag.NUMBER else _other(tag, text[max(0, start - 1) : start], shown)
        if kind is not None:
            yield Found(start, end, kind, SECOND_OPINION)


def where_nothing_else_is(found: Sequence[Found]) -> Iterator[Found]:
    """All spans but the second opinions that overlap another."""
    sure = [span for span in found if span.score > SECOND_OPINION]
    yield from sure
    yield from (span for span in found if span.score <= SECOND_OPINION and not within(sure, span.start, span.end))


def _whole(text: str, start: int, end: int) -> tuple[int, int]:
    """The run with what is glued to it by letters, digits and dashes."""
    while start > 0 and (text[start - 1].isalnum() or text[start - 1] == "-"):
        start -= 1
    while end < len(text) and (text[end].isalnum() or (text[end] == "-" and text[end + 1 : end + 2].isalnum())):
        end += 1
    return start, end


def _number(text: str, start: int, end: int) -> PhiType | None:
    shown = text[start:end]
    if is_code_form(shown) or is_measure(text, start, end) or _BARE_YEAR.fullmatch(shown):
        return None
    if sum(c.isdigit() for c in shown) < _FEWEST_DIGITS:
        return None
    meaning, _ = meaning_of(text[max(0, start - _CONTEXT) : start])
    if meaning == KEEP:
        return None
    if isinstance(meaning, PhiType) and meaning in _LABELLED:
        return meaning
    return PhiType.ACCOUNT if sum(c.isdigit() for c in shown) > _FEWEST_DIGITS else None


def _other(tag: Tag, before: str, shown: str) -> PhiType | None:
    if tag is Tag.AGE:
        return PhiType.AGE_OVER_89 if _AGE.search(shown) else None
    if before == "/" and shown.isdigit():
        return None
    if _BARE_YEAR.fullmatch(shown) or _FRACTION.fullmatch(shown) or (shown.isalpha() and shown.isupper()):
        return None
    return PhiType.DATE if _DATE_WORD.search(shown) else None
