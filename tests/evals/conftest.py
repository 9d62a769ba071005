"""A bench for the smoke depth, as a fresh install has it: nothing beside the repository."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from evals.bench_room import Bench, Depth, open_bench
from runtime.settings import Settings


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    home: Path = tmp_path_factory.mktemp("evals-home")
    with open_bench(Settings(home=home), Depth.SMOKE, shared=False) as opened:
        yield opened
