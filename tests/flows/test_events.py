"""Events start the work and move it on: orders, documents, payers' answers and clocks, each once."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agents.casework.documents import receive_document
from agents.casework.events import EventDesk, accept_event
from agents.toolbox import Toolbox, build_toolbox
from api.worker import start_worker, stop_worker
from cases.case import Case
from cases.errors import InputError, NotFound
from cases.ids import CaseId, UserId
from cases.lifecycle import CaseState
from cases.review import ReviewAct
from formats.pas.inquiry import claim_identifier
from runtime import case_store, dead_letters, work_store
from runtime.clock import SettableClock
from runtime.inbox import EventReceipt, IncomingEvent
from runtime.job_worker import Worker
from runtime.settings import Settings
from tests.flows.clinic import COMPLETE, NORTHLAKE, NOW, SAMPLES, Clinic
from tests.tools.payer.sandbox_process import SandboxProcess

STALE = SAMPLES / "oxygen-stale-test"
NEW_TEST = """SYNTHETIC SAMPLE NOTE
Hollis Pulmonary Clinic
Patient: Leon Rene Baptiste    DOB: 09/30/1948
Date of visit: 11/10/2026

I ordered pulse oximetry today and reviewed the oximetry myself. Oxygen saturation was 85% at rest on room air.
"""


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


class Desk:
    """The service in one process: a clinic with a queue, its worker, and a stand-in payer."""

    def __init__(self, home: Path, payer: SandboxProcess) -> None:
        self.payer = payer
        settings = Settings(
            home=home, fixed_time=NOW, payer_endpoints={NORTHLAKE: payer.base}, tick_seconds=0.1, retry_seconds=0.1
        )
        Clinic.at(home).box.database.close()
        self.box: Toolbox = build_toolbox(settings, with_queue=True)
        self.clinic = Clinic(self.box, home / "out")
        self.worker: Worker = start_worker(self.box)

    def send(self, event_id: str, kind: Any, body: dict[str, Any]) -> EventReceipt:
        event = IncomingEvent(source="ehr", event_id=event_id, kind=kind, body=json.dumps(body).encode())
        return accept_event(self.box, event)

    def order(self, event_id: str, chart: Path) -> EventReceipt:
        """The order with the whole chart: structured resources, and notes as DocumentReferences."""
        bundle = json.loads((chart / "chart.json").read_text("utf-8"))
        patient = next(e["resource"]["id"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Patient")
        for number, note in enumerate(sorted(chart.glob("*.txt"))):
            resource = {
                "resourceType": "DocumentReference", "id": f"note{number}", "status": "current",
                "subject": {"reference": f"Patient/{patient}"},
                "content": [{"attachment": {"contentType": "text/plain", "data": encoded(note.read_bytes())}}],
            }  # fmt: skip
            bundle["entry"].append(
                {"fullUrl": f"https://ehr.example/fhir/DocumentReference/note{number}", "resource": resource}
            )
        return self.send(event_id, "order.created", {"type": "order.created", "data": {"resource": bundle}})

    def cases(self) -> list[Case]:
        with self.box.database.read() as transaction:
            return [case_store.get(transaction, one.id) for one in case_store.listing(transaction)]

    def wait(self, condition: Callable[[], bool], seconds: float = 40) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, [(case.state, case.flags) for case in self.cases()]
            time.sleep(0.05)

    def wait_for(self, state: CaseState) -> Case:
        self.wait(lambda: [case.state for case in self.cases()] == [state])
        return self.cases()[0]

    def dead(self) -> list[tuple[str, str]]:
        with self.box.database.read() as transaction:
            return [(letter.kind, letter.reason) for letter in dead_letters.unsettled(transaction)]


@pytest.fixture
def desk(tmp_path: Path, payer: SandboxProcess) -> Iterator[Desk]:
    opened = Desk(tmp_path / "service", payer)
    yield opened
    stop_worker(opened.worker)
    opened.box.database.close()


def sent(payer: SandboxProcess) -> int:
    return sum(line["path"].endswith("$submit") for line in payer.lines())


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
    desk.wait(lambda: desk.dead() == [("process_event", "not_found")])
    assert desk.cases()[0].state is CaseState.WAITING_DOCUMENTS


@pytest.mark.parametrize(
    ("kind", "body", "reason"),
    [
        ("order.created", {"nothing": 1}, "input_error"),
        ("order.created", {"data": {"resource": {"resourceType": "Patient", "id": "p"}}}, "input_error"),
        ("document.received", {"data": {"case_id": "c-none", "name": "x.txt", "content": "YQ=="}}, "not_found"),
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


def pended(desk: Desk) -> Case:
    desk.payer.kill()
    desk.payer.script = {"default": "pend"}
    desk.payer.start()
    desk.box.settings.payer_endpoints[NORTHLAKE] = desk.payer.base
    desk.order("e1", COMPLETE)
    case = desk.wait_for(CaseState.AWAITING_REVIEW)
    desk.clinic.review(case.id, ReviewAct.APPROVE, "reviewer")
    return desk.wait_for(CaseState.PENDED)


def answer(desk: Desk, case_id: CaseId, action: str) -> dict[str, Any]:
    """A payer's later answer about the case's request, in the shape of the official examples."""
    with desk.box.database.read() as transaction:
        submission = work_store.newest_submission(transaction, case_id)
    assert submission is not None
    named = claim_identifier(submission.bundle)
    code = {"coding": [{"system": "https://codesystem.x12.org/005010/306", "code": action}]}
    pas = "http://hl7.org/fhir/us/davinci-pas/StructureDefinition/"
    extension = {
        "url": pas + "extension-reviewAction",
        "extension": [{"url": pas + "extension-reviewActionCode", "valueCodeableConcept": code}],
    }
    response = {
        "resourceType": "ClaimResponse", "id": "cr1", "status": "active", "use": "preauthorization",
        "outcome": "complete",
        "identifier": [{"system": named.system, "value": named.value}], "created": "2026-11-24",
        "item": [{"itemSequence": 1, "adjudication": [{"extension": [extension], "category": {"text": "submitted"}}]}],
    }  # fmt: skip
    return {"data": {"resource": {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": response}]}}}


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


def test_events_that_wait_together_share_a_commit_and_one_bad_one_costs_no_other(desk: Desk) -> None:
    table = EventDesk(desk.box)
    table.open()
    good = [IncomingEvent(source="ehr", event_id=f"g{n}", kind="order.created", body=b"{%d}" % n) for n in range(20)]
    receipts = [table.accept(event) for event in good]
    repeated = [table.accept(event) for event in good]
    table.close()
    assert len({receipt.receipt_id for receipt in receipts}) == 20
    assert [one.receipt_id for one in repeated] == [one.receipt_id for one in receipts]
    assert all(one.repeated for one in repeated)
