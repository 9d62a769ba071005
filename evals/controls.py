"""The control map: which rule asks for what, and what the suites that bear on it last said."""

from datetime import date
from pathlib import Path
from typing import Literal

import yaml
from pydantic import ValidationError

from cases.errors import StoreDamaged
from cases.frozen import Frozen
from evals.results import RunResult

CONTROLS = Path(__file__).with_name("controls.yaml")
Standing = Literal["passed", "waived", "inconclusive", "failed", "not run", "untested"]
_WORST: tuple[Standing, ...] = ("failed", "not run", "inconclusive", "waived", "passed")


class Control(Frozen):
    """A rule and the suites that give evidence for it; none means that nothing here tests it.

    `as_of` is when somebody last looked at the rule, `verified` whether in its primary source.
    """

    id: str
    title: str
    law: str
    status: Literal["in_force", "proposed", "superseded"]
    as_of: date
    verified: bool
    asks: str
    suites: tuple[str, ...]


class ControlMap(Frozen):
    """One version of the map."""

    version: str
    controls: tuple[Control, ...]


class ControlResult(Frozen):
    """A control with how its suites stand in a run; the worst of them counts."""

    control: Control
    standing: Standing
    by_suite: dict[str, Standing]


def read_controls(path: Path = CONTROLS) -> ControlMap:
    """The map that ships; raises StoreDamaged naming what does not fit."""
    try:
        return ControlMap.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        raise StoreDamaged(f"{path.name}: {str(error).splitlines()[0]}") from error


def stand(controls: ControlMap, run: RunResult) -> tuple[ControlResult, ...]:
    """Every control with what the run says of it."""
    return tuple(_stands(control, run) for control in controls.controls)


def _stands(control: Control, run: RunResult) -> ControlResult:
    by_suite = {name: _of_suite(name, run) for name in control.suites}
    if not by_suite:
        return ControlResult(control=control, standing="untested", by_suite={})
    return ControlResult(
        control=control, standing=next(one for one in _WORST if one in by_suite.values()), by_suite=by_suite
    )


def _of_suite(name: str, run: RunResult) -> Standing:
    suite = run.suite(name)
    if suite is None:
        return "not run"
    outcomes = {gate.outcome.value for gate in suite.gates}
    if suite.problems:
        return "failed"
    return next((one for one in _WORST if one in outcomes), "not run")
