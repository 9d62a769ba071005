"""The stand-in payer's memory: an append-only file of one JSON line per POST, on disk before anything is answered.

It never dedupes: what was sent twice was received twice.
"""

import json
import os
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

from formats.pas.bundle import Json


@dataclass(frozen=True)
class Received:
    """One POST. `answer` is the decision the payer holds, kept where it accepted, whether or not it was ever sent."""

    at: str
    path: str
    sequence: int
    claim_system: str
    claim_identifier: str
    sha256: str
    size: int
    behaviour: str
    accepted: bool
    status: int
    answer: Json | None


class ReceivedLog:
    """Reads what an earlier process wrote, then appends; one writer at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._received = _read(path)
        self._file = path.open("ab")
        if self._file.tell() and not path.read_bytes().endswith(b"\n"):
            self._file.write(b"\n")

    def next_sequence(self, path: str) -> int:
        """The number of the next POST to an operation; call it inside `turn`."""
        return 1 + sum(1 for received in self._received if received.path == path)

    def turn(self) -> threading.Lock:
        """Held from numbering a POST until it is on disk."""
        return self._lock

    def append(self, received: Received) -> None:
        """Write one line and wait until the disk has it; call it inside `turn`."""
        line = json.dumps(asdict(received), ensure_ascii=False).encode("utf-8")
        self._file.write(line + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._received.append(received)

    def accepted(self, claim_identifier: str) -> list[Received]:
        """Every accepted submission of a claim, in the order received."""
        return [r for r in self._received if r.accepted and r.claim_identifier == claim_identifier]


def _read(path: Path) -> list[Received]:
    """Lines of an earlier process; a last line that a kill cut short was never answered and is no receipt."""
    if not path.exists():
        return []
    found = []
    for line in path.read_bytes().splitlines():
        try:
            found.append(Received(**json.loads(line)))
        except (ValueError, TypeError):
            continue
    return found
