"""How many days a contract with a payer leaves to dispute a payment: dated, and with where it stands written."""

from collections.abc import Iterable
from datetime import date, datetime

from pydantic import Field

from cases.frozen import Frozen
from cases.ids import PayerId


class ContractWindow(Frozen):
    """The days of one contract, counted from the remittance or notice; `source` names the contract's own passage.

    It counts only where a deadline rule leaves the time to the contract; a member's right to appeal is never changed.
    """

    id: str
    payer_id: PayerId
    days: int = Field(ge=1, le=730)
    effective: date
    expires: date | None = None
    source: str
    set_by: str
    set_at: datetime

    def governs(self, payer_id: PayerId | None, day: date) -> bool:
        """Whether it is this payer's and in force on the day."""
        return self.payer_id == payer_id and self.effective <= day and (self.expires is None or day <= self.expires)


def window_in_force(
    windows: Iterable[ContractWindow], payer_id: PayerId | None, day: date | None
) -> ContractWindow | None:
    """The window of the payer on that day: the one in force last, and of those of one day the one set last."""
    if day is None:
        return None
    held = [one for one in windows if one.governs(payer_id, day)]
    return max(held, key=lambda one: (one.effective, one.set_at), default=None)
