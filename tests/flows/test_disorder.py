"""Events in any order, and jobs that run again: nothing is lost, nothing is done over, nothing waits in vain unseen."""

import json
from datetime import timedelta

from agents.casework.documents import receive_document
from agents.casework.events import accept_event
from agents.casework.processing import process_event
from agents.products import ANSWER
from cases.case import Case
from cases.ids import CaseId, UserId
from cases.lifecycle import CaseState
from cases.review import ReviewAct
from runtime import case_records, work_store
from runtime.inbox import IncomingEvent
from runtime.queue_tables import inbox_events
from tests.flows.clinic import COMPLETE, NORTHLAKE
from tests.flows.desk import NEW_TEST, STALE, Desk, answer, encoded, pended, sent

PATIENT = {"number": "NLA5510477", "birth_date": "1948-09-30"}
TEST = {"name": "oximetry.txt", "content": encoded(NEW_TEST.encode())}


def waiting_case(desk: Desk) -> Case:
    desk.order("e1", STALE)
    return desk.wait_for(CaseState.WAITING_DOCUMENTS)


def files(desk: Desk, case_id: CaseId) -> list[str]:
    with desk.box.database.read() as transaction:
        return sorted(case_records.files_of(transaction, case_id))


def flags(desk: Desk) -> set[str]:
    return {flag.code for flag in desk.cases()[0].flags}


def test_a_document_that_overtakes_its_order_waits_for_it(desk: Desk) -> None:
    desk.send("doc", "document.received", {"data": {"patient": PATIENT, **TEST}})
    desk.wait(lambda: desk.early() == ["document.received"])
    desk.order("order", STALE)
    case = desk.wait_for(CaseState.AWAITING_REVIEW)
    assert files(desk, case.id) == ["order-event.json", "oximetry.txt"]
    desk.wait(lambda: desk.early() == [])
    assert desk.dead() == []


def test_a_document_for_a_case_id_that_is_not_there_yet_waits_too(desk: Desk) -> None:
    known = waiting_case(desk).id
    other = CaseId("c-0123456789abcdef")
    desk.send("d1", "document.received", {"data": {"case_id": other, **TEST}})
    desk.send("d2", "document.received", {"data": {"case_id": known, **TEST}})
    desk.wait_for(CaseState.AWAITING_REVIEW)
    desk.wait(lambda: desk.early() == ["document.received"])
    desk.later(timedelta(hours=71))
    assert desk.dead() == []
    desk.later(timedelta(hours=2))
    desk.wait(lambda: desk.dead() == [("process_event", "not_found")])
    assert desk.early() == []


def test_an_event_that_waits_survives_a_restart_and_is_found_again(desk: Desk) -> None:
    desk.send("doc", "document.received", {"data": {"patient": PATIENT, **TEST}})
    desk.wait(lambda: desk.early() == ["document.received"])
    desk.restart()
    desk.order("order", STALE)
    desk.wait_for(CaseState.AWAITING_REVIEW)


def test_an_answer_that_overtakes_its_request_waits_until_it_was_sent(desk: Desk) -> None:
    desk.payer.kill()
    desk.payer.script = {"default": "pend"}
    desk.payer.start()
    desk.box.settings.payer_endpoints[NORTHLAKE] = desk.payer.base
    desk.order("e1", COMPLETE)
    case = desk.wait_for(CaseState.AWAITING_REVIEW)
    desk.send("d1", "payer.decision", answer(desk, case.id, "A1"))
    desk.wait(lambda: desk.early() == ["payer.decision"])
    assert desk.cases()[0].state is CaseState.AWAITING_REVIEW
    desk.clinic.review(case.id, ReviewAct.APPROVE, "reviewer")
    desk.wait_for(CaseState.PENDED)
    desk.later(timedelta(minutes=1))
    desk.wait_for(CaseState.AUTHORIZED)
    desk.wait(lambda: desk.early() == [])
    assert desk.dead() == []


def test_an_answer_about_a_request_never_sent_is_given_up_in_the_end(desk: Desk) -> None:
    desk.order("e1", COMPLETE)
    case = desk.wait_for(CaseState.AWAITING_REVIEW)
    desk.send("d1", "payer.decision", answer(desk, case.id, "A1"))
    desk.wait(lambda: desk.early() == ["payer.decision"])
    desk.later(timedelta(hours=73))
    desk.wait(lambda: desk.dead() == [("process_event", "not_found")])
    assert desk.cases()[0].state is CaseState.AWAITING_REVIEW


def test_an_order_sent_again_keeps_the_documents_given_since(desk: Desk) -> None:
    case = waiting_case(desk)
    receive_document(desk.box, case.id, "oximetry.txt", NEW_TEST.encode(), UserId("specialist"))
    ready = desk.wait_for(CaseState.AWAITING_REVIEW)
    digest = desk.clinic.digest(case.id)
    body = json.loads(order_body(desk, "e1"))
    desk.send("e2", "order.created", {**body, "timestamp": "2026-11-24T09:00:00Z"})
    desk.wait(lambda: jobs_done(desk) >= 3)
    (now,) = desk.cases()
    assert (now.state, now.revision, desk.clinic.digest(case.id)) == (ready.state, ready.revision, digest)


