"""Every route of the OpenAPI document, knocked at by every kind of caller: the table of who may is written here."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from api import machine_keys
from api.scopes import KEY_SCOPES, Scope
from cases.ids import UserId
from runtime import review_store, work_store
from tests.api.door import Door, order_event

SPECIALIST_UP = {"specialist", "reviewer", "supervisor", "admin"}
REVIEWER_UP = {"reviewer", "supervisor", "admin"}
SUPERVISOR_UP = {"supervisor", "admin"}
ANYONE_SIGNED_IN = {"viewer", *SPECIALIST_UP, "key of all scopes", "key of one scope"}
KEY = {"key of all scopes"}
ASKERS = {"viewer", *SPECIALIST_UP, "key of all scopes"}

OPEN = {
    "GET /healthz", "GET /readyz", "POST /session", "GET /sign-in", "POST /sign-in", "GET /sign-in/{token}",
    "POST /sign-in/{token}", "POST /webhooks/{source}", "GET /.well-known/oauth-protected-resource/mcp",
}  # fmt: skip
"""Open to strangers; the webhook's door looks at a signature instead of a caller."""

MAY: dict[str, set[str]] = {
    "GET /session": ANYONE_SIGNED_IN,
    "DELETE /session": ANYONE_SIGNED_IN,
    "GET /openapi.json": ANYONE_SIGNED_IN,
    "GET /worklist/counts": {"viewer"} | SPECIALIST_UP | KEY | {"key of one scope"},
    "GET /worklist": SPECIALIST_UP | KEY,
    "GET /cases": SPECIALIST_UP | KEY,
    "POST /cases": SPECIALIST_UP | KEY,
    "GET /cases/{case_id}": SPECIALIST_UP | KEY,
    "GET /receipts/{receipt_id}": SPECIALIST_UP | KEY,
    "POST /cases/{case_id}/documents": SPECIALIST_UP | KEY,
    "GET /cases/{case_id}/criteria": SPECIALIST_UP | KEY,
    "GET /cases/{case_id}/gaps": SPECIALIST_UP | KEY,
    "GET /cases/{case_id}/gate": SPECIALIST_UP | KEY,
    "GET /cases/{case_id}/artefacts": SPECIALIST_UP | KEY,
    "GET /cases/{case_id}/artefacts/{name}": SPECIALIST_UP | KEY,
    "GET /cases/{case_id}/reviews": SPECIALIST_UP | KEY,
    "POST /cases/{case_id}/reviews": REVIEWER_UP,
    "GET /audit/proof": SUPERVISOR_UP | KEY,
    "GET /audit/entries": SUPERVISOR_UP | KEY,
    "GET /dead-letters": SUPERVISOR_UP | KEY,
    "POST /dead-letters/{job_id}/retry": SUPERVISOR_UP | KEY,
    "GET /users": {"admin"},
    "PUT /users/{user_id}": {"admin"},
    "POST /users/{user_id}/links": {"admin"},
    "GET /keys": {"admin"},
    "POST /keys": {"admin"},
    "DELETE /keys/{key_id}": {"admin"},
    "GET /cases/{case_id}/appeal": SPECIALIST_UP | KEY,
    "GET /cases/{case_id}/summary": SPECIALIST_UP | KEY,
    "POST /copilot/agui": ASKERS,
    "GET /copilot/runs/{run_id}": ASKERS,
    "GET /copilot/runs/{run_id}/events": ASKERS,
    "POST /copilot/runs/{run_id}/stop": ASKERS,
    "POST /copilot/runs/{run_id}/feedback": ASKERS,
    "GET /copilot/threads": ASKERS,
    "GET /copilot/threads/{thread_id}": ASKERS,
    "GET /v1/models": ASKERS,
    "GET /v1/models/{model}": ASKERS,
    "POST /v1/chat/completions": ASKERS,
}
"""Who may; the approval of a packet is what is posted to the reviews."""

AGUI = {"threadId": "t1", "runId": "r1", "messages": [{"id": "m", "role": "user", "content": "hello"}]}

OUTSIDE = ("signed out", "expired session", "revoked key", "expired key", "made-up key", "made-up session")
INSIDE = ("viewer", "specialist", "reviewer", "supervisor", "admin", "key of all scopes", "key of one scope")


def clients(door: Door) -> dict[str, Callable[[], TestClient]]:
    def expired_session() -> TestClient:
        client = door.person("admin")
        door.later(timedelta(hours=13))
        return client

    def revoked_key() -> TestClient:
        client = door.machine(*KEY_SCOPES)
        machine_keys.revoke_key(door.box, client.headers["Authorization"].split("_")[1], UserId("admin"))
        return client

    def expired_key() -> TestClient:
        client = door.machine(*KEY_SCOPES)
        door.later(timedelta(days=31))
        return client

    def made_up_key() -> TestClient:
        client = door.machine(*KEY_SCOPES)
        client.headers["Authorization"] = client.headers["Authorization"][:-3] + "xyz"
        return client

    def made_up_session() -> TestClient:
        client = door.stranger()
        client.cookies.set("countersign", "x" * 43)
        return client

    people = {role: (lambda role=role: door.person(role)) for role in sorted(ANYONE_SIGNED_IN) if " " not in role}
    return {
        "signed out": door.stranger,
        "expired session": expired_session,
        "revoked key": revoked_key,
        "expired key": expired_key,
        "made-up key": made_up_key,
        "made-up session": made_up_session,
        "key of all scopes": lambda: door.machine(*KEY_SCOPES),
        "key of one scope": lambda: door.machine(Scope.METRICS_READ),
        **people,
    }


