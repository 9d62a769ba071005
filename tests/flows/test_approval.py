"""Nothing leaves without the approval of a person who may give it, bound to exactly these bytes."""

from datetime import timedelta
from pathlib import Path

import pytest

from agents.toolbox import Toolbox
from cases.case import Case
from cases.errors import Conflict, CountersignError, GateRefused, InputError, NotAllowed, NotFound
from cases.ids import CaseId, UserId
from cases.lifecycle import CaseState
from cases.review import ReviewAct, User, UserRole
from runtime import review_store, work_store
from runtime.clock import SettableClock
from tests.flows.clinic import COMPLETE, NORTHLAKE, Clinic
from tests.tools.payer.sandbox_process import SandboxProcess


@pytest.fixture
def waiting(clinic: Clinic) -> Case:
    (case,) = clinic.authorize(COMPLETE).values()
    assert case.state is CaseState.AWAITING_REVIEW
    return case


def test_an_approved_packet_leaves_once_and_the_answer_moves_the_case(
    clinic: Clinic, waiting: Case, payer: SandboxProcess
) -> None:
    clinic.review(waiting.id, ReviewAct.APPROVE, "reviewer")
    assert clinic.go_on(waiting.id).state is CaseState.AUTHORIZED
    assert clinic.go_on(waiting.id).state is CaseState.AUTHORIZED
    assert len(payer.lines()) == 1
    assert payer.lines()[0]["sha256"] == clinic.digest(waiting.id)
    assert clinic.log_holds()


def test_without_a_decision_nothing_is_sent(clinic: Clinic, waiting: Case, payer: SandboxProcess) -> None:
    assert clinic.go_on(waiting.id).state is CaseState.AWAITING_REVIEW
    assert payer.lines() == []


@pytest.mark.parametrize("user", ["viewer", "specialist", "dr-lindqvist"])
def test_a_role_below_reviewer_cannot_approve(clinic: Clinic, waiting: Case, payer: SandboxProcess, user: str) -> None:
    with pytest.raises(NotAllowed):
        clinic.review(waiting.id, ReviewAct.APPROVE, user)
    assert clinic.go_on(waiting.id).state is CaseState.AWAITING_REVIEW
    assert payer.lines() == []


def test_an_unknown_user_cannot_approve(clinic: Clinic, waiting: Case) -> None:
    with pytest.raises(NotFound):
        clinic.review(waiting.id, ReviewAct.APPROVE, "mallory")


def test_an_approval_of_other_bytes_is_refused(clinic: Clinic, waiting: Case) -> None:
    with pytest.raises(Conflict):
        clinic.review(waiting.id, ReviewAct.APPROVE, "reviewer", digest="0" * 64)


def test_an_approval_given_before_an_edit_covers_nothing(clinic: Clinic, waiting: Case, payer: SandboxProcess) -> None:
    seen = clinic.digest(waiting.id)
    letter = clinic.artefacts(waiting.id)["letter.md"].decode()
    clinic.review(waiting.id, ReviewAct.APPROVE, "reviewer")
    clinic.review(waiting.id, ReviewAct.EDIT, "specialist", reason="shorter", letter=without_a_sentence(letter))
    assert clinic.go_on(waiting.id).state is CaseState.AWAITING_REVIEW
    assert clinic.digest(waiting.id) != seen
    with pytest.raises(Conflict):
        clinic.review(waiting.id, ReviewAct.APPROVE, "reviewer", digest=seen)
    assert payer.lines() == []


def without_a_sentence(letter: str) -> str:
    """The letter less one of its two sentences of evidence on the saturation."""
    lines = letter.split("\n")
    drop = next(i for i, line in enumerate(lines) if line.startswith("The chart records") and "ten minutes" in line)
    return "\n".join(lines[:drop] + lines[drop + 1 :])


def test_an_edit_that_states_what_the_chart_lacks_is_blocked(
    clinic: Clinic, waiting: Case, payer: SandboxProcess
) -> None:
    letter = clinic.artefacts(waiting.id)["letter.md"].decode()
    false = letter.replace("was 86% at rest", "was 79% at rest", 1)
    assert false != letter
    clinic.review(waiting.id, ReviewAct.EDIT, "specialist", reason="make it stronger", letter=false)
    assert clinic.go_on(waiting.id).state is CaseState.NEEDS_PERSON
    assert "grounding_failed" in clinic.gate(waiting.id)["reasons"]
    with pytest.raises(CountersignError):
        clinic.review(waiting.id, ReviewAct.APPROVE, "supervisor")
    assert payer.lines() == []


def test_an_expired_approval_sends_nothing(clinic: Clinic, waiting: Case, payer: SandboxProcess) -> None:
    clinic.review(waiting.id, ReviewAct.APPROVE, "reviewer")
    clock = clinic.box.clock
    assert isinstance(clock, SettableClock)
    clock.advance(timedelta(hours=clinic.box.settings.approval_hours))
    assert clinic.go_on(waiting.id).state is CaseState.NEEDS_PERSON
    assert payer.lines() == []


