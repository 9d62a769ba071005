"""Times for a peer-to-peer call: kept in order, replaced when agreed, warned of when the window is over."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agents.casework.appeals.acts import record_slot
from agents.casework.appeals.sheet import appeal_sheet
from agents.reading.appeals.brief import slot_line
from cases.appeal import Slot
from cases.errors import InputError, NotAllowed
from cases.ids import CaseId, UserId
from tests.flows.appeal_desk import COMPLETE, NOW, SPECIALIST, appeal, denied, folder
from tests.flows.clinic import Clinic


@pytest.fixture
def opened(tmp_path: Path) -> tuple[Clinic, CaseId]:
    clinic = Clinic.at(tmp_path / "home", now=NOW)
    appeal_id, _, _ = appeal(clinic, folder(tmp_path, COMPLETE, denied()))
    return clinic, appeal_id


def at(hours: int, agreed_with: str = "") -> Slot:
    return Slot(at=NOW + timedelta(hours=hours), physician="Dr. Lee", agreed_with=agreed_with)


def test_times_are_kept_in_order_and_replaced_when_agreed(opened: tuple[Clinic, CaseId]) -> None:
    clinic, appeal_id = opened
    record_slot(clinic.box, appeal_id, SPECIALIST, at(30))
    record_slot(clinic.box, appeal_id, SPECIALIST, at(4))
    record_slot(clinic.box, appeal_id, SPECIALIST, at(30, "Northlake's nurse line"))
    slots = appeal_sheet(clinic.box, appeal_id).slots
    assert [(one.at, one.agreed_with) for one in slots] == [
        (NOW + timedelta(hours=4), ""), (NOW + timedelta(hours=30), "Northlake's nurse line"),
    ]  # fmt: skip
    assert {one.by for one in slots} == {SPECIALIST}
    assert slot_line(slots[1]) == "2026-11-27 21:00 UTC: Dr. Lee, agreed with Northlake's nurse line"
    assert clinic.log_holds()


def test_a_time_behind_the_window_is_kept_with_a_warning(opened: tuple[Clinic, CaseId]) -> None:
    clinic, appeal_id = opened
    warning = record_slot(clinic.box, appeal_id, SPECIALIST, at(24 * 60))
    assert "the last day for such a call" in warning
    assert len(appeal_sheet(clinic.box, appeal_id).slots) == 1


def test_who_and_what_is_refused(opened: tuple[Clinic, CaseId]) -> None:
    clinic, appeal_id = opened
    with pytest.raises(InputError, match="a time to come"):
        record_slot(clinic.box, appeal_id, SPECIALIST, at(-1))
    with pytest.raises(InputError, match="name the physician"):
        record_slot(clinic.box, appeal_id, SPECIALIST, Slot(at=datetime(2027, 1, 1, tzinfo=UTC), physician=" "))
    with pytest.raises(NotAllowed):
        record_slot(clinic.box, appeal_id, UserId("viewer"), at(4))
