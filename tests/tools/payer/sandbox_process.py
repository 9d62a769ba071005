"""The stand-in payer as its own process, for tests: started, killed and started again on the same log."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class SandboxProcess:
    """A sandbox in `folder`. `script` is written before the start."""

    folder: Path
    script: dict[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    base: str = ""

    @property
    def log(self) -> Path:
        return self.folder / "payer.jsonl"

    def start(self) -> str:
        """Start it and give the base address once its door is open."""
        port_file, script = self.folder / "port", self.folder / "script.json"
        port_file.unlink(missing_ok=True)
        script.write_text(json.dumps(self.script), "utf-8")
        command = [sys.executable, "-m", "tools.payer.sandbox", "--port", "0", "--port-file", str(port_file)]
        self.process = subprocess.Popen([*command, "--log", str(self.log), "--script", str(script)], cwd=ROOT)
        for _ in range(1000):
            if port_file.exists():
                self.base = f"http://127.0.0.1:{port_file.read_text('ascii')}/fhir"
                return self.base
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        raise AssertionError(f"the sandbox did not start (exit {self.process.poll()})")

    def kill(self) -> None:
        """kill -9, and wait until it is gone."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def lines(self) -> list[dict[str, Any]]:
        """The log as it stands on disk."""
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines()] if self.log.exists() else []
