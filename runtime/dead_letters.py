"""Jobs that were given up, each with its reason, for a supervisor to see and to start again."""

from datetime import datetime

from sqlalchemy import delete, select, update

from cases.errors import NotFound
from cases.frozen import Frozen
from runtime.database import Transaction
from runtime.queue_tables import dead_letters


class DeadLetter(Frozen):
    """A job given up: `reason` is an error's code, never its words; `settled_at` when somebody started it again."""

    job_id: str
    kind: str
    subject: str
    reason: str
    attempts: int
    buried_at: datetime
    settled_at: datetime | None = None


def bury(transaction: Transaction, letter: DeadLetter) -> None:
    """Keep a dead letter; one of the same job is replaced."""
    transaction.connection.execute(delete(dead_letters).where(transaction.mine(dead_letters, job_id=letter.job_id)))
    transaction.add(dead_letters, **letter.model_dump())


def unsettled(transaction: Transaction, subject: str | None = None) -> tuple[DeadLetter, ...]:
    """Dead letters nobody has dealt with, of this subject or of any, oldest first."""
    about = {} if subject is None else {"subject": subject}
    place = transaction.mine(dead_letters, **about) & dead_letters.c.settled_at.is_(None)
    query = select(*(dead_letters.c[name] for name in DeadLetter.model_fields)).where(place)
    rows = transaction.connection.execute(query.order_by(dead_letters.c.buried_at, dead_letters.c.job_id)).mappings()
    return tuple(DeadLetter.model_validate(dict(row)) for row in rows)


def settle(transaction: Transaction, job_id: str, at: datetime) -> DeadLetter:
    """Mark a dead letter as dealt with, and give it; raises NotFound where there is none that is open."""
    letter = next((one for one in unsettled(transaction) if one.job_id == job_id), None)
    if letter is None:
        raise NotFound(f"There is no open dead letter {job_id}.")
    place = transaction.mine(dead_letters, job_id=job_id)
    transaction.connection.execute(update(dead_letters).where(place).values(settled_at=at))
    return letter