def operations(door: Door) -> Iterator[tuple[str, str, str]]:
    document = door.person("viewer").get("/openapi.json").json()
    for path, methods in document["paths"].items():
        for method in methods:
            yield f"{method.upper()} {path}", method.upper(), path


def knock(door: Door, client: TestClient, method: str, path: str) -> Any:
    """A request that would do its work for whoever may."""
    case = door.case("awaiting_review")
    with door.box.database.read() as transaction:
        submission = work_store.newest_submission(transaction, case.id)
    assert submission is not None
    filled = path.format(
        case_id=case.id,
        name="packet.pdf",
        receipt_id="r-" + "0" * 32,
        user_id="specialist",
        key_id="0" * 12,
        job_id="j",
        token="t",
        source="ehr",
        run_id="r1",
        thread_id="t1",
        model="countersign-copilot",
    )
    sent: dict[str, Any] = {
        "/cases": {"content": order_event(), "headers": {"content-type": "application/json"}},
        "/cases/{case_id}/documents": {"files": {"file": ("note.txt", b"A note about nobody.")}},
        "/cases/{case_id}/reviews": {"json": {"act": "approve"}, "headers": {"If-Match": f'"{submission.digest}"'}},
        "/users/{user_id}": {"json": {"name": "The specialist", "role": "specialist"}},
        "/copilot/agui": {"json": AGUI},
        "/copilot/runs/{run_id}/feedback": {"json": {"verdict": "up"}},
        "/v1/chat/completions": {"json": {"messages": [{"role": "user", "content": "hello"}]}},
        "/keys": {"json": {"name": "k", "scopes": ["metrics:read"]}},
    }.get(path, {})
    return client.request(method, filled, **(sent if method in ("POST", "PUT") else {}))


def test_the_table_names_every_route_and_no_other(door: Door) -> None:
    assert {name for name, _, _ in operations(door)} == OPEN | MAY.keys()


def test_nothing_but_static_files_the_panel_and_launches_is_served_outside_the_document(door: Door) -> None:
    documented = {path for _, _, path in operations(door)}
    served = {str(context.path) for context in iter_route_contexts(door.app.routes)}
    assert {path for path in served - documented if not path.startswith("/panel")} == {
        "/", "/static", "/mcp", "/smart/launch", "/smart/callback"
    }  # fmt: skip


@pytest.mark.parametrize("who", OUTSIDE)
def test_who_is_not_signed_in_gets_nothing_from_any_route(door: Door, who: str) -> None:
    name_of_patient = door.case("awaiting_review").patient.family
    client = clients(door)[who]()
    for name, method, path in list(operations(door)):
        if name in OPEN:
            continue
        refused = knock(door, client, method, path)
        assert (name, refused.status_code) == (name, 401)
        assert refused.headers["content-type"] == "application/problem+json"
        assert name_of_patient not in refused.text
    nothing_was_decided(door)


@pytest.mark.parametrize("who", INSIDE)
def test_who_is_signed_in_gets_what_the_table_gives_and_no_more(door: Door, who: str) -> None:
    name_of_patient = door.case("awaiting_review").patient.family
    client = clients(door)[who]()
    for name, method, path in sorted(operations(door), key=lambda one: one[0] == "DELETE /session"):
        if name in OPEN:
            continue
        if name == "POST /cases/{case_id}/reviews" and who in MAY[name]:
            continue
        answered = knock(door, client, method, path)
        if who in MAY[name]:
            assert answered.status_code not in (401, 403), (name, answered.text)
            assert answered.status_code < 500, (name, answered.text)
        else:
            assert (name, answered.status_code) == (name, 403)
            assert name_of_patient not in answered.text
    nothing_was_decided(door)


@pytest.mark.parametrize("who", sorted(REVIEWER_UP))
def test_reviewers_and_above_approve(door: Door, who: str) -> None:
    case_id = door.case("awaiting_review").id
    assert knock(door, door.person(who), "POST", "/cases/{case_id}/reviews").status_code == 201
    with door.box.database.read() as transaction:
        (review,) = review_store.reviews_of(transaction, case_id)
    assert review.user_id == who


def test_the_open_routes_tell_a_stranger_nothing_of_a_case(door: Door) -> None:
    case, client = door.case("awaiting_review"), door.stranger()
    for method, path in (one.split(" ") for one in sorted(OPEN)):
        answered = client.request(method, path.format(token="t", source="ehr"))
        assert case.patient.family not in answered.text
        assert case.id not in answered.text
        assert answered.status_code in (200, 401, 422, 503)


def nothing_was_decided(door: Door) -> None:
    case = door.case("awaiting_review")
    with door.box.database.read() as transaction:
        assert review_store.reviews_of(transaction, case.id) == ()
        assert review_store.newest_approval(transaction, case.id, "payer_submit") is None
