"""What the panel's pages say and do, knocked at without a browser."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from agents.casework.opening import open_cases
from agents.casework.panel.case import packet_of, read_case
from agents.casework.panel.documents import key_of
from agents.casework.working import open_graph, work_case
from cases.errors import StoreDamaged
from cases.ids import CaseId, UserId
from cases.lifecycle import CaseState
from cases.review import ReviewAct
from runtime import dead_letters, review_store, work_store
from runtime.dead_letters import DeadLetter
from tests.api.door import SAMPLES, Door


def ready(door: Door) -> CaseId:
    return door.case("awaiting_review").id


def digest(door: Door) -> str:
    with door.box.database.read() as transaction:
        submission = work_store.newest_submission(transaction, ready(door))
    assert submission is not None
    return submission.digest


def decide(client: TestClient, case_id: str, **fields: str) -> tuple[int, str]:
    answered = client.post(f"/panel/cases/{case_id}/decisions", data=fields)
    return answered.status_code, answered.headers.get("location", answered.text)


def test_the_worklist_shows_the_least_time_left_first_and_what_is_missing(door: Door) -> None:
    page = door.person("specialist").get("/panel").text
    assert page.count("data-row") == 2
    assert "Ready to decide" in page
    assert "2 documents missing" in page


def test_a_search_is_posted_and_finds_by_every_word(door: Door) -> None:
    client, case = door.person("specialist"), door.case("awaiting_review")
    found = client.post("/panel/search", data={"q": f"{case.patient.family.upper()} e1390"})
    assert found.text.count("data-row") == 1
    assert "No case has these words" in client.post("/panel/search", data={"q": "no such words"}).text
    assert client.post("/panel/search", data={"q": "x" * 201}).status_code == 422


def test_the_case_page_says_what_approving_would_do(door: Door) -> None:
    page = door.person("reviewer").get(f"/panel/cases/{ready(door)}").text
    packet, approved = packet_of(door.box, ready(door))
    assert approved
    pages = len(re.findall(r"/packet/[0-9a-f]{64}/\d+-240\.webp", page))
    assert f"Sends {pages} pages to Northlake Advantage by PAS" in page
    assert packet.startswith(b"%PDF")


def test_approving_records_the_digest_that_was_shown_and_leads_back(door: Door) -> None:
    status, place = decide(door.person("reviewer"), ready(door), act="approve", digest=digest(door))
    assert (status, place.endswith("?told=approve")) == (303, True)
    case = door.case("approved")
    with door.box.database.read() as transaction:
        (review,) = review_store.reviews_of(transaction, case.id)
    assert (review.act, review.user_id) == (ReviewAct.APPROVE, "reviewer")


def test_a_second_decision_on_the_same_bytes_is_told_and_its_words_are_kept(door: Door) -> None:
    seen, case_id = digest(door), ready(door)
    decide(door.person("reviewer"), case_id, act="approve", digest=seen)
    status, page = decide(door.person("second"), case_id, act="reject", digest=seen, reason="the wrong item")
    assert status == 409
    assert "Nothing was decided" in page
    assert "the wrong item" in page


def test_a_rejection_without_a_reason_is_refused(door: Door) -> None:
    status, page = decide(door.person("reviewer"), ready(door), act="reject", digest=digest(door), reason="  ")
    assert status == 422
    assert "say why" in page


def test_a_specialist_may_edit_and_not_approve(door: Door) -> None:
    client, case_id = door.person("specialist"), ready(door)
    page = client.get(f"/panel/cases/{case_id}").text
    assert 'value="approve"' not in page
    assert decide(client, case_id, act="approve", digest=digest(door))[0] == 403
    sent = {"act": "edit", "digest": digest(door), "reason": "clearer", "closing": "With kind regards,"}
    assert decide(client, case_id, **sent)[0] == 303
    assert door.box.database is not None
    with door.box.database.read() as transaction:
        (review,) = review_store.reviews_of(transaction, case_id)
    assert (review.act, review.reason) == (ReviewAct.EDIT, "clearer")


def test_an_edit_that_changes_nothing_is_not_recorded(door: Door) -> None:
    sent = {"act": "edit", "digest": digest(door), "reason": "nothing"}
    status, page = decide(door.person("specialist"), ready(door), **sent)
    assert status == 422
    assert "nothing is changed yet" in page


def test_a_stale_edit_keeps_the_words_and_shows_them_beside_the_letter_of_now(door: Door) -> None:
    client, case_id = door.person("specialist"), ready(door)
    sent = {"act": "edit", "digest": digest(door), "reason": "mine", "closing": "Yours truly and ever,"}
    with door.box.database.begin() as transaction:
        submission = work_store.newest_submission(transaction, case_id)
        assert submission is not None
        letter = submission.letter.model_copy(update={"closing": "Others were first,"})
        content = submission.bundle + b"\n"
        changed = submission.model_copy(
            update={"letter": letter, "bundle": content, "digest": work_store.digest_of(content),
                    "drafted_at": submission.drafted_at + timedelta(minutes=1)}
        )  # fmt: skip
        work_store.put_submission(transaction, changed)
    status, page = decide(client, case_id, **sent)
    assert status == 409
    shown = re.sub(r"<[^>]+>", "", page)
    assert "The letter has changed since you began" in shown
    assert "Yours truly and ever" in shown
    assert 'value="Others were first,"' in page
    assert "Your words of" in client.get(f"/panel/cases/{case_id}").text


def test_a_draft_is_kept_for_its_writer_alone_until_the_decision(door: Door) -> None:
    mine, others, case_id = door.person("specialist"), door.person("second"), ready(door)
    sent = {"digest": digest(door), "reason": "half a thought", "closing": "Half a closing"}
    assert mine.post(f"/panel/cases/{case_id}/draft", data=sent).json() == {"kept": True}
    assert "Half a closing" in mine.get(f"/panel/cases/{case_id}/letter").text
    assert "Half a closing" not in others.get(f"/panel/cases/{case_id}/letter").text
    assert decide(mine, case_id, act="edit", **sent)[0] == 303
    assert read_case(door.box, case_id, UserId("specialist")).draft is None


def test_a_claim_is_seen_by_others_runs_out_and_can_be_taken_over(door: Door) -> None:
    first, second, case_id = door.person("reviewer"), door.person("second"), ready(door)
    address = f"/panel/cases/{case_id}/claim"
    assert first.post(address, data={"act": "claim"}).status_code == 303
    assert "The reviewer has it in hand" in second.get(f"/panel/cases/{case_id}").text
    assert second.post(address, data={"act": "claim"}).status_code == 409
    second.post(address, data={"act": "take_over"})
    assert "Another has it in hand" in first.get(f"/panel/cases/{case_id}").text
    second.post(address, data={"act": "release"})
    first.post(address, data={"act": "claim"})
    door.later(timedelta(minutes=46))
    first, second = door.person("reviewer"), door.person("second")
    assert "In nobody’s hands" in second.get(f"/panel/cases/{case_id}").text
    assert second.post(address, data={"act": "claim"}).status_code == 303


def test_a_claim_leads_back_only_into_the_panel(door: Door) -> None:
    address = f"/panel/cases/{ready(door)}/claim"
    sent = {"act": "claim", "back": "https://elsewhere.example"}
    assert door.person("reviewer").post(address, data=sent).headers["location"].startswith("/panel/cases/")


def test_views_are_kept_by_name_with_closed_values_only(door: Door) -> None:
    client = door.person("specialist")
    client.post("/panel/views", data={"name": "Mine", "filters": "view=documents&mine=1&q=somebody"})
    page = client.get("/panel").text
    assert "view=documents&amp;mine=1" in page
    assert "somebody" not in page
    assert "Mine" not in door.person("second").get("/panel").text
    client.post("/panel/views", data={"name": "Mine", "act": "delete"})
    assert "view=documents&amp;mine=1" not in client.get("/panel").text


def test_evidence_opens_at_words_equal_to_the_quote(door: Door) -> None:
    client, case_id = door.person("specialist"), ready(door)
    sheet = read_case(door.box, case_id, UserId("specialist"))
    assert sheet.result is not None
    opened = 0
    for leaf in sheet.result.root.leaves():
        for place, item in enumerate(leaf.evidence):
            page = client.get(f"/panel/cases/{case_id}/evidence/{leaf.id}?e={place}").text
            assert f'<mark id="hit">{item.fact.span.quote}</mark>' in page
            opened += 1
    assert opened >= 5


def test_a_policy_opens_at_the_passage_and_says_when_other_words_stand_there(door: Door) -> None:
    client, case_id = door.person("specialist"), ready(door)
    page = client.get(f"/panel/cases/{case_id}").text
    link = next(one for one in re.findall(r'href="(/panel/policies/text[^"]+sha=[^"#]+)', page)).replace("&amp;", "&")
    good = client.get(link).text
    assert '<mark id="hit">' in good
    bad = client.get(re.sub(r"sha=[0-9a-f]{16}", f"sha={'0' * 16}", link)).text
    assert "The quote is not at its place" in bad
    assert "<mark" not in bad


def test_a_packet_that_is_not_the_one_inside_the_request_is_not_shown(door: Door) -> None:
    case_id = ready(door)
    with door.box.database.begin() as transaction:
        table = work_store.submissions
        place = transaction.mine(table, case_id=case_id)
        transaction.connection.execute(table.update().where(place).values(packet_pdf=b"%PDF-1.4 other"))
    with pytest.raises(StoreDamaged):
        packet_of(door.box, case_id)
    answered = door.person("reviewer").get(f"/panel/cases/{case_id}/packet")
    assert answered.status_code == 500
    assert "other" not in answered.text


def test_pages_are_drawn_in_set_widths_of_the_packet_that_is_there(door: Door) -> None:
    client, case_id = door.person("reviewer"), ready(door)
    page = client.get(f"/panel/cases/{case_id}").text
    address = next(iter(re.findall(r'src="([^"]+-240\.webp)"', page)))
    picture = client.get(address)
    assert picture.headers["content-type"] == "image/webp"
    assert picture.content[:4] == b"RIFF"
    assert client.get(address.replace("-240.", "-241.")).status_code == 404
    assert client.get(address.replace("/1-240", "/99-240")).status_code == 404
    assert client.get(re.sub(r"[0-9a-f]{64}", "0" * 64, address)).status_code == 404


def test_a_document_is_opened_by_a_key_that_names_nobody_and_other_keys_open_nothing(door: Door) -> None:
    client, case = door.person("reviewer"), door.case("awaiting_review")
    address = f"/panel/cases/{case.id}/documents/{key_of(case.order.document_id)}"
    assert client.get(address).status_code == 200
    assert client.get(f"/panel/cases/{case.id}/documents/{'0' * 16}").status_code == 404


def test_a_question_is_answered_by_passages_of_the_payer_or_not_at_all(door: Door) -> None:
    client, case_id = door.person("specialist"), ready(door)
    asked = client.post(
        f"/panel/cases/{case_id}/ask", data={"question": "What does the policy say of saturation at rest?"}
    )
    page = client.get(asked.headers["location"]).text
    assert "NLA-DME-014, version 1" in page
    assert "nothing was added" in page
    nothing = client.get(client.post("/panel/ask", data={"question": "zzzz qqqq"}).headers["location"]).text
    assert "No answer is given" in nothing


def test_an_unknown_case_is_a_page_that_says_what_to_do(door: Door) -> None:
    answered = door.person("reviewer").get("/panel/cases/c-0000000000000000")
    assert answered.status_code == 404
    assert "Back to the worklist" in answered.text
    assert door.person("reviewer").get("/panel/cases/nonsense").status_code == 404


def test_a_fragment_is_a_part_of_the_page_and_an_ended_session_is_told_to_scripts(door: Door) -> None:
    case_id = ready(door)
    client = door.person("reviewer")
    part = client.get(f"/panel/cases/{case_id}/evidence/northlake_oxygen", headers={"X-Fragment": "1"})
    assert "<html" not in part.text
    assert 'id="evidence"' in part.text
    stranger = door.stranger().get(f"/panel/cases/{case_id}/state", headers={"X-Fragment": "1"})
    assert (stranger.status_code, stranger.json()["title"]) == (401, "Your session has ended")


def test_signing_out_ends_the_session(door: Door) -> None:
    client = door.person("reviewer")
    assert client.post("/panel/sign-out").headers["location"] == "/sign-in"
    assert client.get("/panel").status_code == 303


def test_signing_in_leads_to_the_page_asked_for_and_nowhere_else(door: Door) -> None:
    client = door.stranger()
    asked = client.get("/panel/policies").headers["location"]
    assert 'value="/panel/policies"' in client.get(asked).text
    for elsewhere in ("https://elsewhere.example", "//elsewhere.example", "/panel/../keys?x=1", "/panelx"):
        assert 'name="next" value="/panel"' in client.get("/sign-in", params={"next": elsewhere}).text


def test_a_blocked_case_offers_no_decision(door: Door) -> None:
    case = door.case("waiting_documents")
    page = door.person("supervisor").get(f"/panel/cases/{case.id}").text
    assert 'value="approve"' not in page
    assert "Drafted request" in page
    assert case.state is CaseState.WAITING_DOCUMENTS


def test_a_supervisor_has_given_up_work_tried_again_once(door: Door) -> None:
    case_id = ready(door)
    letter = DeadLetter(
        job_id="default:work_case:1", kind="work_case", subject=case_id, reason="payer_unavailable", attempts=8,
        buried_at=door.box.clock.now(),
    )  # fmt: skip
    with door.box.database.begin() as transaction:
        dead_letters.bury(transaction, letter)
    client = door.person("supervisor")
    assert "Payer unavailable, after 8 attempts" in client.get("/panel/dead-letters").text
    assert client.post("/panel/dead-letters/default:work_case:1/retry").status_code == 303
    assert "job.retried" in door.audit_actions(case_id)
    assert "Nothing was given up" in client.get("/panel/dead-letters").text
    assert client.post("/panel/dead-letters/default:work_case:1/retry").status_code == 404


def test_two_versions_of_a_policy_are_compared_by_words(door: Door) -> None:
    client = door.person("specialist")
    where = "payer=brightwater-commercial&doc=brightwater-lumbar-mri"
    text = client.get(f"/panel/policies/text?{where}&version=2").text
    assert "What changed since version 1" in text
    assert "What changed" not in client.get(f"/panel/policies/text?{where}&version=1").text
    page = client.get(f"/panel/policies/changes?{where}&before=1&after=2").text
    assert page.count("<ins>") >= 1
    assert page.count("<del>") >= 1
    assert "Nothing differs" in client.get(f"/panel/policies/changes?{where}&before=2&after=2").text
    assert client.get(f"/panel/policies/changes?{where}&before=1&after=9").status_code == 404


def test_the_bare_address_leads_to_the_panel(door: Door) -> None:
    answered = door.stranger().get("/")
    assert (answered.status_code, answered.headers["location"]) == (303, "/panel")


def test_a_case_is_worked_again_or_closed_only_where_that_leads_somewhere(door: Door) -> None:
    waits, case_id = door.case("waiting_documents"), ready(door)
    client = door.person("reviewer")
    assert "Work it again" not in client.get(f"/panel/cases/{case_id}").text
    assert client.post(f"/panel/cases/{case_id}/again").status_code == 409
    assert client.post(f"/panel/cases/{waits.id}/close").status_code == 409
    assert "Work it again" in client.get(f"/panel/cases/{waits.id}").text
    assert client.post(f"/panel/cases/{waits.id}/again").status_code == 303
    assert door.case("opened").id == waits.id
    assert door.audit_actions(waits.id)[-1] == "case.reopened"
    decide(client, case_id, act="reject", digest=digest(door), reason="not now")
    assert client.post(f"/panel/cases/{case_id}/close").status_code == 303
    assert door.case("closed").id == case_id


def test_what_a_chart_says_is_shown_and_never_run(door: Door, tmp_path: Path) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    for path in (SAMPLES / "oxygen-complete").iterdir():
        text = path.read_text("utf-8").replace("syn-0001", "syn-0666").replace("Oyelaran", f"O{hostile}")
        (tmp_path / path.name).write_text(text, "utf-8")
    (case_id,) = open_cases(door.box, [tmp_path]).case_ids
    with open_graph(door.box) as graph:
        work_case(door.box, graph, case_id)
    client = door.person("supervisor")
    places = ("", "/letter", "/documents", "/packet", "/ask", "/evidence/northlake_oxygen")
    for address in ("/panel", *(f"/panel/cases/{case_id}{place}" for place in places)):
        page = client.get(address)
        assert page.status_code == 200, address
        assert hostile not in page.text, address
        assert "O&lt;img" in page.text, address
