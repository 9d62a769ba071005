"""Deadline rules as typed data, and the arithmetic of calendar and business time. No rule lives in code."""

from collections.abc import Set
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from cases.case import LineOfBusiness, Urgency
from cases.frozen import Frozen


class TimeUnit(StrEnum):
    """Units a regulation counts in."""

    HOURS = "hours"
    CALENDAR_DAYS = "calendar_days"
    BUSINESS_DAYS = "business_days"
    MONTHS = "months"


class DeadlineRule(Frozen):
    """How long someone has, from which event, under which law.

    `applies_to` are lines of business; `kind` names the clock (`pa_decision`, `appeal_level_1` …). `citation`
    is the regulation; `verified` is False until someone has read it there. In force from `effective` up to
    and including `expires`.
    """

    id: str
    kind: str
    applies_to: tuple[LineOfBusiness, ...]
    urgency: Urgency | None = None
    amount: int
    unit: TimeUnit
    from_event: str
    citation: str
    verified: bool
    effective: date | None = None
    expires: date | None = None
    service_kinds: tuple[str, ...] = ()
    excludes_service_kinds: tuple[str, ...] = ()
    note: str = ""

    def governs(self, line: LineOfBusiness, urgency: Urgency, on: date, service_kind: str) -> bool:
        """Whether this rule is the law for a request of this kind on this day."""
        return (
            line in self.applies_to
            and self.urgency in (None, urgency)
            and (self.effective is None or self.effective <= on)
            and (self.expires is None or on <= self.expires)
            and (not self.service_kinds or service_kind in self.service_kinds)
            and service_kind not in self.excludes_service_kinds
        )


class Deadline(Frozen):
    """A computed instant with the rule it rests on."""

    rule_id: str
    kind: str
    starts: datetime
    due: datetime
    citation: str
    verified: bool


def add_business_days(start: date, days: int, holidays: Set[date]) -> date:
    """The day `days` business days after `start`; weekends and `holidays` do not count."""
    day, left = start, days
    while left > 0:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in holidays:
            left -= 1
    return day


def add_months(start: date, months: int) -> date:
    """The same day `months` later; where that month has no such day, the first of the month after it.

    45 CFR 147.136(d)(2)(i): four months after 30 October is 1 March.
    """
    total = start.year * 12 + start.month - 1 + months
    year, month = divmod(total, 12)
    try:
        return date(year, month + 1, start.day)
    except ValueError:
        year, month = divmod(total + 1, 12)
        return date(year, month + 1, 1)


def due_at(rule: DeadlineRule, starts: datetime, zone: ZoneInfo, holidays: Set[date] = frozenset()) -> Deadline:
    """When the clock that began at the aware instant `starts` runs out.

    Hours run on the absolute clock, through daylight-saving changes. Days and months end at the last second
    of the local day in `zone`, the day of the event not counted.
    """
    if starts.tzinfo is None:
        raise ValueError("a clock starts at an instant with a time zone")
    if rule.unit is TimeUnit.HOURS:
        due = (starts.astimezone(ZoneInfo("UTC")) + timedelta(hours=rule.amount)).astimezone(zone)
    else:
        due = datetime.combine(_last_day(rule, starts.astimezone(zone).date(), holidays), time(23, 59, 59), zone)
    return Deadline(
        rule_id=rule.id,
        kind=rule.kind,
        starts=starts,
        due=due,
        citation=rule.citation,
        verified=rule.verified,
    )


def _last_day(rule: DeadlineRule, first: date, holidays: Set[date]) -> date:
    if rule.unit is TimeUnit.BUSINESS_DAYS:
        return add_business_days(first, rule.amount, holidays)
    if rule.unit is TimeUnit.MONTHS:
        return add_months(first, rule.amount)
    return first + timedelta(days=rule.amount)
