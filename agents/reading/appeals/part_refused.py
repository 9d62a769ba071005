"""What a notice that approves only a part says: its words for the part it approves and for the part it refuses."""

import re
from collections.abc import Iterator

from cases.document import Document
from cases.evidence import Span

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
_ROW = re.compile(
    r"^[|\s]*(?P<label>[A-Za-z][A-Za-z -]{2,28}?)(?:[ \t]{2,}|[ \t]*[|:][ \t]*)(?P<said>[^\n|]*\d[^\n|]*)", re.MULTILINE
)
_SENTENCE = re.compile(r"[^.;\n]+(?:\n(?!\s*\n)[^.;\n]+)*")
_TABULAR = re.compile(r"\S[ \t]{2,}\S|\|")


def part_refused(notice: Document) -> tuple[Span, ...]:
    """The notice's words that tell approved and refused amounts apart, in its order; empty where it says no such thing.

    Both must be there: an amount approved, and an amount, a rest or a share that is refused.
    """
    for passages in (tuple(_rows(notice.text)), tuple(_sentences(notice.text))):
        kinds = {kind for kind, _, _ in passages}
        if kinds >= {"approved", "refused"}:
            return tuple(_span(notice, *place) for place in dict.fromkeys(place[1:] for place in passages))
    return ()


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
