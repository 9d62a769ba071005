"""What a suite is made of: items with their labels, a solver, a scorer, and the measures that its gates are about."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from evals.bench_room import Bench

C = TypeVar("C")
A = TypeVar("A")


@dataclass(frozen=True)
class Item(Generic[C]):
    """One thing asked, with what is expected. Items of one `cluster` (a case, a chart) are not independent.

    `sealed` items are held out: they are scored, and what went wrong with them is not told.
    """

    id: str
    content: C
    cluster: str = ""
    slices: Mapping[str, str] = field(default_factory=dict)
    sealed: bool = False


@dataclass(frozen=True)
class Mark:
    """What an item adds to a measure: `hit` of `of`. For a share both are counts; for a time `hit` is seconds."""

    hit: float
    of: float = 1.0


def share(right: bool) -> Mark:
    """One item counted for a share."""
    return Mark(1.0 if right else 0.0)


@dataclass(frozen=True)
class Score:
    """An item judged: its marks by measure, the answer in short (a flip is a change of it), and why.

    `sure` is the product's computed confidence in 0..1 with whether it was right; `seen` is (expected, found) for
    a confusion table.
    """

    marks: Mapping[str, Mark]
    passed: bool
    found: str
    why: str = ""
    sure: tuple[float, bool] | None = None
    seen: tuple[str, str] | None = None


class Kind(StrEnum):
    """How marks become a figure.

    `share`: sum of hits over sum of ofs. `quantile`: the 95th percentile of the hits. `calibration`: the expected
    calibration error over `sure`. `gap`: the largest difference of a share between the groups of a slice. `kappa`:
    Cohen's kappa over the `seen` pairs of the items that have the mark.
    """

    SHARE = "share"
    QUANTILE = "quantile"
    CALIBRATION = "calibration"
    GAP = "gap"
    KAPPA = "kappa"


@dataclass(frozen=True)
class Measure:
    """A figure of a suite. `of` names the marks where they are another measure's; `by` the slice of a gap."""

    name: str
    title: str
    kind: Kind = Kind.SHARE
    unit: str = ""
    of: str = ""
    by: str = ""

    @property
    def marks(self) -> str:
        return self.of or self.name


Solver = Callable[[Item[C]], A]


@dataclass(frozen=True)
class Task(Generic[C, A]):
    """A suite: dataset, solver and scorer, each a function of what it is given.

    `claim` is what the product says of itself and the suite gives evidence for. `items` may look at the bench to find
    data that is not shipped; `few` says why a suite has under fifty items. `model` marks suites that ask a model.
    """

    name: str
    title: str
    claim: str
    datasets: tuple[str, ...]
    measures: tuple[Measure, ...]
    items: Callable[[Bench], Sequence[Item[C]]]
    solver: Callable[[Bench], Solver[C, A]]
    scorer: Callable[[Item[C], A], Score]
    few: str = ""
    model: bool = False


def thinned(items: Sequence[Item[C]], most: int) -> list[Item[C]]:
    """At most so many items, always the same ones: those of the smallest digest of their id, in the order given."""
    chosen = sorted(items, key=lambda item: hashlib.sha256(item.id.encode()).hexdigest())[:most]
    ids = {item.id for item in chosen}
    return [item for item in items if item.id in ids]
