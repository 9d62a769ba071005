"""The arithmetic of clocks against values worked out by hand, and how one rule is applied."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from cases.calendar_time import Span, add_business_days, add_months, after, roll_forward
from cases.case import LineOfBusiness
from cases.deadlines import ClockQuestion, DeadlineRule, DenialKind, Fact, Term, work_to
from cases.reckoning import AmountRow, reckon

CHICAGO = ZoneInfo("America/Chicago")


def rule(**changes: object) -> DeadlineRule:
    given = {
        "id": "r", "asks": "file_by", "lines": ["medicare_advantage"], "levels": [1], "starts": ["notice_date"],
        "within": "65d", "citation": "42 CFR 422.582(b)", "verified": True,
    }  # fmt: skip
    return DeadlineRule.model_validate({**given, **changes})


def question(events: dict[str, date | datetime], **facts: Fact) -> ClockQuestion:
    return ClockQuestion(
        asks="file_by", line=LineOfBusiness.MEDICARE_ADVANTAGE, kind=DenialKind.PRE, level=1, zone=CHICAGO.key,
        events=events, facts=facts,
    )  # fmt: skip


def due(rules: list[DeadlineRule], asked: ClockQuestion) -> date | None:
    deadline = reckon(rules, asked).deadline
    return deadline.on if deadline else None


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


def test_a_roll_goes_to_the_next_business_day() -> None:
    assert roll_forward(date(2027, 1, 1), {date(2027, 1, 1)}) == date(2027, 1, 4)
    assert roll_forward(date(2026, 12, 31), {date(2027, 1, 1)}) == date(2026, 12, 31)


def test_hours_run_through_the_change_of_the_clock() -> None:
    received = datetime(2026, 10, 31, 12, 0, tzinfo=CHICAGO)
    assert after(received, Span.of("72h"), CHICAGO) == datetime(2026, 11, 3, 11, 0, tzinfo=CHICAGO)


def test_days_count_from_the_local_day() -> None:
    late_evening_in_chicago = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
    assert after(late_evening_in_chicago, Span.of("7d"), CHICAGO) == date(2026, 11, 30)


def test_a_clock_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        after(datetime(2026, 11, 24), Span.of("72h"), CHICAGO)  # noqa: DTZ001


@pytest.mark.parametrize("written", ["7", "d", "7 days", "-3d", "7w", ""])
def test_a_span_in_other_words_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="span"):
        Span.of(written)


@pytest.mark.parametrize("written", ["notice date", "notice_date * 5d", "+ 5d", ""])
def test_a_term_in_other_words_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="event"):
        Term.of(written)


def test_the_rule_in_force_on_the_day_of_the_notice_counts() -> None:
    rules = [
        rule(id="new", effective=date(2025, 1, 1)),
        rule(id="old", within="60d", expires=date(2024, 12, 31)),
    ]
    assert due(rules, question({"notice_date": date(2024, 12, 31)})) == date(2025, 3, 1)
    assert due(rules, question({"notice_date": date(2025, 1, 1)})) == date(2025, 3, 7)


def test_proved_receipt_displaces_the_presumed_one() -> None:
    held = [rule(starts=["received_at", "notice_date + 5d"], within="120d")]
    notice = date(2026, 1, 15)
    assert due(held, question({"notice_date": notice})) == date(2026, 5, 20)
    assert due(held, question({"notice_date": notice, "received_at": date(2026, 1, 17)})) == date(2026, 5, 17)


def test_a_missing_form_holds_the_clock_back_and_a_late_one_moves_it() -> None:
    form = {"name": "CMS-1696", "event": "form_at", "when": {"facts": {"filed_by": ["representative"]}}}
    held = [rule(forms=[form], within="30d")]
    begun: dict[str, date | datetime] = {"notice_date": date(2026, 6, 1)}
    assert reckon(held, question(begun, filed_by="representative")).why_none == "form_missing"
    assert due(held, question({**begun, "form_at": date(2026, 6, 10)}, filed_by="representative")) == date(2026, 7, 10)
    assert due(held, question(begun, filed_by="enrollee")) == date(2026, 7, 1)


def test_an_extension_needs_a_lawful_ground_and_a_notice_in_time() -> None:
    held = [rule(within="7d", extension={"by": "14d", "grounds": {"enrollee": [], "plan": ["new_evidence"]}})]
    events: dict[str, date | datetime] = {"notice_date": date(2026, 2, 2), "extension_notice_date": date(2026, 2, 6)}
    late: dict[str, date | datetime] = {**events, "extension_notice_date": date(2026, 2, 10)}

    def days(events: dict[str, date | datetime], asked_by: str, ground: str | None) -> date | None:
        return due(held, question(events, **{"extension.asked_by": asked_by, "extension.ground": ground}))

    assert days(events, "enrollee", None) == date(2026, 2, 23)
    assert days(events, "plan", "new_evidence") == date(2026, 2, 23)
    assert days(events, "plan", "workload") == date(2026, 2, 9)
    assert days(late, "enrollee", None) == date(2026, 2, 9)


def test_an_amount_in_controversy_below_the_year_s_is_no_appeal() -> None:
    amounts = [AmountRow(table="alj", year=2026, dollars=200, citation="FR", verified=True)]
    held = [rule(amount="alj")]
    notice: dict[str, date | datetime] = {"notice_date": date(2026, 3, 2)}
    below = reckon(held, question(notice, amount_in_controversy=199.99), amounts=amounts)
    equal = reckon(held, question(notice, amount_in_controversy=200.0), amounts=amounts)
    next_year = reckon(held, question({"notice_date": date(2027, 3, 2)}, amount_in_controversy=5.0), amounts=amounts)
    assert (below.deadline, below.why_none, below.amount_required) == (None, "amount_below_threshold", 200)
    assert equal.deadline is not None
    assert next_year.deadline is not None
    assert next_year.amount_required is None


def test_no_rule_claims_no_clock() -> None:
    answer = reckon([], question({"notice_date": date(2026, 3, 2)}))
    assert (answer.deadline, answer.why_none) == (None, "no_rule")


@pytest.mark.parametrize(
    ("printed", "computed", "day", "differs"),
    [
        (date(2027, 1, 22), date(2027, 1, 27), date(2027, 1, 22), "shorter"),
        (date(2027, 3, 20), date(2027, 1, 24), date(2027, 1, 24), "longer"),
        (date(2027, 1, 24), date(2027, 1, 24), date(2027, 1, 24), "none"),
        (None, date(2027, 1, 24), date(2027, 1, 24), "none"),
        (date(2027, 1, 24), None, date(2027, 1, 24), "none"),
        (None, None, None, "none"),
    ],
)
def test_the_earlier_date_is_worked_to(printed: date | None, computed: date | None, day: date, differs: str) -> None:
    found = work_to(printed, computed)
    assert (found.day, found.differs, found.is_defect) == (day, differs, differs == "shorter")
    assert (found.printed, found.computed) == (printed, computed)
