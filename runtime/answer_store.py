"""Answers given under an idempotency key, kept sealed for a while so that a repeat does nothing twice."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select, update

from cases.frozen import Frozen
from cases.ids import Digest, UserId
from runtime.database import Transaction
from runtime.sign_in_tables import answers


class Claim(StrEnum):
    """What a request finds under its key."""

    OURS = "ours"
    IN_FLIGHT = "in_flight"
    OTHER_REQUEST = "other_request"
    ANSWERED = "answered"


class AnswerKey(Frozen):
    """Whose key, on which operation; the key itself by its digest."""

    user_id: UserId
    operation: str
    key_digest: Digest


def claim(
    transaction: Transaction, key: AnswerKey, request: Digest, at: datetime, *, lease: timedelta, kept: timedelta
) -> tuple[Claim, bytes | None]:
    """Take the key for a request, or say what stands in the way; the answer where there is one.

    A claim without an answer holds for `lease`: after a crash the next request takes it over.
    """
    transaction.connection.execute(delete(answers).where(transaction.mine(answers), answers.c.expires_at <= at))
    place = transaction.mine(answers, **key.model_dump())
    held = transaction.connection.execute(select(answers).where(place)).one_or_none()
    if held is not None and held.request_digest != request:
        return Claim.OTHER_REQUEST, None
    if held is not None and held.answer is not None:
        return Claim.ANSWERED, held.answer
    if held is not None and held.claimed_at > at - lease:
        return Claim.IN_FLIGHT, None
    transaction.connection.execute(delete(answers).where(place))
    transaction.add(answers, **key.model_dump(), request_digest=request, claimed_at=at, expires_at=at + kept)
    return Claim.OURS, None


def keep(transaction: Transaction, key: AnswerKey, answer: bytes) -> None:
    """Keep the answer of a claim."""
    place = transaction.mine(answers, **key.model_dump())
    transaction.connection.execute(update(answers).where(place).values(answer=answer))


def release(transaction: Transaction, key: AnswerKey) -> None:
    """Give a claim up: nothing was done under it, and the next request may try."""
    place = transaction.mine(answers, **key.model_dump()) & answers.c.answer.is_(None)
    transaction.connection.execute(delete(answers).where(place))
