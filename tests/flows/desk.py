"""The service in one process, for flow tests: a clinic with a queue, its worker, and a stand-in payer."""

import base64
import json
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from agents.casework.events import accept_event
from agents.toolbox import Toolbox, build_toolbox
from api.worker import start_worker, stop_worker
from cases.case import Case
from cases.ids import CaseId
from cases.lifecycle import CaseState
from cases.review import ReviewAct
from formats.pas.inquiry import claim_identifier
from runtime import case_store, dead_letters, early_events, work_store
from runtime.clock import SettableClock
from runtime.inbox import EventReceipt, IncomingEvent
from runtime.job_worker import Worker
from runtime.queue_tables import leases
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

    def __init__(self, home: Path, payer: SandboxProcess, database_url: str = "") -> None:
        self.payer = payer
        settings = Settings(
            database_url=database_url,
            home=home,
            fixed_time=NOW,
            payer_endpoints={NORTHLAKE: payer.base},
            tick_seconds=0.1,
            retry_seconds=0.1,
        )
        Clinic.at(home, database_url=database_url).box.database.close()
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
        """The one case once it is in this state and the worker has let go of it."""
        self.wait(lambda: [case.state for case in self.cases()] == [state] and not self.held())
        return self.cases()[0]

    def early(self) -> list[str]:
        """The kinds of events that wait for what they are about."""
        with self.box.database.read() as transaction:
            return [event.kind for event in early_events.all_waiting(transaction)]

    def held(self) -> list[str]:
        """What the worker still holds: a case shows its new state before the job that gave it has let go of it."""
        with self.box.database.read() as transaction:
            return list(transaction.connection.execute(select(leases.c.name)).scalars())

    def later(self, by: timedelta) -> None:
        assert isinstance(self.box.clock, SettableClock)
        self.box.clock.advance(by)

    def restart(self) -> None:
        """Stop the worker and start another in its place."""
        stop_worker(self.worker)
        self.worker = start_worker(self.box)

    def close(self) -> None:
        stop_worker(self.worker)
        assert self.box.queue is not None
        self.box.queue.close()
        self.box.database.close()

    def dead(self) -> list[tuple[str, str]]:
        with self.box.database.read() as transaction:
            return [(letter.kind, letter.reason) for letter in dead_letters.unsettled(transaction)]


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


def sent(payer: SandboxProcess) -> int:
    return sum(line["path"].endswith("$submit") for line in payer.lines())
