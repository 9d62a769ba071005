"""Calendar and business time: spans of hours, days, business days and months, and where they end."""

import re
from collections.abc import Set
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from cases.frozen import Frozen

Moment = date | datetime
"""A day, or an aware instant where the hour is known."""


class TimeUnit(StrEnum):
    """Units a regulation counts in."""

    HOURS = "hours"
    CALENDAR_DAYS = "calendar_days"
    BUSINESS_DAYS = "business_days"
    MONTHS = "months"


_UNITS = {
    "h": TimeUnit.HOURS,
    "d": TimeUnit.CALENDAR_DAYS,
    "bd": TimeUnit.BUSINESS_DAYS,
    "mo": TimeUnit.MONTHS,
}
_SPAN = re.compile(r"(\d+)(h|bd|mo|d)")
DAY_ENDS = time(23, 59, 59)


class Span(Frozen):
    """So many of a unit."""

    amount: int
    unit: TimeUnit

    @classmethod
    def of(cls, written: str) -> "Span":
        """Read `72h`, `7d`, `5bd` or `4mo`; raises ValueError for anything else."""
        match = _SPAN.fullmatch(written.strip())
        if match is None:
            raise ValueError(f"'{written}' is not a span such as 72h, 7d, 5bd or 4mo")
        return cls(amount=int(match[1]), unit=_UNITS[match[2]])

    def __str__(self) -> str:
        words = {TimeUnit.HOURS: "hour", TimeUnit.CALENDAR_DAYS: "calendar day", TimeUnit.MONTHS: "month"}
        word = words.get(self.unit, "business day")
        return f"{self.amount} {word}{'' if self.amount == 1 else 's'}"


def add_business_days(start: date, days: int, holidays: Set[date]) -> date:
    """The day `days` business days after `start`; weekends and `holidays` do not count."""
    day, left = start, days
    while left > 0:
        day += timedelta(days=1)
        if is_business_day(day, holidays):
            left -= 1
    return day


def is_business_day(day: date, holidays: Set[date]) -> bool:
    return day.weekday() < 5 and day not in holidays


def roll_forward(day: date, holidays: Set[date]) -> date:
    """The day itself if it is a business day, else the next one that is."""
    while not is_business_day(day, holidays):
        day += timedelta(days=1)
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


def local_day(moment: Moment, zone: ZoneInfo) -> date:
    """The calendar day of a moment, in `zone` where it is an instant."""
    return moment.astimezone(zone).date() if isinstance(moment, datetime) else moment


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, DAY_ENDS, zone)


def instant(moment: Moment, zone: ZoneInfo) -> datetime:
    """An instant as it is; a day whose hour is not known ends it, so that no one is called late too early.

    Raises ValueError for a date-time without a zone.
    """
    if not isinstance(moment, datetime):
        return end_of_day(moment, zone)
    if moment.tzinfo is None:
        raise ValueError("a clock starts at an instant with a time zone")
    return moment


def after(moment: Moment, span: Span, zone: ZoneInfo, holidays: Set[date] = frozenset()) -> Moment:
    """The moment a span later: hours on the absolute clock, days and months as a calendar day.

    The day of the event is not counted. Hours run through daylight-saving changes.
    """
    if span.unit is TimeUnit.HOURS:
        return (instant(moment, zone).astimezone(UTC) + timedelta(hours=span.amount)).astimezone(zone)
    first = local_day(moment, zone)
    if span.unit is TimeUnit.BUSINESS_DAYS:
        return add_business_days(first, span.amount, holidays)
    if span.unit is TimeUnit.MONTHS:
        return add_months(first, span.amount)
    return first + timedelta(days=span.amount)


def before(moment: Moment, span: Span, zone: ZoneInfo) -> Moment:
    """The moment a span of hours or calendar days earlier; raises ValueError for other units."""
    if span.unit is TimeUnit.HOURS:
        return (instant(moment, zone).astimezone(UTC) - timedelta(hours=span.amount)).astimezone(zone)
    if span.unit is not TimeUnit.CALENDAR_DAYS:
        raise ValueError(f"nothing is counted back in {span.unit}")
    return local_day(moment, zone) - timedelta(days=span.amount)
