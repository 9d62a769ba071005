"""Tables of denials: the sealed record with what a worklist sorts by, the payer's message, and the denials' timers."""

from sqlalchemy import Column, Date, ForeignKeyConstraint, Index, Integer, PrimaryKeyConstraint, String, Table, Text

from cases.denial import Denial
from runtime.encryption import EncryptedBytes, EncryptedModel
from runtime.tables import DIGEST, Instant, metadata, tenant_column

denials = Table(
    "denials",
    metadata,
    tenant_column(),
    Column("id", String(128), nullable=False),
    Column("case_id", String(128)),
    Column("payer_id", String(128)),
    Column("status", String(32), nullable=False),
    Column("due_at", Instant),
    Column("revision", Integer, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("source_digest", DIGEST, nullable=False),
    Column("record", EncryptedModel(Denial, "denial"), nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
    ForeignKeyConstraint(["tenant_id", "case_id"], ["cases.tenant_id", "cases.id"]),
    Index(None, "tenant_id", "status", "due_at"),
    Index(None, "tenant_id", "case_id"),
)

denial_sources = Table(
    "denial_sources",
    metadata,
    tenant_column(),
    Column("digest", DIGEST, nullable=False),
    Column("name", String(512), nullable=False),
    Column("stored_at", Instant, nullable=False),
    Column("content", EncryptedBytes("denial source"), nullable=False),
    PrimaryKeyConstraint("tenant_id", "digest"),
)

denial_timers = Table(
    "denial_timers",
    metadata,
    tenant_column(),
    Column("id", String(256), nullable=False),
    Column("denial_id", String(128), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("fired_at", Instant),
    PrimaryKeyConstraint("tenant_id", "id"),
    ForeignKeyConstraint(["tenant_id", "denial_id"], ["denials.tenant_id", "denials.id"]),
    Index(None, "fired_at", "due_at"),
)

contract_windows = Table(
    "contract_windows",
    metadata,
    tenant_column(),
    Column("id", String(64), nullable=False),
    Column("payer_id", String(128), nullable=False),
    Column("days", Integer, nullable=False),
    Column("effective", Date, nullable=False),
    Column("expires", Date),
    Column("source", String(512), nullable=False),
    Column("set_by", String(128), nullable=False),
    Column("set_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
    Index(None, "tenant_id", "payer_id"),
)

code_texts = Table(
    "code_texts",
    metadata,
    tenant_column(),
    Column("code", String(8), nullable=False),
    Column("text", Text, nullable=False),
    Column("imported_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "code"),
)
