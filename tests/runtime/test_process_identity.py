import multiprocessing
import os
import signal
import time

import pytest

from runtime.process_identity import Life, life_of, own_identity

FORK = multiprocessing.get_context("fork")


def test_this_process_lives() -> None:
    assert own_identity() == own_identity()
    assert life_of(own_identity()) is Life.ALIVE


@pytest.mark.parametrize("reaped", [True, False])
def test_a_killed_process_is_dead_even_while_its_parent_has_not_looked(reaped: bool) -> None:
    reader, writer = FORK.Pipe(duplex=False)
    child = FORK.Process(target=_tell_and_wait, args=(writer,))
    child.start()
    identity = reader.recv()
    assert identity != own_identity()
    assert life_of(identity) is Life.ALIVE
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    if reaped:
        child.join()
    deadline = time.monotonic() + 5
    while life_of(identity) is Life.ALIVE and time.monotonic() < deadline:
        time.sleep(0.01)
    assert life_of(identity) is Life.DEAD
    child.join()


def _tell_and_wait(told) -> None:  # type: ignore[no-untyped-def]
    told.send(own_identity())
    time.sleep(60)


def test_a_process_id_given_anew_is_not_the_old_process() -> None:
    machine, pid, started = own_identity().rsplit("/", 2)
    assert life_of(f"{machine}/{pid}/{int(started) - 1}") is Life.DEAD


def test_a_process_elsewhere_cannot_be_seen() -> None:
    machine, pid, started = own_identity().rsplit("/", 2)
    assert life_of(f"x{machine}/{pid}/{started}") is Life.UNKNOWN
    assert life_of(f"/{pid}/{started}") is Life.UNKNOWN
