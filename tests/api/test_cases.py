"""Charts and documents handed in, and cases looked at: by file, within limits, once under a key."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from agents.casework.processing import process_event
from api.scopes import Scope
from runtime import case_records
from runtime.queue_tables import inbox_events
from runtime.sign_in_tables import answers
from tests.api.door import SAMPLES, Door, order_event

CHART = SAMPLES / "oxygen-complete"
Parts = list[tuple[str, tuple[str, bytes]]]


def parts(*files: tuple[str, bytes]) -> Parts:
    return [("file", one) for one in files]


def whole_chart(folder: Path = CHART) -> Parts:
    return parts(*((path.name, path.read_bytes()) for path in sorted(folder.iterdir()) if path.suffix != ".md"))


def kept(door: Door) -> int:
    with door.box.database.read() as transaction:
        return len(transaction.connection.execute(inbox_events.select()).all())


def test_a_chart_of_several_files_is_opened_with_all_of_them(door: Door) -> None:
    client = door.machine(Scope.EVENTS_WRITE, Scope.CASES_READ)
    sample = SAMPLES / "lumbar-mri-therapy-too-short"
    answered = client.post("/cases", files=whole_chart(sample))
    assert answered.status_code == 202, answered.text
    receipt = answered.json()["receipt_id"]
    process_event(door.box, receipt)
    told = client.get(f"/receipts/{receipt}").json()
    assert told["fate"] == "carried_out"
    (case_id,) = told["case_ids"]
    assert client.get(f"/cases/{case_id}").json()["state"] != "opened"
    with door.box.database.read() as transaction:
        held = case_records.files_of(transaction, case_id)
    assert set(held) == {name for _, (name, _) in whole_chart(sample)}


def test_a_chart_as_one_json_body_is_taken_too(door: Door) -> None:
    bundle = json.dumps(json.loads(order_event())["data"]).encode()
    headers = {"content-type": "application/fhir+json"}
    answered = door.person("specialist").post("/cases", content=bundle, headers=headers)
    assert answered.status_code == 202
    process_event(door.box, answered.json()["receipt_id"])


def test_a_document_handed_in_takes_the_waiting_case_on(door: Door) -> None:
    case = door.case("waiting_documents")
    client = door.person("specialist")
    assert client.get(f"/cases/{case.id}/gaps").json()["gaps"]
    note = (
        b"Patient: Leon Rene Baptiste    DOB: 09/30/1948\nDate of visit: 11/10/2026\n\n"
        b"I ordered pulse oximetry today and reviewed the oximetry myself. "
        b"Oxygen saturation was 85% at rest on room air.\n"
    )
    handed_in = client.post(f"/cases/{case.id}/documents", files=parts(("oximetry.txt", note)))
    assert handed_in.status_code == 202
    process_event(door.box, handed_in.json()["receipt_id"])
    assert client.get(f"/cases/{case.id}").json()["state"] == "awaiting_review"


PATIENT = b'{"resourceType": "Patient", "id": "p"}'
REFUSED: dict[str, tuple[dict[str, Any], int]] = {
    "no body": ({}, 415),
    "another type": ({"content": b"<a/>", "headers": {"content-type": "application/xml"}}, 415),
    "text in place of JSON": ({"content": b"hello", "headers": {"content-type": "application/json"}}, 422),
    "broken JSON": ({"content": b'{"resourceType":', "headers": {"content-type": "application/json"}}, 422),
    "no FHIR": ({"content": b'{"a": 1}', "headers": {"content-type": "application/json"}}, 422),
    "an empty body": ({"content": b"", "headers": {"content-type": "application/json"}}, 422),
    "deep JSON": ({"content": b'{"a":' + b"[" * 9000, "headers": {"content-type": "application/json"}}, 422),
    "a form that is none": ({"content": b"x", "headers": {"content-type": "multipart/form-data; boundary=b"}}, 422),
    "a form without boundary": ({"content": b"x", "headers": {"content-type": "multipart/form-data"}}, 422),
    "a field and no file": ({"data": {"a": "b"}, "files": {}}, 415),
    "only a note": ({"files": parts(("note.txt", b"A note."))}, 422),
    "an empty file": ({"files": parts(("chart.json", b""))}, 422),
    "a program": ({"files": parts(("chart.json", PATIENT), ("a.zip", b"PK\x03\x04"))}, 415),
    "two of one name": ({"files": parts(("a.json", PATIENT), ("a.json", PATIENT + b" "))}, 422),
    "too many files": ({"files": parts(*((f"{n}.json", PATIENT) for n in range(51)))}, 422),
    "too large": ({"content": b" " * (64 * 1024 * 1024 + 1), "headers": {"content-type": "application/json"}}, 413),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_chart_is_refused_at_the_door_and_not_kept(door: Door, what: str) -> None:
    sent, status = REFUSED[what]
    refused = door.person("specialist").post("/cases", **sent)
    assert (refused.status_code, refused.headers["content-type"]) == (status, "application/problem+json")
    assert status == 413 or refused.json()["detail"]
    assert kept(door) == 0


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\scan.txt", "scan.txt"),
        ("..", "document"),
        (".hidden", "hidden"),
        ("a\x00b<script>.txt", "a_b_script_.txt"),
        ("x" * 300 + ".txt", "x" * 124 + ".txt"),
    ],
)
def test_a_file_name_is_only_ever_a_name(door: Door, name: str, plain: str) -> None:
    case_id = door.case("waiting_documents").id
    boundary = b"--b\r\n"
    disposition = b'Content-Disposition: form-data; name="f"; filename="' + name.encode() + b'"\r\n\r\n'
    body = boundary + disposition + b"SYNTHETIC note\r\n--b--\r\n"
    headers = {"content-type": "multipart/form-data; boundary=b"}
    answered = door.person("specialist").post(f"/cases/{case_id}/documents", content=body, headers=headers)
    assert answered.status_code == 202, answered.text
    with door.box.database.read() as transaction:
        (row,) = transaction.connection.execute(inbox_events.select()).all()
    assert json.loads(row.body)["data"]["name"] == plain


@pytest.mark.parametrize("case_id", ["c-0123456789abcdef", "c-zz", "..%2f..%2fetc", "%00", "c-0123456789ABCDEF"])
@pytest.mark.parametrize("path", ["", "/criteria", "/gaps", "/gate", "/artefacts", "/artefacts/packet.pdf", "/reviews"])
def test_a_case_that_is_not_held_is_not_found_whatever_it_is_called(door: Door, case_id: str, path: str) -> None:
    refused = door.person("specialist").get(f"/cases/{case_id}{path}")
    assert refused.status_code in (404, 422)
    assert refused.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("name", ["secret.key", "%2e%2e%2fsecret.key", "packet.pdf%00", "letter.exe", "PACKET.PDF"])
def test_an_artefact_is_one_of_the_case_or_nothing(door: Door, name: str) -> None:
    case_id = door.case("awaiting_review").id
    assert door.person("specialist").get(f"/cases/{case_id}/artefacts/{name}").status_code in (404, 422)


def test_every_artefact_listed_is_given_with_its_digest(door: Door) -> None:
    case_id, client = door.case("awaiting_review").id, door.person("specialist")
    listed = client.get(f"/cases/{case_id}/artefacts").json()["artefacts"]
    assert {"packet.pdf", "letter.md", "criteria.json", "gate.json"} <= listed.keys()
    for name, digest in listed.items():
        given = client.get(f"/cases/{case_id}/artefacts/{name}")
        assert given.headers["etag"] == f'"{digest}"'
        assert given.headers["x-content-type-options"] == "nosniff"


def test_cases_are_listed_a_page_at_a_time_without_names(door: Door) -> None:
    client = door.person("specialist")
    first = client.get("/cases?limit=1").json()
    second = client.get(f"/cases?limit=1&cursor={first['next_cursor']}").json()
    assert second["next_cursor"] is None
    assert {first["items"][0]["state"], second["items"][0]["state"]} == {"awaiting_review", "waiting_documents"}
    assert door.case("awaiting_review").patient.family not in json.dumps(first)
    one = client.get("/cases?state=awaiting_review&payer=northlake-advantage").json()["items"]
    assert [case["state"] for case in one] == ["awaiting_review"]


SENSELESS = ("cursor=x", "cursor=WzFd", "limit=0", "limit=201", "limit=x", "state=gone", "payer=%00")


@pytest.mark.parametrize("query", [*SENSELESS, "cursor=" + "x" * 600])
@pytest.mark.parametrize("path", ["/cases", "/worklist"])
def test_a_question_that_makes_no_sense_is_refused_by_field(door: Door, path: str, query: str) -> None:
    refused = door.person("specialist").get(f"{path}?{query}")
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")


def test_a_repeat_under_a_key_is_answered_from_the_first_and_keeps_nothing(door: Door) -> None:
    case_id, client = door.case("waiting_documents").id, door.person("specialist")
    sent: dict[str, Any] = {"files": parts(("n.txt", b"SYNTHETIC note")), "headers": {"Idempotency-Key": "k1"}}
    first = client.post(f"/cases/{case_id}/documents", **sent)
    again = client.post(f"/cases/{case_id}/documents", **sent)
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")
    assert kept(door) == 1
    other = client.post(f"/cases/{case_id}/documents", **{**sent, "files": parts(("n.txt", b"SYNTHETIC other"))})
    assert (other.status_code, other.json()["type"]) == (422, "urn:countersign:problem:key_reused")
    elsewhere = door.person("reviewer").post(f"/cases/{case_id}/documents", **sent)
    assert "idempotency-replayed" not in elsewhere.headers
    assert kept(door) == 2


def test_of_the_same_request_sent_at_once_one_acts(door: Door) -> None:
    case_id, client = door.case("waiting_documents").id, door.person("specialist")
    sent: dict[str, Any] = {"files": parts(("n.txt", b"SYNTHETIC note")), "headers": {"Idempotency-Key": "k1"}}
    with ThreadPoolExecutor(6) as hands:
        statuses = list(hands.map(lambda _: client.post(f"/cases/{case_id}/documents", **sent).status_code, range(6)))
    assert set(statuses) <= {202, 409}
    assert kept(door) == 1


def test_a_refused_request_leaves_its_key_free(door: Door) -> None:
    client = door.person("specialist")
    headers = {"Idempotency-Key": "k1"}
    missing = "/cases/c-0123456789abcdef/documents"
    files = parts(("n.txt", b"SYNTHETIC note"))
    assert [client.post(missing, files=files, headers=headers).status_code for _ in range(2)] == [404, 404]
    with door.box.database.read() as transaction:
        assert transaction.connection.execute(answers.select()).all() == []


@pytest.mark.parametrize("key", ["", "a b", "x" * 129])
def test_a_key_that_is_none_is_refused(door: Door, key: str) -> None:
    refused = door.person("specialist").post("/cases", files=whole_chart(), headers={"Idempotency-Key": key})
    assert refused.status_code == 422
