from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from runtime.clock import SettableClock, SystemClock, clock_of
from runtime.settings import Settings


def test_system_clock_gives_aware_utc_and_moves_on() -> None:
    clock = SystemClock()
    first = clock.now()
    assert first.utcoffset() == timedelta(0)
    assert clock.now() >= first


def test_settable_clock_stands_until_moved() -> None:
    clock = SettableClock(datetime(2026, 3, 2, 4, 30, tzinfo=ZoneInfo("America/New_York")))
    assert clock.now() == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert clock.now() == clock.now()
    clock.advance(timedelta(hours=2))
    assert clock.now() == datetime(2026, 3, 2, 11, 30, tzinfo=UTC)


def test_settable_clock_refuses_a_naive_instant() -> None:
    with pytest.raises(ValueError, match="time zone"):
        SettableClock(datetime(2026, 3, 2, 4, 30))  # noqa: DTZ001


def test_the_setting_decides_which_clock(tmp_path: Path, now: datetime) -> None:
    assert clock_of(Settings(home=tmp_path, fixed_time=now)).now() == now
    assert isinstance(clock_of(Settings(home=tmp_path)), SystemClock)
