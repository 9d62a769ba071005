"""The application behind a real socket, so that clients of others can be tried on it."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn

from api import machine_keys
from api.scopes import Scope
from cases.ids import CaseId, UserId
from tests.api.conftest import furnished_home
from tests.api.door import Door, close

__all__ = ["furnished_home"]


@dataclass
class Served:
    """A door that is served at an address, by one process and its event loop."""

    door: Door
    address: str

    def key(self, *scopes: Scope, cases: list[CaseId] | None = None) -> str:
        """A machine's key of these scopes."""
        _, secret = machine_keys.make_key(self.door.box, "test", scopes, 30, UserId("admin"), cases)
        return secret


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, furnished_home: Path) -> Iterator[Served]:
    door = Door.at(Path(shutil.copytree(furnished_home, tmp_path_factory.mktemp("served") / "home")))
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        server = uvicorn.Server(uvicorn.Config(door.app, log_config=None, access_log=False, ws="none"))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield Served(door, f"http://127.0.0.1:{listening.getsockname()[1]}")
        server.should_exit = True
        thread.join()
    close(door.box)
