"""Text to tokens with offsets and the kind of gap before each: the one tokenizer of training and of use."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_TOKEN = re.compile(r"[^\W\d_]+(?:['’](?![sS]\b)[^\W\d_]+)*|\d+|\S")

NO_GAP, SPACE, WIDE, LINE, PARAGRAPH = range(5)
"""What stands before a token: nothing, one space, a tab or several spaces, a line break, an empty line or the start."""
GAP_KINDS = 5
_GAPS = {"": NO_GAP, " ": SPACE, "\n": LINE, "\r\n": LINE, "\n\n": PARAGRAPH}


@dataclass(frozen=True, slots=True)
class Tokens:
    """Words of a text with their [start, end) code points and the gap kind before each."""

    words: Sequence[str]
    spans: Sequence[tuple[int, int]]
    gaps: Sequence[int]


def tokenize(text: str) -> Tokens:
    """Letters (with inner apostrophes), digit runs and single marks, in order; white space is not a token."""
    spans = [match.span() for match in _TOKEN.finditer(text)]
    words = [text[start:end] for start, end in spans]
    gaps = []
    last = 0
    known = _GAPS.get
    for start, end in spans:
        kind = known(text[last:start])
        gaps.append(_gap_kind(text[last:start]) if kind is None else kind)
        last = end
    if gaps:
        gaps[0] = PARAGRAPH
    return Tokens(words, spans, gaps)


def _gap_kind(gap: str) -> int:
    breaks = gap.count("\n") or gap.count("\r")
    if breaks > 1:
        return PARAGRAPH
    return LINE if breaks else WIDE if len(gap) > 1 or gap == "\t" else SPACE
