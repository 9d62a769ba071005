"""An audit event and its RFC 6962 leaf hash."""

import hashlib
import json
from datetime import datetime
from enum import StrEnum

from cases.frozen import Frozen
from cases.ids import Digest, TenantId


class Actor(StrEnum):
    """Who acted: a person, an agent step, a payer's answer, or the system itself."""

    PERSON = "person"
    AGENT = "agent"
    PAYER = "payer"
    SYSTEM = "system"


class AuditEvent(Frozen):
    """One entry: who did what to which subject, and facts of closed types (codes, digests, counts).

    `detail` never holds chart text. `note` is free text of a person; it passes a Redactor before it is
    stored, is kept encrypted elsewhere and can be erased: the leaf holds its salted digest only.
    """

    tenant_id: TenantId
    at: datetime
    actor: Actor
    actor_id: str
    action: str
    subject: str
    detail: dict[str, str | int | bool | None] = {}
    note: str = ""


def leaf_bytes(event: AuditEvent, sequence: int, note_digest: Digest | None) -> bytes:
    """Canonical JSON of everything the log proves about an entry, the note by its digest."""
    record = {
        "sequence": sequence,
        "tenant": event.tenant_id,
        "at": event.at.isoformat(),
        "actor": event.actor.value,
        "actor_id": event.actor_id,
        "action": event.action,
        "subject": event.subject,
        "detail": event.detail,
        "note_digest": note_digest,
    }
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def leaf_hash(leaf: bytes) -> bytes:
    """RFC 6962 §2.1: SHA-256 over a zero byte and the leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 6962 §2.1: SHA-256 over a one byte and both children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def tree_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1 Merkle tree hash over leaf hashes; of nothing, the hash of the empty string."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(tree_root(leaves[:split]), tree_root(leaves[split:]))
