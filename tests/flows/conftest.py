"""Fixtures of the flow tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.clinic import NORTHLAKE, Clinic
from tests.flows.desk import Desk
from tests.tools.payer.sandbox_process import SandboxProcess


@pytest.fixture
def payer(tmp_path: Path) -> Iterator[SandboxProcess]:
    """A stand-in payer that certifies what it gets; a test may change its script and start it again."""
    folder = tmp_path / "payer"
    folder.mkdir()
    sandbox = SandboxProcess(folder, {"default": "certify"})
    sandbox.start()
    yield sandbox
    sandbox.kill()


@pytest.fixture
def clinic(tmp_path: Path, payer: SandboxProcess) -> Iterator[Clinic]:
    opened = Clinic.at(tmp_path / "home", {NORTHLAKE: payer.base})
    yield opened
    opened.box.database.close()


@pytest.fixture
def desk(tmp_path: Path, payer: SandboxProcess) -> Iterator[Desk]:
    opened = Desk(tmp_path / "service", payer)
    yield opened
    opened.close()
