"""Tables of events, jobs and time: inbox, early events, files and references of cases, timers, leases, dead letters."""

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, String, Table, UniqueConstraint

from runtime.encryption import EncryptedBytes
from runtime.tables import DIGEST, Instant, metadata, of_case, tenant_column

case_files = Table(
    "case_files",
    metadata,
    tenant_column(),
    Column("case_id", String(128), nullable=False),
    Column("name", String(512), nullable=False),
    Column("digest", DIGEST, nullable=False),
    Column("row_id", Integer, primary_key=True, autoincrement=True),
    Column("stored_at", Instant, nullable=False),
    Column("content", EncryptedBytes("case file"), nullable=False),
    UniqueConstraint("tenant_id", "case_id", "name", "digest"),
    of_case(),
)

case_references = Table(
    "case_references",
    metadata,
    tenant_column(),
    Column("system", String(256), nullable=False),
    Column("value", String(256), nullable=False),
    Column("case_id", String(128), nullable=False),
    PrimaryKeyConstraint("tenant_id", "system", "value"),
    of_case(),
)

inbox_events = Table(
    "inbox_events",
    metadata,
    tenant_column(),
    Column("receipt_id", String(64), nullable=False),
    Column("source", String(128), nullable=False),
    Column("event_id", String(256), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("body_digest", DIGEST, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("body", EncryptedBytes("event"), nullable=False),
    PrimaryKeyConstraint("tenant_id", "receipt_id"),
    UniqueConstraint("tenant_id", "source", "event_id"),
    UniqueConstraint("tenant_id", "source", "body_digest"),
)

early_events = Table(
    "early_events",
    metadata,
    tenant_column(),
    Column("receipt_id", String(64), nullable=False),
    Column("about", DIGEST, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("since", Instant, nullable=False),
    Column("look_at", Instant, nullable=False),
    Column("looks", Integer, nullable=False),
    PrimaryKeyConstraint("tenant_id", "receipt_id"),
    Index(None, "tenant_id", "look_at"),
    Index(None, "tenant_id", "about"),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    tenant_column(),
    Column("job_id", String(256), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("subject", String(256), nullable=False),
    Column("reason", String(128), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("buried_at", Instant, nullable=False),
    Column("settled_at", Instant),
    PrimaryKeyConstraint("tenant_id", "job_id"),
)

timers = Table(
    "timers",
    metadata,
    tenant_column(),
    Column("id", String(256), nullable=False),
    Column("case_id", String(128), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("fired_at", Instant),
    PrimaryKeyConstraint("tenant_id", "id"),
    Index(None, "fired_at", "due_at"),
    of_case(),
)

leases = Table(
    "leases",
    metadata,
    tenant_column(),
    Column("name", String(256), nullable=False),
    Column("owner", String(256), nullable=False),
    Column("until", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "name"),
)

executors = Table(
    "executors",
    metadata,
    tenant_column(),
    Column("id", String(128), nullable=False),
    Column("identity", String(256), nullable=False),
    Column("seen_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
)
