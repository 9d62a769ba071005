"""Finds identifiers in a text as given: takes its structure apart, normalises what is left, and maps the spans back."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from cases.errors import GuardFailed
from cases.ports import CaseMemory
from guardrails.phi.memory import find_known
from guardrails.phi.normalise import normalise
from guardrails.phi.recognizers.analysis import Analysis
from guardrails.phi.spans import Found, settled
from guardrails.phi.structured.reading import read_structure

_CHUNK = 24_000
NOTHING_KNOWN = CaseMemory()


@dataclass(frozen=True)
class Deadline:
    """A moment of time.monotonic() after which the guard gives up."""

    at: float

    def check(self) -> None:
        """Raises GuardFailed once the time is over."""
        if time.monotonic() > self.at:
            raise GuardFailed("The PHI guard ran out of time; the text is refused.")


class Detector:
    """The whole way from a text to spans of it. Holds no text between calls."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis

    def find(self, text: str, deadline: Deadline, memory: CaseMemory = NOTHING_KNOWN) -> list[Found]:
        """Spans in code points of `text`, in order, none overlapping another. Raises GuardFailed when out of time.

        What `memory` knows is sought in the whole text, fields of medicine included.
        """
        reading = read_structure(text)
        deadline.check()
        scanned = reading.to_scan()
        found = [*reading.found, *self._known(text, memory)]
        for start, end in chunks(scanned.text):
            deadline.check()
            plain = normalise(scanned.text[start:end])
            for span in self._analysis.find(plain.text):
                first, last = plain.source(span.start, span.end)
                for low, high in scanned.sources(start + first, start + last):
                    if any(c.isalnum() for c in text[low:high]):
                        found.append(Found(low, high, span.type, span.score))
        return settled(found)

    def _known(self, text: str, memory: CaseMemory) -> Iterator[Found]:
        if memory.known:
            plain = normalise(text)
            for span in find_known(plain.text, memory):
                start, end = plain.source(span.start, span.end)
                yield Found(start, end, span.type, span.score)


def chunks(text: str) -> Iterator[tuple[int, int]]:
    """[start, end) of parts of at most about _CHUNK code points, cut where a paragraph, line or sentence ends."""
    start = 0
    while len(text) - start > _CHUNK:
        end = _cut(text, start + _CHUNK * 3 // 4, start + _CHUNK)
        yield start, end
        start = end
    if start < len(text):
        yield start, len(text)


def _cut(text: str, low: int, high: int) -> int:
    for mark in ("\n\n", "\n", ". ", " "):
        at = text.rfind(mark, low, high)
        if at >= 0:
            return at + len(mark)
    return high
