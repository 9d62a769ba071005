"""The present time, as the system tells it or as a test sets it."""

from datetime import UTC, datetime, timedelta

from cases.ports import Clock
from runtime.settings import Settings


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SettableClock:
    """A clock that stands still until it is moved. Takes an aware instant."""

    def __init__(self, instant: datetime) -> None:
        self.set(instant)

    def now(self) -> datetime:
        return self._instant

    def set(self, instant: datetime) -> None:
        if instant.tzinfo is None:
            raise ValueError("a clock is set to an instant with a time zone")
        self._instant = instant.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        self._instant += by


def clock_of(settings: Settings) -> Clock:
    """The system's clock, or one that stands at `fixed_time` where that is set."""
    return SystemClock() if settings.fixed_time is None else SettableClock(settings.fixed_time)
