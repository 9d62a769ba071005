"""The clocks that ship: which rule binds, and every labelled deadline against its value worked out by hand."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cases.case import LineOfBusiness, Urgency
from cases.deadlines import ClockQuestion, DeadlineRule, DenialKind, Reckoning
from cases.errors import StoreDamaged
from knowledge.deadline_rules import decision_deadline, read_deadlines, shipped_deadlines
from knowledge.federal_holidays import federal_holidays
from tests.labels.halves import halves

EASTERN = ZoneInfo("America/New_York")
RECEIVED = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
L, STANDARD, EXPEDITED = LineOfBusiness, Urgency.STANDARD, Urgency.EXPEDITED
Row = dict[str, Any]
OPEN, CLOSED = halves("deadlines.jsonl")


@pytest.mark.parametrize(
    ("line", "urgency", "service", "year", "rule"),
    [
        (L.MEDICARE_ADVANTAGE, EXPEDITED, "item_or_service", 2026, "ma-expedited-72h"),
        (L.MEDICARE_ADVANTAGE, STANDARD, "item_or_service", 2026, "ma-standard-7d"),
        (L.MEDICARE_ADVANTAGE, STANDARD, "item_or_service", 2025, "ma-standard-14d-before-2026"),
        (L.MEDICARE_ADVANTAGE, STANDARD, "part_b_drug", 2026, "ma-part-b-drug-standard-72h"),
        (L.MEDICARE_ADVANTAGE, EXPEDITED, "part_b_drug", 2026, "ma-part-b-drug-expedited-24h"),
        (L.PART_D, STANDARD, "part_d_drug", 2026, "part-d-standard-72h"),
        (L.MEDICAID_MCO, STANDARD, "item_or_service", 2026, "medicaid-mco-standard-7d"),
        (L.MEDICAID_MCO, STANDARD, "item_or_service", 2025, "medicaid-mco-standard-14d-before"),
        (L.MEDICAID_FFS, STANDARD, "outpatient_drug", 2026, "medicaid-drug-24h"),
        (L.MARKETPLACE, STANDARD, "item_or_service", 2026, "marketplace-pre-service-15d"),
        (L.MARKETPLACE, EXPEDITED, "item_or_service", 2026, "marketplace-urgent-72h"),
        (L.ERISA_SELF_FUNDED, STANDARD, "item_or_service", 2026, "erisa-pre-service-15d"),
        (L.COMMERCIAL_INSURED, EXPEDITED, "item_or_service", 2026, "commercial-urgent-72h"),
        (L.MEDICARE_FFS, STANDARD, "item_or_service", 2026, None),
        (L.MEDICARE_FFS, STANDARD, "dmepos_required_list", 2026, "ffs-dmepos-standard-7d"),
        (L.MEDICAID_FFS, STANDARD, "item_or_service", 2025, None),
    ],
)
def test_clock(line: LineOfBusiness, urgency: Urgency, service: str, year: int, rule: str | None) -> None:
    found = decision_deadline(line, urgency, RECEIVED.replace(year=year), EASTERN, service)
    assert (found.rule_id if found else None) == rule


def test_seven_days_end_with_the_last_local_day_and_hours_run_on() -> None:
    week = decision_deadline(L.MEDICARE_ADVANTAGE, STANDARD, RECEIVED, EASTERN)
    hours = decision_deadline(L.MEDICARE_ADVANTAGE, EXPEDITED, RECEIVED, EASTERN)
    assert week is not None
    assert hours is not None
    assert week.due == datetime(2026, 3, 9, 23, 59, 59, tzinfo=EASTERN)
    assert hours.due - RECEIVED == timedelta(hours=72)


def test_every_rule_cites_its_law_and_says_who_may_file() -> None:
    rules = shipped_deadlines().rules
    assert len({rule.id for rule in rules}) == len(rules) > 100
    assert [rule.id for rule in rules if not rule.citation] == []
    assert [rule.id for rule in rules if rule.asks == "file_by" and not rule.who and not rule.why_none] == []
    assert [rule.id for rule in rules if not (rule.starts or rule.why_none)] == []


def moment(value: str) -> date:
    return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)


def asked(row: Row) -> ClockQuestion:
    facts: Row = {}
    for name, value in row.get("facts", {}).items():
        facts |= {f"{name}.{part}": one for part, one in value.items()} if isinstance(value, dict) else {name: value}
    events = {name: value for name, value in row["events"].items() if name != "printed_deadline"}
    facts["observation_hours"] = events.pop("observation_hours", None)
    given = {
        "asks": row["asks"], "line": row["line_of_business"], "kind": row["denial_kind"], "level": row["level"],
        "urgency": row["urgency"], "benefit": row["benefit"], "procedure": row.get("procedure", ""), "facts": facts,
        "events": {name: moment(value) for name, value in events.items()},
    }  # fmt: skip
    return ClockQuestion.model_validate({**given, **({"zone": row["zone"]} if "zone" in row else {})})


def is_right(row: Row, answer: Reckoning) -> bool:
    expected, deadline = row["expected"]["deadline"], answer.deadline
    if expected is None or deadline is None:
        return expected is None and deadline is None
    if "T" in expected:
        return abs(deadline.due - datetime.fromisoformat(expected)) <= timedelta(minutes=1)
    return deadline.on == date.fromisoformat(expected)


@pytest.mark.parametrize("row", [row for row in OPEN if "ambiguous" not in row], ids=lambda row: str(row["id"]))
def test_a_labelled_deadline(row: Row) -> None:
    answer = shipped_deadlines().reckon(asked(row))
    assert is_right(row, answer), answer
    if "amount_required" in row["expected"]:
        assert answer.amount_required == row["expected"]["amount_required"]
    if row["expected"]["deadline"] is None:
        assert answer.why_none == row["expected"]["why_null"]
    if row.get("who_may_file"):
        assert answer.who == tuple(row["who_may_file"])


def test_the_deadlines_that_are_only_scored() -> None:
    scored = [row for row in CLOSED if "ambiguous" not in row]
    right = sum(is_right(row, shipped_deadlines().reckon(asked(row))) for row in scored)
    assert (right, len(scored)) == (117, 117)


def test_federal_holidays_are_the_observed_days() -> None:
    days = {day for day in federal_holidays() if day.year == 2026}
    closed = "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25"
    assert {date.fromisoformat(f"2026-{day}") for day in closed.split()} <= days
    assert date(2026, 11, 27) not in days
    assert date(2027, 12, 31) in federal_holidays()


def test_a_new_dated_version_moves_only_the_questions_it_governs() -> None:
    book = shipped_deadlines()
    held = next(rule for rule in book.rules if rule.id == "ma-reconsideration-file-65d")
    until = held.model_copy(update={"expires": date(2027, 12, 31)})
    later = DeadlineRule.model_validate(
        {**held.model_dump(), "id": "ma-reconsideration-file-90d", "within": "90d", "effective": date(2028, 1, 1)}
    )
    changed = book.with_rules("2028-01-01", [until, later])
    for day, rule, filed in [
        (date(2027, 12, 31), held.id, date(2028, 3, 5)),
        (date(2028, 1, 1), later.id, date(2028, 3, 31)),
    ]:
        asked_on = ClockQuestion(
            asks="file_by", line=L.MEDICARE_ADVANTAGE, kind=DenialKind.PRE, level=1, events={"notice_date": day}
        )
        found = changed.reckon(asked_on).deadline
        assert found is not None
        assert (found.rule_id, found.on) == (rule, filed)
    others = [row for row in OPEN if row["line_of_business"] != "medicare_advantage"]
    assert all(changed.reckon(asked(row)) == book.reckon(asked(row)) for row in others)


def test_a_damaged_rule_file_names_the_row(tmp_path: Any) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("version: '1'\nrules:\n  - {id: x, asks: file_by, lines: [medicare_ffs], levels: [1]}\n")
    with pytest.raises(StoreDamaged, match=r"bad\.yaml: rules\.0\.citation"):
        read_deadlines([path])
