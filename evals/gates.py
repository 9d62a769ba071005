"""Gates: a figure's whole interval against its floor, and waivers that a named person answers for until a day."""

import math
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Self

import yaml
from pydantic import ValidationError, model_validator

from cases.errors import StoreDamaged
from cases.frozen import Frozen
from evals.intervals import Estimate, rule_of_three

GATES = Path(__file__).with_name("gates.yaml")


class Outcome(StrEnum):
    """What a gate says. `waived` is a failure or a doubt that a waiver in force covers."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    WAIVED = "waived"


class Gate(Frozen):
    """A floor or a ceiling for one measure, with where it is set.

    `at_least`/`at_most`: the interval must lie wholly on the right side, and an interval that holds the limit is
    inconclusive. `never`: any event fails; none in fewer than `least_items` items is inconclusive. `not_above`: fails
    once the interval shows the figure to be above it, and passes otherwise (for differences and times).
    """

    suite: str
    measure: str
    cites: str
    at_least: float | None = None
    at_most: float | None = None
    never: bool = False
    not_above: float | None = None
    least_items: int = 1

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        limits = [self.at_least, self.at_most, self.not_above]
        if sum(limit is not None for limit in limits) + self.never != 1:
            raise ValueError(f"{self.suite}.{self.measure}: one of at_least, at_most, not_above, never")
        return self

    @property
    def words(self) -> str:
        if self.never:
            return f"never, in at least {self.least_items} items"
        if self.at_least is not None:
            return f"at least {self.at_least:g}"
        if self.at_most is not None:
            return f"at most {self.at_most:g}"
        return f"not shown above {self.not_above:g}"


class Waiver(Frozen):
    """Leave for one gate not to pass. It holds while the figure is no worse than `holds_to`, and until `expires`."""

    suite: str
    measure: str
    owner: str
    reason: str
    expires: date
    holds_to: float


class GateBook(Frozen):
    """One version of the gates and waivers."""

    version: str
    gates: tuple[Gate, ...]
    waivers: tuple[Waiver, ...] = ()

    def of(self, suite: str) -> tuple[Gate, ...]:
        return tuple(gate for gate in self.gates if gate.suite == suite)


class GateAnswer(Frozen):
    """What a gate said of a figure, and why; `waiver` is the one that was looked at, in force or not."""

    suite: str
    measure: str
    limit: str
    cites: str
    outcome: Outcome
    why: str
    waiver: Waiver | None = None


def read_gates(path: Path = GATES) -> GateBook:
    """The gates of a file; raises StoreDamaged naming what does not fit."""
    try:
        return GateBook.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        raise StoreDamaged(f"{path.name}: {str(error).splitlines()[0]}") from error


def judge(gate: Gate, found: Estimate, waivers: tuple[Waiver, ...], today: date) -> GateAnswer:
    """The gate's answer; a figure that is missing or no number fails, and nothing waives that."""
    outcome, why = _bare(gate, found)
    waiver = next((one for one in waivers if (one.suite, one.measure) == (gate.suite, gate.measure)), None)
    counted = found.value is not None and not math.isnan(found.value)
    if waiver is not None and outcome is not Outcome.PASSED and counted:
        outcome, why = _waived(gate, found, waiver, today, outcome, why)
    return GateAnswer(
        suite=gate.suite, measure=gate.measure, limit=gate.words, cites=gate.cites, outcome=outcome, why=why,
        waiver=waiver,
    )  # fmt: skip


def _bare(gate: Gate, found: Estimate) -> tuple[Outcome, str]:
    if found.value is None or found.low is None or found.high is None:
        return Outcome.INCONCLUSIVE, "no item counts for it"
    if any(math.isnan(number) for number in (found.value, found.low, found.high)):
        return Outcome.FAILED, "the figure is not a number"
    if gate.never:
        return _never(gate, found)
    if gate.at_least is not None:
        return _limit(found.low >= gate.at_least, found.high < gate.at_least, found)
    if gate.at_most is not None:
        return _limit(found.high <= gate.at_most, found.low > gate.at_most, found)
    assert gate.not_above is not None
    return _limit(found.low <= gate.not_above, found.low > gate.not_above, found)


def _never(gate: Gate, found: Estimate) -> tuple[Outcome, str]:
    if found.hits > 0:
        return Outcome.FAILED, f"{found.hits:g} of {found.of:g}"
    if found.of < gate.least_items:
        return Outcome.INCONCLUSIVE, f"none in {found.of:g} items, {gate.least_items} are asked for"
    return Outcome.PASSED, f"none in {found.of:g}: at most {rule_of_three(found.of):.4f} (rule of three)"


def _limit(passed: bool, failed: bool, found: Estimate) -> tuple[Outcome, str]:
    interval = f"{found.value:.4g} [{found.low:.4g}, {found.high:.4g}]"
    if passed:
        return Outcome.PASSED, interval
    return (Outcome.FAILED, interval) if failed else (Outcome.INCONCLUSIVE, f"{interval} holds the limit")


def _waived(
    gate: Gate, found: Estimate, waiver: Waiver, today: date, outcome: Outcome, why: str
) -> tuple[Outcome, str]:
    """What the waiver makes of a gate that did not pass; one that does not hold leaves the gate's own answer."""
    value = found.value or 0.0
    if today > waiver.expires:
        return outcome, f"{why}; the waiver of {waiver.owner} expired on {waiver.expires}"
    worse = value < waiver.holds_to if gate.at_least is not None else value > waiver.holds_to
    if worse:
        return outcome, f"{why}; worse than {waiver.holds_to:g}, to which the waiver of {waiver.owner} holds"
    return Outcome.WAIVED, f"{why}; waived by {waiver.owner} until {waiver.expires}: {waiver.reason}"
