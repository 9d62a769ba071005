"""Appeals: every stated reason answered, nothing claimed that the chart lacks, nothing sent twice."""

from datetime import timedelta
from pathlib import Path

import pytest

from agents.casework.appeals.acts import record_consent, record_filing, write_off
from agents.casework.appeals.exporting import NAMES, export_unjoined
from agents.casework.appeals.opening import is_message, open_for_case, open_from_files
from agents.casework.appeals.rates import own_rates
from agents.casework.denials.appealed import record_outcome
from agents.casework.payer_messages import take_message
from cases.appeal import Result
from cases.denial import DenialStatus
from cases.errors import Conflict, InputError, NotAllowed
from cases.ids import UserId
from cases.lifecycle import CaseState
from cases.review import ReviewAct
from formats.chart_files import read_files
from runtime import denial_store
from tests.flows.appeal_desk import (
    COMPLETE,
    LETTERS,
    NOW,
    OXYGEN,
    REVIEWER,
    SPECIALIST,
    appeal,
    denied,
    folder,
    remittance,
    unsupported,
    work,
)
from tests.flows.clinic import SAMPLES, Clinic, as_json


@pytest.fixture
def alone(tmp_path: Path) -> Clinic:
    return Clinic.at(tmp_path / "home", now=NOW)


def test_a_denial_handed_in_with_its_chart_is_answered_point_by_point(alone: Clinic, tmp_path: Path) -> None:
    appeal_id, state, files = appeal(alone, folder(tmp_path, COMPLETE, denied()))
    assert state is CaseState.AWAITING_REVIEW
    assert {
        "denial.json",
        "pathway.json",
        "letter.pdf",
        "letter.md",
        "enclosures.pdf",
        "rebuttal.json",
        "gate.json",
    } <= set(files)
    assert set(files) <= set(NAMES)
    gate, plan, rebuttal = (as_json(files[name]) for name in ("gate.json", "pathway.json", "rebuttal.json"))
    assert (gate["action"], gate["outcome"]) == ("submit_appeal", "review")
    assert {verdict["guard"]: verdict["passed"] for verdict in gate["verdicts"]} == {
        "grounding": True, "scope": True, "consistency": True, "administrative": True,
    }  # fmt: skip
    assert (plan["filing"], plan["level_name"], plan["due"]) == ("appeal", "Plan reconsideration", "2027-01-23")
    (reason,) = rebuttal["reasons"]
    assert reason["stance"] == "contested"
    assert "was not taken in the 30 days" in " ".join(reason["payer_words"]["quote"].split())
    assert rebuttal["policy"]["version"] == 1
    assert rebuttal["applied_on"] == "2026-11-09"
    (criterion,) = reason["criteria"]
    assert {one["date"] for one in criterion["evidence"]} == {"2026-11-05"}
    letter = files["letter.md"].decode()
    for part in ("NLA5510023", "NL-PA-610023", "E1390", "NPI 1234567893", "18 April 1951", "42 CFR 422.101(b)(6)"):
        assert part in letter
    assert unsupported(alone, appeal_id) == []
    assert alone.log_holds()


def test_handing_the_same_in_again_opens_nothing_twice(alone: Clinic, tmp_path: Path) -> None:
    path = folder(tmp_path, COMPLETE, denied())
    first, *_ = appeal(alone, path)
    before = alone.digest(first)
    second, *_ = appeal(alone, path)
    assert (first, before) == (second, alone.digest(second))


def test_what_the_chart_does_not_show_is_not_claimed(alone: Clinic, tmp_path: Path) -> None:
    appeal_id, state, files = appeal(alone, folder(tmp_path, "oxygen-stale-test", OXYGEN))
    gate, rebuttal = as_json(files["gate.json"]), as_json(files["rebuttal.json"])
    assert (state, gate["outcome"]) == (CaseState.WAITING_DOCUMENTS, "blocked")
    assert {"nothing_to_argue", "evidence_not_shown"} <= set(gate["reasons"])
    assert [one["stance"] for one in rebuttal["reasons"]] == ["not_shown"]
    assert "oximetry or blood gas" in rebuttal["reasons"][0]["instead"]
    assert "not contested here" in files["letter.md"].decode()
    assert "meets what the policy asks" not in files["letter.md"].decode()
    with pytest.raises(Exception, match="cannot take|gate|Gate"):
        alone.review(appeal_id, ReviewAct.APPROVE, "reviewer")


