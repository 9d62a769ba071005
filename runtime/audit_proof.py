"""Proves the audit log from what is stored: entries, head, notes, and the artefacts that entries name."""

from collections.abc import Iterator

from sqlalchemy import LargeBinary, Row, Select, Table, bindparam, select, type_coerce
from sqlalchemy.types import NullType

from cases.errors import StoreDamaged
from cases.frozen import Frozen
from cases.ids import Digest, digest_of
from runtime.audit_chain import Head
from runtime.audit_walk import AuditProblem, EntryWalk, StoredEntry, as_bytes
from runtime.database import Transaction, file_problems
from runtime.encryption import open_column
from runtime.tables import artefacts, audit_entries, audit_heads, audit_notes, submissions

_BATCH = 1000


class AuditProof(Frozen):
    """The log's size and Merkle root as recomputed, and every problem found; it holds where there is none."""

    size: int
    root: Digest
    problems: tuple[AuditProblem, ...]

    @property
    def holds(self) -> bool:
        return not self.problems


def prove(transaction: Transaction, key: bytes) -> AuditProof:
    """Recompute the tenant's log; `key` is the one its head is sealed under."""
    problems = [_nowhere("database file", line) for line in file_problems(transaction)]
    head = read_head(transaction)
    sealed = head is not None and head.is_sealed(transaction.tenant_id, key)
    walk = EntryWalk(size=head.size if head and sealed else None)
    for row in _stored(transaction, audit_entries):
        walk.take(StoredEntry.read(row))
    walk.end()
    problems += walk.problems
    problems += _head_problems(head, walk, sealed=sealed)
    problems += _note_problems(transaction, walk)
    problems += _artefact_problems(transaction, walk)
    return AuditProof(size=walk.frontier.size, root=Digest(walk.frontier.root().hex()), problems=tuple(problems))


def read_head(transaction: Transaction, *, lock: bool = False) -> Head | None:
    """The tenant's head as stored, locked against other writers where asked; None where there is none."""
    query = _LOCKED_HEAD if lock else _HEAD
    row = transaction.connection.execute(query, {"tenant": transaction.tenant_id}).one_or_none()
    if row is None:
        return None
    _, size, *hashes = row
    return Head(size if isinstance(size, int) else -1, *(as_bytes(value) for value in hashes))


def _head_problems(head: Head | None, walk: EntryWalk, *, sealed: bool) -> Iterator[AuditProblem]:
    if head is None:
        if walk.next > 1:
            yield _nowhere("audit_heads", "it is missing")
        return
    now = Head(walk.frontier.size, walk.chain, walk.frontier.root(), walk.frontier.packed())
    wrong = [name for name in ("size", "chain_hash", "root", "frontier") if getattr(head, name) != getattr(now, name)]
    if sealed and wrong and not walk.problems:
        yield _nowhere("audit_entries", "they fit together, but are not those that the head was sealed over")
    if not sealed:
        for name in wrong or ["mac"]:
            yield _nowhere(f"audit_heads.{name}", "it is not what was sealed")


def _note_problems(transaction: Transaction, walk: EntryWalk) -> Iterator[AuditProblem]:
    expected = {sequence: digest for sequence, digest in walk.notes.items() if sequence not in walk.erased}
    for _, sequence, sealed in _stored(transaction, audit_notes):
        digest = expected.pop(sequence, None) if isinstance(sequence, int) else None
        number = sequence if isinstance(sequence, int) else None
        if digest is None:
            yield AuditProblem(sequence=number, field="audit_notes.sequence", message="no note belongs to this entry")
        elif not _opens_to(transaction, sealed, digest, "audit note"):
            yield AuditProblem(sequence=number, field="audit_notes.note", message="it is not the note that was kept")
    for sequence in expected:
        yield AuditProblem(sequence=sequence, field="audit_notes", message="its note is missing, and nobody erased it")


def _artefact_problems(transaction: Transaction, walk: EntryWalk) -> Iterator[AuditProblem]:
    """Every digest that an entry vouches for must be that of bytes still held: an artefact's or a submission's."""
    for digest, sequence in walk.vouched.items():
        kept = [("artefacts.content", value, "artefact") for value in _kept(transaction, artefacts, digest)]
        kept += [
            ("submissions.bundle", value, "submission bundle") for value in _kept(transaction, submissions, digest)
        ]
        if not kept:
            message = f"nothing of digest {digest[:12]}… is held"
            yield AuditProblem(sequence=sequence, field="artefacts.sha256", message=message)
        for field, sealed, context in kept:
            if not _opens_to(transaction, sealed, digest, context):
                message = f"what is held as {digest[:12]}… are other bytes"
                yield AuditProblem(sequence=sequence, field=field, message=message)


def _kept(transaction: Transaction, table: Table, digest: str) -> list[object]:
    name, content = ("sha256", "content") if table is artefacts else ("digest", "bundle")
    query = select(type_coerce(table.c[content], LargeBinary)).where(transaction.mine(table, **{name: digest}))
    return list(transaction.connection.scalars(query))


def _opens_to(transaction: Transaction, sealed: object, digest: str, context: str) -> bool:
    try:
        plain = open_column(transaction.connection.dialect, as_bytes(sealed), context)
    except StoreDamaged:
        return False
    return digest_of(plain) == digest


def _stored(transaction: Transaction, table: Table) -> Iterator[Row[*tuple[object, ...]]]:
    """The tenant's rows as the database gives them, without the types' own reading, which damage would stop."""
    query = _raw(table).where(transaction.mine(table)).order_by(table.c.sequence)
    yield from transaction.connection.execute(query, execution_options={"yield_per": _BATCH})


def _raw(table: Table) -> Select[*tuple[object, ...]]:
    return select(*(type_coerce(column, NullType()).label(column.name) for column in table.c))


_HEAD = _raw(audit_heads).where(audit_heads.c.tenant_id == bindparam("tenant"))
_LOCKED_HEAD = _HEAD.with_for_update()
"""Built once: making the statement anew for each entry costs more than running it."""


def _nowhere(field: str, message: str) -> AuditProblem:
    return AuditProblem(sequence=None, field=field, message=message)
