"""Charts as they were read, the files they were read from, and the facts that persons added."""

from collections.abc import Iterable
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import select

from cases.chart import Chart
from cases.errors import NotFound, StoreDamaged
from cases.evidence import Fact
from cases.ids import CaseId, Digest, UserId, digest_of
from runtime.database import Transaction
from runtime.tables import chart_snapshots, chart_sources, person_facts


def put_chart(transaction: Transaction, case_id: CaseId, chart: Chart, at: datetime) -> Digest:
    """Keep a snapshot of all the chart says, under its digest; one already held is left alone.

    When the chart was read is not part of it, so that reading the same files again changes nothing.
    """
    content = chart.model_dump_json(exclude={"read_at"}, exclude_defaults=True).encode()
    digest = digest_of(content)
    if not _holds(transaction, case_id, digest):
        transaction.add(chart_snapshots, case_id=case_id, digest=digest, stored_at=at, chart=content)
    return digest


def get_chart(transaction: Transaction, case_id: CaseId, digest: Digest) -> Chart:
    """The snapshot, checked against its digest; raises NotFound or StoreDamaged."""
    query = select(chart_snapshots.c.chart)
    content: bytes | None = transaction.connection.scalar(
        query.where(transaction.mine(chart_snapshots, case_id=case_id, digest=digest))
    )
    if content is None:
        raise NotFound(f"Case {case_id} has no chart {digest}.")
    if digest_of(content) != digest:
        raise StoreDamaged(f"Case {case_id}: its chart is not the one of digest {digest}.")
    try:
        return Chart.model_validate_json(content)
    except ValidationError:
        raise StoreDamaged(f"Case {case_id}: its chart is not in the shape this version reads.") from None


def put_sources(transaction: Transaction, case_id: CaseId, contents: Iterable[bytes], at: datetime) -> None:
    """Keep the bytes of files under their digests, as `Document.digest` names them; those held are left alone."""
    held = set(
        transaction.connection.scalars(
            select(chart_sources.c.digest).where(transaction.mine(chart_sources, case_id=case_id))
        )
    )
    for content in contents:
        digest = digest_of(content)
        if digest not in held:
            transaction.add(chart_sources, case_id=case_id, digest=digest, stored_at=at, content=content)
            held.add(digest)


def get_source(transaction: Transaction, case_id: CaseId, digest: Digest) -> bytes:
    """The bytes of a file of the chart; raises NotFound or StoreDamaged."""
    content: bytes | None = transaction.connection.scalar(
        select(chart_sources.c.content).where(transaction.mine(chart_sources, case_id=case_id, digest=digest))
    )
    if content is None:
        raise NotFound(f"Case {case_id} has no chart file {digest}.")
    if digest_of(content) != digest:
        raise StoreDamaged(f"Case {case_id}: a chart file is not the one of digest {digest}.")
    return content


def add_fact(transaction: Transaction, case_id: CaseId, fact: Fact, user_id: UserId, at: datetime) -> None:
    """Keep a fact that a person recorded; raises Conflict where this case has a fact of that id."""
    key = digest_of(fact.id.encode())
    transaction.add(person_facts, case_id=case_id, fact_digest=key, user_id=user_id, stored_at=at, fact=fact)


def facts(transaction: Transaction, case_id: CaseId) -> tuple[Fact, ...]:
    """Facts that persons recorded for the case, oldest first."""
    query = select(person_facts.c.fact).where(transaction.mine(person_facts, case_id=case_id))
    return tuple(transaction.connection.scalars(query.order_by(person_facts.c.stored_at, person_facts.c.fact_digest)))


def _holds(transaction: Transaction, case_id: CaseId, digest: Digest) -> bool:
    query = select(chart_snapshots.c.digest)
    held = transaction.mine(chart_snapshots, case_id=case_id, digest=digest)
    return transaction.connection.scalar(query.where(held)) is not None
