"""The contract of a payer connection, on the real client against the stand-in payer in its own process."""

import hashlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cases.chart import Coding
from cases.decision import ReviewAction
from cases.errors import InputError, PayerInDoubt, PayerRejected, PayerUnavailable
from cases.ports import PayerConnection
from formats.pas.inquiry import write_inquiry
from formats.pas.request_bundle import write_request
from tests import pas_samples as samples
from tests.pas_walker.package import ARCHIVE, load
from tests.pas_walker.walk import walk
from tests.tools.payer.sandbox_process import SandboxProcess
from tools.payer.client import PasClient

A1, A3, A4, A6 = (
    ReviewAction.CERTIFIED, ReviewAction.NOT_CERTIFIED, ReviewAction.PENDED, ReviewAction.MODIFIED,
)  # fmt: skip
SCRIPT = {
    "default": "certify",
    "rules": [
        *(
            {"claim_identifier": f"{name}.1", "behaviour": name}
            for name in (
                "pend", "deny", "modify", "timeout_before_accept", "timeout_after_accept", "error_400", "error_422",
                "error_500_before_accept", "error_500_after_accept", "error_503", "broken_body",
            )
        ),
        {"claim_identifier": "slow.1", "behaviour": "slow", "seconds": 0.1},
        {"product_code": "E0601", "behaviour": "deny"},
        {"operation": "$inquire", "claim_identifier": "unasked.1", "behaviour": "error_500_before_accept"},
        {"operation": "$inquire", "claim_identifier": "refused.1", "behaviour": "error_422"},
    ],
}  # fmt: skip


class Now:
    def now(self) -> datetime:
        return datetime(2026, 11, 2, 12, tzinfo=UTC)


def client(base: str, **limits: Any) -> PasClient:
    return PasClient(base, Now(), **{"answer_seconds": 0.6, "connect_seconds": 2.0, **limits})


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    process = SandboxProcess(tmp_path_factory.mktemp("payer"), SCRIPT)
    process.start()
    yield process
    process.kill()


@pytest.fixture
def payer(sandbox: SandboxProcess) -> PayerConnection:
    return client(sandbox.base)


def bundle(case: str, **changes: Any) -> bytes:
    return write_request(samples.request(case, 1, **changes))


def lines_of(sandbox: SandboxProcess, case: str) -> list[dict[str, Any]]:
    return [line for line in sandbox.lines() if line["claim_identifier"] == f"{case}.1" and line["path"] == "$submit"]


@pytest.mark.parametrize(
    ("case", "action", "numbered"),
    [("certify", A1, True), ("pend", A4, False), ("deny", A3, False), ("slow", A1, True)],
)
def test_decision_comes_back(payer: PayerConnection, case: str, action: ReviewAction, numbered: bool) -> None:
    receipt = payer.submit(bundle(case))
    (item,) = receipt.answer.items
    assert (receipt.status, item.sequence, item.action) == (200, 1, action)
    assert bool(item.authorization_number) is numbered
    assert receipt.answer.received_at == Now().now()


def test_denial_has_a_reason_and_a_note(payer: PayerConnection) -> None:
    (item,) = payer.submit(bundle("deny")).answer.items
    assert item.reason_codes
    assert item.notes


def test_modification_says_what_was_authorised(payer: PayerConnection) -> None:
    (item,) = payer.submit(
        bundle("modify", order=samples.device_order(quantity=samples.service_order().quantity))
    ).answer.items
    assert (item.action, [c.code for c in item.authorized_codes]) == (A6, ["E0424"])
    assert item.authorized_quantity is not None
    assert item.authorized_quantity.value == 1
    assert item.authorization_number


def test_pend_gives_the_payer_s_own_number(payer: PayerConnection) -> None:
    assert payer.submit(bundle("pend")).answer.reference.startswith("PEND-")


def test_rules_may_match_on_the_product(payer: PayerConnection) -> None:
    order = samples.device_order(codes=(Coding(system=samples.HCPCS_AS_SENT, code="E0601"),))
    assert payer.submit(bundle("by-product", order=order)).answer.items[0].action is A3


@pytest.mark.parametrize(
    ("case", "error", "accepted"),
    [
        ("error_400", PayerRejected, False),
        ("error_422", PayerRejected, False),
        ("error_503", PayerUnavailable, False),
        ("error_500_before_accept", PayerInDoubt, False),
        ("error_500_after_accept", PayerInDoubt, True),
        ("timeout_before_accept", PayerInDoubt, False),
        ("timeout_after_accept", PayerInDoubt, True),
        ("broken_body", PayerInDoubt, True),
    ],
)
def test_failure_says_what_is_known(
    sandbox: SandboxProcess, payer: PayerConnection, case: str, error: type[Exception], accepted: bool
) -> None:
    sent = bundle(case)
    with pytest.raises(error):
        payer.submit(sent)
    assert [(line["accepted"], line["sha256"]) for line in lines_of(sandbox, case)] == [
        (accepted, hashlib.sha256(sent).hexdigest())
    ]
    found = payer.inquire(write_inquiry(sent, samples.AT))
    assert (found is not None) is accepted


def test_rejection_carries_codes_and_nothing_of_the_patient(payer: PayerConnection) -> None:
    with pytest.raises(PayerRejected, match=r"422 \(business-rule\)"):
        payer.submit(bundle("error_422"))


