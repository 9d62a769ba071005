"""A SMART launch against an EHR over real HTTP: who comes in, where it lands, and everything that must be refused."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from agents.casework.panel.worklist import CaseLine
from agents.toolbox import build_toolbox
from api.app import build_app
from api.smart.ehr import LaunchedPatient
from api.smart.in_view import InView
from cases.case import Case
from cases.ids import UserId
from runtime.settings import SmartEhr
from tests.api.door import ORIGIN, Door, close, settings_of
from tests.api.smart.ehr_server import CLIENT, SECRET, EhrServer


@pytest.fixture
def ehr() -> Iterator[EhrServer]:
    server = EhrServer(patient={})
    yield server
    server.close()


@pytest.fixture
def door(home: Path, ehr: EhrServer) -> Iterator[Door]:
    """The application with this EHR set up, and the patient of its waiting case in view there."""
    known = SmartEhr(
        client_id=CLIENT, client_secret=SecretStr(SECRET), users={"Practitioner/p1": UserId("reviewer")},
        frame_origins=(ehr.origin,),
    )  # fmt: skip
    settings = settings_of(home).model_copy(update={"smart_ehrs": {ehr.iss: known}})
    box = build_toolbox(settings, with_queue=True)
    opened = Door(box, build_app(box))
    ehr.patient = as_patient(opened.case("awaiting_review"))
    yield opened
    close(box)


def as_patient(case: Case) -> dict[str, Any]:
    who = case.patient
    return {
        "resourceType": "Patient", "id": who.id, "birthDate": str(who.birth_date),
        "name": [{"family": who.family, "given": list(who.given)}],
    }  # fmt: skip


def begin(client: TestClient, ehr: EhrServer, launch: str = "xyz") -> httpx.Response:
    return client.get("/smart/launch", params={"iss": ehr.iss, "launch": launch})


def go(client: TestClient, ehr: EhrServer) -> httpx.Response:
    """The whole launch; the last answer of ours."""
    begun = begin(client, ehr)
    if begun.status_code != 302:
        return begun
    at_ehr = httpx.get(begun.headers["location"], follow_redirects=False)
    return client.get(at_ehr.headers["location"].removeprefix(ORIGIN))


def test_a_launch_opens_the_case_of_the_patient_in_view(door: Door, ehr: EhrServer) -> None:
    client = door.stranger()
    landed = go(client, ehr)
    assert (landed.status_code, landed.headers["location"]) == (303, "/panel/in-view")
    opened = client.get("/panel/in-view")
    assert opened.headers["location"] == f"/panel/cases/{door.case('awaiting_review').id}"
    page = client.get(opened.headers["location"])
    assert page.status_code == 200
    assert 'data-theme="dark"' in page.text
    asked = ehr.asked[-1]
    assert (asked["aud"], asked["code_challenge_method"], asked["launch"]) == (ehr.iss, "S256", "xyz")
    assert ehr.bearers == ["Bearer access-1"]
    assert door.audit_actions("reviewer")[-1] == "session.opened"


def test_only_that_ehr_may_frame_the_panel(door: Door, ehr: EhrServer) -> None:
    page = door.person("reviewer").get("/panel")
    assert f"frame-ancestors {ehr.origin}" in page.headers["content-security-policy"]
    assert "x-frame-options" not in page.headers
    api = door.person("reviewer").get("/cases")
    assert "frame-ancestors 'none'" in api.headers["content-security-policy"]
    assert api.headers["x-frame-options"] == "DENY"


def test_over_https_the_cookies_go_along_in_a_frame_and_are_kept_apart(door: Door, ehr: EhrServer) -> None:
    client = TestClient(door.app, base_url="https://localhost", follow_redirects=False)
    cookie = begin(client, ehr).headers["set-cookie"]
    assert cookie.startswith("__Host-smart_launch=")
    assert all(part in cookie for part in ("SameSite=none", "Secure", "HttpOnly", "Partitioned"))


def another_birth_date(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "birthDate": "1901-01-01"}


def another_name(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "name": [{"family": "Somebody"}]}


def another_id(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "id": "other-1"}


def no_birth_date(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "birthDate": None}


def no_name(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "name": []}


@pytest.mark.parametrize("changed", [another_birth_date, another_name, another_id, no_birth_date, no_name])
def test_a_chart_that_differs_in_one_thing_is_not_this_patients(
    door: Door, ehr: EhrServer, changed: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    ehr.patient = changed(ehr.patient)
    client = door.stranger()
    assert go(client, ehr).headers["location"] == "/panel/in-view"
    page = client.get("/panel/in-view")
    assert page.status_code == 200
    assert "No case of this patient yet" in page.text
    assert door.case("awaiting_review").id not in page.text


def test_two_cases_of_a_patient_are_shown_and_the_order_in_view_chooses(door: Door, ehr: EhrServer) -> None:
    client = door.stranger()
    waiting = door.case("awaiting_review")
    ehr.order = waiting.order.id
    go(client, ehr)
    assert client.get("/panel/in-view").headers["location"] == f"/panel/cases/{waiting.id}"


def test_what_a_chart_here_lacks_too_makes_nobody_the_same() -> None:
    line = CaseLine.model_construct(patient_id="p", birth_date="", family="")
    unnamed = InView(user=UserId("reviewer"), patient=LaunchedPatient(id="p"))
    assert unnamed.lines([line]) == ()


def test_an_answer_about_another_resource_signs_nobody_in(door: Door, ehr: EhrServer) -> None:
    asked = ehr.patient["id"]
    ehr.spoil_patient = lambda found: {**found, "id": f"not-{asked}"}
    assert "another resource" in go(door.stranger(), ehr).text


def test_the_patient_in_view_is_the_launched_users_alone(door: Door, ehr: EhrServer) -> None:
    client = door.stranger()
    go(client, ehr)
    other = door.person("specialist")
    other.cookies.set("smart_patient", client.cookies["smart_patient"])
    assert other.get("/panel/in-view").headers["location"] == "/panel"


def test_signing_out_and_landing_leave_no_cookie_of_the_launch(door: Door, ehr: EhrServer) -> None:
    client = door.stranger()
    go(client, ehr)
    assert "smart_launch" not in client.cookies
    assert "smart_patient" in client.cookies
    token = client.cookies["countersign_csrf"]
    assert client.post("/panel/sign-out", data={"csrf": token}).status_code == 303
    assert "smart_patient" not in client.cookies


def test_a_launch_that_was_refused_cannot_be_ended_again(door: Door, ehr: EhrServer) -> None:
    client = door.stranger()
    state = parse_qs(urlsplit(begin(client, ehr).headers["location"]).query)["state"][0]
    client.get("/smart/callback", params={"error": "access_denied", "state": state})
    answer = client.get("/smart/callback", params={"code": "code-1", "state": state})
    assert "not begun in this browser" in answer.text


def test_without_a_launch_there_is_no_patient_in_view(door: Door) -> None:
    answer = door.person("reviewer").get("/panel/in-view")
    assert (answer.status_code, answer.headers["location"]) == (303, "/panel")


def test_an_ehr_that_is_not_set_up_is_not_asked_anything(door: Door) -> None:
    answer = door.stranger().get("/smart/launch", params={"iss": "https://evil.example/fhir", "launch": "x"})
    assert answer.status_code == 401
    assert "not one that Countersign is set up for" in answer.text


def test_a_state_of_another_browser_is_refused(door: Door, ehr: EhrServer) -> None:
    begun = begin(door.stranger(), ehr)
    state = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]
    answer = door.stranger().get("/smart/callback", params={"code": "code-1", "state": state})
    assert answer.status_code == 401
    assert "not begun in this browser" in answer.text
    client = door.stranger()
    begin(client, ehr)
    assert client.get("/smart/callback", params={"code": "code-1", "state": "forged"}).status_code == 401


def test_an_ehr_that_refuses_signs_nobody_in(door: Door, ehr: EhrServer) -> None:
    client = door.stranger()
    state = parse_qs(urlsplit(begin(client, ehr).headers["location"]).query)["state"][0]
    answer = client.get("/smart/callback", params={"error": "access_denied", "state": state})
    assert answer.status_code == 401
    assert "did not authorize" in answer.text


CLAIMS = {
    "another audience": {"aud": "somebody-else"},
    "another issuer": {"iss": "https://other.example"},
    "run out": {"exp": 1_700_000_000},
    "another launch": {"nonce": "of-another"},
    "no user": {"fhirUser": ""},
    "a user of another server": {"fhirUser": "https://other.example/fhir/Practitioner/p1"},
    "a user who is not set": {"fhirUser": "Practitioner/p9"},
}


@pytest.mark.parametrize("wrong", CLAIMS.values(), ids=CLAIMS.keys())
def test_a_statement_of_who_the_user_is_must_hold(door: Door, ehr: EhrServer, wrong: dict[str, Any]) -> None:
    ehr.spoil_claims = lambda claims: {**claims, **wrong}
    client = door.stranger()
    answer = go(client, ehr)
    assert answer.status_code == 401
    assert 'role="alert"' in answer.text
    assert "countersign" not in client.cookies


def test_a_foreign_signature_signs_nobody_in(door: Door, ehr: EhrServer) -> None:
    ehr.foreign_key = True
    assert "does not verify" in go(door.stranger(), ehr).text


CONFIGURATIONS = {
    "no PKCE": {"code_challenge_methods_supported": ["plain"]},
    "plain http elsewhere": {"token_endpoint": "http://token.example/t"},
    "no endpoint": {"token_endpoint": ""},
}


@pytest.mark.parametrize("wrong", CONFIGURATIONS.values(), ids=CONFIGURATIONS.keys())
def test_a_configuration_that_is_not_safe_begins_nothing(door: Door, ehr: EhrServer, wrong: dict[str, Any]) -> None:
    ehr.spoil_configuration = lambda found: {**found, **wrong}
    answer = begin(door.stranger(), ehr)
    assert answer.status_code == 401
    assert not ehr.asked


def test_a_token_endpoint_that_fails_signs_nobody_in(door: Door, ehr: EhrServer) -> None:
    ehr.token_status = 503
    assert "did not give a token" in go(door.stranger(), ehr).text


def test_an_ehr_that_is_down_is_said_to_be(door: Door, ehr: EhrServer) -> None:
    ehr.close()
    answer = begin(door.stranger(), ehr)
    assert answer.status_code == 401
    assert "cannot be reached" in answer.text


def test_a_user_made_inactive_does_not_come_in(door: Door, ehr: EhrServer) -> None:
    known = door.box.settings.smart_ehrs[ehr.iss].model_copy(update={"users": {"Practitioner/p1": UserId("gone")}})
    door.box.settings.smart_ehrs[ehr.iss] = known
    answer = go(door.stranger(), ehr)
    assert answer.status_code == 401
    assert "nobody who is active" in answer.text
