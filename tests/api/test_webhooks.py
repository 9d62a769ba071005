"""The signed door: what is signed is kept once, what is not leaves nothing behind."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from runtime.queue_tables import inbox_events
from tests.api.door import NOW, SECRETS, Door, order_event, signed

NOTE = {"case_id": "c-0123456789abcdef", "name": "note.txt", "content": "YQ=="}


def event(**changes: Any) -> bytes:
    return json.dumps({"type": "document.received", "timestamp": NOW.isoformat(), "data": NOTE, **changes}).encode()


def kept(door: Door) -> list[str]:
    with door.box.database.read() as transaction:
        return [row.event_id for row in transaction.connection.execute(inbox_events.select())]


def jobs(door: Door) -> list[str]:
    with door.box.database.read() as transaction:
        rows = transaction.connection.exec_driver_sql("SELECT workflow_uuid FROM workflow_status")
        return [str(row[0]) for row in rows]


def test_an_event_is_kept_with_its_job_and_its_audit_entry(door: Door) -> None:
    body = order_event()
    answered = door.stranger().post("/webhooks/ehr", content=body, headers=signed("e1", body))
    assert answered.status_code == 202
    receipt = answered.json()["receipt_id"]
    assert kept(door) == ["e1"]
    assert jobs(door) == [f"default:process_event:{receipt}"]
    assert door.audit_actions(receipt) == ["event.accepted"]


def test_a_repeat_gets_the_same_receipt_and_nothing_more(door: Door) -> None:
    body, client = event(), door.stranger()
    answers = [client.post("/webhooks/ehr", content=body, headers=signed("e1", body)).json() for _ in range(3)]
    under_another_id = client.post("/webhooks/ehr", content=body, headers=signed("e2", body)).json()
    assert answers[0] == answers[1] == answers[2] == under_another_id
    assert (len(kept(door)), len(jobs(door))) == (1, 1)


def test_an_id_that_comes_again_with_another_body_is_refused_and_the_first_stays(door: Door) -> None:
    first, second, client = event(), event(data={**NOTE, "content": "Yg=="}), door.stranger()
    assert client.post("/webhooks/ehr", content=first, headers=signed("e1", first)).status_code == 202
    refused = client.post("/webhooks/ehr", content=second, headers=signed("e1", second))
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:countersign:problem:conflict")
    assert (len(kept(door)), len(jobs(door))) == (1, 1)


def test_the_same_id_of_two_senders_is_two_events(door: Door) -> None:
    box = door.box
    box.settings.webhook_secrets["lab"] = box.settings.webhook_secrets["ehr"]
    body, client = event(), door.stranger()
    receipts = {
        client.post(f"/webhooks/{source}", content=body, headers=signed("e1", body)).json()["receipt_id"]
        for source in ("ehr", "lab")
    }
    assert len(receipts) == 2


@pytest.mark.parametrize("secrets", [SECRETS[:1], SECRETS[1:], SECRETS])
def test_either_of_two_secrets_signs_while_they_are_rotated(door: Door, secrets: tuple[str, ...]) -> None:
    body = event()
    assert door.stranger().post("/webhooks/ehr", content=body, headers=signed("e1", body, secrets)).status_code == 202


FOREIGN = ("whsec_" + "A" * 32,)
REFUSED: dict[str, tuple[str, dict[str, str]]] = {
    "another secret": ("ehr", signed("e1", event(), FOREIGN)),
    "another body": ("ehr", signed("e1", event(data={}))),
    "another id": ("ehr", {**signed("e1", event()), "webhook-id": "e2"}),
    "another timestamp": ("ehr", {**signed("e1", event()), "webhook-timestamp": str(int(NOW.timestamp()) + 1)}),
    "too old": ("ehr", signed("e1", event(), at=NOW - timedelta(minutes=6))),
    "from the future": ("ehr", signed("e1", event(), at=NOW + timedelta(minutes=6))),
    "an unknown sender": ("nobody", signed("e1", event())),
    "no signature": ("ehr", {"webhook-id": "e1", "webhook-timestamp": str(int(NOW.timestamp()))}),
    "no headers": ("ehr", {}),
    "a version not known": ("ehr", {**signed("e1", event()), "webhook-signature": "v1a,AAAA v2,BBBB"}),
    "an id with spaces": ("ehr", signed("e 1", event())),
    "an id too long": ("ehr", signed("e" * 257, event())),
    "a timestamp beyond time": ("ehr", {**signed("e1", event()), "webhook-timestamp": "9" * 12}),
    "a negative timestamp": ("ehr", {**signed("e1", event()), "webhook-timestamp": "-1"}),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_rightly_signed_leaves_nothing(door: Door, what: str) -> None:
    source, headers = REFUSED[what]
    logged = len(door.audit_actions())
    refused = door.stranger().post(f"/webhooks/{source}", content=event(), headers=headers)
    assert (refused.status_code, refused.json()["detail"]) == (
        401,
        "The sender, its signature or its timestamp is not right.",
    )
    assert (kept(door), jobs(door), len(door.audit_actions())) == ([], [], logged)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"not json", 422),
        (b"[]", 422),
        (b'{"type":', 422),
        (b'{"type": 7}', 422),
        (b'{"type": "order.deleted", "data": {}}', 422),
        (b'{"data": {}}', 422),
        (b'{"type": "order.created", "data": ' + b"[" * 5000 + b"]" * 5000 + b"}", 422),
        (b'{"type": "order.created", "data": ' + b"[" * 5000, 422),
        (b"\xff\xfe", 401),
        (b'{"type": "order.created", "x": "' + b"a" * (16 * 1024 * 1024) + b'"}', 413),
    ],
)
def test_a_signed_body_that_is_no_event_is_refused_at_the_door(door: Door, body: bytes, status: int) -> None:
    refused = door.stranger().post("/webhooks/ehr", content=body, headers=signed("e1", body))
    assert refused.status_code == status
    assert refused.headers["content-type"] == "application/problem+json"
    assert kept(door) == []


def test_many_senders_at_once_each_get_their_own_receipt(door: Door) -> None:
    bodies = [event(data={**NOTE, "name": f"n{number}.txt"}) for number in range(40)]

    def post(number: int) -> str:
        headers = signed(f"e{number}", bodies[number])
        return str(door.stranger().post("/webhooks/ehr", content=bodies[number], headers=headers).json()["event_id"])

    with ThreadPoolExecutor(8) as senders:
        assert list(senders.map(post, range(40))) == [f"e{number}" for number in range(40)]
    assert sorted(kept(door)) == sorted(f"e{number}" for number in range(40))
    with door.box.database.read() as transaction:
        assert door.box.audit.verify(transaction).holds


def test_a_receipt_tells_what_became_of_the_event(door: Door) -> None:
    body = event()
    receipt = door.stranger().post("/webhooks/ehr", content=body, headers=signed("e1", body)).json()["receipt_id"]
    told = door.person("specialist").get(f"/receipts/{receipt}").json()
    assert (told["fate"], told["kind"], told["case_ids"]) == ("accepted", "document.received", [])
