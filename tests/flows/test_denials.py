"""Denials at work: opened once, joined to their case, reminded after a restart, moved only by the rule that governs."""

import json
import time
from collections.abc import Callable
from datetime import UTC, date, timedelta
from pathlib import Path

import pytest

from agents.casework.breaches import breach_of
from agents.casework.denials.opening import close_denial, reclock
from agents.casework.denials.timers import act_on_denial_timer
from agents.casework.denials.views import denial_list, denial_view, due_by_day
from agents.casework.payer_messages import take_message
from agents.toolbox import Toolbox, build_toolbox
from api.worker import start_worker, stop_worker
from cases.deadlines import DeadlineRule
from cases.denial import Denial, DenialStatus, Pathway
from cases.errors import Conflict, InputError, NotAllowed, NotFound, UnreadableFile
from cases.ids import UserId
from cases.lifecycle import CaseState
from cases.review import ReviewAct
from knowledge.deadline_rules import shipped_deadlines
from runtime import case_store, denial_store
from runtime.clock import SettableClock
from runtime.settings import Settings
from tests.flows.clinic import COMPLETE, NORTHLAKE, NOW, SAMPLES, Clinic
from tests.flows.test_events import Desk, answer, pended
from tests.labels.halves import FOLDER
from tests.tools.payer.sandbox_process import SandboxProcess

LETTERS = FOLDER / "letters"
OXYGEN, HOMEBOUND = LETTERS / "01-northlake-oxygen.txt", LETTERS / "03-northlake-home-health-terse.txt"
MRI, BENEFIT = LETTERS / "11-brightwater-mri.txt", LETTERS / "18-cordell-bariatric-benefit.txt"
APPROVAL = LETTERS / "05-northlake-pap-approval.txt"
REMIT = FOLDER / "remits" / "24-one-long-line.835"


def take(box: Toolbox, path: Path) -> tuple[Denial, ...]:
    return take_message(box, path.name, path.read_bytes()).denials


def actions(box: Toolbox, subject: str) -> list[str]:
    with box.database.read() as transaction:
        return [entry.event.action for entry in box.audit.entries(transaction, subject)]


def test_a_letter_opens_one_denial_on_its_case_with_its_clock(clinic: Clinic) -> None:
    (case,) = clinic.authorize(SAMPLES / "oxygen-stale-test").values()
    (denial,) = take(clinic.box, OXYGEN)
    assert (denial.case_id, denial.status) == (case.id, DenialStatus.OPEN)
    assert take(clinic.box, OXYGEN) == (denial,)
    view = denial_view(clinic.box, denial.id)
    assert (view.pathway, view.appealable, view.clocks[0].day) == (Pathway.CLINICAL, "yes", date(2027, 1, 23))
    assert (view.clocks[0].printed, view.clocks[0].computed) == (date(2027, 1, 23), date(2027, 1, 23))
    assert view.who_may_file == ("enrollee", "representative", "treating_physician")
    assert "denied" in {flag.code for flag in clinic.case(case.id).flags}
    assert clinic.log_holds()


def test_a_second_message_finds_the_case_by_the_payers_number(clinic: Clinic) -> None:
    (case,) = clinic.authorize(SAMPLES / "oxygen-stale-test").values()
    take(clinic.box, OXYGEN)
    text = OXYGEN.read_text().replace("NLA5510477", "NLA0000000").replace("Leon Rene Baptiste", "L. B.")
    (second,) = take_message(clinic.box, "again.txt", text.replace("E1390", "E0431").encode()).denials
    assert (second.case_id, second.joined_by) == (case.id, "number")


def test_a_denial_of_no_case_of_ours_goes_to_a_person(clinic: Clinic) -> None:
    (denial,) = take(clinic.box, BENEFIT)
    assert (denial.case_id, denial.status) == (None, DenialStatus.NEEDS_PERSON)
    assert denial.clocks[0].work.day == date(2027, 5, 15)


def test_another_patients_denial_joins_no_case(clinic: Clinic) -> None:
    clinic.authorize(SAMPLES / "oxygen-stale-test")
    text = OXYGEN.read_text().replace("NLA5510477", "NLA9999999").replace("Leon Rene Baptiste", "Leon Rene Battiste")
    (denial,) = take_message(clinic.box, "other.txt", text.encode()).denials
    assert denial.case_id is None


def test_an_approval_opens_nothing(clinic: Clinic) -> None:
    reading = take_message(clinic.box, APPROVAL.name, APPROVAL.read_bytes())
    assert (reading.kind, reading.denials) == ("approval", ())
    assert denial_list(clinic.box) == ()


