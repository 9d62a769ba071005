"""What working a case produced: typed work products, the artefacts of a packet, and submissions to be approved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import delete, func, select, update

from cases.authorization import AuthorizationNeed
from cases.criteria import CriteriaResult
from cases.decision import GateResult
from cases.errors import NotFound, StoreDamaged
from cases.ids import CaseId, Digest, digest_of
from cases.packet import Gap, Submission
from runtime.database import Transaction
from runtime.tables import artefacts, submissions, work_products

T = TypeVar("T")


@dataclass(frozen=True)
class ProductKind(Generic[T]):
    """A kind of work product: its stored name, and the type it is written from and read into."""

    name: str
    shape: TypeAdapter[T]


NEED: ProductKind[AuthorizationNeed] = ProductKind("need", TypeAdapter(AuthorizationNeed))
CRITERIA: ProductKind[CriteriaResult] = ProductKind("criteria", TypeAdapter(CriteriaResult))
GAPS: ProductKind[tuple[Gap, ...]] = ProductKind("gaps", TypeAdapter(tuple[Gap, ...]))
GATE: ProductKind[GateResult] = ProductKind("gate", TypeAdapter(GateResult))


def put_product(
    transaction: Transaction, case_id: CaseId, revision: int, kind: ProductKind[T], product: T, at: datetime
) -> Digest:
    """Keep a product of one revision of a case; working that revision again replaces it."""
    content = kind.shape.dump_json(product)
    place = transaction.mine(work_products, case_id=case_id, revision=revision, kind=kind.name)
    transaction.connection.execute(delete(work_products).where(place))
    digest = digest_of(content)
    transaction.add(
        work_products,
        case_id=case_id,
        revision=revision,
        kind=kind.name,
        digest=digest,
        stored_at=at,
        product=content,
    )
    return digest


def get_product(
    transaction: Transaction, case_id: CaseId, kind: ProductKind[T], revision: int | None = None
) -> T | None:
    """The product of this revision, or of the newest that has one; None where there is none."""
    place = transaction.mine(work_products, case_id=case_id, kind=kind.name)
    query = select(work_products).where(place).order_by(work_products.c.revision.desc()).limit(1)
    if revision is not None:
        query = query.where(work_products.c.revision == revision)
    row = transaction.connection.execute(query).one_or_none()
    if row is None:
        return None
    if digest_of(row.product) != row.digest:
        raise StoreDamaged(f"Case {case_id}: its {kind.name} of revision {row.revision} is not what was stored.")
    try:
        return kind.shape.validate_json(row.product)
    except ValidationError:
        raise StoreDamaged(f"Case {case_id}: its {kind.name} is not in the shape this version reads.") from None


def cases_with(transaction: Transaction, kind: ProductKind[T]) -> tuple[CaseId, ...]:
    """The cases that have a product of this kind, by id."""
    place = transaction.mine(work_products, kind=kind.name)
    query = select(work_products.c.case_id).where(place).distinct().order_by(work_products.c.case_id)
    return tuple(CaseId(found) for found in transaction.connection.scalars(query))


def newest_revision(transaction: Transaction, case_id: CaseId, kind: ProductKind[T]) -> int | None:
    """The newest revision that has a product of this kind; None where there is none."""
    place = transaction.mine(work_products, case_id=case_id, kind=kind.name)
    newest: int | None = transaction.connection.scalar(select(func.max(work_products.c.revision)).where(place))
    return newest


def put_artefact(
    transaction: Transaction, case_id: CaseId, revision: int, name: str, content: bytes, at: datetime
) -> Digest:
    """Keep an artefact's bytes. Nothing is overwritten: other bytes of the same name become the newest."""
    digest = digest_of(content)
    newest = _newest_artefacts(transaction, case_id, revision).get(name)
    if newest is None or newest[1] != digest:
        transaction.add(
            artefacts, case_id=case_id, revision=revision, name=name, sha256=digest, stored_at=at, content=content
        )
    return digest


def get_artefact(transaction: Transaction, case_id: CaseId, revision: int, name: str) -> bytes:
    """The newest bytes of this name, checked against their digest; raises NotFound or StoreDamaged."""
    newest = _newest_artefacts(transaction, case_id, revision).get(name)
    if newest is None:
        raise NotFound(f"Case {case_id} has no {name} at revision {revision}.")
    query = select(artefacts.c.content).where(transaction.mine(artefacts, row_id=newest[0]))
    content: bytes = transaction.connection.execute(query).scalar_one()
    if digest_of(content) != newest[1]:
        raise StoreDamaged(f"Case {case_id}: {name} of revision {revision} is not what was stored.")
    return content


def artefact_digests(transaction: Transaction, case_id: CaseId, revision: int) -> Mapping[str, Digest]:
    """Names of a revision's artefacts with the digests of their newest bytes."""
    return {name: digest for name, (_, digest) in _newest_artefacts(transaction, case_id, revision).items()}


def put_submission(transaction: Transaction, submission: Submission) -> None:
    """Keep the exact bytes that an approval may be given for; one already held becomes the newest again."""
    _intact(submission)
    held = transaction.mine(submissions, case_id=submission.case_id, digest=submission.digest)
    latest = select(func.max(submissions.c.number)).where(transaction.mine(submissions, case_id=submission.case_id))
    number = (transaction.connection.scalar(latest) or 0) + 1
    if transaction.connection.scalar(select(submissions.c.digest).where(held)) is None:
        fields = {name: getattr(submission, name) for name in Submission.model_fields}
        transaction.add(submissions, **fields, number=number)
    else:
        transaction.connection.execute(update(submissions).where(held).values(number=number))


def get_submission(transaction: Transaction, case_id: CaseId, digest: Digest) -> Submission:
    """The submission whose bundle has this digest; raises NotFound or StoreDamaged."""
    query = select(*(submissions.c[name] for name in Submission.model_fields))
    row = transaction.connection.execute(
        query.where(transaction.mine(submissions, case_id=case_id, digest=digest))
    ).one_or_none()
    if row is None:
        raise NotFound(f"Case {case_id} has no submission {digest}.")
    return _intact(Submission(**row._mapping))


def newest_submission(transaction: Transaction, case_id: CaseId) -> Submission | None:
    """What was drafted last; None where nothing was."""
    query = select(submissions.c.digest).where(transaction.mine(submissions, case_id=case_id))
    newest = query.order_by(
        submissions.c.revision.desc(), submissions.c.number.desc(), submissions.c.drafted_at.desc()
    ).limit(1)
    digest = transaction.connection.scalar(newest)
    return None if digest is None else get_submission(transaction, case_id, Digest(digest))


def _intact(submission: Submission) -> Submission:
    if digest_of(submission.bundle) != submission.digest:
        raise StoreDamaged(f"Case {submission.case_id}: a submission's bundle is not the one of its digest.")
    return submission


def _newest_artefacts(transaction: Transaction, case_id: CaseId, revision: int) -> dict[str, tuple[int, Digest]]:
    place = transaction.mine(artefacts, case_id=case_id, revision=revision)
    newest = select(func.max(artefacts.c.row_id)).where(place).group_by(artefacts.c.name)
    query = select(artefacts.c.name, artefacts.c.row_id, artefacts.c.sha256).where(artefacts.c.row_id.in_(newest))
    return {row.name: (row.row_id, Digest(row.sha256)) for row in transaction.connection.execute(query)}
