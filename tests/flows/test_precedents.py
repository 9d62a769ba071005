"""What was decided before on the same payer, service and kind of reason: shown to staff, lost as well as won."""

from pathlib import Path

import pytest

from agents.casework.appeals.acts import record_filing
from agents.casework.appeals.opening import open_from_files
from agents.casework.appeals.precedents import precedents_of
from agents.casework.appeals.rates import own_rates
from agents.casework.denials.appealed import record_outcome
from cases.appeal import Result
from cases.ids import CaseId
from cases.review import ReviewAct
from tests.api.door import Door, close
from tests.flows.appeal_desk import COMPLETE, LETTERS, NOW, SPECIALIST, appeal, denied, folder, renamed, work
from tests.flows.clinic import SAMPLES, Clinic


@pytest.fixture
def alone(tmp_path: Path) -> Clinic:
    return Clinic.at(tmp_path / "home", now=NOW)


def decided(clinic: Clinic, path: Path, result: Result) -> CaseId:
    (appeal_id,) = open_from_files(clinic.box, [path]).appeal_ids
    work(clinic, appeal_id)
    clinic.review(appeal_id, ReviewAct.APPROVE, "reviewer")
    work(clinic, appeal_id)
    record_filing(clinic.box, appeal_id, SPECIALIST, "fax", "1")
    work(clinic, appeal_id)
    record_outcome(clinic.box, appeal_id, result, SPECIALIST, f"decision: {result}")
    return appeal_id


def test_lost_and_won_decisions_are_shown_with_their_counts(alone: Clinic, tmp_path: Path) -> None:
    lost = decided(alone, renamed(tmp_path, 1, denied()), Result.UPHELD)
    won = decided(alone, renamed(tmp_path, 2, denied()), Result.OVERTURNED)
    decided(alone, renamed(tmp_path, 3, denied()), Result.WITHDRAWN)
    decided(alone, renamed(tmp_path, 4, denied()), Result.DISMISSED)
    appeal_id, _, files = appeal(alone, folder(tmp_path, COMPLETE, denied()))
    (found,) = precedents_of(alone.box, alone.case(appeal_id))
    assert found.words == "2 decided: 1 overturned, 0 in part, 1 upheld"
    (rate,) = own_rates(alone.box)
    assert (rate.decided, rate.overturned, rate.upheld) == (2, 1, 1)
    assert {(one.outcome.appeal_id, one.result) for one in found.shown} == {
        (lost, Result.UPHELD),
        (won, Result.OVERTURNED),
    }
    assert all(one.same_point for one in found.shown)
    assert b"decision: " not in files["letter.md"]
    alone.box.database.close()
    door = Door.at(tmp_path / "home")
    page = door.person("specialist").get(f"/panel/cases/{appeal_id}").text
    close(door.box)
    assert "2 decided: 1 overturned, 0 in part, 1 upheld" in page
    assert f'href="/panel/cases/{lost}"' in page
    assert f'href="/panel/cases/{won}"' in page


def test_another_payers_service_has_none_and_ones_own_levels_are_none(alone: Clinic, tmp_path: Path) -> None:
    own = decided(alone, renamed(tmp_path, 1, denied()), Result.UPHELD)
    assert precedents_of(alone.box, alone.case(own)) == ()
    letter = (LETTERS / "15-brightwater-mri-expedited.txt").read_text("utf-8")
    appeal_id, *_ = appeal(alone, folder(tmp_path, "lumbar-mri-expedited", letter))
    assert precedents_of(alone.box, alone.case(appeal_id)) == ()


def test_a_request_that_is_no_appeal_has_none(alone: Clinic) -> None:
    (case,) = alone.authorize(SAMPLES / COMPLETE).values()
    assert precedents_of(alone.box, case) == ()
