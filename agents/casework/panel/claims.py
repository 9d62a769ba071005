"""Claims, saved views and drafts: what persons leave on a case before they decide anything."""

from datetime import timedelta

from agents.toolbox import Toolbox
from cases.audit_event import Actor, AuditEvent
from cases.errors import Conflict, InputError
from cases.ids import CaseId, Digest, UserId
from cases.review import User, UserRole
from runtime import case_store, panel_store, review_store
from runtime.database import Transaction
from runtime.panel_store import Claim, Draft, SavedView

CLAIM_HOLDS = timedelta(minutes=45)
ASSIGNED_HOLDS = timedelta(hours=12)
"""A shift: whoever is given a case may not be at the desk yet."""
_MOST_VIEWS = 20


def claim(toolbox: Toolbox, case_id: CaseId, user_id: UserId, *, take_over: bool = False) -> Claim:
    """Take a case in hand, or hold it longer. Raises NotFound, Conflict where another has it and nothing is taken over.

    A claim runs out by itself; it keeps nobody from deciding, it tells the others.
    """
    now = toolbox.clock.now()
    with toolbox.database.begin() as transaction:
        case_store.get(transaction, case_id)
        held = panel_store.claim_of(transaction, case_id, now)
        if held is not None and held.user_id != user_id and not take_over:
            raise Conflict(f"{held.user_id} has this case in hand. Take it over if you must.")
        mine = held is not None and held.user_id == user_id
        since = held.claimed_at if held is not None and mine else now
        taken = Claim(case_id=case_id, user_id=user_id, claimed_at=since, until=now + CLAIM_HOLDS)
        panel_store.put_claim(transaction, taken)
        if not mine:
            _audit(toolbox, transaction, user_id, "case.claimed", case_id)
    return taken


def may_hold(user: User) -> bool:
    """Whether a case may be put into this user's hands."""
    return user.active and user.role.at_least(UserRole.SPECIALIST)


def assign(toolbox: Toolbox, case_id: CaseId, to: UserId, by: UserId) -> Claim:
    """Put a case into another's hands, whoever had it. Raises NotFound, InputError for a user who may not have it."""
    now = toolbox.clock.now()
    with toolbox.database.begin() as transaction:
        case_store.get(transaction, case_id)
        user = review_store.get_user(transaction, to)
        if not may_hold(user):
            raise InputError(f"{to}: choose an active user who may read cases")
        given = Claim(case_id=case_id, user_id=to, claimed_at=now, until=now + ASSIGNED_HOLDS)
        panel_store.put_claim(transaction, given)
        _audit(toolbox, transaction, by, "case.assigned", case_id, {"to": to})
    return given


def release(toolbox: Toolbox, case_id: CaseId, user_id: UserId) -> None:
    """Let go of a case that one has in hand; another's stays."""
    with toolbox.database.begin() as transaction:
        held = panel_store.claim_of(transaction, case_id, toolbox.clock.now())
        if held is not None and held.user_id == user_id:
            panel_store.drop_claim(transaction, case_id)
            _audit(toolbox, transaction, user_id, "case.released", case_id)


def save_view(toolbox: Toolbox, user_id: UserId, name: str, filters: str) -> None:
    """Keep a filter under a name of 1 to 40 letters. Raises InputError."""
    named = " ".join(name.split())
    if not 1 <= len(named) <= 40:
        raise InputError("name: give the view a name of 1 to 40 letters")
    with toolbox.database.begin() as transaction:
        held = panel_store.views_of(transaction, user_id)
        if len(held) >= _MOST_VIEWS and named not in {view.name for view in held}:
            raise InputError(f"views: you keep {_MOST_VIEWS} already; delete one first")
        panel_store.put_view(transaction, user_id, SavedView(name=named, filters=filters))


def delete_view(toolbox: Toolbox, user_id: UserId, name: str) -> None:
    with toolbox.database.begin() as transaction:
        panel_store.drop_view(transaction, user_id, name)


def keep_draft(toolbox: Toolbox, case_id: CaseId, user_id: UserId, digest: Digest, words: str) -> Draft:
    """Keep what a person is writing, so that nothing is lost when the page, the server or the case changes."""
    draft = Draft(digest=digest, saved_at=toolbox.clock.now(), words=words)
    with toolbox.database.begin() as transaction:
        case_store.get(transaction, case_id)
        panel_store.put_draft(transaction, case_id, user_id, draft)
    return draft


def drop_draft(toolbox: Toolbox, case_id: CaseId, user_id: UserId) -> None:
    with toolbox.database.begin() as transaction:
        panel_store.drop_draft(transaction, case_id, user_id)


def _audit(
    toolbox: Toolbox,
    transaction: Transaction,
    user_id: UserId,
    action: str,
    case_id: CaseId,
    detail: dict[str, str | int | bool | None] | None = None,
) -> None:
    toolbox.audit.append(
        transaction,
        AuditEvent(
            tenant_id=transaction.tenant_id, at=toolbox.clock.now(), actor=Actor.PERSON, actor_id=user_id,
            action=action, subject=case_id, detail=detail or {},
        ),
    )  # fmt: skip
