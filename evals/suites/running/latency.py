"""Latency and resources, in processor time so that neighbours on the machine do not decide; no model, so no cost."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from agents.casework.asking import PolicyQuestion
from agents.reading.rules_reader.reader import read_facts
from cases.chart import Chart
from cases.frozen import Frozen
from evals.bench_room import Bench
from evals.suites.evidence.charts import charts, files_of
from evals.suites.policies.questions import desk_of, questions
from evals.suites.worked import samples, worked
from evals.task import Item, Kind, Mark, Measure, Score, Solver, Task
from formats.chart_folder import chart_of_files
from guardrails.phi.guard import shipped_guard
from knowledge.vocabulary import shipped_vocabulary

_ASKED, _READ, _GUARDED = 60, 40, 16


@dataclass(frozen=True)
class LatencyParts:
    """What runs beside each act: nothing, unless a fault is planted."""

    beside: Callable[[], None] = lambda: None


class Act(Frozen):
    """One act of the product to be timed: `search`, `case`, `read` or `guard`, and on what."""

    kind: str
    subject: str
    question: PolicyQuestion | None = None


class Took(Frozen):
    """Processor seconds of the act, and how many characters it went over."""

    seconds: float
    characters: int = 0


def _items(bench: Bench) -> list[Item[Act]]:
    asked = questions(bench)[: _ASKED if bench.full else _ASKED // 3]
    found = [Item(f"search.{one.id}", Act(kind="search", subject=one.id, question=one.content.asked)) for one in asked]
    found += [Item(f"case.{name}", Act(kind="case", subject=name)) for name in samples(bench)]
    for kind, most in (("read", _READ), ("guard", _GUARDED)):
        chosen = charts()[: most if bench.full else most // 4]
        found += [Item(f"{kind}.{case.chart}", Act(kind=kind, subject=case.chart)) for case in chosen]
    return [Item(item.id, item.content, slices={"act": item.content.kind}) for item in found]


def _solver(bench: Bench, parts: LatencyParts) -> Solver[Act, Took]:
    """One act of each kind is done before any is timed, so that loading is not measured."""
    desk = desk_of(bench)
    held: dict[str, Chart] = {}
    for case in charts()[:_READ]:
        held[case.chart] = chart_of_files(files_of(case))[0]
    read_facts(held[charts()[0].chart], shipped_vocabulary())
    shipped_guard().find("warm")

    def timed(act: Callable[[], object], characters: int = 0) -> Took:
        started = time.process_time()
        act()
        parts.beside()
        return Took(seconds=time.process_time() - started, characters=characters)

    def solve(item: Item[Act]) -> Took:
        act = item.content
        if act.kind == "case":
            done = worked(bench, act.subject)
            started = time.process_time()
            parts.beside()
            beside = time.process_time() - started
            return Took(seconds=sum(one.cpu_seconds for one in done) / len(done) + beside)
        if act.question is not None:
            question = act.question
            return timed(lambda: desk.search(question))
        text = "\n".join(document.text for document in held[act.subject].documents)
        if act.kind == "guard":
            return timed(lambda: shipped_guard().find(text), len(text))
        return timed(lambda: read_facts(held[act.subject], shipped_vocabulary()), len(text))

    return solve


def _score(item: Item[Act], found: Took) -> Score:
    kind = item.content.kind
    marks = {f"{kind}_seconds": Mark(found.seconds)}
    if found.characters:
        marks = {f"{kind}_rate": Mark(found.characters / 1000, max(found.seconds, 1e-6))}
    return Score(marks, True, "done", f"{found.seconds * 1000:.0f} ms of processor time")


def task(parts: LatencyParts | None = None) -> Task[Act, Took]:
    """The suite, over the product alone unless something is put beside it."""
    return Task(
        name="latency",
        title="Latency and resources",
        claim="A case is worked, a question answered and a note read in the time a person would wait, on two cores.",
        datasets=("questions", "samples", "evidence-charts"),
        measures=(
            Measure("case_seconds", "processor time of one case to the gate, 95th percentile", Kind.QUANTILE, "s"),
            Measure("search_seconds", "processor time of one search, 95th percentile", Kind.QUANTILE, "s"),
            Measure("read_rate", "facts from notes, thousand characters a second", unit="k/s"),
            Measure("guard_rate", "PHI guard, thousand characters a second", unit="k/s"),
        ),
        items=_items,
        solver=partial(_solver, parts=parts or LatencyParts()),
        scorer=_score,
    )
