"""Every suite catches its own fault: the defect turns the gate red that stands for it, and nothing else does."""

import pytest

from evals.bench_room import Bench
from evals.gates import Outcome, read_gates
from evals.run import run_suite
from evals.suites.index import SUITES, shipped
from tests.evals.planted_faults import PLANTED, Planted


def test_every_suite_that_ships_has_a_planted_fault() -> None:
    assert {one.suite for one in PLANTED} == set(SUITES)


@pytest.mark.parametrize("planted", PLANTED, ids=lambda one: f"{one.suite}: {one.defect}")
def test_a_planted_fault_turns_its_gate_red(bench: Bench, planted: Planted, full_counts: bool) -> None:
    if planted.slow and not full_counts:
        pytest.skip("needs worked cases or the embedded library: run with --full")
    book = read_gates()
    faulty = run_suite(planted.task(), bench, book)
    said = {gate.measure: gate for gate in faulty.gates}
    assert said[planted.red].outcome is Outcome.FAILED, said[planted.red].why
    assert faulty.verdict == "failed"
    if full_counts:
        sound = {gate.measure: gate.outcome for gate in run_suite(shipped(planted.suite), bench, book).gates}
        assert sound[planted.red] is not Outcome.FAILED
