"""Whether what comes in has changed, and how often people overrule what was prepared: counts of the stores, no PHI."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from math import log
from pathlib import Path

import yaml
from scipy.special import chdtri

from agents.fact_decisions import decisions_of
from cases.case import Case
from cases.fact_review import FactAct
from cases.frozen import Frozen
from cases.review import Review, ReviewAct
from evals.intervals import wilson
from runtime import case_store, review_store
from runtime.database import Transaction

_FILE = Path(__file__).with_name("drift.yaml")
_RARE = 5
_SURE = 0.95
_DECIDES = frozenset({ReviewAct.APPROVE, ReviewAct.EDIT, ReviewAct.REJECT})
_FEATURES: Mapping[str, Callable[[Case], str]] = {
    "payer": lambda case: case.payer.id if case.payer else "not known",
    "line of business": lambda case: case.payer.line_of_business.value if case.payer else "not known",
    "service": lambda case: next((code.code for code in case.order.codes if code.code), "none"),
    "urgency": lambda case: case.urgency.value,
    "kind of work": lambda case: "appeal" if case.appeal else "authorization",
}


class DriftBounds(Frozen):
    """The windows in days and the bounds of the index, with their source."""

    version: str
    recent_days: int
    before_days: int
    least_cases: int
    watch: float
    moved: float
    cites: str
    verified: bool


class Standing(StrEnum):
    """What an index says, given the bounds and what chance alone would make of it."""

    STEADY = "steady"
    WATCH = "watch"
    MOVED = "moved"
    TOO_FEW = "too few cases"


class Population(Frozen):
    """One feature of the cases opened: the index (0 is no change), what chance makes of it, and the largest changes.

    `largest` is (value, share before, share now).
    """

    feature: str
    index: float | None
    by_chance: float | None
    standing: Standing
    largest: tuple[tuple[str, float, float], ...]


class PeopleRate(Frozen):
    """How often people did this, of how many decisions, with the Wilson interval, in both windows."""

    name: str
    before: tuple[int, int]
    now: tuple[int, int]

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(*self.now) if self.now[1] else None

    @property
    def moved(self) -> bool:
        """The intervals of both windows lie beside each other."""
        if not self.before[1] or not self.now[1]:
            return False
        (low, high), (old_low, old_high) = wilson(*self.now), wilson(*self.before)
        return low > old_high or high < old_low


class Drift(Frozen):
    """Both windows and what differs between them."""

    at: datetime
    bounds: DriftBounds
    cases_before: int
    cases_now: int
    populations: tuple[Population, ...]
    rates: tuple[PeopleRate, ...]


def read_bounds() -> DriftBounds:
    return DriftBounds.model_validate(yaml.safe_load(_FILE.read_text("utf-8")))


def drift(transaction: Transaction, at: datetime) -> Drift:
    """The cases and decisions of the recent window beside those of the window before it."""
    bounds = read_bounds()
    start = at - timedelta(days=bounds.recent_days)
    first = start - timedelta(days=bounds.before_days)
    held = [case_store.get(transaction, one.id) for one in case_store.listing(transaction) if one.updated_at >= first]
    before = [case for case in held if first <= case.opened_at < start]
    now = [case for case in held if start <= case.opened_at <= at]
    populations = (population(name, [of(one) for one in before], [of(one) for one in now], bounds)
                   for name, of in _FEATURES.items())  # fmt: skip
    return Drift(
        at=at, bounds=bounds, cases_before=len(before), cases_now=len(now), populations=tuple(populations),
        rates=tuple(_rates(transaction, held, first, start, at)),
    )  # fmt: skip


def population(feature: str, before: Sequence[str], now: Sequence[str], bounds: DriftBounds) -> Population:
    """The population stability index of one feature; values seen fewer than five times count together as "other"."""
    if min(len(before), len(now)) < bounds.least_cases:
        return Population(feature=feature, index=None, by_chance=None, standing=Standing.TOO_FEW, largest=())
    seen = Counter([*before, *now])
    old, new = (Counter(one if seen[one] >= _RARE else "other" for one in values) for values in (before, now))
    names = sorted({*old, *new})
    shares = [(name, _share(old, name, names), _share(new, name, names)) for name in names]
    index = sum((after - earlier) * log(after / earlier) for _, earlier, after in shares)
    chance = float(chdtri(len(names) - 1, 1 - _SURE)) * (1 / len(before) + 1 / len(now)) if len(names) > 1 else 0.0
    above = index > chance
    standing = (
        Standing.MOVED if above and index >= bounds.moved
        else Standing.WATCH if above and index >= bounds.watch
        else Standing.STEADY
    )  # fmt: skip
    largest = sorted(shares, key=lambda row: -abs(row[2] - row[1]))[:3] if standing is not Standing.STEADY else ()
    return Population(feature=feature, index=index, by_chance=chance, standing=standing, largest=tuple(largest))


def _share(counts: Counter[str], name: str, names: Sequence[str]) -> float:
    """With half a case added to each value, so that a new value has an index at all."""
    return (counts[name] + 0.5) / (counts.total() + 0.5 * len(names))


def _rates(
    transaction: Transaction, held: Sequence[Case], first: datetime, start: datetime, at: datetime
) -> list[PeopleRate]:
    reviews: list[Review] = [
        one for case in held for one in review_store.reviews_of(transaction, case.id) if one.act in _DECIDES
    ]
    facts = [one for case in held for one in decisions_of(transaction, case.id)]

    def rate(name: str, of: Sequence[tuple[datetime, bool]]) -> PeopleRate:
        old = [hit for moment, hit in of if first <= moment < start]
        new = [hit for moment, hit in of if start <= moment <= at]
        return PeopleRate(name=name, before=(sum(old), len(old)), now=(sum(new), len(new)))

    return [
        rate("prepared work edited", [(one.at, one.act is ReviewAct.EDIT) for one in reviews]),
        rate("prepared work rejected", [(one.at, one.act is ReviewAct.REJECT) for one in reviews]),
        rate("facts overruled", [(one.at, one.act is not FactAct.ACCEPT) for one in facts]),
    ]


def drift_words(found: Drift) -> list[str]:
    """Lines for a terminal."""
    days = f"the last {found.bounds.recent_days} days beside the {found.bounds.before_days} days before"
    lines = [f"{found.cases_now} cases opened now, {found.cases_before} before ({days})"]
    for one in found.populations:
        index = "" if one.index is None else f"  index {one.index:.3f} (by chance up to {one.by_chance:.3f})"
        lines.append(f"{one.feature:<18} {one.standing.value}{index}")
        lines += [f"    {value}: {earlier:.0%} → {after:.0%}" for value, earlier, after in one.largest]
    for rate in found.rates:
        lines.append(f"{rate.name:<24} {rate_words(rate)}")
    return lines


def rate_words(rate: PeopleRate) -> str:
    """A share is never given without its count."""
    if rate.interval is None:
        return "no decision in this window"
    low, high = rate.interval
    moved = "; moved" * rate.moved
    return (
        f"{rate.now[0]} of {rate.now[1]} [{low:.0%} to {high:.0%}], before {rate.before[0]} of {rate.before[1]}{moved}"
    )
