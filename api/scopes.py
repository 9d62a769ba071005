"""What may be done here, and which role may do it: closed tables, read by the door and by nothing else."""

from enum import StrEnum

from cases.review import UserRole


class Scope(StrEnum):
    """One right. A route asks for one; a role or an API key holds some."""

    METRICS_READ = "metrics:read"
    COPILOT_ASK = "copilot:ask"
    CASES_READ = "cases:read"
    EVENTS_WRITE = "events:write"
    DOCUMENTS_WRITE = "documents:write"
    REVIEW_EDIT = "review:edit"
    REVIEW_DECIDE = "review:decide"
    AUDIT_READ = "audit:read"
    DEAD_LETTERS_MANAGE = "dead_letters:manage"
    USERS_ADMIN = "users:admin"


_GAINS: dict[UserRole, tuple[Scope, ...]] = {
    UserRole.VIEWER: (Scope.METRICS_READ, Scope.COPILOT_ASK),
    UserRole.SPECIALIST: (Scope.CASES_READ, Scope.EVENTS_WRITE, Scope.DOCUMENTS_WRITE, Scope.REVIEW_EDIT),
    UserRole.REVIEWER: (Scope.REVIEW_DECIDE,),
    UserRole.SUPERVISOR: (Scope.AUDIT_READ, Scope.DEAD_LETTERS_MANAGE),
    UserRole.ADMIN: (Scope.USERS_ADMIN,),
}
"""What each role may do that the one below may not. A viewer reads no case, and may ask the policies."""

SCOPES_OF_ROLE: dict[UserRole, frozenset[Scope]] = {
    role: frozenset(scope for held, gained in _GAINS.items() if role.at_least(held) for scope in gained)
    for role in UserRole
}

KEY_SCOPES = frozenset(Scope) - {Scope.REVIEW_EDIT, Scope.REVIEW_DECIDE, Scope.USERS_ADMIN}
"""What a machine's key may hold: it decides nothing, signs nothing and makes no users, for that is a person's."""
