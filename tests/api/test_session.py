"""Coming in, staying in and going out."""

from datetime import timedelta

import pytest

from api import passwords, sign_in
from cases.errors import InputError
from cases.ids import UserId
from cases.review import User, UserRole
from runtime import review_store
from tests.api.door import Door

PASSWORD = "a quiet morning in march"


@pytest.fixture
def with_password(door: Door) -> Door:
    sign_in.set_password(door.box, UserId("reviewer"), PASSWORD, "test")
    return door


def test_a_password_opens_a_session_that_says_who_and_what(with_password: Door) -> None:
    client = with_password.stranger()
    opened = client.post("/session", json={"user": "reviewer", "password": PASSWORD})
    assert opened.status_code == 201
    assert "review:decide" in opened.json()["scopes"]
    cookie = opened.headers.get_list("set-cookie")[0]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert client.get("/session").json()["id"] == "reviewer"
    assert PASSWORD not in opened.text


def test_over_https_the_cookie_is_secure_and_of_this_host_alone(with_password: Door) -> None:
    client = with_password.stranger()
    client.base_url = "https://localhost"
    opened = client.post("/session", json={"user": "reviewer", "password": PASSWORD})
    cookie = opened.headers.get_list("set-cookie")[0]
    assert cookie.startswith("__Host-countersign=")
    assert "Secure" in cookie
    assert "max-age" in opened.headers["strict-transport-security"]
    assert client.get("/session").status_code == 200


@pytest.mark.parametrize(
    ("user", "password"),
    [
        ("reviewer", "wrong but long enough"),
        ("nobody", PASSWORD),
        ("specialist", PASSWORD),
        ("reviewer\u0000", PASSWORD),
        ("a name with spaces", PASSWORD),
    ],
)
def test_a_refusal_never_says_what_was_wrong(with_password: Door, user: str, password: str) -> None:
    refused = with_password.stranger().post("/session", json={"user": user, "password": password})
    assert refused.status_code == 401
    assert refused.json()["detail"] == "The user or the password is not right."
    assert "set-cookie" not in refused.headers


@pytest.mark.parametrize("body", [{}, {"user": "reviewer"}, {"password": PASSWORD}])
def test_half_a_sign_in_is_named_as_such(door: Door, body: dict[str, str]) -> None:
    assert door.stranger().post("/session", json=body).status_code == 422


def test_the_sixth_guess_waits_and_a_right_password_waits_too(with_password: Door) -> None:
    client = with_password.stranger()
    wrong = {"user": "reviewer", "password": "wrong but long enough"}
    assert [client.post("/session", json=wrong).status_code for _ in range(6)] == [401] * 5 + [429]
    right = client.post("/session", json={"user": "reviewer", "password": PASSWORD})
    assert right.status_code == 429
    assert 0 < int(right.headers["retry-after"]) <= 900
    with_password.later(timedelta(minutes=16))
    assert client.post("/session", json={"user": "reviewer", "password": PASSWORD}).status_code == 201


def test_whoever_comes_in_rightly_is_never_made_to_wait(with_password: Door) -> None:
    right = {"user": "reviewer", "password": PASSWORD}
    assert [with_password.stranger().post("/session", json=right).status_code for _ in range(7)] == [201] * 7


def test_guesses_at_many_users_from_one_address_are_counted_together(door: Door) -> None:
    for number in range(30):
        sign_in._count(door.box, sign_in._doors(UserId(f"user{number}"), "testclient"))
    refused = door.stranger().post("/session", json={"user": "reviewer", "password": "wrong but long enough"})
    assert refused.status_code == 429


def test_a_link_signs_in_once_and_looking_at_it_uses_nothing_up(door: Door) -> None:
    path = f"/sign-in/{sign_in.make_link(door.box, UserId('reviewer'), 'test')}"
    client = door.stranger()
    assert client.get(path).status_code == client.get(path).status_code == 200
    used = client.post(path)
    assert used.status_code == 303
    assert client.get("/session").json()["id"] == "reviewer"
    assert door.stranger().post(path).status_code == 401
    assert door.stranger().get(path).status_code == 401


def test_a_link_runs_out(door: Door) -> None:
    token = sign_in.make_link(door.box, UserId("reviewer"), "test")
    door.later(sign_in.LINK_GOOD_FOR)
    assert door.stranger().post("/session", json={"link": token}).status_code == 401


def test_a_link_of_a_user_who_left_opens_nothing(door: Door) -> None:
    token = sign_in.make_link(door.box, UserId("reviewer"), "test")
    _change(door, "reviewer", active=False)
    assert door.stranger().post("/session", json={"link": token}).status_code == 401


