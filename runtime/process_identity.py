"""Who this process is, told so that another process on the same machine can see whether it still lives."""

import os
from enum import StrEnum
from pathlib import Path

_PROC = Path("/proc")


class Life(StrEnum):
    """What can be said of a process; UNKNOWN where it runs, or ran, on another machine or in another container."""

    ALIVE = "alive"
    DEAD = "dead"
    UNKNOWN = "unknown"


def own_identity() -> str:
    """Machine and boot, process namespace, process id and start time: never the same for two processes."""
    return f"{_machine()}/{os.getpid()}/{_started(os.getpid())}"


def life_of(identity: str) -> Life:
    """Whether the process of this identity lives; a process id that was given anew does not count."""
    machine, pid, started = identity.rsplit("/", 2)
    if machine != _machine() or not machine:
        return Life.UNKNOWN
    return Life.ALIVE if _started(int(pid)) == started else Life.DEAD


def _machine() -> str:
    """Empty where the system does not tell, and then no process can be told dead."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}/{os.readlink(_PROC / 'self/ns/pid')}"
    except OSError:
        return ""


def _started(pid: int) -> str:
    """Clock ticks from boot to the start of a process that is no zombie (proc(5): fields 22 and 3); else empty."""
    try:
        state, *fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if state in "ZX" else fields[18]
