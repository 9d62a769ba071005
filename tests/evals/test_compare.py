"""A run with itself shows no change; with a planted fault it shows exactly the items that flipped."""

import pytest

from cases.errors import InputError
from evals.bench_room import Bench
from evals.command import comparison_words
from evals.compare import compare
from evals.gates import read_gates
from evals.results import RunResult
from evals.run import run_suites
from evals.suites.denials import deadlines
from evals.suites.index import shipped
from knowledge.deadline_rules import shipped_deadlines
from tests.evals.planted_faults import a_day_later


@pytest.fixture(scope="module")
def sound(bench: Bench) -> RunResult:
    return run_suites([shipped("deadlines"), shipped("authority")], bench, read_gates())


def test_a_run_with_itself_shows_no_change(sound: RunResult) -> None:
    found = compare(sound, sound)
    assert not found.changed
    assert found.hashes == ()
    assert [suite.p for suite in found.suites] == [1.0, 1.0]
    assert comparison_words(found)[1:] == ["deadlines: 233 items: no change", "authority: 289 items: no change"]


def test_a_fault_shows_exactly_its_flips(bench: Bench, sound: RunResult) -> None:
    def late_for_file_by(question):  # type: ignore[no-untyped-def]
        return (a_day_later if question.asks == "file_by" else shipped_deadlines().reckon)(question)

    parts = deadlines.DeadlineParts(reckon=late_for_file_by)
    faulty = run_suites([deadlines.task(parts), shipped("authority")], bench, read_gates())
    changed, same = compare(sound, faulty).suites
    items = {one.id: one for one in shipped("deadlines").items(bench)}
    with_day = {
        name for name, one in items.items()
        if one.content.question.asks == "file_by" and shipped_deadlines().reckon(one.content.question).deadline
    }  # fmt: skip
    assert {flip.id for flip in changed.flips} == with_day
    assert (changed.better, changed.worse > 50, changed.p_holm < 0.001) == (0, True, True)
    assert not same.flips
    right = next(one for one in changed.measures if one.measure == "right")
    assert right.high < 0
    words = comparison_words(compare(sound, faulty))
    assert sum(line.startswith("  worse: ") for line in words) == 40
    assert words[-2].startswith("  and ")


def test_runs_without_a_suite_in_common_are_refused(sound: RunResult) -> None:
    with pytest.raises(InputError, match="no suite in common"):
        compare(sound, sound.model_copy(update={"suites": ()}))
