"""Machines' keys and people, as administrators make and end them."""

from datetime import timedelta

import pytest

from api.scopes import KEY_SCOPES, Scope
from tests.api.door import Door


def test_a_key_is_shown_once_and_opens_only_what_it_was_given(door: Door) -> None:
    admin = door.person("admin")
    made = admin.post("/keys", json={"name": "EHR", "scopes": ["events:write"], "days": 30}).json()
    secret, key_id = made["secret"], made["key"]["id"]
    machine = door.stranger()
    machine.headers["Authorization"] = f"Bearer {secret}"
    assert machine.get("/session").json()["scopes"] == ["events:write"]
    assert machine.get("/cases").status_code == 403
    (listed,) = admin.get("/keys").json()["items"]
    assert (listed["id"], listed["last_used_at"] is not None, "secret" in listed) == (key_id, True, False)
    assert secret not in admin.get("/keys").text
    assert door.audit_actions(key_id) == ["api_key.made"]


def test_a_repeat_under_a_key_does_not_show_the_secret_again(door: Door) -> None:
    admin, body = door.person("admin"), {"name": "EHR", "scopes": ["events:write"]}
    first = admin.post("/keys", json=body, headers={"Idempotency-Key": "k"}).json()
    again = admin.post("/keys", json=body, headers={"Idempotency-Key": "k"}).json()
    assert first["secret"].startswith("csk_")
    assert (again["secret"], again["key"]) == (None, first["key"])
    assert len(admin.get("/keys").json()["items"]) == 1


def test_a_revoked_key_opens_nothing_from_the_next_request_on(door: Door) -> None:
    admin, machine = door.person("admin"), door.machine(*KEY_SCOPES)
    (key,) = admin.get("/keys").json()["items"]
    assert machine.get("/cases").status_code == 200
    assert admin.delete(f"/keys/{key['id']}").status_code == 204
    assert machine.get("/cases").status_code == 401
    assert admin.delete(f"/keys/{key['id']}").status_code == 204
    assert door.audit_actions(key["id"]) == ["api_key.made", "api_key.revoked"]


def test_a_key_runs_out(door: Door) -> None:
    machine = door.machine(Scope.CASES_READ)
    door.later(timedelta(days=29, hours=23))
    assert machine.get("/cases").status_code == 200
    door.later(timedelta(hours=1))
    assert machine.get("/cases").status_code == 401


@pytest.mark.parametrize("scope", sorted(set(Scope) - KEY_SCOPES))
def test_no_machine_may_decide_sign_or_make_users(door: Door, scope: Scope) -> None:
    refused = door.person("admin").post("/keys", json={"name": "x", "scopes": [scope]})
    assert refused.status_code == 422
    assert door.person("admin").get("/keys").json()["items"] == []


@pytest.mark.parametrize(
    "presented",
    ["", "csk", "csk_", "csk__", "csk_0a1b2c3d4e5f_", "csk_0a1b2c3d4e5f_x", "_" * 40, "x" * 5000, "csk_\u0661_x"],
)
def test_what_is_no_key_opens_nothing(door: Door, presented: str) -> None:
    client = door.stranger()
    headers = {b"Authorization": b"Bearer " + presented.encode()}
    assert client.get("/cases", headers=headers).status_code == 401


def test_a_session_does_not_make_up_for_a_bad_key(door: Door) -> None:
    client = door.person("admin")
    assert client.get("/cases", headers={"Authorization": "Bearer csk_0a1b2c3d4e5f_x"}).status_code == 401
    assert client.get("/cases", headers={"Authorization": "Basic YTpi"}).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {"name": "", "scopes": ["events:write"]},
        {"name": "x" * 129, "scopes": ["events:write"]},
        {"name": "<script>", "scopes": ["events:write"]},
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["everything"]},
        {"name": "x", "scopes": ["events:write"], "days": 0},
        {"name": "x", "scopes": ["events:write"], "days": 367},
        {"name": "x", "scopes": ["events:write"], "secret": "mine"},
    ],
)
def test_a_key_of_another_shape_is_refused(door: Door, body: dict[str, object]) -> None:
    refused = door.person("admin").post("/keys", json=body)
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:countersign:problem:invalid_fields")
    assert "<script>" not in refused.text


def test_an_administrator_makes_a_user_who_comes_in_by_a_link(door: Door) -> None:
    admin = door.person("admin")
    assert admin.put("/users/lee", json={"name": "Dana Lee", "role": "reviewer"}).status_code == 200
    made = admin.post("/users/lee/links").json()
    client = door.stranger()
    assert client.post(made["path"]).status_code == 303
    assert (client.get("/session").json()["id"], client.get("/session").json()["role"]) == ("lee", "reviewer")
    assert door.audit_actions("lee") == ["user.put", "sign_in_link.made", "session.opened"]


def test_nobody_takes_the_last_administrator_away_from_the_inside(door: Door) -> None:
    admin = door.person("admin")
    for body in ({"name": "x", "role": "viewer"}, {"name": "x", "role": "admin", "active": False}):
        assert admin.put("/users/admin", json=body).status_code == 409
    assert admin.put("/users/admin", json={"name": "New Name", "role": "admin"}).status_code == 200


def test_a_link_for_nobody_or_for_who_left_is_not_made(door: Door) -> None:
    admin = door.person("admin")
    admin.put("/users/gone", json={"name": "x", "role": "viewer", "active": False})
    assert admin.post("/users/gone/links").status_code == 404
    assert admin.post("/users/never/links").status_code == 404


@pytest.mark.parametrize("user_id", ["%00", "a b", "-x", "x" * 65, "..%2f", "a'b"])
def test_a_user_id_is_of_plain_characters(door: Door, user_id: str) -> None:
    assert door.person("admin").put(f"/users/{user_id}", json={"name": "x", "role": "viewer"}).status_code in (404, 422)