@pytest.mark.parametrize(("gap", "status"), [(timedelta(minutes=29), 200), (timedelta(minutes=31), 401)])
def test_a_session_ends_when_nobody_uses_it(door: Door, gap: timedelta, status: int) -> None:
    client = door.person("reviewer")
    door.later(gap)
    assert client.get("/session").status_code == status


def test_a_session_ends_after_a_working_day_however_busy(door: Door) -> None:
    client = door.person("reviewer")
    for _ in range(35):
        door.later(timedelta(minutes=20))
        assert client.get("/session").status_code == 200
    door.later(timedelta(minutes=21))
    assert client.get("/session").status_code == 401


def test_signing_out_ends_the_session_for_whoever_kept_the_cookie(door: Door) -> None:
    client = door.person("reviewer")
    kept = client.cookies["countersign"]
    assert client.delete("/session").status_code == 204
    thief = door.stranger()
    thief.cookies.set("countersign", kept)
    assert thief.get("/session").status_code == 401


def test_a_role_taken_away_is_gone_at_the_next_request(door: Door) -> None:
    client = door.person("supervisor")
    assert client.get("/audit/entries").status_code == 200
    _change(door, "supervisor", role=UserRole.SPECIALIST)
    assert client.get("/audit/entries").status_code == 403
    _change(door, "supervisor", active=False)
    assert client.get("/session").status_code == 401


def test_a_new_password_ends_every_session(door: Door) -> None:
    client = door.person("reviewer")
    sign_in.set_password(door.box, UserId("reviewer"), PASSWORD, "admin")
    assert client.get("/session").status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "0" * 64},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:9"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_change_that_another_site_sent_is_refused(door: Door, headers: dict[str, str]) -> None:
    client = door.person("reviewer")
    refused = client.delete("/session", headers=headers)
    assert refused.status_code == 403
    assert refused.json()["type"].endswith(":forged_request")
    assert client.get("/session").status_code == 200


def test_our_own_origin_is_let_through(door: Door) -> None:
    client = door.person("reviewer")
    assert client.delete("/session", headers={"Origin": "http://localhost"}).status_code == 204


def test_one_persons_token_does_not_serve_anothers_session(door: Door) -> None:
    client = door.person("reviewer")
    client.headers["X-CSRF-Token"] = door.person("second").headers["X-CSRF-Token"]
    assert client.delete("/session").status_code == 403


@pytest.mark.parametrize("path", ["/session", "/sign-in"])
def test_another_site_cannot_sign_somebody_in(with_password: Door, path: str) -> None:
    body = {"user": "reviewer", "password": PASSWORD}
    client, headers = with_password.stranger(), {"Origin": "https://elsewhere.example"}
    refused = (
        client.post(path, json=body, headers=headers)
        if path == "/session"
        else client.post(path, data=body, headers=headers)
    )
    assert refused.status_code == 403


def test_the_page_signs_in_and_says_what_was_wrong(with_password: Door) -> None:
    client = with_password.stranger()
    wrong = client.post("/sign-in", data={"user": "reviewer", "password": "wrong but long enough"})
    assert wrong.status_code == 401
    assert "not right" in wrong.text
    right = client.post("/sign-in", data={"user": "reviewer", "password": PASSWORD})
    assert right.status_code == 303
    assert "The reviewer" in client.get("/sign-in").text


def test_the_page_shows_names_inert(door: Door) -> None:
    _change(door, "reviewer", name="<script>alert(1)</script>")
    assert "<script>" not in door.person("reviewer").get("/sign-in").text


@pytest.mark.parametrize("password", ["short", "x" * 257, "reviewer-2026"])
def test_a_poor_password_is_refused(password: str) -> None:
    with pytest.raises(InputError):
        passwords.hashed(password, UserId("reviewer"))


def test_a_password_is_one_however_its_accents_are_typed() -> None:
    kept = passwords.hashed("caf\u00e9 au lait noir", UserId("u"))
    assert kept.startswith("$argon2id$")
    assert passwords.is_right("cafe\u0301 au lait noir", kept)


def test_coming_in_and_being_refused_stand_in_the_log(with_password: Door) -> None:
    client = with_password.stranger()
    client.post("/session", json={"user": "reviewer", "password": "wrong but long enough"})
    client.post("/session", json={"user": "reviewer", "password": PASSWORD})
    assert with_password.audit_actions("reviewer") == ["password.set", "session.refused", "session.opened"]
    client.post("/session", json={"user": "my password by mistake", "password": PASSWORD})
    assert with_password.audit_actions("unknown") == ["session.refused"]


def _change(door: Door, user_id: str, **changes: object) -> None:
    with door.box.database.begin() as transaction:
        user = review_store.get_user(transaction, UserId(user_id))
        review_store.put_user(transaction, User.model_validate({**user.model_dump(), **changes}))
