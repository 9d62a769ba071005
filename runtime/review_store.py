"""Persons and what they decided: users, reviews, approvals and signatures. The decisions are sealed records."""

from sqlalchemy import delete, select

from cases.errors import NotFound, StoreDamaged
from cases.ids import CaseId, Digest, UserId
from cases.review import Approval, Review, Signature, User
from runtime.database import Transaction
from runtime.tables import approvals, reviews, signatures, users


def put_user(transaction: Transaction, user: User) -> None:
    """Add a user, or change one of the same id."""
    transaction.connection.execute(delete(users).where(transaction.mine(users, id=user.id)))
    transaction.add(users, **user.model_dump(mode="json"))


def get_user(transaction: Transaction, user_id: UserId) -> User:
    """The user, active or not; raises NotFound."""
    query = select(*(users.c[name] for name in User.model_fields))
    row = transaction.connection.execute(query.where(transaction.mine(users, id=user_id))).one_or_none()
    if row is None:
        raise NotFound(f"There is no user {user_id}.")
    return User.model_validate(dict(row._mapping))


def all_users(transaction: Transaction) -> tuple[User, ...]:
    query = select(*(users.c[name] for name in User.model_fields)).where(transaction.mine(users)).order_by(users.c.id)
    return tuple(User.model_validate(dict(row._mapping)) for row in transaction.connection.execute(query))


def add_review(transaction: Transaction, review: Review) -> None:
    """Keep one act of a person; raises Conflict where its id is taken."""
    transaction.add(reviews, id=review.id, case_id=review.case_id, review=review)


def reviews_of(transaction: Transaction, case_id: CaseId) -> tuple[Review, ...]:
    """Every recorded act on the case, in the order recorded."""
    query = select(reviews.c.review).where(transaction.mine(reviews, case_id=case_id))
    return tuple(transaction.connection.scalars(query.order_by(reviews.c.row_id)))


def add_approval(transaction: Transaction, approval: Approval) -> None:
    """Keep an approval; its review must be recorded first."""
    transaction.add(
        approvals,
        review_id=approval.review_id,
        case_id=approval.case_id,
        action=approval.action,
        approval=approval,
    )


def newest_approval(transaction: Transaction, case_id: CaseId, action: str) -> Approval | None:
    """The approval given last for this action; whether it still holds, the submission gate says."""
    query = select(approvals.c.approval).where(transaction.mine(approvals, case_id=case_id, action=action))
    approval: Approval | None = transaction.connection.scalar(query.order_by(approvals.c.row_id.desc()).limit(1))
    if approval is not None and (approval.case_id, approval.action) != (case_id, action):
        raise StoreDamaged(f"Case {case_id}: an approval of something else stands in the place of its own.")
    return approval


def add_signature(transaction: Transaction, signature: Signature) -> None:
    """Keep a signature; raises Conflict where this user has signed these bytes already."""
    transaction.add(
        signatures,
        case_id=signature.case_id,
        letter_digest=signature.letter_digest,
        user_id=signature.user_id,
        signature=signature,
    )


def signatures_of(transaction: Transaction, case_id: CaseId, letter_digest: Digest) -> tuple[Signature, ...]:
    """The signatures under exactly these letter bytes."""
    place = transaction.mine(signatures, case_id=case_id, letter_digest=letter_digest)
    found = tuple(transaction.connection.scalars(select(signatures.c.signature).where(place)))
    if any((one.case_id, one.letter_digest) != (case_id, letter_digest) for one in found):
        raise StoreDamaged(f"Case {case_id}: a signature of something else stands under its letter.")
    return found
