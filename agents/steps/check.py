"""Let the guards judge the draft: each sentence grounded, only this patient's documents, no enclosure without basis."""

from agents.desk import CaseDesk, Record
from agents.model_work import model_verdict
from agents.products import LETTER, MODEL_READING, MODEL_WORDING, VERDICTS
from agents.reading.packet_contents import chart_extracts
from agents.state import AuthorizationState
from agents.steps.enclosure_basis import enclosure_basis
from agents.toolbox import Hands
from cases.decision import Verdict
from guardrails.grounding import ground_letter, policy_key
from guardrails.scope import same_patient
from runtime.work_store import CRITERIA


def check(state: AuthorizationState, desk: CaseDesk, hands: Hands) -> AuthorizationState:
    """Store the verdicts on the drafted letter and packet; without a draft, that on what would be enclosed."""
    letter = desk.product(LETTER, state["revision"])
    result = desk.product(CRITERIA, state["revision"])
    verdicts: tuple[Verdict, ...] = ()
    if result is not None and state.get("policy"):
        case = desk.case()
        chart = hands.call("read_chart").for_patient(case.patient.id)
        documents = {document.id: document for document in chart.documents}
        extracts = chart_extracts(case, result, documents)
        verdicts = (enclosure_basis(case, extracts, desk, hands),)
        if letter is not None:
            texts = {policy_key(result.policy): hands.call("policy_text", policy=result.policy)}
            judged = ground_letter(letter, documents, texts)
            verdicts = (judged, same_patient(case.patient.id, letter, extracts, documents), *verdicts)
    told = model_verdict(desk.product(MODEL_READING, state["revision"]), desk.product(MODEL_WORDING, state["revision"]))
    verdicts = (*verdicts, *told)
    failed = [verdict.guard for verdict in verdicts if not verdict.passed]
    desk.record(
        state["revision"],
        Record(
            action="draft.checked",
            detail={"verdicts": len(verdicts), "failed": ",".join(failed) or None},
            products=((VERDICTS, verdicts),),
        ),
    )
    return {}
