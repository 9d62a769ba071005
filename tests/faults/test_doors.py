"""Events through the signed door, twice and shuffled, with kill -9 at random: none lost, none done twice."""

import base64
import copy
import json
import random
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from agents.casework.reviewing import ReviewRequest, record_review
from agents.toolbox import Toolbox, build_toolbox
from cases.ids import CaseId, UserId
from cases.lifecycle import CaseState
from cases.review import ReviewAct
from runtime import case_store, dead_letters, early_events, work_store
from runtime.queue import JobQueue
from runtime.queue_tables import inbox_events
from runtime.settings import Settings
from tests.faults.commands import CommandLine, wait_until
from tests.flows.clinic import COMPLETE, NORTHLAKE, SAMPLES, Clinic
from tests.tools.payer.sandbox_process import SandboxProcess

SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes....").decode()
STALE = SAMPLES / "oxygen-stale-test"
NEW_TEST = """Patient: Leon Rene Baptiste    DOB: 09/30/1948
Date of visit: 11/10/2026

I ordered pulse oximetry today and reviewed the oximetry myself. Oxygen saturation was 85% at rest on room air.
"""


@dataclass
class Service:
    """`countersign serve` as a process, killed and started again on one port."""

    shell: CommandLine
    port: int
    process: "subprocess.Popen[str] | None" = None
    kills: int = 0

    def start(self) -> None:
        self.process = self.shell.start("serve", "--port", str(self.port))
        wait_until(self.answers, 60)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.kills += 1

    def answers(self) -> bool:
        assert self.process is None or self.process.poll() is None, self.process.communicate() if self.process else ""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def post(self, event: "Event", *, bad_signature: bool = False) -> int:
        """The status; 0 where nobody answered."""
        now = datetime.now(UTC)
        signature = Webhook(SECRET).sign(event.id, now, event.body)
        headers = {
            "content-type": "application/json", "webhook-id": event.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": "v1,AAAA" if bad_signature else signature,
        }  # fmt: skip
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/webhooks/ehr", event.body.encode(), headers, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0


@dataclass(frozen=True)
class Event:
    """One event as its sender holds it until it was answered."""

    id: str
    body: str
    poison: bool = False
    forged: bool = False


@dataclass
class Plan:
    """All events of a run, and what should come of them."""

    events: list[Event] = field(default_factory=list)
    orders: int = 0


def chart(folder: Path, number: int) -> dict[str, Any]:
    """A sample's chart with its note inside, as a patient and an order of its own."""
    bundle = json.loads((folder / "chart.json").read_text("utf-8"))
    text = json.dumps(copy.deepcopy(bundle)).replace("syn-0", f"ev{number}-0").replace("NLA5510", f"NLA{number:03d}0")
    own: dict[str, Any] = json.loads(text)
    patient = next(e["resource"]["id"] for e in own["entry"] if e["resource"]["resourceType"] == "Patient")
    note = base64.b64encode((folder / "visit-note.txt").read_bytes()).decode()
    resource = {
        "resourceType": "DocumentReference", "id": f"note{number}", "status": "current",
        "subject": {"reference": f"Patient/{patient}"},
        "content": [{"attachment": {"contentType": "text/plain", "data": note}}],
    }  # fmt: skip
    own["entry"].append({"fullUrl": f"https://ehr.example/fhir/DocumentReference/note{number}", "resource": resource})
    return own


POISON = (
    {"type": "order.created", "data": {"poison": 0}},
    {"type": "order.created", "data": {"resource": {"resourceType": "Patient", "id": "nobody"}}},
    {"type": "document.received", "data": {"case_id": "c-0", "name": "x.txt", "content": "***"}},
    {"type": "document.received", "data": {"name": "x.txt", "content": "YQ=="}},
    {"type": "payer.decision", "data": {"resource": {"resourceType": "Bundle", "type": "collection"}}},
)
"""Signed rightly, and of no use: each must become a dead letter with its reason."""


