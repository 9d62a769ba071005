"""Our own outcomes counted by payer, service and reason: for prevention, and as base rates beside published ones."""

from collections import Counter, defaultdict

from agents.casework.appeals.acts import outcomes
from agents.toolbox import Toolbox
from cases.appeal import ON_THE_MERITS, Result
from cases.frozen import Frozen


class OwnRate(Frozen):
    """How often appeals of one reason for one service went which way with one payer; `level` counts from 1."""

    payer_id: str
    service: str
    category: str
    level: int
    decided: int
    overturned: int
    partly: int
    upheld: int

    @property
    def words(self) -> str:
        """One line; a share is never given without its count."""
        won = f"{self.overturned} overturned, {self.partly} partly, {self.upheld} upheld"
        return f"{self.payer_id}  {self.service}  {self.category}  level {self.level}: {self.decided} decided, {won}"


def own_rates(toolbox: Toolbox) -> tuple[OwnRate, ...]:
    """Counts over every reason decided on its merits."""
    counts: defaultdict[tuple[str, str, str, int], Counter[Result]] = defaultdict(Counter)
    for outcome in outcomes(toolbox):
        service = next(iter(outcome.service_codes), "")
        for reason in (one for one in outcome.reasons if one.result in ON_THE_MERITS):
            counts[outcome.payer_id, service, reason.category.value, outcome.level][reason.result] += 1
    return tuple(
        OwnRate(
            payer_id=payer,
            service=service,
            category=category,
            level=level,
            decided=sum(held.values()),
            overturned=held[Result.OVERTURNED],
            partly=held[Result.PARTLY],
            upheld=held[Result.UPHELD],
        )
        for (payer, service, category, level), held in sorted(counts.items())
    )
