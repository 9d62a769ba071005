"""Let the guards judge the drafted appeal: grounded, complete, consistent, and of this patient only."""

from agents.appeal_products import REBUTTAL
from agents.desk import CaseDesk, Record
from agents.model_work import model_verdict
from agents.products import LETTER, MODEL_READING, MODEL_WORDING, VERDICTS
from agents.reading.appeals.enclosing import appeal_extracts
from agents.state import AuthorizationState
from agents.steps.appeal.answer import citable
from agents.steps.appeal.denial_of import denial_of
from agents.steps.appeal.draft_appeal import appeal_matter
from agents.toolbox import Hands
from cases.decision import Verdict
from cases.packet import Letter
from guardrails.appeal_gate import Drafted, administrative, consistent
from guardrails.grounding import ground_letter, law_key, policy_key
from guardrails.scope import same_patient
from knowledge.appeal_rules import shipped_laws


def check_appeal(state: AuthorizationState, desk: CaseDesk, hands: Hands) -> AuthorizationState:
    """Store the verdicts; without a letter there is nothing to judge."""
    letter = desk.product(LETTER, state["revision"])
    verdicts: tuple[Verdict, ...] = _verdicts(state, desk, hands, letter) if letter else ()
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


def _verdicts(state: AuthorizationState, desk: CaseDesk, hands: Hands, letter: Letter) -> tuple[Verdict, ...]:
    case, facts = desk.case(), denial_of(desk).facts
    documents = citable(desk, hands)
    matter = appeal_matter(state, desk, hands, documents)
    extracts = appeal_extracts(matter, letter, documents)
    rebuttal = desk.product(REBUTTAL, state["revision"])
    assert rebuttal is not None
    texts = {law_key(law.id): law.wording for law in shipped_laws()}
    if matter.result is not None:
        texts[policy_key(matter.result.policy)] = hands.call("policy_text", policy=matter.result.policy)
    drafted = Drafted(
        letter=letter, extracts=extracts, facts=facts, rebuttal=rebuttal, result=matter.result, laws=tuple(texts)
    )
    return (
        ground_letter(letter, documents, texts),
        same_patient(case.patient.id, letter, extracts, documents),
        consistent(drafted, case, documents),
        administrative(letter, case, facts),
    )
