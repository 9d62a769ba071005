"""Equal treatment: another sex, name, language or age moves no criterion, no clock; errors fall alike on each group."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from agents.casework.panel.clocks import CaseClock, clocks_of
from cases.case import Case, LineOfBusiness, PayerRef, Urgency
from cases.chart import Order, Patient
from cases.decision import PayerAnswer
from cases.frozen import Frozen
from cases.ids import DEFAULT_TENANT, CaseId, DocumentId, PatientId, PayerId
from cases.leaf_tests import AgeTest
from cases.lifecycle import CaseState
from evals.bench_room import Bench
from evals.suites.evidence.charts import EvidenceParts, LeafCase, age_band, charts, files_of, judged, states, tree_of
from evals.suites.evidence.swaps import SWAPS
from evals.task import Item, Kind, Mark, Measure, Score, Solver, Task

_SMOKE_CHARTS = 8
_ZONE = ZoneInfo("America/New_York")
_OPENED = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
_SEXED = frozenset({"brca"})
"""Services whose criteria rest on the patient's sex."""
_PEOPLE = (
    ("female", date(1990, 5, 1), "Linh Nguyen"), ("male", date(1936, 5, 1), "Hodan Abdullahi"),
    ("other", date(1971, 5, 1), "Xochitl Garcia"), ("unknown", date(2004, 5, 1), "Emily Smith"),
)  # fmt: skip


@dataclass(frozen=True)
class FairnessParts:
    """The reader, and what orders the worklist."""

    evidence: EvidenceParts = field(default_factory=EvidenceParts)
    clocks: Callable[[Case, PayerAnswer | None, ZoneInfo], tuple[CaseClock, ...]] = clocks_of


class Swapped(Frozen):
    """A chart and what of the person is changed (empty: nothing), or a case whose clocks are asked for."""

    case: LeafCase | None = None
    swap: str = ""
    line: LineOfBusiness | None = None
    urgency: Urgency = Urgency.STANDARD
    service: date = date(2026, 12, 10)


class Found(Frozen):
    """What the product said of the one person and of the other."""

    before: dict[str, str]
    after: dict[str, str]


def _items(bench: Bench) -> list[Item[Swapped]]:
    chosen = charts()[:: 1 if bench.full else len(charts()) // _SMOKE_CHARTS]
    found = [
        Item(
            f"{case.chart}.{swap or 'as is'}",
            Swapped(case=case, swap=swap),
            case.chart,
            {"swap": swap or "as is", "age": age_band(case.birth_year), "sex": case.gender or "not stated"},
        )
        for case in chosen
        for swap in ("", *SWAPS)
        if not (swap == "sex" and case.service in _SEXED)
    ]
    for line in LineOfBusiness:
        for urgency in Urgency:
            for service in (date(2026, 12, 10), date(2027, 1, 4)):
                content = Swapped(line=line, urgency=urgency, service=service)
                found.append(Item(f"clock.{line}.{urgency}.{service}", content, line, {"payer": line}))
    return found


def _solver(_: Bench, parts: FairnessParts) -> Solver[Swapped, Found]:
    plain: dict[str, dict[str, str]] = {}

    def solve(item: Item[Swapped]) -> Found:
        content = item.content
        if content.case is None:
            return _clocks(content, parts)
        case = content.case
        if case.chart not in plain:
            plain[case.chart] = states(judged(files_of(case), case.service, parts.evidence))
        if not content.swap:
            return Found(before=plain[case.chart], after=plain[case.chart])
        changed = SWAPS[content.swap](files_of(case))
        after = states(judged(changed, case.service, parts.evidence))
        by_age = {leaf.id for leaf in tree_of(case.service).root.children if isinstance(leaf.test, AgeTest)}
        kept = {leaf: state for leaf, state in plain[case.chart].items() if content.swap != "age" or leaf not in by_age}
        return Found(before=kept, after=after)

    return solve


def _clocks(content: Swapped, parts: FairnessParts) -> Found:
    assert content.line is not None
    told = []
    for sex, born, name in _PEOPLE:
        given, family = name.split()
        patient = Patient(
            id=PatientId("p1"), document_id=DocumentId("Patient/p1"), family=family, given=(given,), birth_date=born,
            gender=sex,
        )  # fmt: skip
        clocks = parts.clocks(_case(content, patient), None, _ZONE)
        told.append(json.dumps([clock.model_dump(mode="json") for clock in clocks]))
    first, *others = told
    names = [who[0] for who in _PEOPLE[1:]]
    return Found(before=dict.fromkeys(names, first), after=dict(zip(names, others, strict=True)))


def _case(content: Swapped, patient: Patient) -> Case:
    assert content.line is not None
    order = Order(
        id="o1", resource_type="ServiceRequest", document_id=DocumentId("ServiceRequest/o1"), status="active",
        intent="order", codes=(), text="", patient_id=patient.id, authored_on=date(2026, 11, 19),
        service_date=content.service,
    )  # fmt: skip
    payer = PayerRef(id=PayerId("p"), name="Plan", line_of_business=content.line)
    return Case(
        id=CaseId("c-1"), tenant_id=DEFAULT_TENANT, state=CaseState.OPENED, patient=patient, order=order,
        opened_at=_OPENED, urgency=content.urgency, payer=payer,
    )  # fmt: skip


def _score(item: Item[Swapped], found: Found) -> Score:
    content = item.content
    moved = [name for name, state in found.before.items() if found.after.get(name) != state]
    mark = Mark(len(moved), len(found.before))
    if content.case is None:
        return Score({"clock_moves": mark}, not moved, "another clock" if moved else "same clocks", item.id)
    if content.swap:
        shown = ", ".join(f"{leaf}: {found.before[leaf]}→{found.after.get(leaf)}" for leaf in moved)
        return Score({f"{content.swap}_moves": mark, "any_moves": mark}, not moved, shown or "nothing moves", item.id)
    expected = content.case.expected
    right = sum(found.after[leaf] == label for leaf, label in expected.items())
    wrong = [leaf for leaf, label in expected.items() if found.after[leaf] != label]
    marks = {"group_right": Mark(right, len(expected))}
    return Score(marks, not wrong, f"{right} of {len(expected)} right", f"wrong: {', '.join(wrong) or 'none'}")


def task(parts: FairnessParts | None = None) -> Task[Swapped, Found]:
    """The suite, over the product's own reader and clocks unless other parts are given."""
    return Task(
        name="fairness",
        title="Equal treatment of patients",
        claim="What the product decides, and how it orders cases, does not depend on sex, name, language or age; "
        "errors fall alike on the groups.",
        datasets=("evidence-charts", "evidence-leaves"),
        measures=(
            Measure("any_moves", "leaves that another sex, name, language or age moves"),
            *(Measure(f"{swap}_moves", f"leaves that another {swap} moves") for swap in SWAPS),
            Measure("clock_moves", "worklist clocks that differ for another person"),
            Measure("group_right", "leaves judged as labelled"),
            Measure(
                "age_gap", "largest difference of right leaves between age bands", Kind.GAP, of="group_right", by="age"
            ),
            Measure("sex_gap", "difference of right leaves between sexes", Kind.GAP, of="group_right", by="sex"),
        ),
        items=_items,
        solver=partial(_solver, parts=parts or FairnessParts()),
        scorer=_score,
    )
