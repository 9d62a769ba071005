"""Looks for identifiers: every one expected is covered, and nothing where none is."""

from evals.bench_room import Bench
from evals.own_item import Outcome, OwnItem
from evals.task import Item, Solver
from guardrails.phi.guard import shipped_guard


def solver(_: Bench) -> Solver[OwnItem, Outcome]:
    """A solver for this kind."""

    def solve(item: Item[OwnItem]) -> Outcome:
        one = item.content
        spans = [one.text[span.start : span.end] for span in shipped_guard().find(one.text)]
        covered = all(any(wanted in span for span in spans) for wanted in one.wanted)
        return Outcome(right=covered if one.wanted else not spans, found=f"{len(spans)} spans")

    return solve
