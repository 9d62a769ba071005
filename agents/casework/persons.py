"""Who may act: the one question that every act of a person asks first."""

from cases.errors import NotAllowed
from cases.ids import UserId
from cases.review import User, UserRole
from runtime import review_store
from runtime.database import Transaction


def person_with(transaction: Transaction, user_id: UserId, least: UserRole, to: str) -> User:
    """The active user of at least this role; raises NotAllowed, naming what it was wanted `to` do, and NotFound."""
    user = review_store.get_user(transaction, user_id)
    if not user.active or not user.role.at_least(least):
        raise NotAllowed(f"{user.id} is a {user.role}; to {to} needs a {least} or above.")
    return user
