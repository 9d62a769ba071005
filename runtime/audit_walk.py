"""One pass over the stored audit entries, in order, that names each entry and field that does not fit."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Row

from cases.audit_event import Actor, leaf_hash
from cases.frozen import Frozen
from cases.ids import Digest, TenantId
from runtime.audit_chain import ERASED, GENESIS, Frontier, chain_hash


class Leaf(BaseModel):
    """An entry's canonical JSON (cases.audit_event.leaf_bytes) read back."""

    model_config = ConfigDict(frozen=True)

    sequence: int
    tenant: TenantId
    at: datetime
    actor: Actor
    actor_id: str
    action: str
    subject: str
    detail: dict[str, str | int | bool | None]
    note_digest: Digest | None


class AuditProblem(Frozen):
    """Something that does not fit: the entry's sequence number where it is one, the field, and what is wrong."""

    sequence: int | None
    field: str
    message: str

    def __str__(self) -> str:
        place = self.field if self.sequence is None else f"entry {self.sequence}, {self.field}"
        return f"{place}: {self.message}"


@dataclass(frozen=True)
class StoredEntry:
    """A row of audit_entries with its columns as plain values, whatever a damaged file gave for them."""

    sequence: int
    tenant_id: str
    action: str
    subject: str
    leaf: bytes
    leaf_hash: bytes
    chain_hash: bytes

    @classmethod
    def read(cls, row: Row[*tuple[object, ...]]) -> Self:
        tenant_id, sequence, action, subject, *hashes = row
        whole = sequence if isinstance(sequence, int) else -1
        return cls(whole, str(tenant_id), str(action), str(subject), *(as_bytes(value) for value in hashes))


@dataclass
class EntryWalk:
    """Takes the entries one by one and keeps what the rest of the proof needs.

    `size` is the sealed head's, None where there is no head to be trusted. Where the stored hashes say which of
    two values is the true one, that one is carried on, so that one change is one problem. `notes` are the
    digests of notes by entry, `erased` the entries whose note was erased, `vouched` the digests of artefacts by
    the first entry that names each.
    """

    size: int | None
    problems: list[AuditProblem] = field(default_factory=list)
    frontier: Frontier = field(default_factory=Frontier)
    next: int = 1
    previous: tuple[bytes, ...] = (GENESIS,)
    notes: dict[int, str] = field(default_factory=dict)
    erased: set[int] = field(default_factory=set)
    vouched: dict[str, int] = field(default_factory=dict)

    def take(self, entry: StoredEntry) -> None:
        """The next row in order of sequence."""
        if not self._in_place(entry):
            return
        computed = leaf_hash(entry.leaf)
        follows = any(chain_hash(previous, computed) == entry.chain_hash for previous in self.previous)
        if computed != entry.leaf_hash and not follows:
            self._problem(entry, "leaf", "it is not what was hashed")
            self._carry(entry.leaf_hash, entry)
            return
        if computed != entry.leaf_hash:
            self._problem(entry, "leaf_hash", "it is not the hash of the leaf")
        leaf = Leaf.model_validate_json(entry.leaf)
        in_order = leaf.sequence == entry.sequence
        if in_order and self.previous and not follows:
            self._problem(entry, "chain_hash", "it does not follow from the entry before and this leaf")
        self._carry(computed, entry)
        self._columns(leaf, entry)
        if in_order:
            self._contents(leaf)
        else:
            self.previous = ()

    def end(self) -> None:
        """Name what is missing at the end, by the sealed head's size."""
        if self.size is not None and self.next <= self.size:
            self._missing(self.size)

    @property
    def chain(self) -> bytes:
        """The chain hash that the log ends with, as recomputed."""
        return self.previous[-1] if self.previous else GENESIS

    def _in_place(self, entry: StoredEntry) -> bool:
        if entry.sequence < self.next or (self.size is not None and entry.sequence > self.size):
            self._problem(entry, "sequence", "no entry of this number belongs here")
            return False
        if entry.sequence > self.next:
            self._missing(entry.sequence - 1)
        self.next = entry.sequence + 1
        return True

    def _missing(self, last: int) -> None:
        message = "it is missing" if last == self.next else f"it is missing, and so are all up to entry {last}"
        self.problems.append(AuditProblem(sequence=self.next, field="audit_entries", message=message))
        self.previous = ()

    def _carry(self, true_leaf: bytes, entry: StoredEntry) -> None:
        """Either the stored chain hash or the computed one may be what the next entry follows."""
        self.previous = (entry.chain_hash, *(chain_hash(previous, true_leaf) for previous in self.previous[:1]))
        self.frontier = self.frontier.add(true_leaf)

    def _columns(self, leaf: Leaf, entry: StoredEntry) -> None:
        said = (leaf.sequence, leaf.tenant, leaf.action, leaf.subject)
        for name, value in zip(("sequence", "tenant_id", "action", "subject"), said, strict=True):
            if getattr(entry, name) != value:
                self._problem(entry, name, "it is not what the leaf says")

    def _contents(self, leaf: Leaf) -> None:
        if leaf.note_digest is not None:
            self.notes[leaf.sequence] = leaf.note_digest
        if leaf.action == ERASED:
            self.erased.add(int(leaf.detail["erased_sequence"] or 0))
        artefact = leaf.detail.get("artefact_sha256")
        if isinstance(artefact, str):
            self.vouched.setdefault(artefact, leaf.sequence)

    def _problem(self, entry: StoredEntry, column: str, message: str) -> None:
        self.problems.append(AuditProblem(sequence=entry.sequence, field=f"audit_entries.{column}", message=message))


def as_bytes(value: object) -> bytes:
    """A column's bytes, where a damaged row may give text, a number or nothing for them."""
    if isinstance(value, bytes):
        return value
    return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else b""
