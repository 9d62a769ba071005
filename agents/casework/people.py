"""Local users: who may make one, recorded in the audit."""

from agents.toolbox import Toolbox
from cases.audit_event import Actor, AuditEvent
from cases.errors import NotAllowed
from cases.ids import UserId
from cases.review import User, UserRole
from runtime import review_store


def add_user(toolbox: Toolbox, user: User, acting: UserId) -> None:
    """Add or change a user. The very first needs nobody's leave; after that an active admin's.

    Raises NotAllowed or NotFound for who may not.
    """
    with toolbox.database.begin() as transaction:
        if review_store.all_users(transaction):
            _must_be_admin(review_store.get_user(transaction, acting))
        review_store.put_user(transaction, user)
        toolbox.audit.append(
            transaction,
            AuditEvent(
                tenant_id=transaction.tenant_id,
                at=toolbox.clock.now(),
                actor=Actor.PERSON,
                actor_id=acting or user.id,
                action="user.put",
                subject=user.id,
                detail={"role": user.role.value, "active": user.active},
            ),
        )


def _must_be_admin(user: User) -> None:
    if not user.active or user.role is not UserRole.ADMIN:
        raise NotAllowed(f"{user.id} is a {user.role}; only an admin may add or change users.")
