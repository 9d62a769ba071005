"""A person decides on a fact, and everything behind it follows; nothing of it can be done without a reason."""

from datetime import date
from decimal import Decimal

import pytest

from agents.casework.fact_reviews import FactRequest, facts_of, record_fact_decision
from cases.case import Case
from cases.errors import Conflict, InputError, NotAllowed, NotFound
from cases.evidence import Fact
from cases.fact_review import Correction, FactAct
from cases.ids import FactId, UserId
from cases.lifecycle import CaseState
from cases.review import ReviewAct
from tests.flows.clinic import COMPLETE, Clinic, as_json, leaves
from tests.tools.payer.sandbox_process import SandboxProcess


@pytest.fixture
def waiting(clinic: Clinic) -> Case:
    (case,) = clinic.authorize(COMPLETE).values()
    assert case.state is CaseState.AWAITING_REVIEW
    return case


def deciding(clinic: Clinic, case: Case) -> list[Fact]:
    """The facts that make the resting leaf MET."""
    tree = as_json(clinic.artefacts(case.id)["criteria.json"])["tree"]
    quotes = {
        (item["document"], item["start"])
        for leaf in leaves(tree).values()
        for item in leaf["evidence"]
        if item["role"] == "supports" and "saturation" in item["fact"].lower()
    }
    return [fact for fact in facts_of(clinic.box, case.id) if (fact.span.document_id, fact.span.start) in quotes]


def decide(clinic: Clinic, case: Case, fact: Fact, act: FactAct, **changes: object) -> Case:
    request = FactRequest(
        case_id=case.id, fact_id=fact.id, act=act, user_id=UserId("specialist"), reason="seen in the original",
        correction=Correction(),
    )  # fmt: skip
    record_fact_decision(clinic.box, request.model_copy(update=changes))
    return clinic.go_on(case.id)


def test_a_rejected_fact_settles_nothing_and_the_packet_falls_with_it(clinic: Clinic, waiting: Case) -> None:
    case = waiting
    for fact in deciding(clinic, waiting):
        case = decide(clinic, case, fact, FactAct.REJECT)
    assert case.state is CaseState.WAITING_DOCUMENTS
    tree = as_json(clinic.artefacts(case.id)["criteria.json"])["tree"]
    found = [item for leaf in leaves(tree).values() for item in leaf["evidence"]]
    assert any("a person rejected it: seen in the original" in str(item["findings"]) for item in found)
    assert clinic.log_holds()


def test_a_corrected_value_decides_instead(clinic: Clinic, waiting: Case) -> None:
    case = waiting
    for fact in deciding(clinic, waiting):
        case = decide(clinic, case, fact, FactAct.CORRECT, correction=Correction(value=Decimal(96)))
    assert case.state is not CaseState.AWAITING_REVIEW
    values = {fact.value for fact in facts_of(clinic.box, case.id) if fact.concept == "spo2"}
    assert Decimal(96) in values


def test_an_approval_given_before_covers_nothing_after(clinic: Clinic, waiting: Case, payer: SandboxProcess) -> None:
    seen = clinic.digest(waiting.id)
    fact = deciding(clinic, waiting)[0]
    decide(clinic, waiting, fact, FactAct.CORRECT, correction=Correction(on=date(2026, 11, 3)))
    assert clinic.case(waiting.id).revision > waiting.revision
    if clinic.digest(waiting.id) != seen:
        with pytest.raises(Conflict):
            clinic.review(waiting.id, ReviewAct.APPROVE, "reviewer", digest=seen)
    assert payer.lines() == []


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"reason": "  "}, InputError),
        ({"act": FactAct.CORRECT}, InputError),
        ({"fact_id": FactId("nothing")}, NotFound),
        ({"user_id": UserId("viewer")}, NotAllowed),
        ({"user_id": UserId("mallory")}, NotFound),
    ],
)
def test_what_is_no_decision_is_refused(
    clinic: Clinic, waiting: Case, changes: dict[str, object], error: type[Exception]
) -> None:
    fact = deciding(clinic, waiting)[0]
    asked = FactRequest(
        case_id=waiting.id, fact_id=fact.id, act=FactAct.REJECT, user_id=UserId("specialist"), reason="no"
    )
    with pytest.raises(error):
        record_fact_decision(clinic.box, asked.model_copy(update=changes))
    assert clinic.case(waiting.id).state is CaseState.AWAITING_REVIEW


def test_facts_of_an_approved_case_can_no_longer_be_decided_on(clinic: Clinic, waiting: Case) -> None:
    fact = deciding(clinic, waiting)[0]
    clinic.review(waiting.id, ReviewAct.APPROVE, "reviewer")
    with pytest.raises(Conflict):
        decide(clinic, waiting, fact, FactAct.REJECT)
