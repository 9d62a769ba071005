"""The appeal's gate: may this be put to a person; and the state the case waits in if not."""

from zoneinfo import ZoneInfo

from agents.appeal_json import denial_json, pathway_json, rebuttal_json
from agents.appeal_products import DENIAL_DOCUMENT, PLAN, REBUTTAL
from agents.artefact_json import criteria_json, gaps_json, gate_json
from agents.desk import CaseDesk, Record, moved
from agents.products import NOT_DRAFTED, VERDICTS
from agents.reading.appeals.part_refused import last_day_refused, part_refused
from agents.reading.appeals.work_order import work_order
from agents.state import AuthorizationState
from agents.steps.appeal.denial_of import denial_of
from agents.toolbox import Hands
from cases.appeal import LETTERS
from cases.decision import GateOutcome, GateResult
from cases.errors import StoreDamaged
from cases.ids import Digest
from cases.lifecycle import CaseEvent
from guardrails.appeal_gate import AppealGateCase, judge_appeal
from guardrails.thresholds import load_thresholds
from runtime.work_store import CRITERIA, GAPS, GATE


def gate_appeal(state: AuthorizationState, desk: CaseDesk, hands: Hands) -> AuthorizationState:
    """Store the gate's answer, write the JSON artefacts, and move the case to where it waits."""
    revision, case, denial = state["revision"], desk.case(), denial_of(desk)
    plan, rebuttal = desk.product(PLAN, revision), desk.product(REBUTTAL, revision)
    document = desk.product(DENIAL_DOCUMENT, revision)
    if plan is None or rebuttal is None or document is None:
        raise StoreDamaged(f"Case {desk.case_id}: the appeal has no plan or rebuttal.")
    result = desk.product(CRITERIA, revision) if state.get("policy") else None
    verdict = judge_appeal(
        AppealGateCase(
            case=case,
            plan=plan,
            rebuttal=rebuttal,
            denied_on=denial.facts.notice_date,
            in_part=bool(part_refused(document)),
            refused_until=last_day_refused(document),
            result=result,
            verdicts=desk.product(VERDICTS, revision) or (),
            digest=Digest(state["digest"]) if state.get("digest") else None,
            not_drafted=(desk.product(NOT_DRAFTED, revision) or "").split(":", 1)[0],
            today=desk.clock.now().astimezone(ZoneInfo(denial.zone or "UTC")).date(),
        ),
        load_thresholds(),
    )
    artefacts = {
        "denial.json": denial_json(denial, document),
        "pathway.json": pathway_json(plan),
        "rebuttal.json": rebuttal_json(rebuttal),
        "criteria.json": criteria_json(result, case),
        "gaps.json": gaps_json(desk.product(GAPS, revision) or ()),
        "gate.json": gate_json(verdict, desk.product(NOT_DRAFTED, revision) or ""),
    }
    if plan.filing not in LETTERS:
        artefacts["work-order.md"] = work_order(case, denial, plan).encode()
    desk.record(
        revision,
        Record(
            action="gate.judged",
            detail={
                "outcome": verdict.outcome.value, "reasons": ",".join(verdict.reasons) or None,
                "confidence": str(verdict.confidence), "thresholds": verdict.thresholds_version,
                "digest": verdict.digest,
            },
            case=moved(case, _event(verdict)),
            products=((GATE, verdict),),
            artefacts=artefacts,
        ),
    )  # fmt: skip
    return {"outcome": verdict.outcome.value, "reasons": list(verdict.reasons)}


def _event(verdict: GateResult) -> CaseEvent:
    if verdict.outcome is not GateOutcome.BLOCKED:
        return CaseEvent.READY
    waits = {"nothing_to_argue", "evidence_not_shown"}
    return CaseEvent.PERSON_NEEDED if set(verdict.reasons) - waits else CaseEvent.GAP_FOUND
