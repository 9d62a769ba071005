"""The gate: may this be put to a person; and the state the case waits in if not."""

from agents.artefact_json import criteria_json, gaps_json, gate_json
from agents.desk import CaseDesk, Record, moved
from agents.products import MODEL_READING, NOT_DRAFTED, VERDICTS
from agents.state import AuthorizationState
from agents.toolbox import Hands
from cases.decision import GateOutcome, GateResult
from cases.ids import Digest
from cases.lifecycle import CaseEvent
from guardrails.submission_gate import GateCase, judge
from guardrails.thresholds import load_thresholds
from runtime.work_store import CRITERIA, GAPS, GATE, NEED

_WAITS_FOR_DOCUMENTS = frozenset({"criteria_insufficient", "required_document_missing"})


def gate(state: AuthorizationState, desk: CaseDesk, hands: Hands) -> AuthorizationState:
    """Store the gate's answer, write the JSON artefacts, and move the case to where it waits."""
    revision, case = state["revision"], desk.case()
    result = desk.product(CRITERIA, revision) if state.get("policy") else None
    verdict = judge(
        GateCase(
            case=case,
            need=desk.product(NEED, revision),
            result=result,
            verdicts=desk.product(VERDICTS, revision) or (),
            digest=Digest(state["digest"]) if state.get("digest") else None,
            required_document_missing=state.get("required_document_missing", False),
            not_drafted=(desk.product(NOT_DRAFTED, revision) or "").split(":", 1)[0],
        ),
        load_thresholds(),
    )
    gaps = desk.product(GAPS, revision) or ()
    reading = desk.product(MODEL_READING, revision)
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
            artefacts={
                "criteria.json": criteria_json(result, case, reading.readings if reading else ()),
                "gaps.json": gaps_json(gaps),
                "gate.json": gate_json(verdict, desk.product(NOT_DRAFTED, revision) or ""),
            },
        ),
    )  # fmt: skip
    return {"outcome": verdict.outcome.value, "reasons": list(verdict.reasons)}


def _event(verdict: GateResult) -> CaseEvent:
    if verdict.outcome is not GateOutcome.BLOCKED:
        return CaseEvent.READY
    if "pa_not_required" in verdict.reasons:
        return CaseEvent.PA_NOT_REQUIRED
    others = set(verdict.reasons) - _WAITS_FOR_DOCUMENTS
    return CaseEvent.PERSON_NEEDED if others else CaseEvent.GAP_FOUND
