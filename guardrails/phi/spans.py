"""Where an identifier stands in a text, of what type, and how sure the guard is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from cases.frozen import Frozen


class PhiType(StrEnum):
    """The span types of `countersign phi scan`: the identifiers of 45 CFR 164.514(b)(2), and facilities."""

    NAME = "NAME"
    DATE = "DATE"
    AGE_OVER_89 = "AGE_OVER_89"
    PHONE = "PHONE"
    FAX = "FAX"
    EMAIL = "EMAIL"
    SSN = "SSN"
    MRN = "MRN"
    MEMBER_ID = "MEMBER_ID"
    ACCOUNT = "ACCOUNT"
    LICENSE = "LICENSE"
    VEHICLE = "VEHICLE"
    DEVICE_ID = "DEVICE_ID"
    URL = "URL"
    IP = "IP"
    BIOMETRIC_REF = "BIOMETRIC_REF"
    STREET = "STREET"
    CITY = "CITY"
    ZIP = "ZIP"
    FACILITY = "FACILITY"


class PhiSpan(Frozen):
    """Code points [start, end) of the text as given, with the guard's confidence in 0..1."""

    start: int
    end: int
    type: PhiType
    score: float


def placeholders(text: str, spans: Iterable[PhiSpan]) -> str:
    """The text with each span replaced by its bare type, for good: `[NAME]`."""
    parts, at = [], 0
    for span in spans:
        parts += [text[at : span.start], f"[{span.type.value}]"]
        at = span.end
    return "".join((*parts, text[at:]))


@dataclass(frozen=True, slots=True)
class Found:
    """A span inside the guard, before its offsets are those of the text as given."""

    start: int
    end: int
    type: PhiType
    score: float


def settled(found: Iterable[Found]) -> list[Found]:
    """Spans in order without overlap: the surer (then the longer) keeps its extent, the other keeps what is left of it.

    What an identifier covers is never given up, only handed to the neighbour that overlaps it.
    """
    kept: list[Found] = []
    for span in sorted(found, key=lambda item: (item.start, -item.end, -item.score)):
        last = kept[-1] if kept else None
        if last is None or span.start >= last.end:
            kept.append(span)
        elif span.end <= last.end:
            kept[-1] = _retyped(last, span)
        elif span.score > last.score or (span.score == last.score and _length(span) > _length(last)):
            kept[-1:] = _parts(Found(last.start, span.start, last.type, last.score), span)
        else:
            kept.append(Found(last.end, span.end, span.type, span.score))
    return kept


def _retyped(outer: Found, inner: Found) -> Found:
    """An outer span takes the type of a surer one that covers most of it."""
    if inner.score > outer.score and 2 * _length(inner) > _length(outer):
        return Found(outer.start, outer.end, inner.type, inner.score)
    return outer


def _parts(*spans: Found) -> list[Found]:
    return [span for span in spans if span.end > span.start]


def _length(span: Found) -> int:
    return span.end - span.start


def within(spans: Sequence[Found], start: int, end: int) -> bool:
    """Whether any span overlaps [start, end)."""
    return any(span.start < end and start < span.end for span in spans)
