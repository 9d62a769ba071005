"""The passage of a policy that a stated reason is about, quoted where the criteria do not quote it already."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from agents.reading.appeals.reason_matching import points_named, terms_of
from cases.criteria import Judgement, PolicySpan

_UNIT = re.compile(r"(?:(?!\n[ \t]*\n|\n[ \t]*(?:\d+[.)]|[-*•])[ \t]).)+", re.DOTALL)
_SHORTEST, _LONGEST = 25, 600
_NAMED = 3.0
_LEAST_SHARED = 2
_LEAST = 3.2
"""Weight of the shared words below which no passage is said to be about a reason: about two telling words."""


def policy_passage(words: str, near: str, text: str, quoted: Sequence[PolicySpan]) -> PolicySpan | None:
    """The one item or paragraph of the policy that shares most with the reason; None where none does clearly."""
    units = list(_units(text))
    if not units:
        return None
    held = [terms_of(text[start:end]) for start, end in units]
    counts = Counter(term for terms in held for term in terms)
    rarity = {term: math.log(1 + len(units) / count) for term, count in counts.items()}
    asked, named = terms_of(words), points_named(f"{words} {near}")
    best: tuple[float, tuple[int, int]] | None = None
    for (start, end), terms in zip(units, held, strict=True):
        shared = asked & terms
        if len(shared) < _LEAST_SHARED:
            continue
        number = re.match(r"(\d+)[.)]", text[start:end])
        score = sum(rarity[term] for term in shared) + (_NAMED if number and number[1] in named else 0.0)
        if best is None or score > best[0]:
            best = (score, (start, end))
    if best is None or best[0] < _LEAST:
        return None
    start, end = best[1]
    if any(span.start < end and start < span.end for span in quoted):
        return None
    return PolicySpan(start=start, end=end, quote=text[start:end])


def lead_of(group: Judgement, text: str) -> PolicySpan | None:
    """The policy's line that leads into a counted list (`At least two of these four:`), right before its first item."""
    starts = [leaf.policy_span.start for leaf in group.leaves() if leaf.policy_span is not None]
    if not starts:
        return None
    end = len(text[: text.rfind("\n", 0, min(starts))].rstrip())
    start = text.rfind("\n", 0, end) + 1
    start += len(text[start:end]) - len(text[start:end].lstrip())
    said = text[start:end]
    return PolicySpan(start=start, end=end, quote=said) if said.endswith(":") and len(said) >= _SHORTEST else None


def _units(text: str) -> Iterator[tuple[int, int]]:
    """Items of lists and paragraphs, as code points; headings and table rows are none."""
    for match in _UNIT.finditer(text):
        start, end = match.span()
        stripped = text[start:end]
        start += len(stripped) - len(stripped.lstrip())
        end -= len(stripped) - len(stripped.rstrip())
        said = text[start:end]
        if _SHORTEST <= len(said) <= _LONGEST and not said.startswith("#") and "|" not in said:
            yield start, end
