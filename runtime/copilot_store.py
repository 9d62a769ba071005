"""The copilot's threads and runs, each of one person, and the feedback on them; questions and answers stay sealed."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import Column, Table, delete, func, select, tuple_, update

from cases.errors import NotFound
from cases.frozen import Frozen
from cases.ids import CaseId, UserId
from runtime.copilot_tables import copilot_feedback, copilot_runs, copilot_threads
from runtime.database import Transaction


class RunStatus(StrEnum):
    """How far a run has come; only RUNNING may become another."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


class Thread(Frozen):
    """A conversation of one person, about one case or about none. `title` is its first question."""

    id: str
    user_id: UserId
    case_id: CaseId | None
    opened_at: AwareDatetime
    updated_at: AwareDatetime
    title: str


class StoredRun(Frozen):
    """One question with its answer as bytes; None until there is one. `place` counts from 1 in its thread."""

    id: str
    thread_id: str
    place: int
    user_id: UserId
    status: RunStatus
    asked_at: AwareDatetime
    ended_at: AwareDatetime | None = None
    question: str
    answer: bytes | None = None


class Feedback(Frozen):
    """What one person thought of an answer: up or down, why, and what it should have said."""

    run_id: str
    user_id: UserId
    given_at: AwareDatetime
    verdict: str
    comment: str = ""
    correction: str = ""


def open_thread(transaction: Transaction, thread: Thread) -> None:
    """Keep a new thread; raises Conflict where its id is taken."""
    transaction.add(copilot_threads, **thread.model_dump())


def thread_of(transaction: Transaction, user_id: UserId, thread_id: str) -> Thread | None:
    """A person's own thread; None where there is none of this id, or it is another's."""
    query = select(*_columns(copilot_threads, Thread))
    place = transaction.mine(copilot_threads, id=thread_id, user_id=user_id)
    row = transaction.connection.execute(query.where(place)).mappings().one_or_none()
    return None if row is None else Thread.model_validate(dict(row))


def threads(
    transaction: Transaction,
    user_id: UserId,
    case_id: CaseId | None,
    before: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> tuple[Thread, ...]:
    """A person's threads, the last used first; of one case where one is named."""
    table = copilot_threads
    query = select(*_columns(table, Thread)).where(transaction.mine(table, user_id=user_id))
    if case_id is not None:
        query = query.where(table.c.case_id == case_id)
    if before is not None:
        query = query.where(tuple_(table.c.updated_at, table.c.id) < tuple_(*before))
    query = query.order_by(table.c.updated_at.desc(), table.c.id.desc()).limit(limit)
    return tuple(Thread.model_validate(dict(row)) for row in transaction.connection.execute(query).mappings())


def add_run(transaction: Transaction, run: StoredRun) -> StoredRun:
    """Keep a new run at the end of its thread; raises Conflict where its id is taken."""
    table = copilot_runs
    count = select(func.coalesce(func.max(table.c.place), 0)).where(transaction.mine(table, thread_id=run.thread_id))
    placed = run.model_copy(update={"place": transaction.connection.execute(count).scalar_one() + 1})
    transaction.add(table, **placed.model_dump())
    at = transaction.mine(copilot_threads, id=run.thread_id)
    transaction.connection.execute(update(copilot_threads).where(at).values(updated_at=run.asked_at))
    return placed


def run_of(transaction: Transaction, user_id: UserId, run_id: str) -> StoredRun:
    """A person's own run; raises NotFound for any other."""
    query = select(*_columns(copilot_runs, StoredRun))
    place = transaction.mine(copilot_runs, id=run_id, user_id=user_id)
    row = transaction.connection.execute(query.where(place)).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such run of yours.")
    return StoredRun.model_validate(dict(row))


def is_taken(transaction: Transaction, run_id: str) -> bool:
    """Whether anybody has a run of this id."""
    query = select(func.count()).where(transaction.mine(copilot_runs, id=run_id))
    return bool(transaction.connection.execute(query).scalar_one())


def runs(transaction: Transaction, thread_id: str) -> tuple[StoredRun, ...]:
    """The runs of a thread in order."""
    query = select(*_columns(copilot_runs, StoredRun)).where(transaction.mine(copilot_runs, thread_id=thread_id))
    rows = transaction.connection.execute(query.order_by(copilot_runs.c.place)).mappings()
    return tuple(StoredRun.model_validate(dict(row)) for row in rows)


def end_run(transaction: Transaction, run_id: str, status: RunStatus, answer: bytes | None, at: datetime) -> bool:
    """End a run that goes; False where it had ended, and then nothing is changed."""
    place = transaction.mine(copilot_runs, id=run_id, status=RunStatus.RUNNING.value)
    values = {"status": status.value, "answer": answer, "ended_at": at}
    return transaction.connection.execute(update(copilot_runs).where(place).values(**values)).rowcount == 1


def put_feedback(transaction: Transaction, feedback: Feedback) -> None:
    """Keep what a person thinks of a run; it takes the place of what they said before."""
    place = transaction.mine(copilot_feedback, run_id=feedback.run_id, user_id=feedback.user_id)
    transaction.connection.execute(delete(copilot_feedback).where(place))
    transaction.add(copilot_feedback, **feedback.model_dump())


def feedback_on(transaction: Transaction, run_ids: Sequence[str]) -> tuple[Feedback, ...]:
    """All that was said of these runs."""
    table = copilot_feedback
    query = select(*_columns(table, Feedback)).where(transaction.mine(table)).where(table.c.run_id.in_(run_ids))
    return tuple(Feedback.model_validate(dict(row)) for row in transaction.connection.execute(query).mappings())


def _columns(table: Table, shape: type[Frozen]) -> list[Column[Any]]:
    return [table.c[name] for name in shape.model_fields]
