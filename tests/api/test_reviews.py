"""The human decision: bound to what was seen, by one person at a time, and never overwritten."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient

from api.scopes import KEY_SCOPES
from cases.review import ReviewAct
from runtime import review_store
from tests.api.door import Door


def path(door: Door) -> str:
    return f"/cases/{door.case('awaiting_review').id}/reviews"


def looked_at(client: TestClient, address: str) -> dict[str, str]:
    return {"If-Match": client.get(address).headers["etag"]}


def decided(door: Door, case_id: str) -> list[tuple[str, str]]:
    with door.box.database.read() as transaction:
        return [(one.user_id, one.act.value) for one in review_store.reviews_of(transaction, case_id)]  # type: ignore[arg-type]


def test_a_reviewer_approves_exactly_what_was_seen(door: Door) -> None:
    client, address = door.person("reviewer"), path(door)
    seen = client.get(address)
    assert seen.json()["acts"] == ["approve", "edit", "reject", "sign"]
    answered = client.post(address, json={"act": "approve"}, headers={"If-Match": seen.headers["etag"]})
    assert answered.status_code == 201
    assert answered.json()["digest"] == seen.json()["digest"]
    assert client.get(address).json()["state"] == "approved"
    assert client.get(address).json()["acts"] == []


def test_of_two_reviewers_the_second_is_told_and_nothing_is_overwritten(door: Door) -> None:
    address, case_id = path(door), door.case("awaiting_review").id
    first, second = door.person("reviewer"), door.person("second")
    seen_by_first, seen_by_second = looked_at(first, address), looked_at(second, address)
    assert first.post(address, json={"act": "approve"}, headers=seen_by_first).status_code == 201
    told = second.post(address, json={"act": "reject", "reason": "Wrong item."}, headers=seen_by_second)
    assert told.status_code == 412
    assert told.json()["type"].endswith(":stale_view")
    assert decided(door, case_id) == [("reviewer", "approve")]
    assert second.get(address).json()["state"] == "approved"


def test_of_two_reviewers_at_the_same_instant_one_decides(door: Door) -> None:
    address, case_id = path(door), door.case("awaiting_review").id
    people = [door.person(name) for name in ("reviewer", "second", "supervisor", "admin") * 2]
    headers = looked_at(people[0], address)
    body = {"act": "reject", "reason": "The order was withdrawn."}
    with ThreadPoolExecutor(8) as hands:
        answers = list(hands.map(lambda one: one.post(address, json=body, headers=headers).status_code, people))
    assert sorted(answers) == [201] + [412] * 7
    assert len(decided(door, case_id)) == 1


def test_a_letter_edited_meanwhile_makes_the_other_look_again(door: Door) -> None:
    address = path(door)
    case_id = door.case("awaiting_review").id
    editor, approver = door.person("specialist"), door.person("reviewer")
    seen = looked_at(approver, address)
    letter = editor.get(f"/cases/{case_id}/artefacts/letter.md").text
    body = {"act": "edit", "reason": "A clearer opening.", "letter": letter}
    assert editor.post(address, json=body, headers=looked_at(editor, address)).status_code == 201
    assert approver.post(address, json={"act": "approve"}, headers=seen).status_code == 412


@pytest.mark.parametrize("value", [None, "*", ' "*" '.strip('"')])
def test_nobody_decides_without_saying_what_was_seen(door: Door, value: str | None) -> None:
    headers = {} if value is None else {"If-Match": value}
    refused = door.person("reviewer").post(path(door), json={"act": "approve"}, headers=headers)
    assert refused.status_code in (428, 412)
    assert decided(door, door.case("awaiting_review").id) == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"act": "reject"}, 422),
        ({"act": "reject", "reason": "   "}, 422),
        ({"act": "edit", "reason": "x", "letter": "not our letter"}, 422),
        ({"act": "decide"}, 422),
        ({"act": "approve", "force": True}, 422),
        ({"act": "approve", "reason": "x" * 4001}, 422),
        ({}, 422),
        ({"act": "sign"}, 403),
    ],
)
def test_a_decision_that_says_too_little_or_too_much_is_refused(
    door: Door, body: dict[str, object], status: int
) -> None:
    client, address = door.person("reviewer"), path(door)
    assert client.post(address, json=body, headers=looked_at(client, address)).status_code == status
    assert decided(door, door.case("awaiting_review").id) == []


def test_a_specialist_edits_but_does_not_decide_and_a_machine_does_neither(door: Door) -> None:
    address = path(door)
    specialist, machine = door.person("specialist"), door.machine(*KEY_SCOPES)
    assert specialist.get(address).json()["acts"] == ["edit", "sign"]
    assert machine.get(address).json()["acts"] == []
    for act in (ReviewAct.APPROVE, ReviewAct.REJECT):
        body = {"act": act, "reason": "So it is."}
        assert specialist.post(address, json=body, headers=looked_at(specialist, address)).status_code == 403
    for act in ReviewAct:
        body = {"act": act, "reason": "So it is."}
        assert machine.post(address, json=body, headers=looked_at(machine, address)).status_code == 403
    assert decided(door, door.case("awaiting_review").id) == []


def test_a_case_that_waits_for_a_document_is_not_to_be_decided(door: Door) -> None:
    case_id = door.case("waiting_documents").id
    client, address = door.person("reviewer"), f"/cases/{case_id}/reviews"
    seen = client.get(address)
    assert seen.json()["acts"] == []
    refused = client.post(address, json={"act": "approve"}, headers={"If-Match": seen.headers["etag"]})
    assert refused.status_code == 412
    assert decided(door, case_id) == []


def test_a_decision_repeated_under_its_key_is_one(door: Door) -> None:
    client, address = door.person("reviewer"), path(door)
    headers = {**looked_at(client, address), "Idempotency-Key": "k1"}
    first = client.post(address, json={"act": "approve"}, headers=headers)
    again = client.post(address, json={"act": "approve"}, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert len(decided(door, door.case("approved").id)) == 1
