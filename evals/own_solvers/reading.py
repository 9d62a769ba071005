"""Reads a passage as a note: a concept is affirmed of the patient in it, or it is not."""

from agents.reading.rules_reader.reader import read_facts
from cases.evidence import Assertion, Experiencer
from evals.bench_room import Bench
from evals.own_item import Outcome, OwnItem
from evals.task import Item, Solver
from formats.chart_folder import read_chart
from knowledge.vocabulary import shipped_vocabulary


def solver(bench: Bench) -> Solver[OwnItem, Outcome]:
    """A solver for this kind."""
    place = bench.folder("own readings") / "note.txt"

    def solve(item: Item[OwnItem]) -> Outcome:
        place.write_text(item.content.text, "utf-8")
        chart, _ = read_chart([place])
        found = any(
            fact.concept == item.content.concept
            and fact.assertion is Assertion.AFFIRMED
            and fact.experiencer is Experiencer.PATIENT
            for fact in read_facts(chart, shipped_vocabulary())
        )
        return Outcome(right=found == bool(item.content.wanted), found="read" if found else "not read")

    return solve