def planned(count: int) -> Plan:
    """`count` good events (orders, every fourth with a document for it), and a fortieth each of poison and forgery."""
    plan = Plan()
    for number in range(count):
        if number % 4 == 3:
            member = f"NLA{number - 1:03d}0477"
            data = {
                "patient": {"number": member, "birth_date": "1948-09-30"}, "name": f"oximetry-{number}.txt",
                "content": base64.b64encode(f"{NEW_TEST}{number}".encode()).decode(),
            }  # fmt: skip
            plan.events.append(Event(f"doc{number}", json.dumps({"type": "document.received", "data": data})))
        else:
            folder = STALE if number % 4 == 2 else COMPLETE
            body = {"type": "order.created", "data": {"resource": chart(folder, number)}}
            plan.events.append(Event(f"ord{number}", json.dumps(body)))
            plan.orders += 1
    for number in range(max(1, count // 40)):
        poison = json.dumps({**POISON[number % len(POISON)], "number": number})
        plan.events.append(Event(f"poison{number}", poison, poison=True))
        forged = {"type": "order.created", "data": {"resource": chart(COMPLETE, 900 + number)}}
        plan.events.append(Event(f"forged{number}", json.dumps(forged), forged=True))
    return plan


@pytest.fixture
def payer(tmp_path: Path) -> Iterator[SandboxProcess]:
    folder = tmp_path / "payer"
    folder.mkdir()
    sandbox = SandboxProcess(folder, {"default": "certify"})
    sandbox.start()
    yield sandbox
    sandbox.kill()


@pytest.fixture
def service(tmp_path: Path, payer: SandboxProcess) -> Iterator[Service]:
    Clinic.at(tmp_path / "home").box.database.close()
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    shell = CommandLine(
        tmp_path,
        {
            "COUNTERSIGN_PAYER_ENDPOINTS": json.dumps({NORTHLAKE: payer.base}),
            "COUNTERSIGN_WEBHOOK_SECRETS": json.dumps({"ehr": [SECRET]}),
            "COUNTERSIGN_RETRY_SECONDS": "0.5",
            "COUNTERSIGN_JOB_ATTEMPTS": "40",
        },
    )
    running = Service(shell, port)
    running.start()
    yield running
    running.kill()


def test_events_survive_repeats_disorder_forgery_poison_and_kills(
    tmp_path: Path, service: Service, payer: SandboxProcess, full_counts: bool
) -> None:
    """200 events and 20 kills in full; a tenth of both otherwise. A document may come long before its order."""
    count, kills = (200, 20) if full_counts else (20, 2)
    chance = random.Random(20261123)
    plan = planned(count)
    started = time.monotonic()
    deliver(service, chance, plan.events * 2, kills - 2 * (kills // 3))
    delivered = time.monotonic()
    box = build_toolbox(Settings(home=tmp_path / "home"))
    disturb(service, chance, kills // 3)
    wait_until(lambda: settled(box, plan), 1800)
    worked = time.monotonic()
    approve_all(service, box)
    disturb(service, chance, kills // 3)
    wait_until(lambda: set(states(box)) == {CaseState.AUTHORIZED}, 1800)
    wait_until(lambda: nothing_to_do(box), 120)
    print_figures(count, service.kills, started, delivered, worked)
    once = Counter(line["claim_identifier"] for line in payer.lines() if line["path"].endswith("$submit"))
    assert len(once) == plan.orders
    assert set(once.values()) == {1}
    with box.database.read() as transaction:
        letters = dead_letters.unsettled(transaction)
        kept = transaction.connection.execute(inbox_events.select()).all()
        accepted = [e.event.subject for e in box.audit.entries(transaction) if e.event.action == "event.accepted"]
        early = early_events.all_waiting(transaction)
        proof = box.audit.verify(transaction)
    assert service.kills == kills + 1
    assert Counter(letter.reason for letter in letters) == {"input_error": sum(e.poison for e in plan.events)}
    assert {row.event_id for row in kept} == {event.id for event in plan.events if not event.forged}
    assert sorted(accepted) == sorted(row.receipt_id for row in kept)
    assert early == ()
    assert proof.holds
    assert box.queue is None
    box.database.close()
    assert "holds" in service.shell.run("audit", "verify")


def print_figures(count: int, kills: int, started: float, delivered: float, worked: float) -> None:
    """For the record of the run: shown with `pytest -s`."""
    now = time.monotonic()
    seconds = {"delivering": delivered - started, "working": worked - delivered, "sending": now - worked}
    told = ", ".join(f"{name} {value:.0f} s" for name, value in seconds.items())
    sys.stdout.write(f"\n{count} events x 2, {kills} kill -9: {told}\n")


def deliver(service: Service, chance: random.Random, deliveries: list[Event], kills: int) -> None:
    """Send each until it is answered, as a sender does; kill the service at random places in between."""
    chance.shuffle(deliveries)
    deaths = set(chance.sample(range(len(deliveries)), kills))
    for place, event in enumerate(deliveries):
        if place in deaths:
            time.sleep(chance.uniform(0, 1.5))
            service.kill()
            service.start()
        while (status := service.post(event, bad_signature=event.forged)) in (0, 503):
            time.sleep(0.2)
        assert status == (401 if event.forged else 202), (event.id, status)


def disturb(service: Service, chance: random.Random, kills: int) -> None:
    """Kill the service while it works, at random moments."""
    for _ in range(kills):
        time.sleep(chance.uniform(0.3, 4))
        service.kill()
        service.start()


def nothing_to_do(box: Toolbox) -> bool:
    """Whether every job has ended: a case may stand where it should while a job's last words are unwritten."""
    query = "SELECT count(*) FROM workflow_status WHERE status NOT IN ('SUCCESS')"
    with box.database.read() as transaction:
        return bool(transaction.connection.exec_driver_sql(query).scalar_one() == 0)


def states(box: Toolbox) -> Counter[CaseState]:
    with box.database.read() as transaction:
        return Counter(summary.state for summary in case_store.listing(transaction))


def settled(box: Toolbox, plan: Plan) -> bool:
    now = states(box)
    return now[CaseState.AWAITING_REVIEW] == plan.orders and sum(now.values()) == plan.orders


def approve_all(service: Service, box: Toolbox) -> None:
    """Decide all of them while the service is dead."""
    with box.database.read() as transaction:
        ids = [summary.id for summary in case_store.listing(transaction, (CaseState.AWAITING_REVIEW,))]
    service.kill()
    decide(box, ids)
    service.start()


def decide(box: Toolbox, ids: list[CaseId]) -> None:
    """Decisions made while the worker is dead; they take effect when it is back, once."""
    queued = replace(box, queue=JobQueue(box.settings))
    for case_id in ids:
        with box.database.read() as transaction:
            submission = work_store.newest_submission(transaction, case_id)
        assert submission is not None
        record_review(
            queued,
            ReviewRequest(case_id=case_id, act=ReviewAct.APPROVE, user_id=UserId("reviewer"), digest=submission.digest),
        )
