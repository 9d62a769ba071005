"""Every route of the panel, knocked at by every kind of caller; and what its answers carry."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from agents.casework.panel.documents import key_of
from api.auth import csrf_token
from api.scopes import KEY_SCOPES
from knowledge.authorization_rules import shipped_rules
from runtime import case_store, review_store, work_store
from runtime.panel_store import claims_at
from tests.api.door import Door

READERS = {"specialist", "reviewer", "supervisor", "admin"}
PERSONS = {"viewer", *READERS}
MAY: dict[str, set[str]] = {
    "GET /panel": PERSONS,
    "POST /panel/search": READERS,
    "GET /panel/in-view": READERS,
    "POST /panel/views": READERS,
    "POST /panel/bulk": READERS,
    "POST /panel/cases/{case_id}/claim": READERS,
    "GET /panel/cases/{case_id}": READERS,
    "GET /panel/cases/{case_id}/evidence/{criterion_id}": READERS,
    "GET /panel/cases/{case_id}/state": READERS,
    "POST /panel/cases/{case_id}/evidence/{criterion_id}/answer": READERS,
    "GET /panel/cases/{case_id}/changes/{review_id}": READERS,
    "POST /panel/cases/{case_id}/decisions": {"reviewer", "supervisor", "admin"},
    "POST /panel/cases/{case_id}/again": READERS,
    "POST /panel/cases/{case_id}/close": {"reviewer", "supervisor", "admin"},
    "POST /panel/cases/{case_id}/draft": READERS,
    "POST /panel/cases/{case_id}/draft/drop": READERS,
    "GET /panel/cases/{case_id}/letter": READERS,
    "GET /panel/cases/{case_id}/documents": READERS,
    "GET /panel/cases/{case_id}/documents/{key}": READERS,
    "GET /panel/cases/{case_id}/documents/{key}/{number}-{width}.webp": READERS,
    "GET /panel/cases/{case_id}/packet": READERS,
    "GET /panel/cases/{case_id}/packet/{digest}/{number}-{width}.webp": READERS,
    "GET /panel/cases/{case_id}/ask": READERS,
    "POST /panel/cases/{case_id}/ask": READERS,
    "GET /panel/policies": READERS,
    "GET /panel/policies/text": READERS,
    "GET /panel/policies/changes": READERS,
    "GET /panel/ask": READERS,
    "POST /panel/ask": READERS,
    "GET /panel/denials": READERS,
    "GET /panel/denials/due": READERS,
    "GET /panel/denials/{denial_id}": READERS,
    "GET /panel/denials/{denial_id}/reasons/{number}": READERS,
    "GET /panel/denials/{denial_id}/letter/{number}.webp": READERS,
    "POST /panel/denials/{denial_id}/appeal": READERS,
    "POST /panel/denials/{denial_id}/write-off": {"supervisor"},
    "GET /panel/cases/{case_id}/appeal/brief": READERS,
    "POST /panel/cases/{case_id}/appeal/{kind}": READERS,
    "POST /panel/denials/{denial_id}/close": {"reviewer", "supervisor", "admin"},
    "GET /panel/copilot/runs/{run_id}": READERS,
    "POST /panel/copilot/runs/{run_id}/feedback": READERS,
    "GET /panel/cases/{case_id}/record": READERS,
    "GET /panel/rules": READERS,
    "GET /panel/dead-letters": {"supervisor", "admin"},
    "POST /panel/dead-letters/{job_id}/retry": {"supervisor", "admin"},
    "GET /panel/quality": {"supervisor", "admin"},
    "GET /panel/labels": READERS,
    "POST /panel/labels/{item_id}/keep": {"supervisor", "admin"},
    "POST /panel/labels/{item_id}/leave-out": {"supervisor", "admin"},
    "POST /panel/labels/{item_id}/answer": READERS,
    "GET /panel/settings": PERSONS,
    "POST /panel/settings": PERSONS,
    "GET /panel/components": PERSONS,
    "POST /panel/sign-out": PERSONS,
}
"""Who may; the decision posted is an approval."""


def operations(door: Door) -> Iterator[tuple[str, str, str]]:
    for context in iter_route_contexts(door.app.routes):
        path = str(context.path)
        for method in sorted((context.methods or set()) - {"HEAD"}) if path.startswith("/panel") else ():
            yield f"{method} {path}", method, path


def knock(door: Door, client: TestClient, method: str, path: str, **more: Any) -> Any:
    """A request that would do its work for whoever may."""
    with door.box.database.read() as transaction:
        (case_id,) = (one.id for one in case_store.listing(transaction) if one.state in ("awaiting_review", "approved"))
        case, submission = case_store.get(transaction, case_id), work_store.newest_submission(transaction, case_id)
    assert submission is not None
    filled = path.format(
        case_id=case.id, criterion_id="northlake_oxygen", review_id="r", key=key_of(case.order.document_id), number=1,
        width=240, digest="0" * 64, job_id="j", denial_id="d-0000000000000000", run_id="r1", kind="call",
        item_id="0" * 32,
    )  # fmt: skip
    query = {"payer": "northlake-advantage", "doc": "northlake-home-oxygen", "version": 1, "before": 1, "after": 1}
    if method == "GET":
        wanted = {"/panel/rules": {"rule": shipped_rules().rules[0].id}}
        more_query = query if path.endswith(("/text", "/changes")) else wanted.get(path)
        return client.get(filled, params=more_query)
    fields = {
        "case": case.id,
        "digest": submission.digest,
        "act": "approve",
        "reason": "",
        "name": "mine",
        "question": "oxygen",
        "verdict": "up",
        "says": "yes",
    }
    return client.post(filled, data={**fields, **more})


def test_the_table_names_every_route_of_the_panel(door: Door) -> None:
    assert {name for name, _, _ in operations(door)} == MAY.keys()


@pytest.mark.parametrize("who", ["signed out", "key of all scopes"])
def test_strangers_and_keys_are_led_to_the_sign_in_page(door: Door, who: str) -> None:
    client = door.stranger() if who == "signed out" else door.machine(*KEY_SCOPES)
    for name, method, path in list(operations(door)):
        answered = knock(door, client, method, path)
        assert (name, answered.status_code) == (name, 303)
        assert answered.headers["location"].startswith("/sign-in?next=/panel")
        assert door.case("awaiting_review").patient.family not in answered.text


@pytest.mark.parametrize("who", sorted(PERSONS))
def test_persons_get_what_the_table_gives_and_no_more(door: Door, who: str) -> None:
    family, client = door.case("awaiting_review").patient.family, door.person(who)
    for name, method, path in sorted(operations(door), key=lambda one: one[0].endswith(("decisions", "sign-out"))):
        answered = knock(door, client, method, path)
        if who in MAY[name]:
            assert answered.status_code in (200, 303, 404, 409), (name, answered.text)
        else:
            assert (name, answered.status_code) == (name, 403)
        if who == "viewer":
            assert family not in answered.text, name


def test_a_form_without_the_sessions_token_changes_nothing(door: Door) -> None:
    client = door.person("admin")
    del client.headers["X-CSRF-Token"]
    for name, method, path in operations(door):
        if method == "POST":
            assert (name, knock(door, client, method, path).status_code) == (name, 403)
            assert (name, knock(door, client, method, path, csrf="0" * 64).status_code) == (name, 403)
    with door.box.database.read() as transaction:
        assert review_store.reviews_of(transaction, door.case("awaiting_review").id) == ()


def test_a_form_with_the_token_in_its_field_is_taken_and_one_from_elsewhere_is_not(door: Door) -> None:
    client = door.person("reviewer")
    del client.headers["X-CSRF-Token"]
    token = csrf_token(str(client.cookies.get("countersign")))
    address = f"/panel/cases/{door.case('awaiting_review').id}/claim"
    sent = {"csrf": token, "act": "claim"}
    assert client.post(address, data=sent, headers={"Origin": "https://elsewhere.example"}).status_code == 403
    assert client.post(address, data=sent, headers={"Origin": "null"}).status_code == 403
    assert client.post(address, data=sent, headers={"Origin": "http://localhost"}).status_code == 303


def test_pages_run_no_code_but_our_own_files_and_load_nothing_foreign(door: Door) -> None:
    client, case = door.person("supervisor"), door.case("awaiting_review")
    for name, method, path in operations(door):
        answered = knock(door, client, method, path) if method == "GET" else None
        if answered is None or "text/html" not in answered.headers.get("content-type", ""):
            continue
        policy = answered.headers["content-security-policy"]
        assert "unsafe" not in policy, name
        assert "default-src 'none'" in policy, name
        assert answered.headers["cache-control"] == "no-store"
        assert not re.search(r"<script(?![^>]*\ssrc=\"/panel/static/)|<style|\sstyle=|\son\w+=", answered.text), name
        assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", answered.text), name
    assert case.patient.family not in client.get("/panel/components").text


def test_assets_are_kept_for_ever_under_their_version_and_asked_for_without(door: Door) -> None:
    client = door.stranger()
    page = door.person("viewer").get("/panel").text
    (address,) = re.findall(r"href=\"(/panel/static/v-[0-9a-f]{12}/tokens.css)\"", page)
    assert "immutable" in client.get(address).headers["cache-control"]
    assert client.get("/panel/static/tokens.css").headers["cache-control"] == "no-cache"
    assert client.get("/panel/static/v-000000000000/tokens.css").status_code == 404
    assert client.get("/panel/static/../words.py").status_code == 404


def test_the_first_load_is_at_most_150_kilobytes(door: Door) -> None:
    client = door.person("reviewer")
    page = client.get("/panel")
    files = set(re.findall(r"(?:href|src)=\"(/panel/static/[^\"]+)\"", page.text))
    (entry,) = (address for address in files if address.endswith("/panel.js"))
    names = set(re.findall(r'from "\./([a-z]+\.js)"', client.get(entry).text)) | {"answers.js"}
    scripts = {entry.replace("panel.js", name) for name in names}
    loaded = sum(len(client.get(address).content) for address in files | scripts) + len(page.content)
    assert loaded <= 150_000


def in_hand(door: Door) -> dict[str, str]:
    with door.box.database.read() as transaction:
        return {str(one): str(held.user_id) for one, held in claims_at(transaction, door.box.clock.now()).items()}


def test_several_cases_are_claimed_let_go_and_assigned_at_once(door: Door) -> None:
    ids = [door.case(state).id for state in ("awaiting_review", "waiting_documents")]
    lee, boss = door.person("reviewer"), door.person("supervisor")
    forms = {name: {"csrf": str(one.headers["X-CSRF-Token"]), "case": ids} for name, one in (("l", lee), ("b", boss))}
    assert lee.post("/panel/bulk", data={**forms["l"], "act": "claim"}).status_code == 303
    assert in_hand(door) == dict.fromkeys(ids, "reviewer")
    assert lee.post("/panel/bulk", data={**forms["l"], "act": "assign", "to": "second"}).status_code == 403
    boss.post("/panel/bulk", data={**forms["b"], "act": "claim"})
    assert in_hand(door) == dict.fromkeys(ids, "reviewer")
    assert boss.post("/panel/bulk", data={**forms["b"], "act": "assign", "to": "viewer"}).status_code == 422
    assert boss.post("/panel/bulk", data={**forms["b"], "act": "assign", "to": "second"}).status_code == 303
    assert in_hand(door) == dict.fromkeys(ids, "second")
    assert door.audit_actions(ids[0])[-1] == "case.assigned"
    lee.post("/panel/bulk", data={**forms["l"], "act": "release"})
    assert in_hand(door) == dict.fromkeys(ids, "second")
    assert lee.post("/panel/bulk", data={"csrf": forms["l"]["csrf"], "act": "claim"}).status_code == 422
