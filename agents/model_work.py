"""What a model did on a case, as it is kept, flagged, judged, audited and shown."""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal

from agents.desk import Detail
from agents.model_session import ModelLog
from agents.reading.model_reader.second_reading import LeafReadings, SecondReading
from cases.case import Flag
from cases.criteria import State
from cases.decision import Verdict
from cases.frozen import Frozen

GUARD = "model_reading"
DISAGREE = "readers_disagree"
NOT_USED = "model_not_used"
_FLAGS = frozenset({DISAGREE, NOT_USED})


class ModelReading(Frozen):
    """What the model did while the criteria were evaluated, leaf by leaf."""

    readings: tuple[LeafReadings, ...]
    log: ModelLog


class ModelWording(Frozen):
    """What the model did while the letter was written; `points` are those in its words."""

    points: int
    log: ModelLog


def reading_flags(flags: Sequence[Flag], second: SecondReading, log: ModelLog) -> tuple[Flag, ...]:
    """The case's flags with what a person should know of the second reading.

    Leaves about which the readers differ block the case, unless the tree is MET without them.
    """
    kept = tuple(flag for flag in flags if flag.code not in _FLAGS)
    added = []
    if second.disputed:
        statements = {leaf.id: leaf.statement for leaf in second.result.root.leaves()}
        named = "; ".join(f"{statements[item.id]} ({_both(item)})" for item in second.disputed)
        message = f"The rules and the model read the chart differently, a person decides: {named}."
        matters = second.result.root.state is not State.MET
        source = ",".join(item.id for item in second.disputed)
        added.append(Flag(code=DISAGREE, message=message, severity="blocking" if matters else "info", source=source))
    if log.stopped:
        message = f"The rules reader alone read {_how_far(log)}. {log.why}"
        added.append(Flag(code=NOT_USED, message=message, severity="info", source=log.stopped))
    return (*kept, *added)


def _both(item: LeafReadings) -> str:
    model = item.judged.state if item.judged and item.judged.state is not item.rules else item.with_proposed
    return f"rules: {item.rules}, model: {model}"


def _how_far(log: ModelLog) -> str:
    answered = any(call.outcome == "answered" for call in log.calls)
    return (
        "what was left of this chart when the model was given up" if answered else "this chart: the model was not used"
    )


def call_events(step: str, log: ModelLog) -> list[tuple[str, Detail]]:
    """An audit entry for each question, in order."""
    return [
        (
            "model.asked",
            {
                "step": step, "task": call.task, "prompt_sha256": call.prompt, "endpoint": call.endpoint,
                "model": call.model, "outcome": call.outcome, "agreement": call.agreement or None,
                "masked": call.masked, "attempts": call.attempts, "repaired": call.repaired, "bytes": call.sent,
                "prompt_tokens": call.prompt_tokens, "completion_tokens": call.completion_tokens,
                "seconds": f"{call.seconds:.2f}", "cost": None if call.cost is None else f"{call.cost:.6f}",
            },
        )
        for call in log.calls
    ]  # fmt: skip


def model_verdict(reading: ModelReading | None, wording: ModelWording | None) -> tuple[Verdict, ...]:
    """One verdict that says what of the model's work was used and what was not; none where no model is set.

    It never fails: nothing unverified is in the draft, and where the readers differ a flag blocks the case.
    """
    logs = [done.log for done in (reading, wording) if done is not None]
    if not logs:
        return ()
    reasons: list[str] = [log.stopped for log in logs if log.stopped]
    details = [log.why for log in logs if log.stopped]
    dropped = _summed(log.dropped for log in logs)
    unread = _summed(log.unread for log in logs)
    if dropped:
        reasons.append("model_proposals_dropped")
        details += [f"dropped {count}: {reason.replace('_', ' ')}" for reason, count in dropped.items()]
    details += [f"not used {count}: {reason.replace('_', ' ')}" for reason, count in unread.items()]
    if reading and any(item.differ for item in reading.readings):
        reasons.append(DISAGREE)
    return (Verdict(guard=GUARD, passed=True, reasons=tuple(dict.fromkeys(reasons)), details=tuple(details)),)


def model_json(reading: ModelReading | None, wording: ModelWording | None) -> dict[str, object] | None:
    """What case.json says of the model; None where none is set."""
    logs = [done.log for done in (reading, wording) if done is not None]
    if not logs:
        return None
    calls = [call for log in logs for call in log.calls]
    costs = [call.cost for call in calls if call.cost is not None]
    return {
        "used": any(call.outcome == "answered" for call in calls),
        "not_used_because": [{"reason": log.stopped, "message": log.why} for log in logs if log.stopped],
        "model": next((call.model for call in calls if call.model), ""),
        "calls": len(calls),
        "outcomes": dict(sorted(Counter(call.outcome for call in calls).items())),
        "prompt_tokens": sum(call.prompt_tokens for call in calls),
        "completion_tokens": sum(call.completion_tokens for call in calls),
        "seconds": round(sum(call.seconds for call in calls), 2),
        "dollars": str(sum(costs, Decimal())) if costs else None,
        "dropped": _summed(log.dropped for log in logs),
        "unread": _summed(log.unread for log in logs),
        "letter_points_in_its_words": wording.points if wording else 0,
        "leaves_read_differently": [item.id for item in reading.readings if item.differ] if reading else [],
    }


def _summed(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return dict(sorted(total.items()))
