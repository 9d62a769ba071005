"""The clock that binds a decision, and none where no law gives one."""

from datetime import UTC, date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from cases.case import LineOfBusiness, Urgency
from knowledge.deadline_rules import decision_deadline, governing_rules, shipped_deadlines

EASTERN = ZoneInfo("America/New_York")
RECEIVED = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
L, STANDARD, EXPEDITED = LineOfBusiness, Urgency.STANDARD, Urgency.EXPEDITED


@pytest.mark.parametrize(
    ("line", "urgency", "service", "year", "rule"),
    [
        (L.MEDICARE_ADVANTAGE, EXPEDITED, "item_or_service", 2026, "ma-expedited-72h"),
        (L.MEDICARE_ADVANTAGE, STANDARD, "item_or_service", 2026, "ma-standard-7d"),
        (L.MEDICARE_ADVANTAGE, STANDARD, "item_or_service", 2025, "ma-standard-14d"),
        (L.MEDICARE_ADVANTAGE, STANDARD, "part_b_drug", 2026, "ma-part-b-drug-standard-72h"),
        (L.MEDICARE_ADVANTAGE, EXPEDITED, "part_b_drug", 2026, "ma-part-b-drug-expedited-24h"),
        (L.PART_D, STANDARD, "part_d_drug", 2026, "part-d-standard-72h"),
        (L.MEDICAID_MCO, STANDARD, "item_or_service", 2026, "medicaid-standard-7d"),
        (L.MEDICAID_MCO, STANDARD, "item_or_service", 2025, "medicaid-mco-standard-14d-before"),
        (L.MEDICAID_FFS, STANDARD, "outpatient_drug", 2026, "medicaid-drug-24h"),
        (L.MARKETPLACE, STANDARD, "item_or_service", 2026, "marketplace-pre-service-15d"),
        (L.MARKETPLACE, EXPEDITED, "item_or_service", 2026, "marketplace-urgent-72h"),
        (L.ERISA_SELF_FUNDED, STANDARD, "item_or_service", 2026, "erisa-pre-service-15d"),
        (L.COMMERCIAL_INSURED, EXPEDITED, "item_or_service", 2026, "commercial-urgent-72h"),
        (L.MEDICARE_FFS, STANDARD, "item_or_service", 2026, None),
        (L.MEDICARE_FFS, STANDARD, "dmepos_required_list", 2026, "ffs-dmepos-standard-7d"),
        (L.MEDICAID_FFS, STANDARD, "item_or_service", 2025, None),
        (L.PART_D, STANDARD, "item_or_service", 2026, None),
    ],
)
def test_clock(line: L, urgency: Urgency, service: str, year: int, rule: str | None) -> None:
    found = decision_deadline(line, urgency, RECEIVED.replace(year=year), EASTERN, service)
    assert (found.rule_id if found else None) == rule


def test_seven_days_end_with_the_last_local_day_and_hours_run_on() -> None:
    week = decision_deadline(L.MEDICARE_ADVANTAGE, STANDARD, RECEIVED, EASTERN)
    hours = decision_deadline(L.MEDICARE_ADVANTAGE, EXPEDITED, RECEIVED, EASTERN)
    assert week is not None
    assert hours is not None
    assert week.due == datetime(2026, 3, 9, 23, 59, 59, tzinfo=EASTERN)
    assert hours.due - RECEIVED == timedelta(hours=72)


def test_at_most_one_rule_governs_any_request() -> None:
    kinds = ("item_or_service", "part_b_drug", "part_d_drug", "outpatient_drug", "dmepos_required_list")
    days = (date(2024, 6, 1), date(2025, 12, 31), date(2026, 1, 1))
    for line, urgency, kind, on in product(L, Urgency, kinds, days):
        assert len(governing_rules(shipped_deadlines(), "pa_decision", line, urgency, on, kind)) <= 1


def test_every_rule_cites_its_law() -> None:
    rules = shipped_deadlines()
    assert len({rule.id for rule in rules}) == len(rules)
    assert [rule.id for rule in rules if not rule.citation] == []