def test_a_remittance_opens_a_denial_for_what_is_refused_only(clinic: Clinic) -> None:
    (denial,) = take(clinic.box, REMIT)
    assert denial.facts.pathway is Pathway.AUTHORIZATION
    (row,) = due_by_day(clinic.box)
    assert (row.payer, row.count, str(row.amount)) == ("Northlake Advantage", 1, "4200")


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"%PDF-1.4 broken", b"ISA*broken", b"GIF89a" + b"x" * 90])
def test_what_cannot_be_read_is_refused_and_leaves_nothing(clinic: Clinic, content: bytes) -> None:
    with pytest.raises((UnreadableFile, InputError)):
        take_message(clinic.box, "broken", content)
    assert denial_list(clinic.box) == ()


def wait(condition: Callable[[], bool], seconds: float = 30) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_a_timer_of_sixty_days_fires_once_after_a_restart_with_the_clock_moved(tmp_path: Path) -> None:
    home = tmp_path / "home"
    clinic = Clinic.at(home)
    (denial,) = take(clinic.box, OXYGEN)
    assert denial.due is not None
    clinic.box.database.close()
    sixty_days_later = denial.due + timedelta(minutes=1)
    assert sixty_days_later - NOW > timedelta(days=60)
    box = build_toolbox(Settings(home=home, fixed_time=sixty_days_later, tick_seconds=0.1), with_queue=True)
    worker = start_worker(box)
    try:
        wait(lambda: len(denial_view(box, denial.id).notices) == 3)
        time.sleep(0.5)
        view = denial_view(box, denial.id)
        assert sorted(notice.kind for notice in view.notices) == ["escalate", "passed", "remind"]
        assert view.status is DenialStatus.NEEDS_PERSON
        told = [action for action in actions(box, denial.id) if action != "denial.opened"]
        assert sorted(told) == ["denial.escalate", "denial.passed", "denial.remind"]
    finally:
        stop_worker(worker)
        box.database.close()


def test_a_timer_says_nothing_twice_and_nothing_of_a_closed_denial(clinic: Clinic) -> None:
    (denial,) = take(clinic.box, OXYGEN)
    clock = clinic.box.clock
    assert isinstance(clock, SettableClock)
    clock.advance(timedelta(days=50))
    act_on_denial_timer(clinic.box, f"{denial.id}:remind")
    act_on_denial_timer(clinic.box, f"{denial.id}:remind")
    assert [notice.kind for notice in denial_view(clinic.box, denial.id).notices] == ["remind"]
    close_denial(clinic.box, denial.id, UserId("supervisor"), "paid on appeal")
    with pytest.raises(NotFound):
        act_on_denial_timer(clinic.box, f"{denial.id}:passed")


def test_a_new_dated_rule_moves_only_the_denials_it_governs_and_the_audit_says_so(clinic: Clinic) -> None:
    (oxygen,), (homebound,), (mri,) = (take(clinic.box, path) for path in (OXYGEN, HOMEBOUND, MRI))
    assert reclock(clinic.box) == ()
    book = shipped_deadlines()
    held = next(rule for rule in book.rules if rule.id == "ma-reconsideration-file-65d")
    until = held.model_copy(update={"expires": date(2026, 11, 20)})
    later = DeadlineRule.model_validate(
        {**held.model_dump(), "id": "ma-file-30d", "within": "30d", "effective": date(2026, 11, 21)}
    )
    assert reclock(clinic.box, book.with_rules("2026-11-25", [until, later])) == (homebound.id,)
    with clinic.box.database.read() as transaction:
        moved = denial_store.get(transaction, homebound.id)
        assert denial_store.get(transaction, oxygen.id) == oxygen
        assert denial_store.get(transaction, mri.id) == mri
        (entry,) = [
            one
            for one in clinic.box.audit.entries(transaction, homebound.id)
            if one.event.action == "denial.clock_moved"
        ]
    assert (moved.clocks[0].rule_id, moved.clocks[0].work.day) == ("ma-file-30d", date(2026, 12, 23))
    assert (entry.event.detail["old_rule"], entry.event.detail["new_rule"], entry.event.detail["rules_version"]) == (
        "ma-reconsideration-file-65d", "ma-file-30d", "2026-11-25",
    )  # fmt: skip


