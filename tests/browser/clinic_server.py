"""The real server as its own process over a home with worked samples, a browser before it, and a payer behind it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agents.casework.opening import open_cases
from agents.casework.policies import import_shipped
from agents.casework.working import open_graph, work_case
from agents.toolbox import Toolbox, build_toolbox
from api import sign_in
from cases.case import Case
from cases.ids import CaseId, UserId
from cases.review import User, UserRole
from runtime import case_store, review_store
from runtime.settings import Settings
from tests.api.door import NOW, SAMPLES

ROOT = Path(__file__).resolve().parents[2]
USERS = (
    ("ines", "Ines Calder", UserRole.SPECIALIST), ("rhea", "Rhea Lund", UserRole.REVIEWER),
    ("tom", "Tom Achebe", UserRole.REVIEWER), ("sol", "Sol Park", UserRole.SUPERVISOR),
    ("vic", "Vic Moe", UserRole.VIEWER),
)  # fmt: skip


def furnish(home: Path, charts: Sequence[Path]) -> None:
    """Have the product work these charts in a home, with a person of each role."""
    box = build_toolbox(Settings(home=home, fixed_time=NOW))
    with box.database.begin() as transaction:
        for name, full, role in USERS:
            review_store.put_user(transaction, User(id=UserId(name), name=full, role=role))
    import_shipped(box)
    with open_graph(box) as graph:
        for chart in charts:
            for case_id in open_cases(box, [chart]).case_ids:
                work_case(box, graph, case_id)
    box.database.close()


def alike(folder: Path, count: int) -> list[Path]:
    """So many charts that come to a decision: copies of one sample about persons of other names and numbers."""
    charts = []
    for number in range(count):
        chart = Path(shutil.copytree(SAMPLES / "oxygen-complete", folder / f"chart-{number}"))
        for path in chart.iterdir():
            text = (
                path.read_text("utf-8").replace("syn-0001", f"syn-9{number:03}").replace("NLA55100", f"NLA9{number}100")
            )
            path.write_text(text.replace("Oyelaran", f"Oyelaran{chr(97 + number)}"), "utf-8")
        charts.append(chart)
    return charts


@dataclass
class ClinicServer:
    """`countersign serve` on a home of its own, at one port that stays the same over restarts."""

    home: Path
    payer: str = ""
    port: int = 0
    process: "subprocess.Popen[bytes] | None" = None
    more: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        if not self.port:
            with socket.create_server(("127.0.0.1", 0)) as free:
                self.port = free.getsockname()[1]
        environment = {
            **os.environ,
            "COUNTERSIGN_HOME": str(self.home),
            "COUNTERSIGN_PAYER_ENDPOINTS": f'{{"northlake-advantage": "{self.payer}"}}' if self.payer else "{}",
            "PYTHONPATH": str(ROOT),
            **self.more,
        }
        command = [sys.executable, "-c", "from api.cli import main; main()", "serve", "--port", str(self.port)]
        log = (self.home / "serve.log").open("ab")
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        log.close()
        self._wait()

    def _wait(self) -> None:
        for _ in range(2400):
            assert self.process is not None
            assert self.process.poll() is None, (self.home / "serve.log").read_text("utf-8")
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the server did not start")

    def kill(self, how: int = signal.SIGKILL) -> None:
        """End it at once, as a crash would."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait()
            self.process = None

    def box(self) -> Toolbox:
        """A toolbox on the same home, to look at what was stored; the caller closes its database."""
        return build_toolbox(Settings(home=self.home))

    def link(self, user: str) -> str:
        """A one-time link that signs this user in."""
        box = self.box()
        try:
            return f"{self.address}/sign-in/{sign_in.make_link(box, UserId(user), 'test')}"
        finally:
            box.database.close()

    def cases(self, state: str) -> list[Case]:
        """The cases in this state, those first that lay longest."""
        box = self.box()
        try:
            with box.database.read() as transaction:
                found = [one.id for one in case_store.listing(transaction) if one.state == state]
                return [case_store.get(transaction, CaseId(one)) for one in found]
        finally:
            box.database.close()

    def case(self, state: str) -> Case:
        """The first of them."""
        return self.cases(state)[0]
