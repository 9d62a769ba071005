"""Answer every stated reason from the evidence map, under the policy in force on the day of service."""

from agents.appeal_products import DENIAL_DOCUMENT, EVIDENCE_SOURCE, HANDED_OVER, PROOFS, REBUTTAL
from agents.desk import CaseDesk, Record
from agents.reading.appeals.rebuttal import AnswerMatter, answer_reasons
from agents.state import AuthorizationState
from agents.steps.appeal.denial_of import denial_of
from agents.steps.draft import of_patient
from agents.toolbox import Hands
from cases.criteria import CriteriaResult
from cases.document import Document
from cases.errors import StoreDamaged
from cases.ids import DocumentId
from runtime.work_store import CRITERIA


def answer(state: AuthorizationState, desk: CaseDesk, hands: Hands) -> AuthorizationState:
    """Store the rebuttal; the chart is opened for its words, never read for facts here."""
    case, document = desk.case(), desk.product(DENIAL_DOCUMENT, state["revision"])
    if document is None:
        raise StoreDamaged(f"Case {desk.case_id}: the denial it answers was not handed over.")
    documents = citable(desk, hands)
    source = desk.product(EVIDENCE_SOURCE, HANDED_OVER)
    result = judged(state, desk, documents)
    rebuttal = answer_reasons(
        AnswerMatter(
            case=case,
            facts=denial_of(desk).facts,
            denial=document,
            result=result,
            documents=documents,
            policy_text=hands.call("policy_text", policy=result.policy) if result else "",
            proofs=desk.product(PROOFS, HANDED_OVER) or (),
            authorization=source.authorization if source else "",
            earlier=frozenset(source.sent) if source and source.requested_here else None,
            reused_from=source.case_id if source and state.get("reused") else None,
        )
    )
    desk.record(
        state["revision"],
        Record(
            action="appeal.answered",
            detail={
                "reasons": len(rebuttal.answers), "argued": len(rebuttal.argued),
                "criteria": sum(len(one.criteria) for one in rebuttal.answers),
                "stances": ",".join(one.stance.value for one in rebuttal.answers) or None,
            },
            products=((REBUTTAL, rebuttal),),
        ),
    )  # fmt: skip
    return {}


def citable(desk: CaseDesk, hands: Hands) -> dict[DocumentId, Document]:
    """Everything an appeal may cite: this patient's chart, the denial, and the payer's earlier answers."""
    case = desk.case()
    held = list(hands.call("read_chart").for_patient(case.patient.id).documents)
    denial = desk.product(DENIAL_DOCUMENT)
    held += [denial] if denial else []
    proofs = desk.product(PROOFS, HANDED_OVER)
    held += proofs or ()
    return {document.id: document for document in held}


def judged(state: AuthorizationState, desk: CaseDesk, documents: dict[DocumentId, Document]) -> CriteriaResult | None:
    """The judgement this appeal rests on, without quotes from pages that do not say whose they are."""
    result = desk.product(CRITERIA, state["revision"]) if state.get("policy") else None
    return of_patient(result, documents) if result else None
