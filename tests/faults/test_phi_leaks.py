"""Marked PHI through every door of the real service at debug level: none of it stands outside the encrypted columns."""

import base64
import json
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from agents.casework.asking import PolicyDesk, PolicyQuestion
from agents.toolbox import build_toolbox
from api import machine_keys
from api.scopes import KEY_SCOPES
from cases.audit_event import Actor, AuditEvent
from cases.errors import NotFound
from cases.ids import DEFAULT_TENANT, UserId
from cases.review import User, UserRole
from guardrails.phi.redaction import AuditRedactor
from runtime import case_store, review_store
from runtime.audit import AuditLog
from runtime.master_key import master_key
from runtime.settings import Settings
from tests.faults.commands import ROOT, CommandLine, wait_until
from tests.faults.test_doors import SECRET, Event, Service, chart
from tests.flows.clinic import COMPLETE, Clinic

GIVEN, FAMILY, PHONE, STREET = "Vexanthia", "Quzzlefrith", "212-555-7788", "77 Vexlumpen Row"
NUMBER, MAIL = "MK99477130", "vexq@quzzle.example"
MARKS = (GIVEN, FAMILY, PHONE, STREET, NUMBER, MAIL)


class FromSource(CommandLine):
    """The command line of this checkout, whichever one is installed."""

    def start(self, *arguments: str | Path) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", "from api.cli import main; main()", *map(str, arguments)]
        with (self.folder / "service.log").open("a", encoding="utf-8") as log:
            return subprocess.Popen(command, cwd=ROOT, env=self.environment, text=True, stdout=log, stderr=log)


def marked_chart() -> str:
    """A sample's chart in which everything that identifies the patient is one of the marks."""
    text = json.dumps(chart(COMPLETE, 1))
    bundle = json.loads(text)
    for entry in bundle["entry"]:
        resource = entry["resource"]
        if resource["resourceType"] == "Patient":
            resource["name"] = [{"family": FAMILY, "given": [GIVEN]}]
            resource["telecom"] = [{"system": "phone", "value": PHONE}, {"system": "email", "value": MAIL}]
            resource["address"] = [{"line": [STREET], "city": "Blarg", "state": "OH", "postalCode": "45402"}]
            resource["identifier"] = [{"system": "http://hospital.example/mrn", "value": NUMBER}]
        if resource["resourceType"] == "DocumentReference":
            note = base64.b64decode(resource["content"][0]["attachment"]["data"]).decode()
            lines = note.replace("Marguerite", GIVEN).replace("Oyelaran", FAMILY) + f"\nReached at {PHONE}, {MAIL}."
            resource["content"][0]["attachment"]["data"] = base64.b64encode(lines.encode()).decode()
    return json.dumps(bundle)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    Clinic.at(tmp_path / "home").box.database.close()
    return tmp_path / "home"


@pytest.fixture
def key(home: Path) -> str:
    box = build_toolbox(Settings(home=home))
    with box.database.begin() as transaction:
        review_store.put_user(transaction, User(id=UserId("admin"), name="Admin", role=UserRole.ADMIN))
    _, secret = machine_keys.make_key(box, "test", tuple(KEY_SCOPES), 30, UserId("admin"))
    box.database.close()
    return secret


@pytest.fixture
def service(tmp_path: Path, home: Path) -> Iterator[Service]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    shell = FromSource(
        tmp_path,
        {
            "COUNTERSIGN_WEBHOOK_SECRETS": json.dumps({"ehr": [SECRET]}),
            "COUNTERSIGN_LOG_LEVEL": "debug",
            "COUNTERSIGN_RETRY_SECONDS": "0.2",
            "COUNTERSIGN_JOB_ATTEMPTS": "2",
        },
    )
    running = Service(shell, port)
    running.start()
    yield running
    running.kill()