def test_the_evidence_of_a_case_worked_here_is_reused_without_reading_its_chart(alone: Clinic) -> None:
    (case,) = alone.authorize(SAMPLES / COMPLETE).values()
    take_message(alone.box, "denial.txt", denied().encode())
    (appeal_id,) = open_for_case(alone.box, case.id).appeal_ids
    state, files = work(alone, appeal_id)
    assert state is CaseState.AWAITING_REVIEW
    assert as_json(files["rebuttal.json"])["evidence_reused_from"] == case.id
    assert (alone.out / case.id / "letter.pdf").exists()
    assert "chart.read" in actions(alone, case.id)
    assert not {"chart.read", "policy.found", "criteria.evaluated"} & actions(alone, appeal_id)


def test_an_appeal_that_came_with_its_chart_reads_it(alone: Clinic, tmp_path: Path) -> None:
    appeal_id, *_ = appeal(alone, folder(tmp_path, COMPLETE, denied()))
    assert {"chart.read", "criteria.evaluated"} <= actions(alone, appeal_id)


def actions(clinic: Clinic, subject: str) -> set[str]:
    """What the audit says was done: every step leaves an entry, and one step alone calls the reader."""
    with clinic.box.database.read() as transaction:
        return {entry.event.action for entry in clinic.box.audit.entries(transaction, subject)}


@pytest.mark.parametrize(
    ("adjustments", "filing", "reason"),
    [
        ("CAS*CO*16*4200'LQ*HE*MA130'", "none", "no_appeal_open"),
        ("CAS*CO*4*4200'", "corrected_claim", "corrected_claim_instead_of_appeal"),
        ("CAS*CO*16*4200'LQ*HE*N142'", "corrected_claim", "corrected_claim_instead_of_appeal"),
        ("CAS*CO*50*4200'LQ*HE*MA130'", "person", "right_to_appeal_contradicted"),
    ],
)
def test_a_code_that_forbids_an_appeal_gives_no_clinical_letter(
    alone: Clinic, tmp_path: Path, adjustments: str, filing: str, reason: str
) -> None:
    _, state, files = appeal(alone, folder(tmp_path, COMPLETE, remittance(adjustments), "remit.835"))
    gate, plan = as_json(files["gate.json"]), as_json(files["pathway.json"])
    assert (plan["filing"], gate["outcome"], state) == (filing, "blocked", CaseState.NEEDS_PERSON)
    assert reason in gate["reasons"]
    assert not {"letter.md", "letter.pdf", "enclosures.pdf", "pas-bundle.json"} & set(files)
    assert b"NLC99" in files["work-order.md"]


def test_a_clinical_remittance_is_answered_from_its_own_segment(alone: Clinic, tmp_path: Path) -> None:
    appeal_id, state, files = appeal(alone, folder(tmp_path, COMPLETE, remittance("CAS*CO*50*4200'"), "remit.835"))
    rebuttal = as_json(files["rebuttal.json"])
    assert state is CaseState.AWAITING_REVIEW
    assert rebuttal["reasons"][0]["payer_words"]["quote"] == "CAS*CO*50*4200"
    assert len(rebuttal["reasons"][0]["criteria"]) >= 4
    assert unsupported(alone, appeal_id) == []
    assert as_json(files["pathway.json"])["channel"] == "hand"


def test_another_patients_denial_is_not_argued_with_this_chart(alone: Clinic, tmp_path: Path) -> None:
    opened = open_from_files(alone.box, [folder(tmp_path, COMPLETE, OXYGEN)])
    assert opened.appeal_ids == ()
    (denial,) = opened.unjoined
    written = export_unjoined(alone.box, denial, alone.out)
    assert as_json((written / "gate.json").read_bytes())["outcome"] == "blocked"
    assert not (written / "letter.md").exists()


def test_a_folder_without_a_denial_is_refused(alone: Clinic) -> None:
    with pytest.raises(InputError, match="nothing to appeal"):
        open_from_files(alone.box, [SAMPLES / COMPLETE])


def test_no_note_of_any_sample_is_taken_for_a_denial(alone: Clinic) -> None:
    charts = [path for path in SAMPLES.iterdir() if path.is_dir()]
    files, _ = read_files(charts)
    text = [file for file in files if not file.name.endswith((".tif", ".tiff", ".png", ".jpg"))]
    assert [file.name for file in text if is_message(alone.box, file)] == []


