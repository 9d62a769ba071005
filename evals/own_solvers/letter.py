"""Reads a letter: it is of the kind expected."""

from agents.reading.denial_letter.reader import read_letter
from evals.bench_room import Bench
from evals.own_item import Outcome, OwnItem
from evals.task import Item, Solver
from knowledge.payer_directory import shipped_directory


def solver(_: Bench) -> Solver[OwnItem, Outcome]:
    """A solver for this kind."""

    def solve(item: Item[OwnItem]) -> Outcome:
        kind = read_letter(item.content.text, shipped_directory()).kind
        return Outcome(right=kind in item.content.wanted, found=kind)

    return solve
