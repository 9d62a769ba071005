"""The denial inside an electronic answer to a request of ours, opened on its own case once the answer is recorded."""

from agents.casework.denials.opening import open_denials
from agents.products import ANSWER
from agents.toolbox import Toolbox
from cases.case import AppealRef, Case
from cases.decision import PayerAnswer
from cases.denial import Denial, DenialFacts, DenialNumbers, Pathway
from cases.ids import CaseId
from cases.lifecycle import CaseState
from knowledge.answer_denials import denial_of_answer
from runtime import case_store, denial_store, work_store

REFUSED = frozenset({CaseState.DENIED, CaseState.MODIFIED})


def open_from_answer(toolbox: Toolbox, case_id: CaseId) -> tuple[Denial, ...]:
    """Open what the payer's answer refuses; nothing where the case was not refused. The same answer opens it once."""
    with toolbox.database.read() as transaction:
        case = case_store.get(transaction, case_id)
        answer = work_store.get_product(transaction, case_id, ANSWER)
    if case.state not in REFUSED or answer is None:
        return ()
    facts = denial_of_answer(answer, case.payer, _numbers(case), case.urgency)
    if facts is None:
        return ()
    name = f"answer of {answer.received_at:%Y-%m-%d}"
    if case.appeal is not None:
        return _of_appeal(toolbox, case.appeal, facts, name, answer)
    return open_denials(toolbox, name, answer.model_dump_json().encode(), [facts], case_id)


def _of_appeal(
    toolbox: Toolbox, appeal: AppealRef, facts: DenialFacts, name: str, answer: PayerAnswer
) -> tuple[Denial, ...]:
    """A refused appeal is a new denial of the same case, one level up; the reasons stay where no new ones are given."""
    with toolbox.database.read() as transaction:
        before = denial_store.get(transaction, appeal.denial_id).facts
    changes: dict[str, object] = {
        "level": appeal.level + 1, "kind": before.kind, "state": before.state, "benefit": before.benefit,
        "in_network": before.in_network,
    }  # fmt: skip
    unsaid = all(reason.decision.pathway is Pathway.PERSON for reason in facts.reasons)
    if unsaid:
        named = {"reasons": before.reasons, "pathway": before.pathway, "appealable": before.appealable}
        kept = tuple(reason.model_copy(update={"passage": None}) for reason in before.reasons)
        changes |= {**named, "reasons": kept, "both_clocks": before.both_clocks}
    content = answer.model_dump_json().encode()
    return open_denials(toolbox, name, content, [facts.model_copy(update=changes)], appeal.parent)


def _numbers(case: Case) -> DenialNumbers:
    return DenialNumbers(
        member_id=case.coverage.member_id if case.coverage else "",
        patient=case.patient.full_name,
        birth_date=case.patient.birth_date,
        service_codes=tuple(code.code for code in case.order.codes),
        service_date=case.service_date,
    )
