"""Events start the work and move it on: orders, documents, payers' answers and clocks, each once."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from agents.casework.documents import receive_document
from agents.casework.events import EventDesk, accept_event
from api.worker import start_worker, stop_worker
from cases.errors import Conflict, InputError, NotFound
from cases.ids import CaseId, UserId
from cases.lifecycle import CaseState
from cases.review import ReviewAct
from runtime.clock import SettableClock
from runtime.inbox import IncomingEvent
from tests.flows.clinic import COMPLETE, NORTHLAKE, Clinic
from tests.flows.desk import NEW_TEST, STALE, Desk, answer, encoded, pended, sent


def test_an_order_is_worked_to_review_and_a_decision_sends_it_once(desk: Desk) -> None:
    first = desk.order("e1", COMPLETE)
    again = desk.order("e1", COMPLETE)
    assert (again.repeated, again.receipt_id) == (True, first.receipt_id)
    case = desk.wait_for(CaseState.AWAITING_REVIEW)
    assert sent(desk.payer) == 0
    desk.clinic.review(case.id, ReviewAct.APPROVE, "reviewer")
    desk.wait_for(CaseState.AUTHORIZED)
    assert sent(desk.payer) == 1
    assert desk.clinic.log_holds()


def test_a_decision_made_while_no_worker_lived_takes_effect_once_when_one_does(desk: Desk) -> None:
    desk.order("e1", COMPLETE)
    case = desk.wait_for(CaseState.AWAITING_REVIEW)
    stop_worker(desk.worker)
    desk.clinic.review(case.id, ReviewAct.APPROVE, "reviewer")
    time.sleep(0.5)
    assert (desk.cases()[0].state, sent(desk.payer)) == (CaseState.APPROVED, 0)
    desk.worker = start_worker(desk.box)
    desk.wait_for(CaseState.AUTHORIZED)
    desk.restart()
    time.sleep(0.5)
    assert sent(desk.payer) == 1


def test_the_same_body_under_another_id_is_a_repeat(desk: Desk) -> None:
    first = desk.order("e1", COMPLETE)
    assert desk.order("e2", COMPLETE).receipt_id == first.receipt_id


def test_a_missing_document_is_waited_for_and_its_arrival_takes_the_case_on(desk: Desk) -> None:
    desk.order("e1", STALE)
    case = desk.wait_for(CaseState.WAITING_DOCUMENTS)
    receive_document(desk.box, case.id, "oximetry.txt", NEW_TEST.encode(), UserId("specialist"))
    assert desk.wait_for(CaseState.AWAITING_REVIEW).id == case.id


def test_a_document_finds_its_case_by_number_and_birth_date(desk: Desk) -> None:
    desk.order("e1", STALE)
    desk.wait_for(CaseState.WAITING_DOCUMENTS)
    content = encoded(NEW_TEST.encode())
    patient = {"number": "NLA5510477", "birth_date": "1948-09-30"}
    desk.send("e2", "document.received", {"data": {"patient": patient, "name": "fax.txt", "content": content}})
    desk.wait_for(CaseState.AWAITING_REVIEW)


def test_a_document_of_another_birth_date_joins_nothing(desk: Desk) -> None:
    desk.order("e1", STALE)
    desk.wait_for(CaseState.WAITING_DOCUMENTS)
    content = encoded(NEW_TEST.encode())
    patient = {"number": "NLA5510477", "birth_date": "1948-09-29"}
    desk.send("e2", "document.received", {"data": {"patient": patient, "name": "fax.txt", "content": content}})
    desk.wait(lambda: desk.early() == ["document.received"])
    desk.later(timedelta(hours=73))
    desk.wait(lambda: desk.dead() == [("process_event", "not_found")])
    assert desk.early() == []
    assert desk.cases()[0].state is CaseState.WAITING_DOCUMENTS


@pytest.mark.parametrize(
    ("kind", "body", "reason"),
    [
        ("order.created", {"nothing": 1}, "input_error"),
        ("order.created", {"data": {"resource": {"resourceType": "Patient", "id": "p"}}}, "input_error"),
        ("document.received", {"data": {"case_id": "c-none", "name": "x.txt", "content": "*"}}, "input_error"),
        ("payer.decision", {"data": {"resource": {"resourceType": "Bundle"}}}, "input_error"),
        ("payer.decision", {"data": {}}, "input_error"),
    ],
)
def test_poison_becomes_a_dead_letter_with_its_reason(desk: Desk, kind: str, body: dict[str, Any], reason: str) -> None:
    desk.send("bad", kind, body)
    desk.wait(lambda: desk.dead() == [("process_event", reason)])
    assert desk.cases() == []
    assert desk.clinic.log_holds()


@pytest.mark.parametrize(
    ("action", "state"),
    [
        ("A1", CaseState.AUTHORIZED),
        ("A3", CaseState.DENIED),
        ("A6", CaseState.MODIFIED),
        ("CT", CaseState.NEEDS_PERSON),
    ],
)
def test_a_payers_later_decision_moves_the_pended_case_by_item(desk: Desk, action: str, state: CaseState) -> None:
    case = pended(desk)
    desk.send("d1", "payer.decision", answer(desk, case.id, action))
    desk.send("d2", "payer.decision", {**answer(desk, case.id, action), "again": True})
    desk.wait_for(state)
    assert sent(desk.payer) == 1


def test_a_decision_the_payer_owes_is_flagged_when_its_clock_runs_out(desk: Desk) -> None:
    pended(desk)
    clock = desk.box.clock
    assert isinstance(clock, SettableClock)
    clock.advance(timedelta(days=6))
    time.sleep(0.5)
    assert "payer_decision_overdue" not in {flag.code for flag in desk.cases()[0].flags}
    clock.advance(timedelta(days=2))
    desk.wait(lambda: "payer_decision_overdue" in {flag.code for flag in desk.cases()[0].flags})
    assert desk.cases()[0].state is CaseState.PENDED


def test_a_document_that_comes_after_the_request_left_changes_nothing_that_was_sent(desk: Desk) -> None:
    case = pended(desk)
    before = desk.clinic.digest(case.id)
    receive_document(desk.box, case.id, "late.txt", b"SYNTHETIC late note", UserId("specialist"))
    desk.wait(lambda: "document_after_decision" in {flag.code for flag in desk.cases()[0].flags})
    assert (desk.cases()[0].state, desk.clinic.digest(case.id)) == (CaseState.PENDED, before)


def test_a_payer_that_is_away_is_tried_again_until_it_is_back(desk: Desk) -> None:
    desk.order("e1", COMPLETE)
    case = desk.wait_for(CaseState.AWAITING_REVIEW)
    port = int(desk.payer.base.rsplit(":", 1)[1].split("/")[0])
    desk.payer.kill()
    desk.clinic.review(case.id, ReviewAct.APPROVE, "reviewer")
    desk.wait_for(CaseState.SUBMITTING)
    desk.payer.start()
    assert desk.payer.base.endswith("/fhir")
    desk.box.settings.payer_endpoints[NORTHLAKE] = desk.payer.base
    assert port > 0
    desk.wait_for(CaseState.AUTHORIZED)
    assert sent(desk.payer) == 1


def test_an_upload_for_no_case_is_refused_at_the_door(desk: Desk) -> None:
    with pytest.raises(NotFound):
        receive_document(desk.box, CaseId("c-none"), "x.txt", b"x", UserId("specialist"))


def test_without_a_queue_no_event_is_taken(clinic: Clinic) -> None:
    with pytest.raises(InputError):
        accept_event(clinic.box, IncomingEvent(source="ehr", event_id="e", kind="order.created", body=b"{}"))


def test_events_that_come_at_once_share_commits_and_one_bad_one_costs_no_other(desk: Desk) -> None:
    table = EventDesk(desk.box)
    good = [IncomingEvent(source="ehr", event_id=f"g{n}", kind="order.created", body=b"{%d}" % n) for n in range(40)]
    bad = IncomingEvent(source="ehr", event_id="g0", kind="order.created", body=b"{other}")
    table.accept(good[0])
    with ThreadPoolExecutor(16) as senders:
        refused = senders.submit(table.accept, bad)
        receipts = list(senders.map(table.accept, [*good, *good]))
    with pytest.raises(Conflict):
        refused.result()
    assert len({receipt.receipt_id for receipt in receipts}) == 40
    assert [one.receipt_id for one in receipts[:40]] == [one.receipt_id for one in receipts[40:]]
    desk.wait(lambda: len(desk.dead()) == 40)
    with desk.box.database.read() as transaction:
        accepted = desk.box.audit.entries(transaction)
    assert sum(entry.event.action == "event.accepted" for entry in accepted) == 40
    assert desk.clinic.log_holds()
