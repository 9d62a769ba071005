"""What a notice says of amounts and days: the part it approves, the part it refuses, and the days that are refused."""

import re
from collections.abc import Iterator
from datetime import date

from cases.document import Document
from cases.evidence import Span
from guardrails.text_tokens import dates_in

_UNIT = r"(?:days?|nights?|weeks?|visits?|sessions?|treatments?|hours?|units?|doses?)"
_AMOUNT = re.compile(rf"\b\d+ (?:of (?:the |your )?\d+ )?(?:\w+ )?{_UNIT}\b", re.IGNORECASE)
_NO = r"(?:not|non|never|cannot|no)\b"
_APPROVES = re.compile(r"\b(?:(?:approv|authori[sz])(?:ed|es|e|ing)|certif(?:ied|ies|y|ying))\b", re.IGNORECASE)
_REFUSES = re.compile(
    rf"\b{_NO}[\w\s-]{{0,12}}?\b(?:approv|authori[sz]|certif|cover)\w*|\b(?:denied|deny|denies|denying|refused?)\b",
    re.IGNORECASE,
)
_REST = re.compile(r"\b(?:remaining|rest|balance|remainder)\b|\b\d+ of (?:the |your )?\d+\b", re.IGNORECASE)
_ELSEWHEN = re.compile(
    r"\b(?:if|unless|until|may|can|will|would|should|must|before|future|"
    r"previous(?:ly)?|prior|earlier|already|last|past|since|history)\b",
    re.IGNORECASE,
)
"""What might be approved, or was once, is no part of what this notice decides."""
_DAY = r"\d{1,2}/\d{1,2}(?:/\d{2,4})?"
_RUN_OF_DAYS = re.compile(rf"\b{_DAY}\s*(?:-|–|to|thru|through)\s*{_DAY}")
_ROW = re.compile(
    r"^[|\s]*(?P<label>[A-Za-z][A-Za-z -]{2,28}?)(?:[ \t]{2,}|[ \t]*[|:][ \t]*)(?P<said>[^\n|]*\d[^\n|]*)", re.MULTILINE
)
_LINE = re.compile(r"[^\n]+")
_SENTENCE = re.compile(r"[^.;\n]+(?:\n(?!\s*\n)[^.;\n]+)*")
_TABULAR = re.compile(r"\S[ \t]{2,}\S|\||[-_=]{4,}")


def part_refused(notice: Document) -> tuple[Span, ...]:
    """The notice's words that tell approved and refused amounts apart, in its order; empty where it says no such thing.

    Both must be there: an amount approved, and an amount, a rest or a share that is refused.
    """
    for passages in (tuple(_rows(notice.text)), tuple(_sentences(notice.text))):
        kinds = {kind for kind, _, _ in passages}
        if kinds >= {"approved", "refused"}:
            return tuple(_span(notice, *place) for place in dict.fromkeys(place[1:] for place in passages))
    return ()


def days_refused(notice: Document) -> Span | None:
    """The notice's words that refuse a run of days (`inpatient days 11/20 - 11/22 are denied`), the first of them."""
    for found in (*_LINE.finditer(notice.text), *_SENTENCE.finditer(notice.text)):
        said = found[0].strip()
        one = not _TABULAR.search(said) and not _ELSEWHEN.search(said)
        if one and _RUN_OF_DAYS.search(said) and _REFUSES.search(said):
            start = found.start() + len(found[0]) - len(found[0].lstrip())
            return _span(notice, start, start + len(said))
    return None


def last_day_refused(notice: Document) -> date | None:
    """The last day that stands, with its year, in the words that refuse days or a part."""
    spans = [span for span in (*part_refused(notice), days_refused(notice)) if span and _REFUSES.search(span.quote)]
    days = [day for span in spans for day in dates_in(span.quote)[0]]
    return max(days, default=None)


def _rows(text: str) -> Iterator[tuple[str, int, int]]:
    for row in _ROW.finditer(text):
        kind = "" if _ELSEWHEN.search(row[0]) else _kind(row["label"])
        if kind and _AMOUNT.search(row["said"]):
            yield kind, row.start("label"), row.start("said") + len(row["said"].rstrip())


def _sentences(text: str) -> Iterator[tuple[str, int, int]]:
    for found in _SENTENCE.finditer(text):
        said = found[0].strip()
        if _TABULAR.search(said) or _ELSEWHEN.search(said) or not (_AMOUNT.search(said) or _REST.search(said)):
            continue
        start = found.start() + len(found[0]) - len(found[0].lstrip())
        for kind in _kinds(said):
            yield kind, start, start + len(said)


def _kinds(said: str) -> set[str]:
    """A sentence may say both: `7 of 20 days are approved` refuses the rest, as `7 approved, 13 denied` does."""
    kinds = {"refused"} if _REFUSES.search(said) else set()
    if _APPROVES.search(_REFUSES.sub("", said)) and _AMOUNT.search(said):
        kinds |= {"approved", "refused"} if re.search(r"\b\d+ of (?:the |your )?\d+\b", said) else {"approved"}
    return kinds


def _kind(label: str) -> str:
    if _REFUSES.search(label):
        return "refused"
    return "approved" if _APPROVES.search(label) else ""


def _span(notice: Document, start: int, end: int) -> Span:
    return Span(document_id=notice.id, start=start, end=end, quote=notice.text[start:end], page=notice.page_at(start))
