"""Where suites work: scratch folders, the data at hand, and what several suites of a run share."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeVar, cast

from runtime.settings import Settings

T = TypeVar("T")
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
"""The instant at which all suites work: the shipped samples are orders of the weeks around it."""
ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
"""Other people's data beside the repository; suites that use it say so where it is absent."""


class Depth(StrEnum):
    """How much is run: a smoke run finds what broke, a full run measures."""

    SMOKE = "smoke"
    FULL = "full"


@dataclass
class Bench:
    """What solvers are given; it loads nothing of the product by itself.

    `settings` are the caller's (a model, where one is set); `scratch` is a folder that vanishes with the bench;
    `library` a folder that may outlive it, where large policy libraries keep their vectors.
    """

    settings: Settings
    depth: Depth
    scratch: Path
    library: Path
    shared: Path | None = None
    _ends: list[Callable[[], None]] = field(default_factory=list)
    _once: dict[str, object] = field(default_factory=dict)

    @property
    def full(self) -> bool:
        return self.depth is Depth.FULL

    def folder(self, name: str) -> Path:
        """An empty folder of that name."""
        found = self.scratch / name
        shutil.rmtree(found, ignore_errors=True)
        found.mkdir(parents=True)
        return found

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What `make` gives, made at the first call of that name: work that several suites look at."""
        if name not in self._once:
            self._once[name] = make()
        return cast(T, self._once[name])

    def at_end(self, act: Callable[[], None]) -> None:
        """Do this when the bench is closed."""
        self._ends.append(act)

    def close(self) -> None:
        for act in self._ends:
            act()


@contextmanager
def open_bench(settings: Settings, depth: Depth, *, shared: bool = True) -> Iterator[Bench]:
    """A bench for one run; `shared` False leaves the data beside the repository alone, as a fresh install has none."""
    at_hand = SHARED if shared and (SHARED / "policies" / "manifest.jsonl").is_file() else None
    with tempfile.TemporaryDirectory(prefix="countersign-evals-") as scratch:
        bench = Bench(settings, depth, Path(scratch), settings.home / "evals" / "library", at_hand)
        try:
            yield bench
        finally:
            bench.close()
