"""Drift: a change of what comes in is told from chance, few cases say nothing, and overruling is counted with its n."""

from datetime import timedelta
from pathlib import Path

import pytest

from cases.ids import CaseId
from cases.review import ReviewAct
from evals.drift import Standing, drift, drift_words, population, read_bounds
from runtime import case_store
from tests.flows.clinic import COMPLETE, NOW, Clinic

BOUNDS = read_bounds()


@pytest.mark.parametrize(
    ("before", "now", "standing"),
    [
        (["a"] * 60 + ["b"] * 60, ["a"] * 40 + ["b"] * 40, Standing.STEADY),
        (["a"] * 60 + ["b"] * 60, ["a"] * 76 + ["b"] * 4, Standing.MOVED),
        (["a"] * 90 + ["b"] * 30, ["a"] * 45 + ["b"] * 45, Standing.MOVED),
        (["a"] * 300 + ["b"] * 300, ["a"] * 200 + ["b"] * 100, Standing.WATCH),
        (["a"] * 60, ["c"] * 60, Standing.MOVED),
        (["a"] * 28 + ["b"] * 28, ["a"] * 36 + ["b"] * 20, Standing.STEADY),
        (["a"] * 500, ["a"] * 49, Standing.TOO_FEW),
        (["a"] * 49, ["c"] * 500, Standing.TOO_FEW),
        (["a"] * 60, ["a"] * 60, Standing.STEADY),
        (["a"] * 96 + list("bcde"), ["a"] * 96 + list("fghi"), Standing.STEADY),
    ],
)  # fmt: skip
def test_a_change_larger_than_chance_is_told(before: list[str], now: list[str], standing: Standing) -> None:
    assert population("payer", before, now, BOUNDS).standing is standing


def test_the_index_is_the_sum_over_both_shares() -> None:
    found = population("payer", ["a"] * 150 + ["b"] * 50, ["a"] * 100 + ["b"] * 100, BOUNDS)
    assert found.index == pytest.approx(0.2746 - 0.0027, abs=0.002)
    assert found.largest[0] == (pytest.approx("a"), pytest.approx(0.7488, abs=1e-3), pytest.approx(0.5))


def test_cases_and_decisions_are_counted_by_window(tmp_path: Path) -> None:
    clinic = Clinic.at(tmp_path / "home")
    (case,) = clinic.authorize(COMPLETE).values()
    clinic.review(case.id, ReviewAct.REJECT, "reviewer", reason="the letter names the wrong clinic")
    with clinic.box.database.begin() as transaction:
        for number, days in enumerate((1, 40, 100, 300)):
            moved = {"id": CaseId(f"c-{number:016x}"), "revision": 0, "opened_at": NOW - timedelta(days=days)}
            case_store.create(transaction, case.model_copy(update=moved), NOW)
    with clinic.box.database.read() as transaction:
        found = drift(transaction, NOW)
        later = drift(transaction, NOW + timedelta(days=30))
    assert (found.cases_now, found.cases_before) == (2, 2)
    assert {one.standing for one in found.populations} == {Standing.TOO_FEW}
    rates = {one.name: (one.before, one.now) for one in found.rates}
    assert rates["prepared work rejected"] == ((0, 0), (1, 1))
    assert rates["prepared work edited"] == ((0, 0), (0, 1))
    assert {one.name: one.before for one in later.rates}["prepared work rejected"] == (1, 1)
    said = "\n".join(drift_words(found))
    assert "prepared work rejected   1 of 1 [21% to 100%], before 0 of 0" in said
    assert "no decision in this window" in said
    assert not any(name in said for name in (case.patient.id, *case.patient.full_name.split()))
