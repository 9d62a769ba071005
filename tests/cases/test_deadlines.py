"""The arithmetic of clocks against values worked out by hand."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from cases.case import LineOfBusiness, Urgency
from cases.deadlines import DeadlineRule, TimeUnit, add_business_days, add_months, due_at

CHICAGO = ZoneInfo("America/Chicago")


def rule(amount: int, unit: TimeUnit) -> DeadlineRule:
    return DeadlineRule(
        id="r", kind="pa_decision", applies_to=(LineOfBusiness.MEDICARE_ADVANTAGE,), amount=amount, unit=unit,
        from_event="received", citation="42 CFR 422.572(a)", verified=True, effective=date(2026, 1, 1),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("start", "months", "day"),
    [
        (date(2026, 10, 30), 4, date(2027, 3, 1)), (date(2027, 10, 29), 4, date(2028, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)), (date(2026, 1, 31), 1, date(2026, 3, 1)),
    ],
)  # fmt: skip
def test_months_end_on_the_same_day_or_the_first_of_the_next(start: date, months: int, day: date) -> None:
    assert add_months(start, months) == day


@pytest.mark.parametrize(
    ("start", "days", "day"),
    [
        (date(2026, 11, 20), 1, date(2026, 11, 23)), (date(2026, 11, 25), 1, date(2026, 11, 27)),
        (date(2026, 11, 23), 5, date(2026, 12, 1)), (date(2026, 11, 21), 1, date(2026, 11, 23)),
    ],
)  # fmt: skip
def test_business_days_skip_weekends_and_holidays(start: date, days: int, day: date) -> None:
    assert add_business_days(start, days, {date(2026, 11, 26)}) == day


def test_hours_run_through_the_change_of_the_clock() -> None:
    received = datetime(2026, 10, 31, 12, 0, tzinfo=CHICAGO)
    due = due_at(rule(72, TimeUnit.HOURS), received, CHICAGO).due
    assert due == datetime(2026, 11, 3, 11, 0, tzinfo=CHICAGO)


def test_days_end_at_the_last_second_of_the_local_day() -> None:
    received = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
    due = due_at(rule(7, TimeUnit.CALENDAR_DAYS), received, CHICAGO).due
    assert due == datetime(2026, 11, 30, 23, 59, 59, tzinfo=CHICAGO)


def test_a_clock_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        due_at(rule(72, TimeUnit.HOURS), datetime(2026, 11, 24), CHICAGO)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("line", "on", "governs"),
    [
        (LineOfBusiness.MEDICARE_ADVANTAGE, date(2026, 1, 1), True),
        (LineOfBusiness.MEDICARE_ADVANTAGE, date(2025, 12, 31), False),
        (LineOfBusiness.ERISA_SELF_FUNDED, date(2026, 1, 1), False),
    ],
)
def test_a_rule_governs_its_lines_from_its_day(line: LineOfBusiness, on: date, governs: bool) -> None:
    assert rule(72, TimeUnit.HOURS).governs(line, Urgency.STANDARD, on, "") is governs
