"""Deadlines: each labelled clock against the day worked out by hand."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from cases.deadlines import ClockQuestion, Reckoning
from cases.frozen import Frozen
from evals.bench_room import Bench
from evals.suites.denials.labels import Row, half, rows, sealed
from evals.task import Item, Mark, Measure, Score, Solver, Task, share
from knowledge.deadline_rules import shipped_deadlines

_NEAR = timedelta(minutes=1)


@dataclass(frozen=True)
class DeadlineParts:
    """What reckons: the rules that ship, unless another is given."""

    reckon: Callable[[ClockQuestion], Reckoning] = lambda question: shipped_deadlines().reckon(question)


class Clock(Frozen):
    """A question and its day or instant; None where no day may be claimed."""

    question: ClockQuestion
    expected: str | None


def _items(_: Bench) -> list[Item[Clock]]:
    """Rows that the label calls ambiguous are not scored."""
    return [
        Item(
            row["id"],
            Clock(question=_asked(row), expected=row["expected"]["deadline"]),
            slices={"line": row["line_of_business"], "asks": row["asks"], "half": half(row["id"])},
            sealed=sealed(row["id"]),
        )
        for row in rows("deadlines.jsonl")
        if "ambiguous" not in row
    ]


def _asked(row: Row) -> ClockQuestion:
    facts: Row = {}
    for name, value in row.get("facts", {}).items():
        facts |= {f"{name}.{part}": one for part, one in value.items()} if isinstance(value, dict) else {name: value}
    events = {name: value for name, value in row["events"].items() if name != "printed_deadline"}
    facts["observation_hours"] = events.pop("observation_hours", None)
    given = {
        "asks": row["asks"], "line": row["line_of_business"], "kind": row["denial_kind"], "level": row["level"],
        "urgency": row["urgency"], "benefit": row["benefit"], "procedure": row.get("procedure", ""), "facts": facts,
        "events": {name: _moment(value) for name, value in events.items()},
    }  # fmt: skip
    return ClockQuestion.model_validate({**given, **({"zone": row["zone"]} if "zone" in row else {})})


def _moment(value: str) -> date:
    return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)


def _solver(_: Bench, parts: DeadlineParts) -> Solver[Clock, Reckoning]:
    return lambda item: parts.reckon(item.content.question)


def _score(item: Item[Clock], found: Reckoning) -> Score:
    expected, deadline = item.content.expected, found.deadline
    told = "none" if deadline is None else str(deadline.on or deadline.due.isoformat())
    marks: dict[str, Mark] = {}
    if expected is None:
        right = deadline is None
        marks["claimed_without_rule"] = share(not right)
    else:
        right = deadline is not None and _same(expected, deadline.on, deadline.due)
        marks["too_late"] = share(deadline is not None and not right and _day(told) > _day(expected))
    return Score({"right": share(right), **marks}, right, told, f"{expected} expected; rule {found.rule_id or 'none'}")


def _same(expected: str, on: date | None, due: datetime) -> bool:
    if "T" in expected:
        return abs(due - datetime.fromisoformat(expected)) <= _NEAR
    return on == date.fromisoformat(expected)


def _day(told: str) -> str:
    return told[:10]


def task(parts: DeadlineParts | None = None) -> Task[Clock, Reckoning]:
    """The suite, over the rules that ship unless another reckoning is given."""
    return Task(
        name="deadlines",
        title="Deadlines",
        claim="Each clock is computed under the rule in force and cited; none is claimed where no rule binds.",
        datasets=("denials",),
        measures=(
            Measure("right", "clocks that end on the labelled day"),
            Measure("too_late", "clocks that end on a later day than the labelled one"),
            Measure("claimed_without_rule", "days claimed where none may be"),
        ),
        items=_items,
        solver=partial(_solver, parts=parts or DeadlineParts()),
        scorer=_score,
    )
