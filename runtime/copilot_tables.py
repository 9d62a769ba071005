"""Tables of the copilot: threads of one person, the runs in them, and what people thought of an answer."""

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, String, Table

from runtime.encryption import EncryptedBytes, EncryptedText
from runtime.tables import Instant, metadata, of_case, tenant_column

copilot_threads = Table(
    "copilot_threads",
    metadata,
    tenant_column(),
    Column("id", String(64), nullable=False),
    Column("user_id", String(128), nullable=False),
    Column("case_id", String(128)),
    Column("opened_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("title", EncryptedText("thread title"), nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
    of_case(),
    Index(None, "tenant_id", "user_id", "updated_at"),
)

copilot_runs = Table(
    "copilot_runs",
    metadata,
    tenant_column(),
    Column("id", String(64), nullable=False),
    Column("thread_id", String(64), nullable=False),
    Column("place", Integer, nullable=False),
    Column("user_id", String(128), nullable=False),
    Column("status", String(16), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("question", EncryptedText("question"), nullable=False),
    Column("answer", EncryptedBytes("copilot answer")),
    PrimaryKeyConstraint("tenant_id", "id"),
    Index(None, "tenant_id", "thread_id", "place"),
)

copilot_feedback = Table(
    "copilot_feedback",
    metadata,
    tenant_column(),
    Column("run_id", String(64), nullable=False),
    Column("user_id", String(128), nullable=False),
    Column("given_at", Instant, nullable=False),
    Column("verdict", String(8), nullable=False),
    Column("comment", EncryptedText("feedback comment"), nullable=False),
    Column("correction", EncryptedText("feedback correction"), nullable=False),
    PrimaryKeyConstraint("tenant_id", "run_id", "user_id"),
)
