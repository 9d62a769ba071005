"""Fixtures of the door's tests: a furnished home, made once and copied for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.door import Door, close, furnish


@pytest.fixture(scope="session")
def furnished_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("furnished") / "home"
    furnish(home)
    return home


@pytest.fixture
def home(tmp_path: Path, furnished_home: Path) -> Path:
    return Path(shutil.copytree(furnished_home, tmp_path / "home"))


@pytest.fixture
def door(home: Path) -> Iterator[Door]:
    opened = Door.at(home)
    yield opened
    close(opened.box)
