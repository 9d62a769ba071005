"""A throw-away PostgreSQL for a test session: in a folder of its own, behind a socket, without durability."""

import os
import shutil
import subprocess
import tempfile
import uuid
from dataclasses import dataclass, field
from pathlib import Path

_PROGRAMS = Path("/usr/lib/postgresql/15/bin")
_OWNER = "postgres"


def is_installed() -> bool:
    return (_PROGRAMS / "initdb").exists() and shutil.which("runuser") is not None


@dataclass
class Cluster:
    """PostgreSQL refuses to run as root, so that its files and processes belong to its own user."""

    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="pg-")))

    def start(self) -> None:
        shutil.chown(self.folder, _OWNER)
        self._run("initdb", "-D", str(self.folder / "data"), "-A", "trust", "-U", _OWNER, "--no-sync")
        options = f"-c listen_addresses= -c unix_socket_directories={self.folder} -c fsync=off -c max_connections=200"
        self._run(
            "pg_ctl", "-D", str(self.folder / "data"), "-w", "-o", options, "-l", str(self.folder / "log"), "start"
        )

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def database(self) -> str:
        """The URL of a new, empty database."""
        name = f"t{uuid.uuid4().hex}"
        self._run("createdb", "-h", str(self.folder), "-U", _OWNER, name)
        return f"postgresql+psycopg://{_OWNER}@/{name}?host={self.folder}"

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(_PROGRAMS / program), *arguments]
        as_owner = ["runuser", "-u", _OWNER, "--", *command] if os.geteuid() == 0 else command
        subprocess.run(as_owner, check=True, stdout=subprocess.DEVNULL, cwd="/")
