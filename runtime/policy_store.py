"""The policy library and added payers as stored. Policies are public texts and stay in clear."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from pydantic import ValidationError
from sqlalchemy import ColumnElement, delete, func, insert, select, update

from cases.case import LineOfBusiness
from cases.document import Page
from cases.errors import NotFound, StoreDamaged
from cases.frozen import Frozen
from cases.ids import Digest, PayerId, PolicyDocId, digest_of
from runtime.database import Transaction
from runtime.tables import passages, payers, policy_versions


class PolicyRecord(Frozen):
    """What is said about one version of a policy, beside its text.

    `lines_of_business` and `codes` are empty where the import did not limit them; `pages` are code points of
    the text; `source` is the file it came from, and no part of the version's identity. `revision` is the publisher's
    own, `implementation` the day from which contractors carry it out.
    """

    payer_id: PayerId
    doc_id: PolicyDocId
    number: str
    title: str
    source: str = ""
    media_type: str = ""
    effective: date | None = None
    expires: date | None = None
    lines_of_business: tuple[LineOfBusiness, ...] = ()
    codes: tuple[str, ...] = ()
    pages: tuple[Page, ...] = ()
    revision: str = ""
    implementation: date | None = None


class PolicyVersion(Frozen):
    """A version as held: its number from 1, the digest of all it says, and the model its vectors came from."""

    record: PolicyRecord
    version: int
    digest: Digest
    imported_at: datetime
    vector_model: str | None = None


class Passage(Frozen):
    """Code points [start, end) of a version's text, with the page and heading they stand under.

    `units` are its sentences, list items and headings as four little-endian int32 each: start, end (code points of
    the text, never overlapping), tokens, and 1 for a heading; None where the import did not say. `vector` is rows of
    little-endian float16, one for the passage and one for each unit, as wide as the version's `vector_model` makes
    them; None until made.
    """

    position: int
    start: int
    end: int
    page: int | None
    heading: str
    vector: bytes | None = None
    units: bytes | None = None


def add_version(
    transaction: Transaction, record: PolicyRecord, text: str, spans: Sequence[Passage], at: datetime
) -> tuple[PolicyVersion, bool]:
    """Keep a text as the next version of its document, with its passages.

    Gives the version and whether it is new: a text held with the same particulars, in whichever version and
    from whichever file, is not added again.
    """
    said = record.model_dump_json(exclude={"source"}, exclude_defaults=True)
    digest = _digest(said, text)
    held = versions(transaction, record.payer_id, record.doc_id)
    for version in held:
        if version.digest == digest:
            return version, False
    added = PolicyVersion(record=record, version=len(held) + 1, digest=digest, imported_at=at)
    place = {"payer_id": record.payer_id, "doc_id": record.doc_id, "version": added.version}
    transaction.add(
        policy_versions, **place, digest=digest, imported_at=at, source=record.source, record=said, text=text
    )
    if spans:
        rows = [{"tenant_id": transaction.tenant_id, **place, **span.model_dump()} for span in spans]
        transaction.connection.execute(insert(passages), rows)
    return added, True


def versions(
    transaction: Transaction, payer_id: PayerId | None = None, doc_id: PolicyDocId | None = None
) -> tuple[PolicyVersion, ...]:
    """Every version held, of one payer or document where named, by payer, document and version."""
    columns = [column for column in policy_versions.c if column.name != "text"]
    query = select(*columns).where(transaction.mine(policy_versions))
    if payer_id is not None:
        query = query.where(policy_versions.c.payer_id == payer_id)
    if doc_id is not None:
        query = query.where(policy_versions.c.doc_id == doc_id)
    order = (policy_versions.c.payer_id, policy_versions.c.doc_id, policy_versions.c.version)
    return tuple(_version(dict(row)) for row in transaction.connection.execute(query.order_by(*order)).mappings())


def text_of(transaction: Transaction, version: PolicyVersion) -> str:
    """The version's whole text, checked against its digest; raises NotFound or StoreDamaged."""
    query = select(policy_versions.c.record, policy_versions.c.text).where(_place(transaction, version))
    row = transaction.connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"There is no {_words(version)}.")
    if _digest(row.record, row.text) != version.digest:
        raise StoreDamaged(f"The text of {_words(version)} is not what was imported. Import it again in a new home.")
    return str(row.text)


