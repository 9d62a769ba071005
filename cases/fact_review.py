"""What a person decides of a fact that was read: it stands, it is corrected, or it does not count; always with why."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum

from pydantic import AwareDatetime

from cases.evidence import Assertion, DateBasis, Fact, FactDate, Laterality, Origin
from cases.frozen import Frozen
from cases.ids import FactId, UserId
from cases.review import UserRole


class FactAct(StrEnum):
    """What a person can do to a fact."""

    ACCEPT = "accept"
    CORRECT = "correct"
    REJECT = "reject"


FACT_ROLE = UserRole.SPECIALIST
"""The role from which a person may decide on facts: those who work charts."""


class Correction(Frozen):
    """What a corrected fact says instead; None leaves it as read. `value` is in the fact's own unit."""

    value: Decimal | None = None
    on: date | None = None
    assertion: Assertion | None = None
    laterality: Laterality | None = None

    @property
    def is_empty(self) -> bool:
        return all(getattr(self, name) is None for name in type(self).model_fields)


class FactDecision(Frozen):
    """One recorded act. `quote` is the passage the person had before them: of other words the act says nothing."""

    fact_id: FactId
    quote: str
    act: FactAct
    reason: str
    user_id: UserId
    role: UserRole
    at: AwareDatetime
    correction: Correction = Correction()


def decided(facts: Sequence[Fact], decisions: Sequence[FactDecision]) -> tuple[Fact, ...]:
    """The facts as persons left them; of several acts on one fact the last holds.

    An accepted fact is affirmed where it was read as uncertain; whose it is, its date and whether it is hidden stay
    as read. A rejected one keeps its place with the reason and settles nothing.
    """
    last = {(decision.fact_id, decision.quote): decision for decision in decisions}
    return tuple(
        _as_decided(fact, last[(fact.id, fact.span.quote)]) if (fact.id, fact.span.quote) in last else fact
        for fact in facts
    )


def _as_decided(fact: Fact, decision: FactDecision) -> Fact:
    if decision.act is FactAct.REJECT:
        return fact.model_copy(update={"rejected": decision.reason})
    if decision.act is FactAct.ACCEPT:
        sure = Assertion.AFFIRMED if fact.assertion is Assertion.UNCERTAIN else fact.assertion
        return fact.model_copy(update={"assertion": sure, "rejected": "", "reliability": 1.0})
    return _corrected(fact, decision.correction)


def _corrected(fact: Fact, correction: Correction) -> Fact:
    changes: dict[str, object] = {"origin": Origin.PERSON, "reliability": 1.0, "rejected": ""}
    if correction.value is not None:
        amount = f"{correction.value.normalize():f} {fact.unit}".strip()
        changes |= {"value": correction.value, "value_high": None, "statement": f"{fact.concept}: {amount}, corrected"}
    if correction.on is not None:
        changes["when"] = FactDate(on=correction.on, basis=DateBasis.STATED)
    if correction.assertion is not None:
        changes["assertion"] = correction.assertion
    if correction.laterality is not None:
        changes["laterality"] = correction.laterality
    return fact.model_copy(update=changes)
