"""The command line as a process of its own, that can be killed, in a home of its own, with no way off this machine."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_GUARD = """
import socket
_connect = socket.socket.connect
def _loopback_only(self, address):
    host = str(address[0]) if isinstance(address, tuple) else "localhost"
    if not (host.startswith("127.") or host in ("localhost", "::1")):
        raise OSError(f"refused beyond loopback: {host}")
    return _connect(self, address)
socket.socket.connect = _loopback_only
def _no_lookup(host, *rest, **named):
    if host not in ("localhost", "127.0.0.1", "::1", None):
        raise socket.gaierror(f"refused beyond loopback: {host}")
    return _lookup(host, *rest, **named)
_lookup, socket.getaddrinfo = socket.getaddrinfo, _no_lookup
"""


@dataclass
class CommandLine:
    """Runs this checkout's `countersign` with COUNTERSIGN_HOME in `folder`; connections beyond loopback are refused."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        guard = self.folder / "guard"
        guard.mkdir(parents=True, exist_ok=True)
        (guard / "sitecustomize.py").write_text(_GUARD, "utf-8")

    @property
    def environment(self) -> dict[str, str]:
        own = {"COUNTERSIGN_HOME": str(self.folder / "home"), "PYTHONPATH": f"{self.folder / 'guard'}:{ROOT}"}
        return {**os.environ, **own, **self.settings}

    def start(self, *arguments: str | Path) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "api.cli", *map(str, arguments)], cwd=ROOT, env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *arguments: str | Path, code: int = 0) -> str:
        """Run to the end; the output. Anything but the exit code expected fails the test."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=120)
        assert process.returncode == code, f"{arguments}: exit {process.returncode}\n{out}\n{err}"
        assert "Traceback" not in err
        return out + err

    def kill_after(self, seconds: float, *arguments: str | Path) -> bool:
        """Start and kill -9 after so long; whether it was still running then."""
        process = self.start(*arguments)
        try:
            process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return True
        return False

    def cases(self, out: Path) -> list[dict[str, Any]]:
        return [json.loads(path.read_text("utf-8")) for path in sorted(out.glob("*/case.json"))]


def wait_until(condition: "Any", seconds: float = 30.0) -> None:
    """Poll until the condition holds; fails after so long."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
