"""Appeals in the panel: opened from a denial, read point by point, approved, filed by a person, decided."""

import re

import pytest
from httpx import Response
from starlette.testclient import TestClient

from agents.casework.payer_messages import take_message
from agents.casework.working import open_graph, work_case
from cases.ids import CaseId
from runtime import case_store, work_store
from tests.api.door import Door
from tests.flows.appeal_desk import denied


@pytest.fixture
def denial_id(door: Door) -> str:
    return take_message(door.box, "denial.txt", denied().encode()).denials[0].id


def worked(door: Door, appeal_id: str) -> None:
    with open_graph(door.box) as graph:
        work_case(door.box, graph, CaseId(appeal_id))


@pytest.fixture
def appeal_id(door: Door, denial_id: str) -> str:
    client = door.person("specialist")
    answer = client.post(f"/panel/denials/{denial_id}/appeal", data={"csrf": csrf(client)}, follow_redirects=False)
    assert answer.status_code == 303
    found = answer.headers["location"].removeprefix("/panel/cases/")
    worked(door, found)
    return found


def csrf(client: TestClient) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/panel").text)
    assert found
    return found[1]


def record(client: TestClient, appeal_id: str, what: str, **fields: str) -> Response:
    data = {"csrf": csrf(client), **fields}
    return client.post(f"/panel/cases/{appeal_id}/appeal/{what}", data=data, follow_redirects=False)


def state(door: Door, case_id: str) -> str:
    with door.box.database.read() as transaction:
        return case_store.get(transaction, CaseId(case_id)).state.value


def approve(door: Door, appeal_id: str) -> None:
    client = door.person("reviewer")
    page = client.get(f"/panel/cases/{appeal_id}").text
    digest = re.search(r'data-digest="([0-9a-f]{64})"', page)
    assert digest
    data = {"csrf": csrf(client), "digest": digest[1], "act": "approve"}
    assert client.post(f"/panel/cases/{appeal_id}/decisions", data=data, follow_redirects=False).status_code == 303
    worked(door, appeal_id)


def test_a_denial_leads_to_its_appeal_and_opens_it_once(door: Door, denial_id: str, appeal_id: str) -> None:
    client = door.person("specialist")
    page = client.get(f"/panel/denials/{denial_id}").text
    assert f'href="/panel/cases/{appeal_id}"' in page
    assert "Draft the answer" not in page
    again = client.post(f"/panel/denials/{denial_id}/appeal", data={"csrf": csrf(client)}, follow_redirects=False)
    assert again.headers["location"] == f"/panel/cases/{appeal_id}"


def test_the_page_shows_level_day_reasons_evidence_and_what_nobody_checked(door: Door, appeal_id: str) -> None:
    page = re.sub(r"\s+", " ", door.person("reviewer").get(f"/panel/cases/{appeal_id}").text)
    assert "Plan reconsideration" in page
    assert "Sat 23 Jan 2027" in page
    assert "1 of 1 argued" in page
    assert "the oxygen value your doctor sent was not taken in the 30 days" in page
    assert "Contested with evidence" in page
    assert re.search(r'<h2 id="answers">.*href="/panel/cases/a-[0-9a-f]{16}/evidence/northlake_oxygen', page)
    assert "Rules cited that nobody has checked" in page
    assert "422.590(h)" in page
    assert "Approve for filing" in page
    assert "nothing is sent by itself" in page


def test_the_letter_for_the_payer_holds_no_remark_of_ours_and_quotes_no_law_in_words_of_ours(
    door: Door, appeal_id: str
) -> None:
    with door.box.database.read() as transaction:
        revision = work_store.newest_revision(transaction, CaseId(appeal_id), work_store.GATE)
        assert revision is not None
        text = work_store.get_artefact(transaction, CaseId(appeal_id), revision, "letter.md").decode()
    assert "not yet checked" not in text
    laws = [line for line in text.splitlines() if re.match(r"\[\d+\] 42 CFR", line)]
    assert laws
    assert not any("“" in line for line in laws)


