"""The audit log: append only, in the transaction of what it tells of, and proved by hashes.

Each entry's canonical bytes are an RFC 6962 leaf; the leaves are chained and form a Merkle tree, whose root is
kept in a head that is sealed under a key outside the database. Free text is kept apart, salted and encrypted, so
that it can be erased while the proof still holds. What the log cannot show by itself is that the whole database
was put back to an older copy; for that, an exported root must be compared.
"""

import re
import secrets
from collections.abc import Sequence

from sqlalchemy import bindparam, delete, insert, select, update

from cases.audit_event import AuditEvent, leaf_bytes, leaf_hash
from cases.errors import GuardFailed, NotFound, StoreDamaged
from cases.frozen import Frozen
from cases.ids import digest_of
from cases.ports import Redactor
from runtime.audit_chain import ERASED, Head
from runtime.audit_proof import AuditProof, prove, read_head
from runtime.audit_walk import Leaf
from runtime.database import Transaction
from runtime.master_key import MasterKey
from runtime.tables import audit_entries, audit_heads, audit_notes

_CODE = re.compile(r"[\w.:/|#@+,=%-]{0,256}", re.ASCII)
"""What may stand in an entry in clear: identifiers, codes, digests. No spaces, so no sentence of a chart."""

_MOVE_HEAD = update(audit_heads).where(audit_heads.c.tenant_id == bindparam("tenant"))


class AuditEntry(Frozen):
    """An entry as it is read back; the event's note is the redacted one, empty where there is none or no more."""

    sequence: int
    event: AuditEvent


class AuditLog:
    """The log of the transaction's tenant. Without a redactor, an event with a note is refused."""

    def __init__(self, key: MasterKey, redactor: Redactor | None) -> None:
        self._key = key.derive("audit head")
        self._redactor = redactor

    def append(self, transaction: Transaction, event: AuditEvent) -> int:
        """Add an entry and give its sequence number, from 1 without gaps.

        Raises GuardFailed for free text outside `note` and for a note that cannot be redacted, StoreDamaged
        where the head is not the one that was sealed.
        """
        return self.append_all(transaction, [event])

    def append_all(self, transaction: Transaction, events: Sequence[AuditEvent]) -> int:
        """Add entries in order, and give the last one's sequence number; all of them or none."""
        head = self._locked_head(transaction)
        entries, notes = [], []
        for event in events:
            _admit(transaction, event)
            note = self._salted(event.note)
            leaf = leaf_bytes(event, head.size + 1, None if note is None else digest_of(note.encode()))
            head = head.after(leaf_hash(leaf))
            entries.append(
                {
                    "tenant_id": transaction.tenant_id, "sequence": head.size, "action": event.action,
                    "subject": event.subject, "leaf": leaf.decode(), "leaf_hash": leaf_hash(leaf),
                    "chain_hash": head.chain_hash,
                }
            )  # fmt: skip
            if note is not None:
                notes.append({"tenant_id": transaction.tenant_id, "sequence": head.size, "note": note})
        transaction.connection.execute(insert(audit_entries), entries)
        if notes:
            transaction.connection.execute(insert(audit_notes), notes)
        sealed = head.sealed(transaction.tenant_id, self._key)
        transaction.connection.execute(_MOVE_HEAD, {"tenant": transaction.tenant_id, **vars(sealed)})
        return sealed.size

    def erase_note(self, transaction: Transaction, sequence: int, event: AuditEvent) -> int:
        """Erase an entry's note for good; `event` says who and why by code, and is appended as its record."""
        erased = transaction.connection.execute(
            delete(audit_notes).where(transaction.mine(audit_notes, sequence=sequence))
        )
        if erased.rowcount == 0:
            raise NotFound(f"Audit entry {sequence} has no note.")
        detail = {**event.detail, "erased_sequence": sequence}
        return self.append(transaction, event.model_copy(update={"action": ERASED, "detail": detail}))

    def entries(
        self, transaction: Transaction, subject: str | None = None, *, after: int = 0, limit: int | None = None
    ) -> tuple[AuditEntry, ...]:
        """The entries about a subject, or all of them, in order, behind number `after`, `limit` at most.

        They are read, not proved: see `verify`.
        """
        query = select(audit_entries.c.sequence, audit_entries.c.leaf, audit_notes.c.note).where(
            transaction.mine(audit_entries)
        )
        joined = (audit_notes.c.tenant_id == audit_entries.c.tenant_id) & (
            audit_notes.c.sequence == audit_entries.c.sequence
        )
        query = query.outerjoin_from(audit_entries, audit_notes, joined).order_by(audit_entries.c.sequence)
        query = query.where(audit_entries.c.sequence > after).limit(limit)
        if subject is not None:
            query = query.where(audit_entries.c.subject == subject)
        return tuple(_entry(*row) for row in transaction.connection.execute(query))

    def verify(self, transaction: Transaction) -> AuditProof:
        """Recompute everything from what is stored and name whatever does not fit."""
        return prove(transaction, self._key)

    def _salted(self, note: str) -> str | None:
        if not note:
            return None
        if self._redactor is None:
            raise GuardFailed("An audit note needs a redactor, and there is none.")
        return f"{secrets.token_hex(16)}:{self._redactor.redact(note)}"

    def _locked_head(self, transaction: Transaction) -> Head:
        head = read_head(transaction, lock=True)
        if head is None:
            head = _first_come(transaction)
        if head is None:
            if transaction.connection.scalar(
                select(audit_entries.c.sequence).where(transaction.mine(audit_entries)).limit(1)
            ):
                raise StoreDamaged("The audit log has entries and no head. Run `countersign audit verify`.")
            head = Head.empty().sealed(transaction.tenant_id, self._key)
            transaction.add(audit_heads, **vars(head))
        if not head.is_sealed(transaction.tenant_id, self._key):
            raise StoreDamaged("The audit log's head was changed. Run `countersign audit verify`.")
        return head


def _first_come(transaction: Transaction) -> Head | None:
    """The head that another process made first, where PostgreSQL lets two begin a log at once."""
    if transaction.connection.dialect.name != "postgresql":
        return None
    transaction.connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('countersign audit head'))")
    return read_head(transaction, lock=True)


def _admit(transaction: Transaction, event: AuditEvent) -> None:
    if event.tenant_id != transaction.tenant_id:
        raise GuardFailed("An audit event of another tenant was refused.")
    if event.at.tzinfo is None:
        raise GuardFailed("An audit event needs an instant with a time zone.")
    clear = {"action": event.action, "subject": event.subject, "actor_id": event.actor_id, **event.detail}
    for name, value in clear.items():
        if not _CODE.fullmatch(name) or (isinstance(value, str) and not _CODE.fullmatch(value)):
            raise GuardFailed(f"An audit event holds free text in '{name[:40]}'; only its note may.")


def _entry(sequence: int, stored: str, note: str | None) -> AuditEntry:
    leaf = Leaf.model_validate_json(stored)
    event = AuditEvent(
        tenant_id=leaf.tenant,
        at=leaf.at,
        actor=leaf.actor,
        actor_id=leaf.actor_id,
        action=leaf.action,
        subject=leaf.subject,
        detail=leaf.detail,
        note="" if note is None else note.partition(":")[2],
    )
    return AuditEntry(sequence=sequence, event=event)
