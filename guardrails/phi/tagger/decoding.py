"""From probabilities of tokens to spans: how sure a token must be is a setting."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from guardrails.phi.spans import Found, PhiType
from guardrails.phi.tagger.network import Floats, Tag
from guardrails.phi.tagger.tokens import LINE, WIDE, Tokens

_TYPES = {Tag.NAME: PhiType.NAME, Tag.CITY: PhiType.CITY, Tag.STREET: PhiType.STREET, Tag.FACILITY: PhiType.FACILITY}
_JOINS = frozenset(".-'’&")


@dataclass(frozen=True)
class Thresholds:
    """Probability a token needs to start a span (`sure`), to join one (`near`), or in a labelled value (`hinted`).

    `unread` is what a number, date or age needs that no form and no label shows to be one.
    """

    sure: float = 0.22
    near: float = 0.08
    hinted: float = 0.08
    place: float = 0.25
    street: float = 0.2
    unread: float = 0.7


def spans_of(
    tokens: Tokens, probabilities: Floats, hints: Sequence[tuple[int, int]], thresholds: Thresholds
) -> Iterator[Found]:
    """Spans of each type that the tagger knows; a span of one type may overlap none of its own type."""
    hinted = _in_hints(tokens, hints)
    for tag, kind in _TYPES.items():
        column = probabilities[:, tag]
        sure = {Tag.NAME: thresholds.sure, Tag.STREET: thresholds.street}.get(tag, thresholds.place)
        needed = (
            np.where(hinted, thresholds.hinted, sure) if tag is Tag.NAME else np.full(len(column), sure, np.float32)
        )
        near = np.flatnonzero(column >= thresholds.near)
        yield from _runs(tokens, column, column >= needed, near, kind)


def unread_of(tokens: Tokens, probabilities: Floats, thresholds: Thresholds) -> Iterator[tuple[int, int, Tag, float]]:
    """[start, end) of numbers, dates and ages that the tagger alone is sure of, with their tag and the probability."""
    for tag in (Tag.NUMBER, Tag.DATE, Tag.AGE):
        column = probabilities[:, tag]
        near = np.flatnonzero(column >= thresholds.unread / 2)
        for run in _runs(tokens, column, column >= thresholds.unread, near, PhiType.ACCOUNT):
            yield run.start, run.end, tag, run.score


def _in_hints(tokens: Tokens, hints: Sequence[tuple[int, int]]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    starts = np.fromiter((start for start, _ in tokens.spans), np.int64, len(tokens.spans))
    inside = np.zeros(len(starts), np.bool_)
    for start, end in hints:
        inside[np.searchsorted(starts, start) : np.searchsorted(starts, end)] = True
    return inside


def _runs(
    tokens: Tokens,
    column: Floats,
    sure: np.ndarray[tuple[int], np.dtype[np.bool_]],
    near: np.ndarray[tuple[int], np.dtype[np.int64]],
    kind: PhiType,
) -> Iterator[Found]:
    """Neighbouring tokens that may belong, kept where at least one is sure; marks between two of them are bridged."""
    run: list[int] = []
    for place in [*near.tolist(), -1]:
        if run and place >= 0 and _joined(tokens, run[-1], place):
            run.append(place)
            continue
        if run and sure[run].any() and any(tokens.words[at][0].isalnum() for at in run):
            yield _span(tokens, run, float(column[run].max()), kind)
        run = [place]


def _joined(tokens: Tokens, last: int, place: int) -> bool:
    if place == last + 1:
        return tokens.gaps[place] < WIDE or tokens.gaps[place] == LINE
    return (
        place == last + 2
        and tokens.words[last + 1] in _JOINS
        and tokens.gaps[last + 1] == 0
        and tokens.gaps[place] <= 1
    )


def _span(tokens: Tokens, run: Sequence[int], score: float, kind: PhiType) -> Found:
    """Without marks at its ends, except a closing point of an initial."""
    first, last = 0, len(run) - 1
    while not tokens.words[run[first]][0].isalnum() and tokens.words[run[first]] != "#":
        first += 1
    while not tokens.words[run[last]][0].isalnum():
        last -= 1
    return Found(tokens.spans[run[first]][0], tokens.spans[run[last]][1], kind, score)
