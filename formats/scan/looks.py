"""Two looks at a page, cleaned and as it came: a number counts as read only where they do not contradict each other."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from formats.scan.tesseract import RawWord
from formats.scan.transcript import Word

SURE, UNSURE = 0.7, 0.5
_MUCH, _MORE = 0.3, 0.2
_ALONE = 0.3
_WIDER = 1.25
_NOISE_BELOW = 0.6
_WIDE_GAP = 2.5
_WIDEST_GAP = 12
_MARKS = re.compile(r"[^\W_]|[\[\]()%<>=+☐☒☑✓✔□■]")
_EDGE_MARKS, _STROKE = "|_~", "|"
_QUOTE_BEFORE_NUMBER = re.compile(r"^[“”‘’'\"`]+(?=\d)")
_HANGING = re.compile(r"[gjpqy,;()Q]")
_CAPITAL = 0.9
"""Of a line's height where letters hang below it; a frame's stroke is as tall as the line or taller."""
_LETTER_O_IN_CODE = re.compile(r"(?<=\b[A-Z])O(?=\d{3}\b)")
_COMPARED = re.compile(r"[^0-9A-Za-z.]")


@dataclass(frozen=True)
class _Looked:
    """A word of the first look with what the second made of its place, if anything."""

    word: RawWord
    other: RawWord | None


def both(first: Sequence[RawWord], second: Sequence[RawWord]) -> tuple[Word, ...]:
    """The words of the first look in reading order, mended and doubted by the second."""
    seen = _paired(*([word for word in map(_trimmed, _told_apart(look)) if _is_text(word)] for look in (first, second)))
    return _in_lines([kept for kept in map(_decided, seen) if kept is not None])


def _told_apart(look: Sequence[RawWord]) -> list[RawWord]:
    """A lone stroke no taller than capitals is the word `I`, else part of a frame; O in a HCPCS code is a zero."""
    lines: dict[tuple[int, int, int], list[RawWord]] = {}
    for word in look:
        lines.setdefault(word.place, []).append(word)
    return [_told(word, lines[word.place]) for word in look]


def _told(word: RawWord, line: Sequence[RawWord]) -> RawWord:
    if word.text == _STROKE:
        others = [other for other in line if other.text != _STROKE]
        tallest = max((other.height for other in others), default=0)
        hangs = any(_HANGING.search(other.text) for other in others)
        return replace(word, text="I") if word.height <= tallest * (_CAPITAL if hangs else 1) else word
    return replace(word, text=_LETTER_O_IN_CODE.sub("0", word.text))


def _trimmed(word: RawWord) -> RawWord:
    """Without strokes of a frame that were taken for letters."""
    text = _QUOTE_BEFORE_NUMBER.sub("", word.text.strip(_EDGE_MARKS)) if len(word.text) > 1 else word.text
    return replace(word, text=text or word.text)


def _is_text(word: RawWord) -> bool:
    return bool(_MARKS.search(word.text)) or word.confidence >= _NOISE_BELOW and word.text not in _EDGE_MARKS


def _paired(first: Sequence[RawWord], second: Sequence[RawWord]) -> list[_Looked]:
    """Each word with what the second look has at its place; a word of the second look belongs to one place only."""
    there: dict[int, list[RawWord]] = {}
    for other in second:
        shared = [_shared(word, other) for word in first]
        best = max(range(len(first)), key=shared.__getitem__, default=-1)
        if best >= 0 and shared[best] > 0:
            there.setdefault(best, []).append(other)
    return [_Looked(word, _joined(there.get(at, []))) for at, word in enumerate(first)]


def _shared(one: RawWord, other: RawWord) -> float:
    """The share of two boxes on one line that is common to both, where it is more than half of the narrower."""
    low, high = (one, other) if one.height <= other.height else (other, one)
    middle = low.top + low.height / 2
    common = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
    if not high.top <= middle <= high.top + high.height or common <= min(one.width, other.width) / 2:
        return 0.0
    down = min(one.top + one.height, other.top + other.height) - max(one.top, other.top)
    area = common * max(down, 1)
    return area / max(one.width * one.height + other.width * other.height - area, 1)


def _joined(words: Sequence[RawWord]) -> RawWord | None:
    if not words:
        return None
    row = sorted(words, key=lambda word: word.left)
    text, weakest = "".join(word.text for word in row), min(word.confidence for word in row)
    return replace(row[0], text=text, confidence=weakest, width=row[-1].left + row[-1].width - row[0].left)


def _decided(seen: _Looked) -> tuple[RawWord, str | None] | None:
    """The word to keep, and the rival reading where neither look can be trusted over the other; None for noise."""
    word, other = seen.word, seen.other
    if other is None:
        if not _numeric(word):
            return (word, None) if word.confidence >= _ALONE and _MARKS.search(word.text) else None
        return word, "" if word.confidence < UNSURE else None
    if _compared(word) == _compared(other):
        return replace(word, confidence=max(word.confidence, other.confidence)), None
    if other.width > _WIDER * word.width or word.width > _WIDER * other.width:
        return word, other.text if _numeric(word) and not _within(word, other) else None
    return _weighed(word, other)


def _weighed(word: RawWord, other: RawWord) -> tuple[RawWord, str | None]:
    """Of two different readings of one place, the one that is much surer; of numbers neither, unless it is sure."""
    theirs = replace(word, text=other.text, confidence=other.confidence)
    if not _numeric(word) and not _numeric(other):
        return (theirs if other.confidence >= word.confidence + _MUCH else word), None
    for one, rival in ((word, other), (theirs, word)):
        if one.confidence >= SURE and one.confidence >= rival.confidence + _MUCH:
            return one, None
    kept, rival = (theirs, word) if other.confidence >= word.confidence + _MORE else (word, other)
    return replace(kept, confidence=min(word.confidence, other.confidence)), rival.text


def _numeric(word: RawWord) -> bool:
    return any(letter.isdigit() for letter in word.text)


def _within(word: RawWord, other: RawWord) -> bool:
    """Whether one reading holds the other, where words were parted differently."""
    one, two = _compared(word), _compared(other)
    return bool(one) and bool(two) and (one in two or two in one)


def _compared(word: RawWord) -> str:
    return _COMPARED.sub("", word.text).strip(".")


def _in_lines(decided: Sequence[tuple[RawWord, str | None]]) -> tuple[Word, ...]:
    """Lines as tesseract gave them, words from left to right, with the spaces that their distance is worth."""
    words: list[Word] = []
    for line, (place, members) in enumerate(groupby(decided, key=lambda pair: pair[0].place)):
        before: RawWord | None = None
        for raw, rival in sorted(members, key=lambda pair: pair[0].left):
            words.append(
                Word(
                    text=raw.text, left=raw.left, top=raw.top, width=raw.width, height=raw.height,
                    confidence=raw.confidence, line=line, block=place[0] * 1_000 + place[1],
                    gap=_gap(before, raw), rival=rival,
                )
            )  # fmt: skip
            before = raw
    return tuple(words)


def _gap(before: RawWord | None, word: RawWord) -> int:
    if before is None:
        return 0
    letter = (before.width + word.width) / max(len(before.text) + len(word.text), 1)
    spaces = (word.left - before.left - before.width) / max(letter, 1)
    return min(round(spaces), _WIDEST_GAP) if spaces > _WIDE_GAP else 1
