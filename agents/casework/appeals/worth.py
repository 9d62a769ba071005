"""In what order to work denials: by date and urgency first; money and a published base rate only break ties.

Neither decides whether an appeal is filed. The base rate is shown for external reviews of insured plans alone.
"""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from agents.casework.denials.views import OPEN
from agents.toolbox import Toolbox
from cases.case import Urgency
from cases.denial import Denial, DenialReason, Pathway
from cases.frozen import Frozen
from knowledge.overturn import LABEL, BaseRate, may_be_shown, shipped_model
from runtime import denial_store

_EFFORT_HOURS = {Pathway.CLINICAL: 2, Pathway.DOCUMENTS: 1, Pathway.AUTHORIZATION: 1, Pathway.ADMINISTRATIVE: 1}
"""Rough hours of work by pathway, to weigh equal dates and amounts: our own guess, no measurement."""
_EXPERIMENTAL = ("55", "114", "188")


class Worth(Frozen):
    """One open denial with what orders it. `base_rate` is of reviews of its kind, None where it may not be shown."""

    denial_id: str
    due: datetime | None
    expedited: bool
    payer: str
    amount: Decimal | None
    effort_hours: int
    expected: Decimal | None = None
    base_rate: float | None = None
    base_rate_label: str = ""

    @property
    def words(self) -> str:
        """One line; the base rate is named for what it is."""
        due = f"{self.due.astimezone(ZoneInfo('UTC')):%Y-%m-%d}" if self.due else "no date"
        money = f"  ${self.amount:,.2f}" if self.amount is not None else ""
        rate = f"  {self.base_rate_label}: {self.base_rate:.0%}" if self.base_rate is not None else ""
        fast = "  expedited" if self.expedited else ""
        return f"{self.denial_id}  due {due}{fast}  {self.payer}{money}  about {self.effort_hours} h{rate}"


def worklist_by_worth(toolbox: Toolbox) -> tuple[Worth, ...]:
    """Open denials: the first due first, urgent ones before others of that day, then by expected money an hour."""
    with toolbox.database.read() as transaction:
        held = denial_store.listing(transaction, OPEN)
    return tuple(sorted((worth_of(denial) for denial in held), key=_order))


def _order(row: Worth) -> tuple[bool, str, bool, Decimal]:
    day = f"{row.due:%Y-%m-%d}" if row.due else ""
    money = row.expected if row.expected is not None else row.amount or Decimal(0)
    return (row.due is None, day, not row.expedited, -money / max(row.effort_hours, 1))


def worth_of(denial: Denial) -> Worth:
    """What a denial is worth in the queue; expected money only where a base rate may be shown."""
    facts = denial.facts
    rate = _rate(denial)
    expected = facts.amount * Decimal(str(round(rate, 3))) if rate is not None and facts.amount is not None else None
    return Worth(
        denial_id=denial.id,
        due=denial.due,
        expedited=facts.urgency is Urgency.EXPEDITED,
        payer=facts.payer_name,
        amount=facts.amount,
        effort_hours=sum(_EFFORT_HOURS.get(reason.decision.pathway, 1) for reason in facts.reasons) or 1,
        expected=expected,
        base_rate=rate,
        base_rate_label=LABEL if rate is not None else "",
    )


def _rate(denial: Denial) -> float | None:
    """The share overturned among all reviews of this type; the denial does not name their diagnosis categories."""
    facts = denial.facts
    if not may_be_shown(facts.line, facts.level):
        return None
    kind = review_type(facts.reasons)
    rows = [row for row in shipped_model().base_rates if row.type == kind]
    return _share(rows) if rows else None


def review_type(reasons: tuple[DenialReason, ...]) -> str:
    """The reviews' own type of a denial."""
    words = " ".join(reason.wording.casefold() for reason in reasons)
    codes = {reason.carc for reason in reasons}
    if codes & set(_EXPERIMENTAL) or "experimental" in words or "investigational" in words:
        return "Experimental/Investigational"
    return "Urgent Care" if "emergency" in words or codes & {"40"} else "Medical Necessity"


def _share(rows: list[BaseRate]) -> float:
    return sum(row.overturned for row in rows) / sum(row.reviews for row in rows)
