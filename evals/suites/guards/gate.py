"""The gate: whatever is missing, doubtful or unproved blocks a submission, and only exact bytes may leave."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

from cases.authorization import AuthorizationNeed, Need
from cases.case import Case, Flag, LineOfBusiness, PayerRef
from cases.chart import Order, Patient
from cases.criteria import CriteriaResult, Judgement, Op, PolicyRef, State, TreeStatus
from cases.decision import GateOutcome, GateResult, Verdict
from cases.errors import GateRefused
from cases.frozen import Frozen
from cases.ids import DEFAULT_TENANT, CaseId, DocumentId, PatientId, PayerId, PolicyDocId, UserId, digest_of
from cases.lifecycle import CaseState
from cases.review import Approval, User, UserRole
from evals.bench_room import NOW, Bench
from evals.task import Item, Measure, Score, Solver, Task, share
from guardrails.submission_gate import ACTION, GateCase, Release, check_release, judge
from guardrails.thresholds import Thresholds, load_thresholds

_LEAST = 0.75
"""The confidence below which a submission is blocked, as the house set it on 2026-11-23 (thresholds.yaml)."""
_BYTES = b'{"resourceType": "Bundle"}'
_DIGEST = digest_of(_BYTES)
_CASE = CaseId("c-1")
_OPEN_NEEDS = (Need.REQUIRED, Need.PRESUMED)


@dataclass(frozen=True)
class GateParts:
    """The judge, the last check before an act, and the thresholds they go by."""

    judge: Callable[[GateCase, Thresholds], GateResult] = judge
    release: Callable[[Release, Thresholds], Approval] = check_release
    thresholds: Thresholds = field(default_factory=load_thresholds)


class Before(Frozen):
    """A submission before the gate, or (`release`) an act about to happen with what is wrong with it."""

    need: Need | None = Need.REQUIRED
    state: State = State.MET
    confidence: float = 1.0
    verdict: bool | None = True
    blocking: bool = False
    drafted: bool = True
    status: TreeStatus = TreeStatus.APPROVED
    payer: bool = True
    release: str = ""


class Said(Frozen):
    """What the gate said."""

    outcome: str
    reasons: tuple[str, ...]


def _items(_: Bench) -> list[Item[Before]]:
    found = [
        Item(f"judge.{number}", one, slices={"about": "judge"}) for number, one in enumerate(dict.fromkeys(_befores()))
    ]
    return found + [Item(f"release.{what}", Before(release=what), slices={"about": "release"}) for what in _RELEASES]


def _befores() -> Iterator[Before]:
    """Every single thing wrong, every state with every confidence, and pairs of faults."""
    for confidence in (1.0, 0.9, 0.8, 0.76, 0.75, 0.749, 0.7, 0.6, 0.5, 0.3, 0.1, 0.0):
        for state in State:
            yield Before(state=state, confidence=confidence)
    singles: list[dict[str, object]] = [
        *({"need": need} for need in (*Need, None)),
        {"verdict": False}, {"verdict": None}, {"blocking": True}, {"drafted": False}, {"payer": False},
        {"status": TreeStatus.DRAFT},
    ]  # fmt: skip
    for one in singles:
        yield Before.model_validate(one)
        for other in singles:
            yield Before.model_validate({**one, **other})


def _solver(_: Bench, parts: GateParts) -> Solver[Before, Said]:
    def solve(item: Item[Before]) -> Said:
        before = item.content
        if before.release:
            return _release(before.release, parts)
        found = parts.judge(_subject(before), parts.thresholds)
        return Said(outcome=found.outcome.value, reasons=found.reasons)

    return solve


def _release(what: str, parts: GateParts) -> Said:
    try:
        parts.release(_RELEASES[what], parts.thresholds)
    except GateRefused as error:
        return Said(outcome="refused", reasons=error.reasons)
    return Said(outcome="released", reasons=())


def _subject(before: Before) -> GateCase:
    need = before.need
    return GateCase(
        case=_case(before),
        need=AuthorizationNeed(need=need, rule_id="r", reason="", citation="", verified=True) if need else None,
        result=_result(before),
        verdicts=(Verdict(guard="grounding", passed=before.verdict),),
        digest=_DIGEST if before.drafted else None,
    )


def _case(before: Before) -> Case:
    patient = Patient(
        id=PatientId("p1"), document_id=DocumentId("Patient/p1"), family="A", given=("B",), birth_date=None, gender=""
    )
    order = Order(
        id="o1", resource_type="ServiceRequest", document_id=DocumentId("o1"), status="active", intent="order",
        codes=(), text="", patient_id=patient.id, authored_on=NOW.date(),
    )  # fmt: skip
    payer = PayerRef(id=PayerId("p"), name="Plan", line_of_business=LineOfBusiness.MEDICARE_ADVANTAGE)
    flags = (Flag(code="display_contradicts_code", message="", severity="blocking"),) if before.blocking else ()
    return Case(
        id=_CASE, tenant_id=DEFAULT_TENANT, state=CaseState.WORKING, patient=patient, order=order, opened_at=NOW,
        payer=payer if before.payer else None, flags=flags,
    )  # fmt: skip


def _result(before: Before) -> CriteriaResult:
    policy = PolicyRef(
        payer_id=PayerId("p"), doc_id=PolicyDocId("d"), version=1, number="1", title="t", effective=date(2026, 1, 1)
    )
    root = Judgement(
        id="root", op=Op.LEAF, statement="s", state=before.state, confidence=before.confidence, reason="",
    )  # fmt: skip
    return CriteriaResult(tree_id="t", policy=policy, status=before.status, draft_reasons=(), root=root)


def _approval(**changes: object) -> Approval:
    held = Approval(
        review_id="r1", case_id=_CASE, action=ACTION, digest=_DIGEST, user_id=UserId("lee"), role=UserRole.REVIEWER,
        at=NOW - timedelta(hours=1), expires_at=NOW + timedelta(hours=71),
    )  # fmt: skip
    return held.model_copy(update=changes)


def _act(approval: Approval | None, **changes: object) -> Release:
    gate = judge(_subject(Before()), load_thresholds())
    held = Release(
        case_id=_CASE, approval=approval, approver=User(id=UserId("lee"), name="Lee", role=UserRole.REVIEWER),
        content=_BYTES, gate=gate, now=NOW,
    )  # fmt: skip
    return held.model_copy(update=changes)


def _user(**changes: object) -> User:
    return User(id=UserId("lee"), name="Lee", role=UserRole.REVIEWER).model_copy(update=changes)


_RELEASES: dict[str, Release] = {
    "in order": _act(_approval()),
    "no approval": _act(None),
    "approval of another case": _act(_approval(case_id=CaseId("c-2"))),
    "approval of another act": _act(_approval(action="prepare_authorization")),
    "other bytes": _act(_approval(), content=_BYTES + b" "),
    "edited since": _act(_approval(), edited_since=True),
    "approver below the role": _act(_approval(), approver=_user(role=UserRole.SPECIALIST)),
    "approver gone": _act(_approval(), approver=_user(active=False)),
    "no approver": _act(_approval(), approver=None),
    "expired": _act(_approval(), now=NOW + timedelta(hours=72)),
    "before it was given": _act(_approval(), now=NOW - timedelta(hours=2)),
    "gate closed": _act(_approval(), gate=judge(_subject(Before(state=State.NOT_MET)), load_thresholds())),
    "no gate": _act(_approval(), gate=None),
}


def _blocked(before: Before) -> bool:
    """Whether anything at all speaks against putting it to a person."""
    return (
        before.need not in _OPEN_NEEDS
        or before.state is not State.MET
        or before.confidence < _LEAST
        or before.verdict is not True
        or before.blocking
        or not before.drafted
        or before.status is not TreeStatus.APPROVED
        or not before.payer
    )


def _score(item: Item[Before], found: Said) -> Score:
    before = item.content
    if before.release:
        fine = before.release == "in order"
        wrong = (found.outcome == "released") is not fine
        marks = {"refused_in_order": share(wrong)} if fine else {"released_wrongly": share(wrong)}
        return Score(marks, not wrong, found.outcome, ", ".join(found.reasons))
    blocked = _blocked(before)
    wrong = (found.outcome == GateOutcome.BLOCKED) is not blocked
    marks = {"passed_wrongly" if blocked else "blocked_wrongly": share(wrong)}
    marks["acted_alone"] = share(found.outcome == GateOutcome.AUTO)
    expected = "blocked" if blocked else "review"
    return Score(marks, not wrong, found.outcome, ", ".join(found.reasons), seen=(expected, found.outcome))


def task(parts: GateParts | None = None) -> Task[Before, Said]:
    """The suite, over the gate and the thresholds that ship unless others are given."""
    return Task(
        name="gate",
        title="The submission gate",
        claim="Nothing leaves without evidence, a gate and a person's countersignature on the exact bytes.",
        datasets=(),
        measures=(
            Measure("passed_wrongly", "submissions put to a person although something speaks against it"),
            Measure("blocked_wrongly", "submissions blocked although nothing does"),
            Measure("acted_alone", "outward acts let through without a person"),
            Measure("released_wrongly", "acts released with a wrong approval"),
            Measure("refused_in_order", "acts in order that were refused"),
        ),
        items=_items,
        solver=partial(_solver, parts=parts or GateParts()),
        scorer=_score,
    )
