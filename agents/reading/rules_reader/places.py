"""Where on the body a statement places what it says: the side and the spinal level, nearest words first."""

import re

from agents.reading.rules_reader.frame import SIDE_WORDS, side_of_match
from agents.reading.rules_reader.layout import Sentence
from cases.evidence import Laterality

_LEVEL = re.compile(
    r"\b(?P<part>[CTL])(?P<upper>\d{1,2})\s?[-/–]\s?(?P<part2>[CTLS])?(?P<lower>\d{1,2})\b", re.IGNORECASE
)
_HEADING_REACH = 60


def level_of(text: str, sentence: Sentence, start: int, end: int) -> str:
    """The spinal level as `C5-6` that a statement names, else the nearest before it in its sentence; empty for none."""
    inside = list(_LEVEL.finditer(text, start, end))
    before = list(_LEVEL.finditer(text, sentence.start, start))
    after = list(_LEVEL.finditer(text, end, sentence.end))
    found = (inside or before[-1:] or after)[:1]
    return f"{found[0]['part'].upper()}{found[0]['upper']}-{found[0]['lower']}" if found else ""


def side_of(text: str, sentence: Sentence, clause: tuple[int, int], place: tuple[int, int]) -> Laterality | None:
    """The body side of a statement: in its words, else the nearest before it in its clause, else after, else above.

    Words that name both sides in one statement, one each, make it neither.
    """
    inside = _sides(text, *place)
    if inside:
        return inside[0] if len(set(inside)) == 1 else None
    before = _sides(text, clause[0], place[0])
    if before:
        return before[-1]
    after = _sides(text, place[1], clause[1])
    if after:
        return after[0]
    earlier = _sides(text, sentence.start, clause[0])
    if earlier and len(set(earlier)) == 1:
        return earlier[0]
    if sentence.heading:
        headed = _sides(text, sentence.heading_start, sentence.heading_start + len(sentence.heading))
        if len(set(headed)) == 1:
            return headed[0]
    return None


def _sides(text: str, start: int, end: int) -> list[Laterality]:
    return [side_of_match(match) for match in SIDE_WORDS.finditer(text, start, end)]
