"""Which criteria a stated reason is about: by the policy's own numbering where it is named, and by the words."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agents.reading.letter_wording import relevant_leaves
from cases.criteria import Judgement, Op, State
from cases.criteria_evaluation import open_leaves

_WORD = re.compile(r"[a-z]+|\d+(?:\.\d+)?")
_STOP = frozenset({
    "the", "and", "for", "was", "were", "not", "with", "that", "this", "from", "have", "has", "had", "are", "our",
    "your", "you", "its", "any", "per", "all", "does", "did", "been", "into", "out", "member", "patient", "enrollee",
    "request", "requested", "service", "services", "item", "items", "policy", "criteria", "criterion", "point",
    "section", "review", "notice", "decision", "plan", "must", "shown", "show", "shows", "sent", "chart", "record",
    "records", "documentation", "documents", "document", "submitted", "information", "received", "reason", "because",
    "before", "after", "which", "what", "when", "than", "more", "other", "only", "needed", "necessary", "medically",
    "medical", "necessity", "denied", "deny", "approve", "approved", "cover", "covered", "coverage",
})  # fmt: skip
_SHORTEST = 3
_STEM = 6
"""Words that agree in so many first letters are one word."""
_NEAR_BEST = 0.55
_LEAST = 1.6
"""Weight of shared words below which a reason is not about a criterion: about one rare word."""
_NAMED = 6.0
_SECTION = re.compile(
    r"\b(?:point|criterion|criteria|item|paragraph|no\.?)s?\s+(?P<refs>\d+[a-z]?(?:\s*(?:,|and|or|&)\s*\d+[a-z]?)*)"
)

_POINT = re.compile(
    r"^[ \t]*(?P<number>\d{1,2})[.)][ \t]+(?:[^\n]|\n(?![ \t]*(?:\d{1,2}[.)][ \t]|#|\n)))+", re.MULTILINE
)
_NUMBERS = frozenset({"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "least", "most"})


@dataclass(frozen=True)
class Match:
    """The leaves a reason is about; `general` where it names none in particular and means the policy as a whole.

    `group` is the counting or the alternatives that it means as a whole.
    """

    leaves: tuple[Judgement, ...]
    general: bool
    group: Judgement | None = None


def match_reason(words: str, near: str, root: Judgement, policy_text: str = "") -> Match:
    """The leaves that the reason's `words` are about; `near` is the passage around them, for a point it names.

    A point that is named is looked up in `policy_text`: its own words count as the reason's.

    A reason may be about a group (`one sign of severity only`): then the leaves that stand for the group.
    """
    leaves, groups = root.leaves(), _groups(root)
    terms = {node.id: terms_of(_said(node)) for node in (*leaves, *groups)}
    rarity = _rarity(list(terms.values()))
    named = points_named(words) or _nearest_named(near)
    points = [place for place in _points(policy_text) if place.number in named]
    asked = terms_of(" ".join([words, *(policy_text[place.start : place.end] for place in points)]))

    def score(node: Judgement) -> float:
        return _score(asked, terms[node.id], rarity) + _bonus(node, named, points)

    scores = {leaf.id: score(leaf) for leaf in leaves}
    best = max(scores.values(), default=0.0)
    group = max(groups, key=score, default=None)
    if group is not None and score(group) > max(best, _LEAST):
        return Match(tuple(relevant_leaves(group)) or tuple(group.leaves()), general=False, group=group)
    if best < _LEAST:
        return Match((*relevant_leaves(root), *open_leaves(root)), general=True)
    meant = tuple(leaf for leaf in leaves if scores[leaf.id] >= max(_LEAST, best * _NEAR_BEST))
    return Match(meant, general=False, group=_counting_of(meant, groups))


def _counting_of(leaves: Sequence[Judgement], groups: Sequence[Judgement]) -> Judgement | None:
    """The counting that holds all of several leaves."""
    ids = {leaf.id for leaf in leaves}
    holding = (node for node in groups if node.op is Op.AT_LEAST and ids <= {leaf.id for leaf in node.leaves()})
    return next(holding, None) if len(ids) > 1 else None


def _groups(root: Judgement) -> tuple[Judgement, ...]:
    """The alternatives and countings of the tree, which a reason may mean as a whole."""
    inner = [node for path in _paths(root) for node in path[1:-1] if node.op in (Op.ANY, Op.AT_LEAST)]
    return tuple({node.id: node for node in inner}.values())


def _nearest_named(near: str) -> frozenset[str]:
    """The point named first after the words: what follows belongs to the next reason."""
    first = _SECTION.search(near.casefold())
    return frozenset(re.findall(r"\d+", first["refs"])) if first else frozenset()


def _said(leaf: Judgement) -> str:
    quote = leaf.policy_span.quote if leaf.policy_span else ""
    document = leaf.gap.document if leaf.gap else ""
    return f"{leaf.statement} {quote} {leaf.looked_for} {document}"


def terms_of(text: str) -> frozenset[str]:
    """The telling words of a text, cut to their stems, and its numbers."""
    words = _WORD.findall(text.casefold())
    kept = (word for word in words if (len(word) >= _SHORTEST or word.isdigit()) and word not in _STOP)
    return frozenset(word.removesuffix("s")[:_STEM] for word in kept)


def _rarity(leaves: Sequence[frozenset[str]]) -> Mapping[str, float]:
    held = Counter(term for terms in leaves for term in terms)
    return {term: math.log(1 + len(leaves) / count) for term, count in held.items()}


def _score(asked: frozenset[str], held: frozenset[str], rarity: Mapping[str, float]) -> float:
    return sum(rarity.get(term, 1.0) * (0.4 if term[0].isdigit() or term in _NUMBERS else 1.0) for term in asked & held)


def points_named(text: str) -> frozenset[str]:
    """The points of a policy that a text names by number."""
    found = (ref for match in _SECTION.finditer(text.casefold()) for ref in re.findall(r"\d+", match["refs"]))
    return frozenset(found)


@dataclass(frozen=True)
class _Point:
    """A numbered point of a policy: code points [start, end) of its text."""

    number: str
    start: int
    end: int


def _points(policy_text: str) -> tuple[_Point, ...]:
    """The numbered points: each ends where the next begins, at a heading or an empty line."""
    return tuple(_Point(match["number"], match.start(), match.end()) for match in _POINT.finditer(policy_text))


def _bonus(node: Judgement, named: frozenset[str], points: Sequence[_Point]) -> float:
    if node.policy_span is None:
        return 0.0
    number = re.match(r"(\d+)[.)]", node.policy_span.quote.strip())
    inside = any(point.start <= node.policy_span.start < point.end for point in points)
    return _NAMED if inside or (number and number[1] in named) else 0.0


@dataclass(frozen=True)
class Settled:
    """How the tree settles a set of leaves: those that stand for it, whether all hold, and which stay open."""

    shown: tuple[Judgement, ...]
    open: tuple[Judgement, ...]
    absent: tuple[Judgement, ...] = ()

    @property
    def holds(self) -> bool:
        return not self.open and bool(self.shown or self.absent)


def settle(root: Judgement, leaves: Sequence[Judgement]) -> Settled:
    """What stands for these leaves: themselves where met, else the met alternative that the policy takes instead.

    An exclusion that the chart does not show is `absent`: it holds, and there is nothing to quote for it.
    """
    paths = {leaf.id: path for path in _paths(root) for leaf in path[-1:]}
    shown: dict[str, Judgement] = {}
    unsettled: dict[str, Judgement] = {}
    absent: dict[str, Judgement] = {}
    for leaf in leaves:
        path = paths[leaf.id]
        above = [node for node in path[:-1] if node.state is State.MET]
        if any(node.op is Op.NONE for node in above):
            absent[leaf.id] = leaf
        elif leaf.state is State.MET:
            shown[leaf.id] = leaf
        elif choice := next((node for node in reversed(above) if node.op in (Op.ANY, Op.AT_LEAST)), None):
            shown |= {one.id: one for one in relevant_leaves(choice)}
        else:
            unsettled[leaf.id] = leaf
    return Settled(tuple(shown.values()), tuple(unsettled.values()), tuple(absent.values()))


def _paths(node: Judgement) -> list[tuple[Judgement, ...]]:
    if not node.children:
        return [(node,)]
    return [(node, *path) for child in node.children for path in _paths(child)]
