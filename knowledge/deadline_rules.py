"""Which clock binds a payer's decision, and when it runs out; none is claimed where no rule binds."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from cases.case import LineOfBusiness, Urgency
from cases.deadlines import Deadline, DeadlineRule, due_at
from cases.errors import StoreDamaged
from cases.frozen import Frozen
from knowledge.rule_files import RULES, read_yaml

ITEM_OR_SERVICE = "item_or_service"


class _DeadlinesFile(Frozen):
    version: str
    rules: tuple[DeadlineRule, ...]


@cache
def shipped_deadlines() -> tuple[DeadlineRule, ...]:
    """The clocks that ship; raises StoreDamaged naming the row that does not fit."""
    path = RULES / "deadlines.yaml"
    try:
        return _DeadlinesFile.model_validate(read_yaml(path)).rules
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise StoreDamaged(f"{path.name}: {place}: {first['msg']}") from error


def governing_rules(
    rules: Sequence[DeadlineRule],
    kind: str,
    line: LineOfBusiness,
    urgency: Urgency,
    on: date,
    service_kind: str = ITEM_OR_SERVICE,
) -> tuple[DeadlineRule, ...]:
    """Every rule of this kind of clock that is law for such a request on this day."""
    return tuple(rule for rule in rules if rule.kind == kind and rule.governs(line, urgency, on, service_kind))


def decision_deadline(
    line: LineOfBusiness, urgency: Urgency, received: datetime, zone: ZoneInfo, service_kind: str = ITEM_OR_SERVICE
) -> Deadline | None:
    """When the payer must have decided a request it received at this aware instant; None where no clock binds.

    The clock starts at receipt (domain/standards.md §1.2), and a pend does not stop it. Of several rules the
    earliest instant counts.
    """
    on = received.astimezone(zone).date()
    rules = governing_rules(shipped_deadlines(), "pa_decision", line, urgency, on, service_kind)
    return min((due_at(rule, received, zone) for rule in rules), key=lambda deadline: deadline.due, default=None)
