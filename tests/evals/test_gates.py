"""Gates look at the whole interval; a waiver has an end and a depth; no number never passes."""

import math
from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from cases.errors import StoreDamaged
from evals.gates import Gate, Outcome, Waiver, judge, read_gates
from evals.intervals import NOTHING, Estimate
from evals.suites.index import LIVE, SUITES, shipped

TODAY = date(2026, 11, 26)
P, F, Q, W = Outcome.PASSED, Outcome.FAILED, Outcome.INCONCLUSIVE, Outcome.WAIVED


def gate(**limit: object) -> Gate:
    return Gate.model_validate({"suite": "s", "measure": "m", "cites": "c", **limit})


def found(value: float, low: float, high: float, hits: float = 1, of: float = 100) -> Estimate:
    return Estimate(value, low, high, int(of), int(of), hits, of, "test")


def waiver(holds_to: float, expires: date = date(2026, 12, 31)) -> Waiver:
    return Waiver(suite="s", measure="m", owner="a person", reason="r", expires=expires, holds_to=holds_to)


@pytest.mark.parametrize(
    ("limit", "estimate", "outcome"),
    [
        ({"at_least": 0.9}, found(0.95, 0.91, 0.98), P),
        ({"at_least": 0.9}, found(0.95, 0.89, 0.98), Q),
        ({"at_least": 0.9}, found(0.80, 0.70, 0.89), F),
        ({"at_most": 0.1}, found(0.05, 0.02, 0.09), P),
        ({"at_most": 0.1}, found(0.05, 0.02, 0.12), Q),
        ({"at_most": 0.1}, found(0.30, 0.20, 0.40), F),
        ({"never": True, "least_items": 100}, found(0.0, 0.0, 0.03, 0, 100), P),
        ({"never": True, "least_items": 101}, found(0.0, 0.0, 0.03, 0, 100), Q),
        ({"never": True}, found(0.01, 0.0, 0.03, 1, 100), F),
        ({"not_above": 0.05}, found(0.04, 0.0, 0.30), P),
        ({"not_above": 0.05}, found(0.20, 0.06, 0.30), F),
        ({"at_least": 0.9}, found(math.nan, math.nan, math.nan), F),
        ({"never": True}, found(0.0, math.nan, 0.0), F),
        ({"at_least": 0.9}, NOTHING, Q),
    ],
)
def test_outcome(limit: dict[str, object], estimate: Estimate, outcome: Outcome) -> None:
    assert judge(gate(**limit), estimate, (), TODAY).outcome is outcome


@pytest.mark.parametrize(
    ("estimate", "held", "outcome"),
    [
        (found(0.80, 0.70, 0.89), waiver(0.75), W),
        (found(0.92, 0.85, 0.97), waiver(0.75), W),
        (found(0.70, 0.60, 0.79), waiver(0.75), F),
        (found(0.70, 0.60, 0.92), waiver(0.75), Q),
        (found(0.80, 0.70, 0.89), waiver(0.75, date(2026, 11, 25)), F),
        (found(0.95, 0.91, 0.98), waiver(0.75), P),
        (found(math.nan, math.nan, math.nan), waiver(0.75), F),
    ],
)
def test_waiver(estimate: Estimate, held: Waiver, outcome: Outcome) -> None:
    assert judge(gate(at_least=0.9), estimate, (held,), TODAY).outcome is outcome


def test_a_gate_has_one_limit() -> None:
    with pytest.raises(ValidationError):
        gate()
    with pytest.raises(ValidationError):
        gate(at_least=0.9, never=True)


def test_a_damaged_gates_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gates.yaml"
    path.write_text("version: '1'\ngates:\n  - {suite: s}\n", "utf-8")
    with pytest.raises(StoreDamaged, match=r"gates\.yaml"):
        read_gates(path)


def test_every_gate_and_waiver_that_ships_names_a_figure_and_who_set_it() -> None:
    book = read_gates()
    figures = {(name, measure.name) for name in (*SUITES, *LIVE) for measure in shipped(name).measures}
    gated = [(one.suite, one.measure) for one in book.gates]
    assert set(gated) <= figures
    assert len(set(gated)) == len(gated)
    assert {suite for suite, _ in gated} == {*SUITES, *LIVE}
    assert all(one.cites for one in book.gates)
    assert {(one.suite, one.measure) for one in book.waivers} <= set(gated)
    assert all(one.owner and one.reason for one in book.waivers)
