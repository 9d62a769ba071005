import multiprocessing
import os
import signal
from datetime import datetime, timedelta
from multiprocessing.connection import Connection

import pytest

from cases.errors import Busy, Conflict
from runtime.clock import SettableClock
from runtime.database import Database
from runtime.leases import LEASE, lease
from runtime.queue_tables import leases
from runtime.settings import Settings

SPAWN = multiprocessing.get_context("spawn")


def test_one_at_a_time_holds_a_thing_and_whoever_comes_later_is_told(database: Database, now: datetime) -> None:
    clock = SettableClock(now)
    with lease(database, clock, "case:1"):
        with lease(database, clock, "case:2"), pytest.raises(Busy), lease(database, clock, "case:1"):
            pytest.fail("two held one thing")
        clock.advance(LEASE * 3)
        with pytest.raises(Busy), lease(database, clock, "case:1"):
            pytest.fail("a living holder lost its lease")
    with lease(database, clock, "case:1"):
        pass


def test_a_block_that_raises_gives_its_lease_back(database: Database, now: datetime) -> None:
    clock = SettableClock(now)
    with pytest.raises(ValueError, match="so it is"), lease(database, clock, "case:1"):
        raise ValueError("so it is")
    with lease(database, clock, "case:1"):
        pass


def _hold(settings: Settings, now: datetime, told: Connection) -> None:
    with lease(Database.open(settings), SettableClock(now), "case:1"):
        told.send("held")
        signal.pause()


def test_what_a_dead_process_held_is_free_at_once(database: Database, settings: Settings, now: datetime) -> None:
    ours, theirs = SPAWN.Pipe()
    child = SPAWN.Process(target=_hold, args=(settings, now, theirs))
    child.start()
    assert ours.recv() == "held"
    with pytest.raises(Busy), lease(database, SettableClock(now), "case:1"):
        pytest.fail("a living holder lost its lease")
    os.kill(child.pid or 0, signal.SIGKILL)
    child.join()
    with lease(database, SettableClock(now), "case:1"):
        pass


def test_a_holder_that_cannot_be_seen_is_believed_until_its_lease_ends(database: Database, now: datetime) -> None:
    clock = SettableClock(now)
    with database.begin() as transaction:
        transaction.add(leases, name="case:1", owner="x@another-machine/1/1", until=now + LEASE)
    with pytest.raises(Conflict), lease(database, clock, "case:1"):
        pytest.fail("it may still be at work")
    clock.advance(LEASE + timedelta(seconds=1))
    with lease(database, clock, "case:1"):
        pass