def passages_of(transaction: Transaction, version: PolicyVersion) -> tuple[Passage, ...]:
    """The version's passages in reading order."""
    query = select(*(passages.c[name] for name in Passage.model_fields))
    place = transaction.mine(
        passages, payer_id=version.record.payer_id, doc_id=version.record.doc_id, version=version.version
    )
    rows = transaction.connection.execute(query.where(place).order_by(passages.c.position)).mappings()
    return tuple(Passage.model_validate(dict(row)) for row in rows)


class PassageVectors(Frozen):
    """What an embedder made of one passage: its rows, and its units with the model's own count of tokens."""

    position: int
    vector: bytes
    units: bytes


def set_vectors(
    transaction: Transaction, version: PolicyVersion, model: str, vectors: Sequence[PassageVectors]
) -> None:
    """Write the vectors of a version's passages, and name the model they came from."""
    for made in vectors:
        place = transaction.mine(
            passages,
            payer_id=version.record.payer_id,
            doc_id=version.record.doc_id,
            version=version.version,
            position=made.position,
        )
        values = {"vector": made.vector, "units": made.units}
        transaction.connection.execute(update(passages).where(place).values(**values))
    named = update(policy_versions).where(_place(transaction, version)).values(vector_model=model)
    transaction.connection.execute(named)


def put_payer(transaction: Transaction, payer_id: PayerId, record: str, at: datetime) -> None:
    """Add a payer to the directory, or replace one that was added; `record` is the directory's own JSON."""
    transaction.connection.execute(delete(payers).where(transaction.mine(payers, id=payer_id)))
    transaction.add(payers, id=payer_id, record=record, updated_at=at)


def added_payers(transaction: Transaction) -> tuple[str, ...]:
    """The records of the payers that were added to those that ship, by id."""
    query = select(payers.c.record).where(transaction.mine(payers)).order_by(payers.c.id)
    return tuple(transaction.connection.scalars(query))


def _version(row: Mapping[str, object]) -> PolicyVersion:
    try:
        record = PolicyRecord.model_validate_json(str(row["record"])).model_copy(update={"source": row["source"]})
    except ValidationError:
        raise StoreDamaged(f"Policy {row['doc_id']} version {row['version']} cannot be read.") from None
    return PolicyVersion.model_validate(
        {name: row[name] for name in PolicyVersion.model_fields if name != "record"} | {"record": record}
    )


def _place(transaction: Transaction, version: PolicyVersion) -> ColumnElement[bool]:
    return transaction.mine(
        policy_versions, payer_id=version.record.payer_id, doc_id=version.record.doc_id, version=version.version
    )


def _digest(said: str, text: str) -> Digest:
    return digest_of(f"{said}\n{text}".encode("utf-8", "surrogateescape"))


def _words(version: PolicyVersion) -> str:
    return f"policy {version.record.doc_id} of {version.record.payer_id}, version {version.version}"


class LibraryMark(Frozen):
    """What changes whenever a version is added or vectors are made: cheap to ask before each question."""

    versions: int
    last_import: datetime | None
    embedded: int
    payers: int


def library_mark(transaction: Transaction, model: str) -> LibraryMark:
    """The library's mark, counting vectors of one model."""
    counted = select(func.count(), func.max(policy_versions.c.imported_at)).where(transaction.mine(policy_versions))
    count, last = transaction.connection.execute(counted).one()
    made = transaction.mine(policy_versions, vector_model=model)
    embedded = transaction.connection.scalar(select(func.count()).select_from(policy_versions).where(made))
    added = transaction.connection.scalar(select(func.count()).select_from(payers).where(transaction.mine(payers)))
    return LibraryMark(versions=count, last_import=last, embedded=embedded or 0, payers=added or 0)