def test_an_edit_that_invents_a_number_is_stopped(alone: Clinic, tmp_path: Path) -> None:
    appeal_id, _, files = appeal(alone, folder(tmp_path, COMPLETE, denied()))
    spoilt = files["letter.md"].decode().replace("Recorded on 5 November 2026", "Recorded on 8 November 2026")
    assert spoilt != files["letter.md"].decode()
    alone.review(appeal_id, ReviewAct.EDIT, "specialist", reason="the later visit", letter=spoilt)
    _, files = work(alone, appeal_id)
    gate = as_json(files["gate.json"])
    assert gate["outcome"] == "blocked"
    assert "grounding_failed" in gate["reasons"]


def test_filed_by_hand_once_and_overturned(alone: Clinic, tmp_path: Path) -> None:
    appeal_id, _, files = appeal(alone, folder(tmp_path, COMPLETE, denied()))
    with pytest.raises(Conflict):
        record_filing(alone.box, appeal_id, SPECIALIST, "fax", "555-0142/1")
    alone.review(appeal_id, ReviewAct.APPROVE, "reviewer")
    state, _ = work(alone, appeal_id)
    assert state is CaseState.SUBMITTING
    first = record_filing(alone.box, appeal_id, SPECIALIST, "fax", "555-0142/1")
    state, _ = work(alone, appeal_id)
    assert state is CaseState.SUBMITTED
    with pytest.raises(Conflict):
        record_filing(alone.box, appeal_id, SPECIALIST, "fax", "555-0142/2")
    assert b"555-0142/1" in first.body
    outcome = record_outcome(alone.box, appeal_id, Result.OVERTURNED, SPECIALIST, "letter of 10 December")
    assert [one.result for one in outcome.reasons] == [Result.OVERTURNED]
    parent = alone.case(outcome.parent)
    assert parent.state is CaseState.AUTHORIZED
    with alone.box.database.read() as transaction:
        denial = denial_store.get(transaction, outcome.denial_id)
    assert denial.status is DenialStatus.CLOSED
    assert "overturned on appeal" in denial.close_reason
    (rate,) = own_rates(alone.box)
    assert (rate.service, rate.category, rate.decided, rate.overturned) == ("E1390", "clinical", 1, 1)
    with pytest.raises(Conflict):
        record_outcome(alone.box, appeal_id, Result.UPHELD, SPECIALIST, "again")
    assert alone.log_holds()


def test_a_form_that_is_missing_holds_the_filing_back(alone: Clinic, tmp_path: Path) -> None:
    letter = (LETTERS / "17-cordell-knee-final.txt").read_text("utf-8")
    appeal_id, _, files = appeal(alone, folder(tmp_path, "knee-replacement-near-identical-plan", letter))
    plan = as_json(files["pathway.json"])
    assert (plan["filing"], plan["level"], plan["level_name"]) == ("external_review", 3, "External review")
    assert "representative_form_needed" in as_json(files["gate.json"])["reasons"]
    alone.review(appeal_id, ReviewAct.APPROVE, "reviewer")
    state, _ = work(alone, appeal_id)
    assert state is CaseState.NEEDS_PERSON
    record_consent(alone.box, appeal_id, SPECIALIST, "the member", "2026-11-20")
    with pytest.raises(InputError):
        record_consent(alone.box, appeal_id, SPECIALIST, "the member", "2027-11-20")


def test_a_denial_is_given_up_only_by_a_supervisor_with_a_reason(alone: Clinic) -> None:
    (denial,) = take_message(alone.box, "denial.txt", denied().encode()).denials
    with pytest.raises(NotAllowed):
        write_off(alone.box, denial.id, REVIEWER, "too small")
    with pytest.raises(InputError):
        write_off(alone.box, denial.id, UserId("supervisor"), " ")
    closed = write_off(alone.box, denial.id, UserId("supervisor"), "too small")
    assert closed.close_reason == "written off: too small"


def test_the_appeals_own_reminders_stop_once_it_is_filed(alone: Clinic, tmp_path: Path) -> None:
    appeal_id, *_ = appeal(alone, folder(tmp_path, COMPLETE, denied()))
    alone.review(appeal_id, ReviewAct.APPROVE, "reviewer")
    work(alone, appeal_id)
    record_filing(alone.box, appeal_id, SPECIALIST, "mail", "RR1")
    with alone.box.database.read() as transaction:
        assert denial_store.due_timers(transaction, NOW + timedelta(days=400)) == ()
