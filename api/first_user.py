"""The first way in: a product just installed has nobody who could let anybody in."""

from agents.casework.people import add_user
from agents.toolbox import Toolbox
from cases.ids import UserId
from cases.review import User, UserRole
from runtime import review_store, sign_in_store

FIRST = UserId("admin")


def without_password(toolbox: Toolbox, acting: str) -> UserId:
    """The first active administrator, where no password lets one in; made, where there is no user at all; else empty.

    Whoever asks holds the folder and its key already, so that a link gives away nothing.
    """
    with toolbox.database.read() as transaction:
        users = review_store.all_users(transaction)
        admins = [user for user in users if user.active and user.role is UserRole.ADMIN]
        with_password = [user for user in admins if sign_in_store.password_hash_of(transaction, user.id)]
    if not users:
        add_user(toolbox, User(id=FIRST, name="Administrator", role=UserRole.ADMIN), UserId(acting))
        return FIRST
    return admins[0].id if admins and not with_password else UserId("")
