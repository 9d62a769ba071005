"""The outermost layer, the open routes, and the document: what every answer has, and what none lets out."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import build_app
from cases.errors import StoreDamaged, StoreUnavailable
from runtime import dead_letters
from runtime.dead_letters import DeadLetter
from tests.api.door import NOW, Door


def test_every_answer_has_an_id_and_the_headers_that_close_a_browser(door: Door) -> None:
    client = door.stranger()
    for path in ("/healthz", "/cases", "/nothing-here", "/sign-in", "/static/sign_in.css"):
        headers = client.get(path).headers
        assert headers["x-request-id"].startswith("urn:uuid:")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] in ("no-referrer", "same-origin")
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
        assert "server" not in headers


def test_a_problem_names_its_request(door: Door) -> None:
    refused = door.stranger().get("/cases")
    assert refused.json()["instance"] == refused.headers["x-request-id"]
    assert refused.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("host", ["evil.example", "", "localhost.evil.example", "127.0.0.1.evil.example:80", "[::2]"])
def test_a_foreign_host_name_gets_nothing(door: Door, host: str) -> None:
    assert door.stranger().get("/healthz", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:8000", "[::1]:8000"])
def test_this_machine_is_always_our_own(door: Door, host: str) -> None:
    assert door.stranger().get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/session", "/sign-in"])
def test_a_stranger_sends_a_megabyte_at_most(door: Door, path: str) -> None:
    client = door.stranger()
    headers = {"content-type": "application/x-www-form-urlencoded" if path == "/sign-in" else "application/json"}
    assert client.post(path, content=b"a" * (1024 * 1024 + 1), headers=headers).status_code == 413

    def drip() -> Any:
        for _ in range(40):
            yield b"a" * 65536

    assert client.post(path, content=drip(), headers=headers).status_code == 413


@pytest.mark.parametrize("body", [b"[" * 100_000, b"{", b"\xff", b"null", b"7", b'"x"', b"[]", b'{"user":{}}'])
def test_a_body_that_is_no_sign_in_is_a_problem_and_no_crash(door: Door, body: bytes) -> None:
    refused = door.stranger().post("/session", content=body, headers={"content-type": "application/json"})
    assert refused.status_code in (400, 422)
    assert refused.headers["content-type"] == "application/problem+json"


def test_what_was_sent_is_never_said_back(door: Door) -> None:
    said = "Odalys-Quillfeather-1950"
    client = door.person("admin")
    answers = [
        client.post("/session", json={"user": [said]}),
        client.put("/users/lee", json={"name": "x", "role": said}),
        client.post("/keys", json={"name": "x", "scopes": [said], said: 1}),
        client.get(f"/cases?state={said}"),
        client.get(f"/cases/{said}"),
    ]
    assert [said in answer.text for answer in answers] == [False] * 5
    assert all(answer.status_code == 422 for answer in answers)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (StoreUnavailable("The disk is full."), 503, "store_unavailable"),
        (StoreDamaged("Case c-1: its bytes say Quillfeather."), 500, "store_damaged"),
        (RuntimeError("Quillfeather"), 500, "error"),
    ],
)
def test_a_fault_inside_says_that_it_happened_and_no_more(door: Door, error: Exception, status: int, code: str) -> None:
    @door.app.get("/broken")
    def broken() -> None:
        raise error

    answered = door.stranger().get("/broken")
    assert (answered.status_code, answered.json()["type"]) == (status, f"urn:countersign:problem:{code}")
    assert "Quillfeather" not in answered.text
    assert "Traceback" not in answered.text
    assert ("retry-after" in answered.headers) is (status == 503)


def test_health_is_open_and_readiness_tells_its_parts_only_inside(door: Door) -> None:
    assert door.stranger().get("/healthz").json() == {"status": "alive"}
    assert door.stranger().get("/readyz").json() == {"status": "ready", "parts": {}}
    inside = door.person("viewer").get("/readyz").json()
    assert inside["parts"] == {"database": True, "queue": True, "index": True}


def test_a_process_whose_database_is_gone_is_alive_and_not_ready(door: Door) -> None:
    door.box.settings.home.joinpath("countersign.db").write_bytes(b"not a database" * 4096)
    fresh = TestClient(build_app(door.box), base_url="http://localhost", raise_server_exceptions=False)
    door.box.database.close()
    assert fresh.get("/healthz").status_code == 200
    assert fresh.get("/readyz").status_code == 503


def test_a_supervisor_sees_dead_letters_and_starts_one_again_once(door: Door) -> None:
    letter = DeadLetter(
        job_id="default:process_event:r-1", kind="process_event", subject="r-1", reason="input_error", attempts=1,
        buried_at=NOW,
    )  # fmt: skip
    with door.box.database.begin() as transaction:
        dead_letters.bury(transaction, letter)
    client = door.person("supervisor")
    listed = client.get("/dead-letters").json()
    assert [(one["reason"], one["attempts"]) for one in listed["items"]] == [("input_error", 1)]
    assert listed["waiting"] == []
    started = client.post(f"/dead-letters/{letter.job_id}/retry")
    assert started.status_code == 202
    assert started.json()["job_id"].startswith("default:process_event:r-1:")
    assert client.get("/dead-letters").json()["items"] == []
    assert client.post(f"/dead-letters/{letter.job_id}/retry").status_code == 404
    assert door.audit_actions("r-1") == ["job.retried"]


def test_the_document_shows_every_error_as_a_problem_and_a_scope_on_every_closed_route(door: Door) -> None:
    document = door.person("viewer").get("/openapi.json").json()
    assert "HTTPValidationError" not in json.dumps(document)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            where = f"{method.upper()} {path}"
            assert operation["summary"], where
            assert operation["description"], where
            for status, response in operation["responses"].items():
                if int(status) >= 400 and "content" in response and path not in ("/readyz",):
                    assert set(response["content"]) == {"application/problem+json"}, where
            closed = "401" in operation["responses"] and path not in ("/session", "/webhooks/{source}")
            if closed and not path.startswith("/sign-in"):
                assert operation["security"], where


def test_the_documents_examples_are_what_its_schemas_say(door: Door) -> None:
    document = door.person("viewer").get("/openapi.json").json()
    shown = 0
    for name, schema in document["components"]["schemas"].items():
        for example in schema.get("examples", []):
            shown += 1
            missing = set(schema.get("required", [])) - set(example)
            unknown = set(example) - set(schema["properties"])
            assert (name, missing, unknown) == (name, set(), set())
    assert shown >= 10
