"""What changed between two versions of a policy: sentence by sentence, and criterion by criterion."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Literal

from cases.criteria import CriteriaTree, Criterion
from cases.frozen import Frozen
from knowledge.policy_structure import blocks, sentences

_ALIKE = 0.6


class TextPlace(Frozen):
    """Code points [start, end) of one version's text, and that text."""

    start: int
    end: int
    text: str


class PassageChange(Frozen):
    """A sentence, list item or heading that one version has and the other has not, or has in other words."""

    kind: Literal["added", "removed", "changed"]
    heading: str
    before: TextPlace | None = None
    after: TextPlace | None = None


class CriterionChange(Frozen):
    """A criterion that is new, gone, asks something else, or rests on other words of the policy."""

    kind: Literal["added", "removed", "changed"]
    id: str
    before: str = ""
    after: str = ""
    before_quote: str = ""
    after_quote: str = ""


class _Sentence(Frozen):
    place: TextPlace
    heading: str
    key: str


def passage_changes(before: str, after: str) -> tuple[PassageChange, ...]:
    """Changes in reading order; spacing, case and dashes are not told apart."""
    old, new = _sentences(before), _sentences(after)
    matcher = SequenceMatcher(None, [one.key for one in old], [one.key for one in new], autojunk=False)
    found: list[PassageChange] = []
    for tag, first, last, begin, end in matcher.get_opcodes():
        if tag != "equal":
            found += _between(old[first:last], new[begin:end])
    return tuple(found)


def _between(old: Sequence[_Sentence], new: Sequence[_Sentence]) -> list[PassageChange]:
    """Pairs of sentences that are alike are changes; the rest is removed or added."""
    left, found = list(old), []
    for one in new:
        best = max(left, key=lambda other: _likeness(other.key, one.key), default=None)
        if best is not None and _likeness(best.key, one.key) >= _ALIKE:
            left.remove(best)
            found.append(PassageChange(kind="changed", heading=one.heading, before=best.place, after=one.place))
        else:
            found.append(PassageChange(kind="added", heading=one.heading, after=one.place))
    return [PassageChange(kind="removed", heading=one.heading, before=one.place) for one in left] + found


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio()


def _sentences(text: str) -> list[_Sentence]:
    found = []
    for block in blocks(text):
        spans = [(block.start, block.end)] if block.kind == "heading" else sentences(text, block.start, block.end)
        for start, end in spans:
            words = text[start:end]
            key = " ".join(re.findall(r"[\w%<>=≤≥.]+", words.casefold()))
            if key:
                heading = block.path[-1] if block.path else ""
                place = TextPlace(start=start, end=end, text=words)
                found.append(_Sentence(place=place, heading=heading, key=key))
    return found


def criterion_changes(before: CriteriaTree | None, after: CriteriaTree | None) -> tuple[CriterionChange, ...]:
    """Leaves by id: what is asked, and the words of the policy it rests on."""
    old = {leaf.id: leaf for leaf in before.root.leaves()} if before else {}
    new = {leaf.id: leaf for leaf in after.root.leaves()} if after else {}
    found = [
        CriterionChange(kind="removed", id=one, before=old[one].statement, before_quote=_quote(old[one]))
        for one in old
        if one not in new
    ]
    for one, leaf in new.items():
        if one not in old:
            found.append(CriterionChange(kind="added", id=one, after=leaf.statement, after_quote=_quote(leaf)))
        elif _asks(old[one]) != _asks(leaf):
            found.append(
                CriterionChange(
                    kind="changed",
                    id=one,
                    before=old[one].statement,
                    after=leaf.statement,
                    before_quote=_quote(old[one]),
                    after_quote=_quote(leaf),
                )
            )
    return tuple(found)


def _quote(leaf: Criterion) -> str:
    return leaf.policy_span.quote if leaf.policy_span else ""


def _asks(leaf: Criterion) -> tuple[str, str, str]:
    quote = " ".join(_quote(leaf).split())
    return leaf.statement, quote, leaf.test.model_dump_json() if leaf.test else ""
