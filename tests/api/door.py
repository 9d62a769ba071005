"""The door as tests knock at it: one home, one clock that can be moved, and clients of every kind."""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from agents.casework.opening import open_cases
from agents.casework.policies import import_shipped
from agents.casework.working import open_graph, work_case
from agents.toolbox import Toolbox, build_toolbox
from api import machine_keys, sign_in
from api.app import build_app
from api.auth import csrf_token
from api.scopes import Scope
from cases.case import Case
from cases.ids import CaseId, UserId
from cases.review import User, UserRole
from runtime import case_store, review_store
from runtime.clock import SettableClock
from runtime.settings import Settings

SAMPLES = Path(__file__).resolve().parents[2] / "evals" / "datasets" / "samples"
NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
ORIGIN = "http://localhost"
SECRETS = ("whsec_" + base64.b64encode(b"an old secret of the sender....").decode(),
           "whsec_" + base64.b64encode(b"a new secret of the sender.....").decode())  # fmt: skip


def settings_of(home: Path) -> Settings:
    return Settings(
        home=home,
        fixed_time=NOW,
        serve_worker=False,
        webhook_secrets={"ehr": tuple(SecretStr(one) for one in SECRETS)},
    )


def furnish(home: Path) -> None:
    """A home with a user of each role and two cases: one waits for review, one for a document."""
    box = build_toolbox(settings_of(home), with_queue=True)
    with box.database.begin() as transaction:
        for role in UserRole:
            review_store.put_user(transaction, User(id=UserId(role.value), name=f"The {role}", role=role))
        review_store.put_user(transaction, User(id=UserId("second"), name="Another", role=UserRole.REVIEWER))
    import_shipped(box)
    for sample in ("oxygen-complete", "oxygen-stale-test"):
        with open_graph(box) as graph:
            for case_id in open_cases(box, [SAMPLES / sample]).case_ids:
                work_case(box, graph, case_id)
    close(box)


def close(box: Toolbox) -> None:
    if box.queue is not None:
        box.queue.close()
    box.database.close()


@dataclass
class Door:
    """The application over a home of its own."""

    box: Toolbox
    app: FastAPI

    @classmethod
    def at(cls, home: Path) -> "Door":
        box = build_toolbox(settings_of(home), with_queue=True)
        return cls(box, build_app(box))

    def stranger(self) -> TestClient:
        """Nobody in particular."""
        return TestClient(self.app, base_url=ORIGIN, raise_server_exceptions=False, follow_redirects=False)

    def person(self, user_id: str) -> TestClient:
        """Signed in, by a browser that sends what our pages send."""
        signed_in = sign_in.with_link(self.box, sign_in.make_link(self.box, UserId(user_id), "test"))
        client = self.stranger()
        client.cookies.set("countersign", signed_in.token)
        client.headers["X-CSRF-Token"] = csrf_token(signed_in.token)
        return client

    def machine(self, *scopes: Scope) -> TestClient:
        """With a key of these scopes."""
        _, secret = machine_keys.make_key(self.box, "test", scopes, 30, UserId("admin"))
        client = self.stranger()
        client.headers["Authorization"] = f"Bearer {secret}"
        return client

    def later(self, by: timedelta) -> None:
        assert isinstance(self.box.clock, SettableClock)
        self.box.clock.advance(by)

    def case(self, state: str) -> Case:
        """The one case in this state."""
        with self.box.database.read() as transaction:
            found = [one.id for one in case_store.listing(transaction) if one.state == state]
            (case_id,) = found
            return case_store.get(transaction, CaseId(case_id))

    def audit_actions(self, subject: str | None = None) -> list[str]:
        with self.box.database.read() as transaction:
            return [entry.event.action for entry in self.box.audit.entries(transaction, subject)]


def signed(event_id: str, body: bytes, secrets: Sequence[str] = SECRETS[1:], at: datetime = NOW) -> dict[str, str]:
    """The headers of a Standard Webhooks 1.0.0 request, made here from the specification alone."""
    stamp = str(int(at.timestamp()))
    content = f"{event_id}.{stamp}.".encode() + body
    digests = [
        hmac.digest(base64.b64decode(secret.removeprefix("whsec_")), content, hashlib.sha256) for secret in secrets
    ]
    return {
        "webhook-id": event_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join("v1," + base64.b64encode(digest).decode() for digest in digests),
        "content-type": "application/json",
    }


def order_event(folder: Path = SAMPLES / "oxygen-complete") -> bytes:
    """An order.created event with the FHIR of a sample chart in one Bundle."""
    entries = []
    for path in sorted(folder.rglob("*.json")):
        read = json.loads(path.read_text("utf-8"))
        entries += read["entry"] if read.get("resourceType") == "Bundle" else [{"resource": read}]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    return json.dumps({"type": "order.created", "timestamp": NOW.isoformat(), "data": bundle}).encode()