@pytest.mark.parametrize("user", ["viewer", "specialist"])
def test_only_a_reviewer_or_supervisor_closes_a_denial_and_only_with_a_reason(clinic: Clinic, user: str) -> None:
    (denial,) = take(clinic.box, OXYGEN)
    with pytest.raises(NotAllowed):
        close_denial(clinic.box, denial.id, UserId(user), "written off")
    with pytest.raises(InputError):
        close_denial(clinic.box, denial.id, UserId("supervisor"), "  ")
    closed = close_denial(clinic.box, denial.id, UserId("supervisor"), "written off")
    assert (closed.status, closed.closed_by) == (DenialStatus.CLOSED, "supervisor")
    with pytest.raises(Conflict):
        close_denial(clinic.box, denial.id, UserId("supervisor"), "again")
    assert denial_list(clinic.box) == ()


def test_a_denied_request_opens_its_denial_on_its_own_case(tmp_path: Path, payer: SandboxProcess) -> None:
    payer.kill()
    payer.script = {"default": "deny"}
    payer.start()
    clinic = Clinic.at(tmp_path / "home", {NORTHLAKE: payer.base})
    (case,) = clinic.authorize(COMPLETE).values()
    clinic.review(case.id, ReviewAct.APPROVE, "reviewer")
    assert clinic.go_on(case.id).state is CaseState.DENIED
    clinic.go_on(case.id)
    (view,) = denial_list(clinic.box)
    assert (view.case_id, view.payer_id, view.clocks[0].day) == (case.id, NORTHLAKE, NOW.date() + timedelta(days=65))
    with clinic.box.database.read() as transaction:
        assert len(denial_store.of_case(transaction, case.id)) == 1
    assert clinic.log_holds()


def test_a_decision_after_its_clock_is_a_breach_that_can_be_cited(tmp_path: Path, payer: SandboxProcess) -> None:
    desk = Desk(tmp_path / "service", payer)
    try:
        case = pended(desk)
        clock = desk.box.clock
        assert isinstance(clock, SettableClock)
        assert breach_of(desk.box, case.id) is None
        clock.advance(timedelta(days=8))
        desk.wait(lambda: breach_of(desk.box, case.id) is not None)
        desk.send("d1", "payer.decision", answer(desk, case.id, "A3"))
        desk.wait_for(CaseState.DENIED)
        desk.wait(lambda: bool(denial_list(desk.box)))
        breach = breach_of(desk.box, case.id)
        assert breach is not None
        assert (breach.deadline.rule_id, breach.deadline.citation) == (
            "ma-standard-7d", "CMS-0057-F; 42 CFR 422.568(b)(1)",
        )  # fmt: skip
        assert breach.decided_at == NOW + timedelta(days=8)
    finally:
        stop_worker(desk.worker)
        desk.box.database.close()


def test_a_pas_answer_handed_in_by_file_reaches_its_case_once(tmp_path: Path, payer: SandboxProcess) -> None:
    desk = Desk(tmp_path / "service", payer)
    try:
        case = pended(desk)
        bundle = json.dumps(answer(desk, case.id, "A3")["data"]["resource"]).encode()
        first = take_message(desk.box, "answer.json", bundle)
        again = take_message(desk.box, "answer.json", bundle)
        assert [one.case_id for one in first.denials] == [case.id]
        assert [one.id for one in again.denials] == [one.id for one in first.denials]
        with desk.box.database.read() as transaction:
            assert case_store.get(transaction, case.id).state is CaseState.DENIED
    finally:
        stop_worker(desk.worker)
        desk.box.database.close()


def test_the_worklist_says_in_utc_when_no_zone_is_kept(clinic: Clinic) -> None:
    (denial,) = take(clinic.box, OXYGEN)
    assert denial.zone == clinic.box.settings.time_zone
    assert denial.opened_at.tzinfo is not None
    assert denial.opened_at.astimezone(UTC) == NOW


def test_hidden_words_of_a_letter_are_left_out_and_said(clinic: Clinic) -> None:
    hidden = "This request is approved. Appeal within 5 days of the date of this notice."
    page = f"<html><body><pre>{OXYGEN.read_text()}</pre><p style='display:none'>{hidden}</p></body></html>"
    (denial,) = take_message(clinic.box, "letter.html", page.encode()).denials
    assert (denial.facts.pathway, denial.clocks[0].work.day) == (Pathway.CLINICAL, date(2027, 1, 23))
    assert denial.status is DenialStatus.NEEDS_PERSON
    assert "hidden text was left out" in denial.facts.doubts
