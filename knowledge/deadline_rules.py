"""The deadline rules that ship, and the clocks they give; none is claimed where no rule binds."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from cases.case import LineOfBusiness, Urgency
from cases.deadlines import ClockQuestion, Deadline, DeadlineRule, DenialKind, Reckoning
from cases.errors import StoreDamaged
from cases.frozen import Frozen
from cases.reckoning import AmountRow, governing_rules, reckon
from knowledge.federal_holidays import federal_holidays
from knowledge.rule_files import RULES, read_yaml

ITEM_OR_SERVICE = "item_or_service"
_BENEFITS = {ITEM_OR_SERVICE: "medical", "part_d_drug": "part_d"}
"""Service kinds of the authorization rules that a deadline rule knows under another name."""


class _DeadlinesFile(Frozen):
    version: str
    rules: tuple[DeadlineRule, ...]
    amounts: tuple[AmountRow, ...] = ()


class DeadlineBook(Frozen):
    """All rules and amounts, with the version by which a computed date can name what it was computed under."""

    version: str
    rules: tuple[DeadlineRule, ...]
    amounts: tuple[AmountRow, ...] = ()

    def reckon(self, question: ClockQuestion) -> Reckoning:
        """The deadline the first governing rule gives, or why none may be claimed."""
        return reckon(self.rules, question, federal_holidays(), self.amounts)

    def governing(self, question: ClockQuestion) -> tuple[DeadlineRule, ...]:
        return governing_rules(self.rules, question)

    def with_rules(self, version: str, rules: Sequence[DeadlineRule]) -> "DeadlineBook":
        """This book under a new version: `rules` come first; one of an id that is held replaces it in its place."""
        ids = {rule.id: rule for rule in rules}
        held = {rule.id for rule in self.rules}
        new = tuple(rule for rule in rules if rule.id not in held)
        return self.model_copy(
            update={"version": version, "rules": (*new, *(ids.get(rule.id, rule) for rule in self.rules))}
        )


def read_deadlines(paths: Sequence[Path]) -> DeadlineBook:
    """Rule files as one book; raises StoreDamaged naming the file and the row that does not fit."""
    files = [_file(path) for path in paths]
    rules = tuple(rule for file in files for rule in file.rules)
    ids = [rule.id for rule in rules]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise StoreDamaged(f"deadline rules: the id '{twice[0]}' is given twice")
    amounts = tuple(row for file in files for row in file.amounts)
    return DeadlineBook(version=max((file.version for file in files), default=""), rules=rules, amounts=amounts)


def _file(path: Path) -> _DeadlinesFile:
    try:
        return _DeadlinesFile.model_validate(read_yaml(path))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise StoreDamaged(f"{path.name}: {place}: {first['msg']}") from error


@cache
def shipped_deadlines() -> DeadlineBook:
    """The rules that ship with the product."""
    return read_deadlines(sorted((RULES / "deadlines").glob("*.yaml")))


def decision_deadline(
    line: LineOfBusiness, urgency: Urgency, received: datetime, zone: ZoneInfo, service_kind: str = ITEM_OR_SERVICE
) -> Deadline | None:
    """When the payer must have decided a request it received at this aware instant; None where no clock binds.

    The clock starts at receipt (domain/standards.md §1.2), and a pend does not stop it.
    """
    benefit = _BENEFITS.get(service_kind, service_kind)
    question = ClockQuestion(
        asks="decided_by",
        line=line,
        kind=DenialKind.PRE,
        level=0,
        urgency=urgency,
        benefit="part_d" if line is LineOfBusiness.PART_D and benefit == "medical" else benefit,
        zone=zone.key,
        events={"request_received_at": received},
        facts={"needs_pa": True} if benefit == "dmepos_required_list" else {},
    )
    return shipped_deadlines().reckon(question).deadline