def asked(service: Service, path: str, headers: Mapping[str, str], body: bytes | None = None) -> tuple[int, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{service.port}{path}", body, dict(headers))
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def leaks(content: bytes) -> list[str]:
    """The marks that stand in the bytes: as text, JSON-escaped, or in base64 at any of its three alignments."""
    found = []
    for mark in MARKS:
        plain = mark.encode()
        shapes = {plain, plain.hex().encode()} | {
            base64.b64encode(b"x" * shift + plain)[4 if shift else 0 : -4] for shift in range(3)
        }
        if any(len(shape) > 5 and shape in content for shape in shapes):
            found.append(mark)
    return found


def test_no_door_leaves_phi_outside_the_encrypted_columns(
    tmp_path: Path, home: Path, key: str, service: Service
) -> None:
    body = marked_chart()
    event = json.dumps({"type": "order.created", "data": {"resource": json.loads(body)}})
    assert service.post(Event("leak1", event)) == 202
    bearer = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    refused = [
        asked(service, "/cases", {"Content-Type": "application/json"}, body.encode()),
        asked(service, "/cases", bearer, body[:-40].encode()),
        asked(service, "/cases", bearer, json.dumps({"patient": [GIVEN, FAMILY, PHONE]}).encode()),
        asked(service, f"/cases/{FAMILY}-{NUMBER}", bearer),
        asked(service, f"/cases?state={FAMILY}&cursor={NUMBER}", bearer),
        asked(service, f"/sign-in/{FAMILY}", {}),
        asked(service, f"/{FAMILY}/{PHONE}", {"X-Request-Id": FAMILY, "User-Agent": MAIL}),
        asked(service, "/webhooks/ehr", {"Content-Type": "application/json", "webhook-id": FAMILY}, event.encode()),
    ]
    poison = json.dumps({"type": "order.created", "data": {"poison": f"{GIVEN} {FAMILY} {PHONE}"}})
    assert service.post(Event("leak2", poison)) == 202
    accepted = asked(service, "/cases", {**bearer, "Idempotency-Key": "k1"}, body.encode())
    assert accepted[0] == 202, accepted
    box = build_toolbox(Settings(home=home))

    def waits_for_review() -> bool:
        with box.database.read() as transaction:
            states = Counter(str(one.state) for one in case_store.listing(transaction))
        return states["awaiting_review"] + states["waiting_documents"] > 0

    wait_until(waits_for_review, 90)
    seen = asked(service, "/cases", bearer)
    assert seen[0] == 200
    entries = asked(service, "/audit/entries", bearer)
    service.kill()
    box.database.close()
    assert {status for status, _ in refused} >= {401, 404, 422}, refused
    for status, answer in [*refused, seen, entries]:
        assert leaks(answer.encode()) == [], (status, answer[:200])
    assert leaks((tmp_path / "service.log").read_bytes()) == []
    stored = [path for path in home.rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in stored)
    assert {str(path.relative_to(home)): found for path in stored if (found := leaks(path.read_bytes()))} == {}


def test_the_search_for_marks_finds_them_where_they_are() -> None:
    text = f"xx {FAMILY} yy"
    assert leaks(text.encode()) == [FAMILY]
    assert leaks(base64.b64encode(b"ab" + text.encode())) == [FAMILY]
    assert leaks(text.encode().hex().encode()) == [FAMILY]
    assert leaks(b"nothing here") == []


def test_audit_note_of_a_person_is_kept_without_identifiers(home: Path) -> None:
    box = build_toolbox(Settings(home=home))
    log = AuditLog(master_key(box.settings), AuditRedactor())
    note = f"Spoke with Mrs. {GIVEN} {FAMILY} at {PHONE}; she agrees. SpO2 was 86%."
    event = AuditEvent(
        tenant_id=DEFAULT_TENANT, at=box.clock.now(), actor=Actor.PERSON, actor_id="u1", action="case.note",
        subject="case-1", note=note,
    )  # fmt: skip
    with box.database.begin() as transaction:
        number = log.append(transaction, event)
    with box.database.read() as transaction:
        (kept,) = [one.event.note for one in log.entries(transaction, "case-1") if one.sequence == number]
    box.database.close()
    assert leaks(kept.encode()) == []
    assert "SpO2 was 86%" in kept


def test_question_about_a_case_leaves_nothing_in_vectors_or_files(home: Path, tmp_path: Path) -> None:
    """The index of vectors holds passages of policies; a question with a patient in it is embedded and forgotten."""
    clinic = Clinic.at(home)
    folder = tmp_path / "marked-chart"
    folder.mkdir()
    (folder / "chart.json").write_text(marked_chart(), encoding="utf-8")
    (case,) = clinic.authorize(folder).values()
    desk = PolicyDesk(clinic.box)
    question = f"Does {GIVEN} {FAMILY} ({NUMBER}, {PHONE}) need oxygen saturation of 88%?"
    answer = desk.ask(PolicyQuestion(question=question, case=case.id))
    assert leaks(answer.model_dump_json().encode()) == []
    with pytest.raises(NotFound) as refused:
        desk.ask(PolicyQuestion(question=question, case=f"{FAMILY}-{NUMBER}"))
    assert leaks(refused.value.message.encode()) == [] or refused.value.message.startswith("There is no case")
    clinic.box.database.close()
    stored = [path for path in home.rglob("*") if path.is_file() and "out" not in path.parts]
    assert {str(path.relative_to(home)): found for path in stored if (found := leaks(path.read_bytes()))} == {}