def test_an_approver_who_lost_the_role_sends_nothing(clinic: Clinic, waiting: Case, payer: SandboxProcess) -> None:
    clinic.review(waiting.id, ReviewAct.APPROVE, "reviewer")
    with clinic.box.database.begin() as transaction:
        demoted = User(id=UserId("reviewer"), name="reviewer", role=UserRole.VIEWER)
        review_store.put_user(transaction, demoted)
    case = clinic.go_on(waiting.id)
    assert case.state is CaseState.NEEDS_PERSON
    assert any(flag.code == "send_refused" for flag in case.flags)
    assert payer.lines() == []


def test_a_blocked_packet_cannot_be_approved(clinic: Clinic, payer: SandboxProcess) -> None:
    (case,) = clinic.authorize(COMPLETE.parent / "oxygen-stale-test").values()
    assert case.state is CaseState.WAITING_DOCUMENTS
    with pytest.raises((GateRefused, Conflict)):
        clinic.review(case.id, ReviewAct.APPROVE, "supervisor")
    assert payer.lines() == []


def test_a_rejection_needs_a_reason_and_ends_the_run(clinic: Clinic, waiting: Case, payer: SandboxProcess) -> None:
    with pytest.raises(InputError):
        clinic.review(waiting.id, ReviewAct.REJECT, "reviewer")
    clinic.review(waiting.id, ReviewAct.REJECT, "reviewer", reason="wrong item")
    assert clinic.go_on(waiting.id).state is CaseState.RETURNED
    assert payer.lines() == []


def test_only_the_named_clinician_signs_and_a_signed_packet_needs_a_new_approval(
    clinic: Clinic, waiting: Case, payer: SandboxProcess
) -> None:
    assert b"Unsigned draft" in clinic.artefacts(waiting.id)["letter.md"]
    with pytest.raises(NotAllowed):
        clinic.review(waiting.id, ReviewAct.SIGN, "supervisor")
    clinic.review(waiting.id, ReviewAct.SIGN, "dr-lindqvist")
    assert clinic.go_on(waiting.id).state is CaseState.AWAITING_REVIEW
    assert b"Signed electronically by Amara Lindqvist" in clinic.artefacts(waiting.id)["letter.md"]
    clinic.review(waiting.id, ReviewAct.APPROVE, "reviewer")
    assert clinic.go_on(waiting.id).state is CaseState.AUTHORIZED


def test_tampered_stored_bytes_are_not_sent(clinic: Clinic, waiting: Case, payer: SandboxProcess) -> None:
    clinic.review(waiting.id, ReviewAct.APPROVE, "reviewer")
    swap_submission(clinic.box, waiting.id)
    with pytest.raises(CountersignError):
        clinic.go_on(waiting.id)
    assert payer.lines() == []
    assert not clinic.log_holds()


def swap_submission(box: Toolbox, case_id: CaseId) -> None:
    """Put other bytes under the approved digest, as someone with the database and the key could."""
    with box.database.begin() as transaction:
        submission = work_store.newest_submission(transaction, case_id)
        assert submission is not None
        table = work_store.submissions
        place = transaction.mine(table, case_id=case_id)
        transaction.connection.execute(table.update().where(place).values(bundle=submission.bundle + b" "))


@pytest.mark.parametrize(
    ("behaviour", "state"),
    [
        ("certify", CaseState.AUTHORIZED), ("pend", CaseState.PENDED), ("deny", CaseState.DENIED),
        ("modify", CaseState.MODIFIED), ("error_400", CaseState.NEEDS_PERSON), ("error_422", CaseState.NEEDS_PERSON),
        ("error_503", CaseState.SUBMITTING), ("error_500_after_accept", CaseState.SUBMITTING),
        ("broken_body", CaseState.SUBMITTING),
    ],
)  # fmt: skip
def test_the_payers_answer_moves_the_case_by_item(tmp_path: Path, behaviour: str, state: CaseState) -> None:
    folder = tmp_path / "other-payer"
    folder.mkdir()
    sandbox = SandboxProcess(folder, {"default": behaviour})
    sandbox.start()
    try:
        clinic = Clinic.at(tmp_path / "other", {NORTHLAKE: sandbox.base})
        (case,) = clinic.authorize(COMPLETE).values()
        clinic.review(case.id, ReviewAct.APPROVE, "reviewer")
        assert clinic.go_on(case.id).state is state
        if state is CaseState.SUBMITTING:
            sandbox.kill()
            sandbox.script = {"default": "certify"}
            sandbox.start()
            again = Clinic.at(tmp_path / "other", {NORTHLAKE: sandbox.base})
            assert again.go_on(case.id).state is CaseState.AUTHORIZED
        accepted = [line for line in sandbox.lines() if line["path"].endswith("$submit") and line["accepted"]]
        assert len(accepted) <= 1
    finally:
        sandbox.kill()