def test_a_newer_version_of_the_order_takes_the_older_ones_place_beside_the_documents(desk: Desk) -> None:
    case = waiting_case(desk)
    receive_document(desk.box, case.id, "oximetry.txt", NEW_TEST.encode(), UserId("specialist"))
    before = desk.wait_for(CaseState.AWAITING_REVIEW)
    body = json.loads(order_body(desk, "e1"))
    for entry in body["data"]["resource"]["entry"]:
        if entry["resource"]["resourceType"] == "DeviceRequest":
            entry["resource"]["note"] = [{"text": "Deliver in the morning."}]
    desk.send("e2", "order.created", body)
    desk.wait(lambda: desk.cases()[0].chart_digest != before.chart_digest)
    desk.wait_for(CaseState.AWAITING_REVIEW)
    assert files(desk, case.id) == ["order-event.json", "oximetry.txt"]


def test_a_document_job_that_runs_again_after_the_approval_finds_its_work_done(desk: Desk) -> None:
    case = waiting_case(desk)
    receipt = desk.send("doc", "document.received", {"data": {"patient": PATIENT, **TEST}})
    desk.wait_for(CaseState.AWAITING_REVIEW)
    desk.clinic.review(case.id, ReviewAct.APPROVE, "reviewer")
    desk.wait_for(CaseState.AUTHORIZED)
    process_event(desk.box, receipt.receipt_id)
    assert files(desk, case.id) == ["order-event.json", "oximetry.txt"]
    assert flags(desk) == set()
    assert sent(desk.payer) == 1


def test_a_patients_document_goes_to_the_case_that_is_with_the_payer_when_no_other_is_open(desk: Desk) -> None:
    case = pended(desk)
    member = case.coverage.member_id if case.coverage else ""
    patient = {"number": member, "birth_date": str(case.patient.birth_date)}
    desk.send("d1", "document.received", {"data": {"patient": patient, **TEST}})
    desk.wait(lambda: "document_after_decision" in flags(desk))
    assert desk.cases()[0].state is CaseState.PENDED


def test_a_pend_that_comes_after_the_decision_changes_nothing(desk: Desk) -> None:
    case = pended(desk)
    desk.send("d1", "payer.decision", answer(desk, case.id, "A1"))
    decided = desk.wait_for(CaseState.AUTHORIZED)
    desk.send("d2", "payer.decision", {**answer(desk, case.id, "A4"), "late": True})
    desk.wait(lambda: answers_logged(desk, case.id) == 3)
    assert desk.cases()[0] == decided
    assert decided_items(desk, case.id) == ["A1"]


def test_another_decision_after_the_first_is_put_to_a_person_and_not_followed(desk: Desk) -> None:
    case = pended(desk)
    desk.send("d1", "payer.decision", answer(desk, case.id, "A1"))
    desk.wait_for(CaseState.AUTHORIZED)
    desk.send("d2", "payer.decision", answer(desk, case.id, "A3"))
    desk.wait(lambda: "payer_answer_differs" in flags(desk))
    assert desk.cases()[0].state is CaseState.AUTHORIZED
    assert desk.dead() == []


def test_a_payer_that_wanted_a_call_decides_afterwards(desk: Desk) -> None:
    case = pended(desk)
    desk.send("d1", "payer.decision", answer(desk, case.id, "CT"))
    desk.wait_for(CaseState.NEEDS_PERSON)
    desk.send("d2", "payer.decision", answer(desk, case.id, "A1"))
    desk.wait_for(CaseState.AUTHORIZED)


def test_jobs_that_wait_for_a_payer_hold_up_no_other(desk: Desk) -> None:
    desk.order("e1", COMPLETE)
    case = desk.wait_for(CaseState.AWAITING_REVIEW)
    desk.payer.kill()
    for number in range(6):
        accept_event(desk.box, unreachable(case.id, number))
    desk.clinic.review(case.id, ReviewAct.APPROVE, "reviewer")
    desk.wait(lambda: desk.cases()[0].state is CaseState.SUBMITTING)
    desk.order("e2", STALE)
    desk.wait(lambda: CaseState.WAITING_DOCUMENTS in [one.state for one in desk.cases()], 20)
    desk.payer.start()
    desk.box.settings.payer_endpoints[NORTHLAKE] = desk.payer.base
    desk.wait(lambda: CaseState.AUTHORIZED in [one.state for one in desk.cases()])
    assert sent(desk.payer) == 1


def unreachable(case_id: CaseId, number: int) -> IncomingEvent:
    """A further document for the case whose request cannot be sent now."""
    data = {"case_id": case_id, "name": f"n{number}.txt", "content": encoded(f"SYNTHETIC note {number}".encode())}
    body = json.dumps({"data": data}).encode()
    return IncomingEvent(source="ehr", event_id=f"n{number}", kind="document.received", body=body)


def order_body(desk: Desk, event_id: str) -> bytes:
    with desk.box.database.read() as transaction:
        rows = transaction.connection.execute(inbox_events.select().where(inbox_events.c.event_id == event_id))
        return bytes(rows.one().body)


def jobs_done(desk: Desk) -> int:
    with desk.box.database.read() as transaction:
        done = "SELECT count(*) FROM workflow_status WHERE status = 'SUCCESS'"
        return int(transaction.connection.exec_driver_sql(done).scalar_one())


def answers_logged(desk: Desk, case_id: CaseId) -> int:
    with desk.box.database.read() as transaction:
        entries = desk.box.audit.entries(transaction, case_id)
    return sum(entry.event.action == "payer.answered" for entry in entries)


def decided_items(desk: Desk, case_id: CaseId) -> list[str]:
    with desk.box.database.read() as transaction:
        held = work_store.get_product(transaction, case_id, ANSWER)
    assert held is not None
    return [item.action_code for item in held.items]
