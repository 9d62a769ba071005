"""Human decisions: who may decide what, and an approval that holds the digest of the exact bytes approved."""

from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime, Field

from cases.frozen import Frozen
from cases.ids import CaseId, Digest, UserId


class UserRole(StrEnum):
    """Local roles, each able to do all that the one before can."""

    VIEWER = "viewer"
    SPECIALIST = "specialist"
    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        return list(UserRole).index(self)

    def at_least(self, other: "UserRole") -> bool:
        return self.rank >= other.rank


class User(Frozen):
    """A local user; `npi` and `licence` only for clinicians who sign."""

    id: UserId
    name: str
    role: UserRole
    npi: str = ""
    licence: str = ""
    active: bool = True


class ReviewAct(StrEnum):
    """What a person can do to a prepared submission."""

    APPROVE = "approve"
    EDIT = "edit"
    REJECT = "reject"
    SIGN = "sign"


NEEDED_ROLE: dict[ReviewAct, UserRole] = {
    ReviewAct.APPROVE: UserRole.REVIEWER,
    ReviewAct.EDIT: UserRole.SPECIALIST,
    ReviewAct.REJECT: UserRole.REVIEWER,
    ReviewAct.SIGN: UserRole.SPECIALIST,
}


class Review(Frozen):
    """One recorded act of a person. `digest` is of the submission bytes that lay before them."""

    id: str
    case_id: CaseId
    act: ReviewAct
    user_id: UserId
    role: UserRole
    digest: Digest
    at: datetime
    reason: str = ""


class Approval(Frozen):
    """Leave to perform one outward act with exactly these bytes, by this person, until `expires_at`.

    The submit step takes this, not a boolean: 42 CFR 422.566(d) and house rule 6 want a person bound to
    what left.
    """

    review_id: str
    case_id: CaseId
    action: str
    digest: Digest
    user_id: UserId
    role: UserRole
    at: AwareDatetime
    expires_at: AwareDatetime


class Signature(Frozen):
    """A clinician's signature under exactly these letter bytes."""

    case_id: CaseId
    letter_digest: Digest
    user_id: UserId
    name: str
    npi: str = Field(pattern=r"^\d{10}$")
    at: AwareDatetime
