"""Whether an order needs prior authorization, who decides it, and through which door: a fact with its source."""

from datetime import date
from enum import StrEnum

from cases.frozen import Frozen


class Need(StrEnum):
    """PRESUMED: the payer's own list is not held, so the request is prepared and a person confirms."""

    REQUIRED = "required"
    PRESUMED = "presumed"
    NOT_REQUIRED = "not_required"
    VENDOR = "vendor"
    UNKNOWN = "unknown"


class AuthorizationNeed(Frozen):
    """The rule that governs payer × product × code × place × date. `citation` names the source.

    `verified` is False where nobody has checked the rule in its primary source. `decider` names a delegated
    vendor; `channel` is `pas`, `x12`, `portal`, `phone`, `fax` or `none`.
    """

    need: Need
    rule_id: str
    reason: str
    citation: str
    verified: bool
    channel: str = ""
    decider: str = ""
    effective: date | None = None
    expires: date | None = None
