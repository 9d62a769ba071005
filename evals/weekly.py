"""The weekly frozen set: the same items of the shipped suites once a week, and what changed since the week before.

The items are those of a smoke run over shipped data, which are always the same; where a model is set it is asked as
well and kept apart. Run it from a timer: a second call in the same week does nothing.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from cases.errors import UnreadableFile
from cases.frozen import Frozen
from evals.bench_room import Depth
from evals.command import live_names, run_to
from evals.compare import Flip, compare
from evals.results import Verdict, read_results, worst
from evals.run import Progress
from evals.suites.index import SUITES
from runtime.settings import Settings

DAYS = 7
_WEEK, _MODEL = "week.json", "live"
_PARTS = (".", _MODEL)


class SuiteFlip(Frozen):
    """An item of the frozen set that was answered otherwise than the week before."""

    suite: str
    flip: Flip


class Week(Frozen):
    """One week's run. `since` is the week it is compared with, None for the first.

    `differ` are the parts (code, data, model, prompts, policies, thresholds) that are not those of the week before:
    a flip without any of them is the model's or the machine's. `lost` counts items that only one of the weeks has.
    """

    name: str
    at: datetime
    verdict: Verdict
    items: int
    since: str | None
    flips: tuple[SuiteFlip, ...]
    lost: int
    differ: tuple[str, ...]

    @property
    def worse(self) -> int:
        return sum(one.flip.before and not one.flip.after for one in self.flips)


class Weeks(Frozen):
    """The weeks kept, oldest first, each compared with the one before it, and the folders that could not be read."""

    weeks: tuple[Week, ...]
    unreadable: tuple[str, ...]

    def is_late(self, now: datetime) -> bool:
        """Whether a frozen set that was once begun has not been run for more than a week."""
        return bool(self.weeks) and (now - self.weeks[-1].at).days > DAYS


def run_week(
    settings: Settings, now: datetime, progress: Progress, suites: Sequence[str] = tuple(SUITES)
) -> tuple[Week, bool]:
    """This week's run beside the last one's, and whether it was run just now; raises what `run_to` raises.

    `week.json` is written last: a run that was killed is run again.
    """
    folder = _folder(settings.home) / f"{now.astimezone(UTC):%G-W%V}"
    if (folder / _WEEK).is_file():
        return _read(folder), False
    run_to(settings, suites, Depth.SMOKE, folder, progress, shared=False)
    if settings.llm_base_url:
        run_to(settings, live_names(settings), Depth.SMOKE, folder / _MODEL, progress, shared=False)
    earlier = [path.parent for path in sorted(_folder(settings.home).glob(f"*-W*/{_WEEK}")) if path.parent < folder]
    week = _week(folder, earlier[-1] if earlier else None)
    (folder / _WEEK).write_text(week.model_dump_json(indent=1) + "\n", "utf-8")
    return week, True


def read_weeks(home: Path, most: int = 2) -> Weeks:
    """The newest weeks kept in the home."""
    weeks, unreadable = [], []
    for path in sorted(_folder(home).glob(f"*-W*/{_WEEK}"))[-most:]:
        try:
            weeks.append(_read(path.parent))
        except UnreadableFile:
            unreadable.append(str(path))
    return Weeks(weeks=tuple(weeks), unreadable=tuple(unreadable))


def _read(folder: Path) -> Week:
    path = folder / _WEEK
    try:
        return Week.model_validate_json(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UnreadableFile(str(path), "is no week's record", fix="delete it; the week is then run again") from error


def week_words(week: Week, *, fresh: bool) -> list[str]:
    """Lines for a terminal."""
    when = "run now" if fresh else f"run already, {week.at:%d %b %Y}; nothing was done"
    lines = [f"{week.name}: {when}; {week.items} items, {week.verdict}"]
    if week.since is None:
        return [*lines, "The first week: there is nothing to compare it with."]
    if week.lost:
        lines.append(f"{week.lost} items stand in one of the two weeks only: the set itself was changed.")
    if not week.flips:
        return [*lines, f"Every item is answered as in {week.since}."]
    why = f"differs since: {', '.join(week.differ)}" if week.differ else "nothing of the product differs since"
    lines.append(f"{len(week.flips)} items are answered otherwise than in {week.since}, {week.worse} worse; {why}")
    return lines + [
        f"  {one.suite}: {one.flip.id}: {one.flip.found_before} → {one.flip.found_after}" for one in week.flips
    ]


def _week(folder: Path, before: Path | None) -> Week:
    """The runs of a week, each compared with its like of the week before."""
    runs = {part: read_results(folder / part) for part in _PARTS if (folder / part / "results.json").is_file()}
    compared = [
        compare(read_results(before / part), run)
        for part, run in runs.items()
        if before and (before / part / "results.json").is_file()
    ]
    suites = [suite for one in compared for suite in one.suites]
    return Week(
        name=folder.name,
        at=min(run.started for run in runs.values()),
        verdict=worst(run.verdict for run in runs.values()),
        items=sum(len(suite.items) for run in runs.values() for suite in run.suites),
        since=before.name if before else None,
        flips=tuple(SuiteFlip(suite=suite.suite, flip=flip) for suite in suites for flip in suite.flips),
        lost=sum(suite.only_before + suite.only_after for suite in suites),
        differ=tuple(dict.fromkeys(part for one in compared for part in one.hashes)),
    )


def _folder(home: Path) -> Path:
    return home / "evals" / "weekly"