def test_unreadable_answer_keeps_its_bytes(payer: PayerConnection) -> None:
    with pytest.raises(PayerInDoubt) as doubt:
        payer.submit(bundle("broken_body"))
    assert doubt.value.body.startswith(b'{"resourceType"')


def test_inquiry_gives_the_decision_that_was_made(payer: PayerConnection) -> None:
    sent = bundle("asked-after")
    decided = payer.submit(sent).answer.items
    found = payer.inquire(write_inquiry(sent, samples.AT))
    assert found is not None
    assert found.answer.items == decided


def test_inquiry_about_the_unknown_is_none(payer: PayerConnection) -> None:
    assert payer.inquire(write_inquiry(bundle("never-sent"), samples.AT)) is None


@pytest.mark.parametrize("case", ["unasked", "refused"])
def test_inquiry_that_fails_leaves_the_doubt(payer: PayerConnection, case: str) -> None:
    with pytest.raises(PayerInDoubt):
        payer.inquire(write_inquiry(bundle(case), samples.AT))


def test_what_is_sent_twice_is_received_twice(sandbox: SandboxProcess, payer: PayerConnection) -> None:
    sent = bundle("twice")
    first, second = payer.submit(sent), payer.submit(sent)
    assert first.body != second.body
    assert len(lines_of(sandbox, "twice")) == 2


def test_a_body_that_is_no_request_is_refused_and_logged(sandbox: SandboxProcess, payer: PayerConnection) -> None:
    before = len(sandbox.lines())
    with pytest.raises(PayerRejected, match="400"):
        payer.submit(b'{"resourceType":"Bundle"}')
    assert [line["behaviour"] for line in sandbox.lines()[before:]] == ["refused"]


@pytest.mark.parametrize("case", ["certify", "pend", "deny", "modify"])
@pytest.mark.parametrize("shape", ["device", "medication, hospital", "insured through a parent"])
def test_answers_follow_the_profiles(shared: Path, payer: PayerConnection, case: str, shape: str) -> None:
    package = load(shared / ARCHIVE)
    sent = bundle(case, **samples.SHAPES[shape])
    assert walk(package, json.loads(payer.submit(sent).body), answer=True).findings == []
    found = payer.inquire(write_inquiry(sent, samples.AT))
    assert found is not None
    parameters = json.loads(found.body)
    assert {p["name"] for p in parameters["parameter"]} == {"return"}
    for parameter in parameters["parameter"]:
        assert walk(package, parameter["resource"], answer=True, inquiry=True).findings == []


def test_the_payer_remembers_through_kill_and_restart(tmp_path: Path) -> None:
    sandbox = SandboxProcess(tmp_path, {"rules": [{"sequence": 2, "behaviour": "deny"}]})
    sent, second = bundle("kept"), bundle("second")
    client(sandbox.start()).submit(sent)
    sandbox.kill()
    with sandbox.log.open("ab") as log:
        log.write(b'{"at": "cut sho')
    try:
        payer = client(sandbox.start())
        found = payer.inquire(write_inquiry(sent, samples.AT))
        assert found is not None
        assert payer.submit(second).answer.items[0].action is A3
    finally:
        sandbox.kill()
    whole = [line for line in sandbox.log.read_text("utf-8").splitlines() if line.endswith("}")]
    assert [json.loads(line)["path"] for line in whole] == ["$submit", "$inquire", "$submit"]


def test_the_line_is_on_disk_before_the_answer_comes(tmp_path: Path) -> None:
    sandbox = SandboxProcess(tmp_path, {"default": "slow", "rules": []})
    base = sandbox.start()
    try:
        worker = threading.Thread(target=client(base, answer_seconds=5.0).submit, args=(bundle("slowly"),))
        worker.start()
        seen_at = _until(lambda: bool(sandbox.lines()))
        worker.join()
        assert time.monotonic() - seen_at > 0.5
    finally:
        sandbox.kill()


def _until(holds: Any) -> float:
    for _ in range(500):
        if holds():
            return time.monotonic()
        time.sleep(0.01)
    raise AssertionError("it never came")


def test_requests_at_once_are_all_logged(sandbox: SandboxProcess) -> None:
    cases = [f"at-once-{number}" for number in range(8)]
    base = sandbox.base
    workers = [
        threading.Thread(target=client(base, answer_seconds=10.0).submit, args=(bundle(case),)) for case in cases
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert all(len(lines_of(sandbox, case)) == 1 for case in cases)
    sequences = [line["sequence"] for line in sandbox.lines() if line["path"] == "$submit"]
    assert len(sequences) == len(set(sequences))


def test_nobody_at_home_is_unavailable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(PayerUnavailable):
        client(base).submit(bundle("x"))
    with pytest.raises(PayerInDoubt):
        client(base).inquire(write_inquiry(bundle("x"), samples.AT))


@pytest.mark.parametrize(
    "base",
    [
        "http://payer.example/fhir", "ftp://payer.example", "payer.example", "", "https://", "https://u:p@payer.example",
        "https://payer.example/fhir?x=1", "http://127.0.0.1.evil.example/",
    ],
)  # fmt: skip
def test_an_address_that_would_leak_is_refused(base: str) -> None:
    with pytest.raises(InputError, match="https"):
        client(base)
