"""Instants and days as people read them: with the zone, and how far away they are."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup

_STEPS = ((86400 * 2, 86400, "day"), (3600, 3600, "hour"), (60, 60, "minute"))


@dataclass(frozen=True)
class Clockface:
    """The time now, in the place where the days end."""

    now: datetime
    zone: ZoneInfo

    def moment(self, at: datetime) -> str:
        """`Fri 4 Dec, 17:00 EST`; the year only where it is another."""
        local = at.astimezone(self.zone)
        return f"{self.day(local.date())}, {local:%H:%M} {local:%Z}"

    def day(self, day: date) -> str:
        """`Fri 4 Dec`."""
        year = "" if day.year == self.now.astimezone(self.zone).year else f" {day.year}"
        return f"{day:%a} {day.day} {day:%b}{year}"

    def today(self) -> date:
        """The day it is here."""
        return self.now.astimezone(self.zone).date()

    def distance(self, at: datetime) -> str:
        """`in 3 days`, `2 hours ago`, `now`."""
        seconds = (at - self.now).total_seconds()
        ahead = seconds >= 0
        for least, size, name in _STEPS:
            if abs(seconds) >= least:
                count = int(abs(seconds) // size)
                words = f"{count} {name}{'' if count == 1 else 's'}"
                return f"in {words}" if ahead else f"{words} ago"
        return "now"

    def left(self, at: datetime) -> str:
        """`3 days left`, `2 days over`."""
        words = self.distance(at)
        if words == "now":
            return "due now"
        return f"{words.removeprefix('in ')} left" if words.startswith("in ") else f"{words.removesuffix(' ago')} over"

    def age(self, born: date) -> int:
        """Whole years."""
        today = self.now.astimezone(self.zone).date()
        return today.year - born.year - ((today.month, today.day) < (born.month, born.day))

    def marked(self, at: datetime) -> Markup:
        """The instant with its distance, for scripts to keep fresh."""
        iso = at.astimezone(self.zone).isoformat(timespec="seconds")
        return Markup('<time datetime="{}">{}</time>, <span data-ago="{}">{}</span>').format(
            iso, self.moment(at), iso, self.distance(at)
        )

    def is_soon(self, at: datetime) -> bool:
        """Whether it lies within two days."""
        return at - self.now < timedelta(days=2)
