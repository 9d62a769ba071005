"""Asks the policies: a quote that holds the words expected, or an abstention."""

from agents.casework.asking import PolicyDesk, PolicyQuestion
from evals.bench_room import Bench
from evals.own_item import Outcome, OwnItem
from evals.product import toolbox
from evals.task import Item, Solver


def solver(bench: Bench) -> Solver[OwnItem, Outcome]:
    """A solver for this kind."""

    desk = bench.once("desk", lambda: PolicyDesk(toolbox(bench)))

    def solve(item: Item[OwnItem]) -> Outcome:
        one = item.content
        found = desk.ask(PolicyQuestion(id=one.id, question=one.text, payer=one.payer, lob=one.lob, date=one.date))
        quotes = " ".join(" ".join(citation.quote for citation in found.citations).split())
        held = all(" ".join(wanted.split()) in quotes for wanted in one.wanted)
        right = found.abstained if not one.wanted else held and not found.abstained
        return Outcome(right=right, found="abstained" if found.abstained else quotes[:200])

    return solve
