"""The page of labels: a supervisor approves, another person answers, and nobody answers an own decision."""

from agents.casework.fact_reviews import FactRequest, facts_of, record_fact_decision
from agents.casework.labelling import candidates
from cases.fact_review import FactAct
from cases.ids import UserId
from tests.api.door import Door


def decide(door: Door) -> str:
    """A specialist accepts a fact that was read from a note; gives the candidate's id."""
    case = door.case("awaiting_review")
    fact = next(one for one in facts_of(door.box, case.id) if one.span.document_id.endswith(".txt"))
    record_fact_decision(
        door.box,
        FactRequest(
            case_id=case.id, fact_id=fact.id, act=FactAct.ACCEPT, user_id=UserId("specialist"), reason="it stands"
        ),
    )
    return candidates(door.box)[0].id


def test_approved_by_one_and_answered_by_another(door: Door) -> None:
    family = door.case("awaiting_review").patient.family
    item = decide(door)
    assert "To approve" not in door.person("reviewer").get("/panel/labels").text
    assert door.person("reviewer").post(f"/panel/labels/{item}/keep").status_code == 403
    page = door.person("supervisor").get("/panel/labels").text
    assert f"/panel/labels/{item}/keep" in page
    assert family not in page
    assert door.person("supervisor").post(f"/panel/labels/{item}/keep").status_code == 303
    assert f"{item}/answer" not in door.person("specialist").get("/panel/labels").text
    assert f"{item}/answer" in door.person("reviewer").get("/panel/labels").text
    assert door.person("reviewer").post(f"/panel/labels/{item}/answer", data={"says": "maybe"}).status_code == 422
    assert door.person("reviewer").post(f"/panel/labels/{item}/answer", data={"says": "yes"}).status_code == 303
    page = door.person("reviewer").get("/panel/labels").text
    assert "agree on 1 of 1" in page
    assert f"{item}/answer" not in page


def test_a_decision_left_out_is_gone(door: Door) -> None:
    item = decide(door)
    assert door.person("supervisor").post(f"/panel/labels/{item}/leave-out").status_code == 303
    assert item not in door.person("supervisor").get("/panel/labels").text
    assert door.person("supervisor").post(f"/panel/labels/{item}/keep").status_code == 404