def test_an_appeal_stands_in_the_worklist_by_its_day_and_says_what_it_is(door: Door, appeal_id: str) -> None:
    page = re.sub(r"\s+", " ", door.person("specialist").get("/panel").text)
    line = page[page.index(f"/panel/cases/{appeal_id}") :].split("</li>")[0]
    assert "Appeal, level 1" in line
    assert "File by" in line
    assert "23 Jan" in line


def test_it_is_approved_filed_by_a_person_and_decided(door: Door, denial_id: str, appeal_id: str) -> None:
    specialist = door.person("specialist")
    early = record(specialist, appeal_id, "filed", how="fax", reference="555-0142/1402")
    assert early.status_code == 409
    assert "555-0142/1402" not in early.text or "Nothing was recorded" in early.text
    approve(door, appeal_id)
    assert state(door, appeal_id) == "submitting"
    page = specialist.get(f"/panel/cases/{appeal_id}").text
    assert "File it, then record the filing" in page
    empty = record(specialist, appeal_id, "filed", how="fax", reference=" ")
    assert (empty.status_code, 'value="fax"' in empty.text) == (422, True)
    assert record(specialist, appeal_id, "filed", how="fax", reference="555-0142/1402").status_code == 303
    worked(door, appeal_id)
    assert state(door, appeal_id) == "submitted"
    slot = {"physician": "Dr. Lee", "agreed_with": ""}
    assert record(specialist, appeal_id, "slot", at="2027-01-04T10:00", **slot).status_code == 303
    refused = record(specialist, appeal_id, "slot", at="tomorrow", **slot)
    assert refused.status_code == 422
    assert "choose a day and a time" in refused.text
    assert "Dr. Lee: not agreed yet" in specialist.get(f"/panel/cases/{appeal_id}").text
    assert record(specialist, appeal_id, "call", kind="peer_to_peer", with_whom="Dr. Roe", specialty="pulmonology",
                  outcome="upheld", note="Wants a newer value.").status_code == 303  # fmt: skip
    assert "Dr. Roe, pulmonology: upheld" in specialist.get(f"/panel/cases/{appeal_id}").text
    assert record(specialist, appeal_id, "outcome", result="overturned", said="letter 7741").status_code == 303
    page = specialist.get(f"/panel/cases/{appeal_id}").text
    assert "Overturned" in page
    assert "letter 7741" in page
    assert state(door, appeal_id) == "authorized"
    assert record(specialist, appeal_id, "outcome", result="upheld", said="again").status_code == 409


def test_a_viewer_records_nothing_and_only_a_supervisor_writes_off(door: Door, denial_id: str, appeal_id: str) -> None:
    viewer = door.person("viewer")
    assert "Record a call" not in viewer.get(f"/panel/cases/{appeal_id}").text
    assert (
        record(viewer, appeal_id, "call", kind="status", with_whom="x", specialty="", outcome="y", note="").status_code
        == 403
    )
    reviewer, supervisor = door.person("reviewer"), door.person("supervisor")
    address = f"/panel/denials/{denial_id}/write-off"
    assert reviewer.post(address, data={"csrf": csrf(reviewer), "reason": "small"}).status_code == 403
    assert supervisor.post(address, data={"csrf": csrf(supervisor), "reason": " "}).status_code == 422
    assert (
        supervisor.post(address, data={"csrf": csrf(supervisor), "reason": "below the cost of a copy"}).status_code
        == 303
    )
    assert "written off: below the cost of a copy" in supervisor.get(f"/panel/denials/{denial_id}").text


def test_an_appeal_is_read_over_the_api_and_a_case_that_is_none_is_not_found(door: Door, appeal_id: str) -> None:
    client = door.person("reviewer")
    told = client.get(f"/cases/{appeal_id}/appeal").json()
    assert told["plan"]["due"] == "2027-01-23"
    assert told["rebuttal"]["answers"][0]["stance"] == "contested"
    assert client.get(f"/cases/{appeal_id}").json()["state"] == "awaiting_review"
    parent = told["appeal"]["parent"]
    assert client.get(f"/cases/{parent}/appeal").status_code == 404
