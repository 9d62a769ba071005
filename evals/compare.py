"""Two runs over the same items: exact McNemar, paired bootstrap, every flip, and what several tests do to a p value."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from cases.errors import InputError
from cases.frozen import Frozen
from evals.intervals import drawing, holm, mcnemar, middle
from evals.results import ItemResult, MeasureResult, RunResult, SuiteResult

_SIGNIFICANT = 0.05


class Flip(Frozen):
    """An item whose answer changed: passed before and after, and what was found."""

    id: str
    cluster: str
    before: bool
    after: bool
    found_before: str
    found_after: str
    why: str


class MeasureChange(Frozen):
    """A measure's change over the items of both runs, with a 95 % interval that draws whole clusters."""

    measure: str
    before: float
    after: float
    change: float
    low: float
    high: float
    items: int


class SuiteChange(Frozen):
    """One suite in both runs. `p` is exact McNemar over passed items, `p_holm` adjusted for all suites compared."""

    suite: str
    items: int
    only_before: int
    only_after: int
    better: int
    worse: int
    p: float
    p_holm: float
    changed: bool
    flips: tuple[Flip, ...]
    measures: tuple[MeasureChange, ...]


class Comparison(Frozen):
    """All suites that both runs hold; `hashes` are the parts that differ between them."""

    suites: tuple[SuiteChange, ...]
    hashes: tuple[str, ...]
    tests: int

    @property
    def changed(self) -> bool:
        return any(suite.changed for suite in self.suites)


def compare(before: RunResult, after: RunResult) -> Comparison:
    """Raises InputError where the runs have no suite in common."""
    pairs = [(one, other) for one in before.suites if (other := after.suite(one.name)) is not None]
    if not pairs:
        raise InputError("The two runs have no suite in common.")
    raw = [_suite(one, other, before.seed) for one, other in pairs]
    adjusted = holm([suite.p for suite in raw])
    suites = tuple(suite.model_copy(update={"p_holm": p}) for suite, p in zip(raw, adjusted, strict=True))
    parts = sorted(set(before.hashes) | set(after.hashes))
    differ = tuple(part for part in parts if before.hashes.get(part) != after.hashes.get(part))
    return Comparison(suites=suites, hashes=differ, tests=len(suites))


def _suite(before: SuiteResult, after: SuiteResult, seed: int) -> SuiteChange:
    old, new = {one.id: one for one in before.items}, {one.id: one for one in after.items}
    shared = [name for name in old if name in new]
    flips = tuple(_flip(old[name], new[name]) for name in shared if _differs(old[name], new[name]))
    better = sum(new[name].passed and not old[name].passed for name in shared)
    worse = sum(old[name].passed and not new[name].passed for name in shared)
    p = mcnemar(better, worse)
    return SuiteChange(
        suite=before.name,
        items=len(shared),
        only_before=len(old) - len(shared),
        only_after=len(new) - len(shared),
        better=better,
        worse=worse,
        p=p,
        p_holm=p,
        changed=bool(flips),
        flips=flips,
        measures=tuple(
            change for one in before.measures if (change := _change(one, [(old[x], new[x]) for x in shared], seed))
        ),
    )


def _differs(old: ItemResult, new: ItemResult) -> bool:
    """Times do not count: a suite that measures them gives no marks that stay the same."""
    timed = old.found == new.found == "done"
    return old.passed != new.passed or old.found != new.found or (old.marks != new.marks and not timed)


def _flip(old: ItemResult, new: ItemResult) -> Flip:
    return Flip(
        id=old.id, cluster=old.cluster, before=old.passed, after=new.passed, found_before=old.found,
        found_after=new.found, why=new.why or new.error,
    )  # fmt: skip


def _change(measure: MeasureResult, pairs: Sequence[tuple[ItemResult, ItemResult]], seed: int) -> MeasureChange | None:
    clusters: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
    items = 0
    for old, new in pairs:
        first, second = old.marks.get(measure.name), new.marks.get(measure.name)
        if first is None or second is None or None in first or None in second:
            continue
        items += 1
        for place, value in enumerate((*first, *second)):
            clusters[old.cluster][place] += value or 0.0
    sums = np.array(list(clusters.values()))
    if not items or not sums[:, 1].sum() or not sums[:, 3].sum():
        return None
    totals = sums[drawing(len(sums), f"{measure.name}:{seed}")].sum(axis=1)
    changes = totals[:, 2] / np.maximum(totals[:, 3], 1e-12) - totals[:, 0] / np.maximum(totals[:, 1], 1e-12)
    before, after = float(sums[:, 0].sum() / sums[:, 1].sum()), float(sums[:, 2].sum() / sums[:, 3].sum())
    low, high = middle(changes)
    return MeasureChange(
        measure=measure.name, before=before, after=after, change=after - before, low=low, high=high, items=items
    )
