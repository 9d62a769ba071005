"""The frozen set: once a week, the same items, and every item that is answered otherwise than the week before."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cases.errors import UnreadableFile
from evals.results import read_results
from evals.run import quiet
from evals.weekly import read_weeks, run_week, week_words
from runtime.settings import Settings

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, llm_base_url=None)


def test_a_week_is_run_once_and_compared_with_the_one_before(settings: Settings) -> None:
    first, fresh = run_week(settings, MONDAY, quiet, ["deadlines"])
    again, repeated = run_week(settings, MONDAY + timedelta(days=6, hours=14), quiet, ["deadlines"])
    assert (first.name, fresh, repeated) == ("2026-W48", True, False)
    assert first == again
    assert first.since is None
    assert first.items > 0
    second, fresh = run_week(settings, MONDAY + timedelta(days=7), quiet, ["deadlines"])
    assert (second.name, fresh, second.since, second.flips, second.lost) == ("2026-W49", True, "2026-W48", (), 0)
    assert second.differ == ()
    assert week_words(second, fresh=True)[-1] == "Every item is answered as in 2026-W48."


def test_an_item_answered_otherwise_is_named_and_a_changed_set_is_said(settings: Settings) -> None:
    run_week(settings, MONDAY, quiet, ["deadlines"])
    kept = settings.home / "evals" / "weekly" / "2026-W48" / "results.json"
    run = read_results(kept)
    suite = run.suites[0]
    wrong, gone = suite.items[0], suite.items[1]
    changed = suite.model_copy(update={"items": (
        wrong.model_copy(update={"found": "another day", "passed": False}),
        gone.model_copy(update={"id": "an item that is no more"}), *suite.items[2:],
    )})  # fmt: skip
    kept.write_text(run.model_copy(update={"suites": (changed,)}).model_dump_json(), "utf-8")
    week, _ = run_week(settings, MONDAY + timedelta(days=7), quiet, ["deadlines"])
    assert [(one.suite, one.flip.id, one.flip.before, one.flip.after) for one in week.flips] == [
        ("deadlines", wrong.id, False, True)
    ]
    assert (week.worse, week.lost) == (0, 2)
    told = "\n".join(week_words(week, fresh=True))
    assert "nothing of the product differs since" in told
    assert "the set itself was changed" in told


def test_a_week_that_was_left_out_is_late_and_a_broken_one_is_named(settings: Settings) -> None:
    assert not read_weeks(settings.home).is_late(MONDAY)
    run_week(settings, MONDAY, quiet, ["deadlines"])
    weeks = read_weeks(settings.home)
    ran = weeks.weeks[-1].at
    assert not weeks.is_late(ran + timedelta(days=7))
    assert weeks.is_late(ran + timedelta(days=8, hours=1))
    kept = settings.home / "evals" / "weekly" / "2026-W48" / "week.json"
    kept.write_text("{", "utf-8")
    assert read_weeks(settings.home).unreadable == (str(kept),)
    with pytest.raises(UnreadableFile, match="delete it"):
        run_week(settings, MONDAY, quiet, ["deadlines"])


def test_a_week_that_was_killed_before_it_was_written_down_is_run_again(settings: Settings) -> None:
    run_week(settings, MONDAY, quiet, ["deadlines"])
    folder = settings.home / "evals" / "weekly" / "2026-W48"
    (folder / "week.json").unlink()
    assert read_weeks(settings.home).weeks == ()
    again, fresh = run_week(settings, MONDAY, quiet, ["deadlines"])
    assert fresh
    assert again.since is None
    assert read_weeks(settings.home).weeks == (again,)
