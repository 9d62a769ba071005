"""Weigh what has to go on month after month: a diary's values, or visits that may not skip a month."""

from collections.abc import Sequence
from datetime import date, timedelta

from cases.criteria import State
from cases.evidence import Defect, Evidence, Role
from cases.leaf_evaluation import Anchors, Weighed, blocking, not_shown, ranked, reliability
from cases.leaf_tests import CountTest

_Month = int
"""Months counted from the year 0, so that consecutive ones differ by one."""


def weigh_months(test: CountTest, evidence: Sequence[Evidence], anchors: Anchors) -> Weighed:
    """State of a criterion over consecutive calendar months; `evidence` is weighed but for its months.

    A value of a month that does not hold, among the latest `n` on record, decides against. A log of visits that
    holds fewer months in a row than asked decides against, for it is the record of what was attended.
    """
    decided = [item for item in evidence if item.role is not Role.CONSIDERED and item.fact.when]
    ordered = ranked(evidence)
    if not decided:
        return not_shown(ordered)
    by_month: dict[_Month, set[Role]] = {}
    for item in decided:
        by_month.setdefault(_month(item), set()).add(item.role)
    months = sorted(by_month)
    good = [month for month in months if by_month[month] == {Role.SUPPORTS}]
    run = _latest_run(months, test.n) if test.comparisons else _any_run(good, test.n)
    last = max(run, default=max(months))
    if _too_old(last, test, anchors):
        return not_shown(tuple(item.model_copy(update={"role": Role.CONSIDERED}) for item in ordered))
    reason = f"{len(run)} of {test.n} months in a row" + (f", the last {_name(last)}" if run else "")
    weighed = not_shown(ordered).model_copy(update={"reason": reason})
    return _settled(test, run, good, by_month, weighed, decided)


def _settled(
    test: CountTest,
    run: Sequence[_Month],
    good: Sequence[_Month],
    by_month: dict[_Month, set[Role]],
    weighed: Weighed,
    decided: Sequence[Evidence],
) -> Weighed:
    against = [month for month in by_month if by_month[month] == {Role.CONTRADICTS}]
    if len(run) >= test.n and all(month in good for month in run):
        confidence = min(reliability(item) for item in decided if item.role is Role.SUPPORTS)
        return weighed.model_copy(update={"state": State.MET, "confidence": confidence})
    fails = any(month in against for month in run) if test.comparisons else True
    if fails and not _in_doubt(decided):
        return weighed.model_copy(update={"state": State.NOT_MET, "confidence": 0.85})
    return weighed


def _in_doubt(decided: Sequence[Evidence]) -> bool:
    return any(f.defect is Defect.UNCERTAIN for item in decided for f in blocking(item.findings))


def _month(item: Evidence) -> _Month:
    day = item.fact.when.on if item.fact.when else date.min
    return day.year * 12 + day.month - 1


def _name(month: _Month) -> str:
    return f"{month // 12}-{month % 12 + 1:02}"


def _latest_run(months: Sequence[_Month], n: int) -> list[_Month]:
    """The latest months on record, `n` of them at most, as far back as none is missing."""
    run: list[_Month] = []
    for month in sorted(months, reverse=True):
        if len(run) == n or (run and run[-1] - month != 1):
            break
        run.append(month)
    return run


def _any_run(good: Sequence[_Month], n: int) -> list[_Month]:
    """The longest run of months in a row, the latest of those that are long enough."""
    runs: list[list[_Month]] = []
    for month in sorted(good):
        if runs and month - runs[-1][-1] == 1:
            runs[-1].append(month)
        else:
            runs.append([month])
    enough = [run for run in runs if len(run) >= n]
    return enough[-1] if enough else max(runs, key=len, default=[])


def _too_old(last: _Month, test: CountTest, anchors: Anchors) -> bool:
    """Whether the last day of the last month lies before the window."""
    anchor = anchors.on(test.window.anchor) if test.window else None
    if anchor is None or test.window is None or test.window.days_before is None:
        return False
    after = last + 1
    end = date(after // 12, after % 12 + 1, 1) - timedelta(days=1)
    return end < anchor - timedelta(days=test.window.days_before)
