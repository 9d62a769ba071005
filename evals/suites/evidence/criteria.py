"""Criteria on labelled charts and their near misses: a leaf must never be MET where the label says otherwise."""

from collections.abc import Iterator
from functools import partial

from cases.frozen import Frozen
from evals.bench_room import Bench
from evals.suites.evidence.charts import (
    MET,
    EvidenceParts,
    LeafCase,
    age_band,
    charts,
    edited,
    files_of,
    judged,
)
from evals.task import Item, Mark, Measure, Score, Solver, Task, share, thinned

_SMOKE_CHARTS, _SMOKE_NEAR = 16, 60


class LeafState(Frozen):
    """The state the product gave a leaf, with its computed confidence and its reason."""

    state: str
    confidence: float
    reason: str


class LeafQuestion(Frozen):
    """One leaf of a chart and its label."""

    case: LeafCase
    leaf: str
    expected: str


def _questions(bench: Bench) -> Iterator[Item[LeafQuestion]]:
    """Leaves of charts and their near misses; a smoke run takes some charts whole, and some edits."""
    for case in charts()[:: 1 if bench.full else len(charts()) // _SMOKE_CHARTS]:
        for leaf, expected in case.expected.items():
            yield _item(f"{case.chart}.{leaf}", case, leaf, expected)
    rows = [_item(identity, case, *next(iter(case.expected.items()))) for identity, case in edited("near_misses.jsonl")]
    yield from rows if bench.full else thinned(rows, _SMOKE_NEAR)


def _item(identity: str, case: LeafCase, leaf: str, expected: str) -> Item[LeafQuestion]:
    born = next(chart for chart in charts() if chart.chart == case.chart)
    return Item(
        id=identity,
        content=LeafQuestion(case=case, leaf=leaf, expected=expected),
        cluster=case.chart,
        slices={
            "service": case.service,
            "kind": case.kind,
            "age": age_band(born.birth_year),
            "sex": born.gender or "not stated",
        },
    )


def _solver(_: Bench, parts: EvidenceParts) -> Solver[LeafQuestion, LeafState]:
    """One reading of a chart serves all its leaves."""
    seen: dict[str, dict[str, LeafState]] = {}

    def solve(item: Item[LeafQuestion]) -> LeafState:
        case = item.content.case
        key = case.chart + (case.edit.model_dump_json() if case.edit else "")
        if key not in seen:
            found = judged(files_of(case), case.service, parts)
            seen[key] = {
                name: LeafState(state=leaf.state.value, confidence=leaf.confidence, reason=leaf.reason)
                for name, leaf in found.items()
            }
        return seen[key][item.content.leaf]

    return solve


def _score(item: Item[LeafQuestion], found: LeafState) -> Score:
    """A near miss asks only that it is not MET; the lesser of two refusals is counted apart."""
    expected, kind = item.content.expected, item.content.case.kind
    right = found.state == expected
    marks: dict[str, Mark] = {}
    if expected != MET:
        marks["false_met"] = share(found.state == MET)
    if kind == "chart":
        marks |= {
            "chart_leaves": share(right),
            "wrong_insufficient": share(not right and found.state == "INSUFFICIENT"),
        }
    passed = right or (kind != "chart" and MET not in (expected, found.state))
    return Score(
        marks, passed, found.state, f"{expected} expected: {found.reason}", seen=(expected, found.state),
        sure=(found.confidence, right),
    )  # fmt: skip


def task(parts: EvidenceParts | None = None) -> Task[LeafQuestion, LeafState]:
    """The suite, over the product's own reader unless other parts are given."""
    return Task(
        name="criteria",
        title="Criteria and evidence",
        claim="A criterion is MET only on evidence that is dated inside its window, of this patient, affirmed, under "
        "the right conditions and with the right value.",
        datasets=("evidence-charts", "evidence-leaves"),
        measures=(
            Measure("false_met", "MET where the label is not (of leaves that must not be MET)"),
            Measure("chart_leaves", "leaves of whole charts judged as labelled"),
            Measure("wrong_insufficient", "leaves of charts pended although decided"),
        ),
        items=lambda bench: list(_questions(bench)),
        solver=partial(_solver, parts=parts or EvidenceParts()),
        scorer=_score,
    )
