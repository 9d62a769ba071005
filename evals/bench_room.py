"""Where suites work: scratch folders, a product home of their own with the shipped policies, and the data at hand."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeVar, cast

from agents.casework.policies import import_policies, import_shipped
from agents.toolbox import Toolbox, build_toolbox
from knowledge.policy_document import Particulars
from knowledge.policy_manifest import manifest_items
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
    """What solvers are given. Everything is opened at its first use and closed with the bench.

    `settings` are the caller's (a model, where one is set); `scratch` is a folder that vanishes with the bench;
    `library` a folder that may outlive it, where large policy libraries keep their vectors.
    """

    settings: Settings
    depth: Depth
    scratch: Path
    library: Path
    shared: Path | None = None
    _open: dict[str, Toolbox] = field(default_factory=dict)
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

    def toolbox(self, name: str = "cases") -> Toolbox:
        """A product in a home of its own that holds the shipped policies; no model is set in it."""
        if name not in self._open:
            self._open[name] = build_toolbox(_offline(self.scratch / f"home-{name}"))
            import_shipped(self._open[name])
        return self._open[name]

    def policies(self) -> Toolbox:
        """A product that holds the shipped policies and, where they are at hand, the national determinations."""
        if self.shared is None:
            return self.toolbox()
        if "library" not in self._open:
            box = build_toolbox(_offline(self.library))
            import_shipped(box)
            list(import_policies(box, manifest_items(self.shared / "policies" / "manifest.jsonl", Particulars())))
            self._open["library"] = box
        return self._open["library"]

    def close(self) -> None:
        for box in self._open.values():
            box.database.close()


def _offline(home: Path) -> Settings:
    """A home whose clock stands still, so that a run of tomorrow judges the same, and that knows no model."""
    return Settings(home=home, fixed_time=NOW, llm_base_url=None)


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
