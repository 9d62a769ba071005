"""Every table of ours. Each row has a tenant; whatever may hold PHI is in an encrypted column.

The tables share one database with the job queue (house.md), whose own tables have other names. A change here
needs a revision under migrations/; a test compares the two.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator

from cases.case import Case
from cases.evidence import Fact
from cases.packet import Letter
from cases.review import Approval, Review, Signature
from runtime.encryption import EncryptedBytes, EncryptedModel, EncryptedText

DIGEST = String(64)


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept and given back in UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def tenant_column() -> Column[str]:
    return Column("tenant_id", String(64), nullable=False)


def of_case() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["tenant_id", "case_id"], ["cases.tenant_id", "cases.id"])


cases = Table(
    "cases",
    metadata,
    tenant_column(),
    Column("id", String(128), nullable=False),
    Column("state", String(32), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("payer_id", String(128)),
    Column("updated_at", Instant, nullable=False),
    Column("record", EncryptedModel(Case, "case"), nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
    Index(None, "tenant_id", "state", "updated_at"),
)

chart_snapshots = Table(
    "chart_snapshots",
    metadata,
    tenant_column(),
    Column("case_id", String(128), nullable=False),
    Column("digest", DIGEST, nullable=False),
    Column("stored_at", Instant, nullable=False),
    Column("chart", EncryptedBytes("chart"), nullable=False),
    PrimaryKeyConstraint("tenant_id", "case_id", "digest"),
    of_case(),
)

chart_sources = Table(
    "chart_sources",
    metadata,
    tenant_column(),
    Column("case_id", String(128), nullable=False),
    Column("digest", DIGEST, nullable=False),
    Column("stored_at", Instant, nullable=False),
    Column("content", EncryptedBytes("chart file"), nullable=False),
    PrimaryKeyConstraint("tenant_id", "case_id", "digest"),
    of_case(),
)

person_facts = Table(
    "person_facts",
    metadata,
    tenant_column(),
    Column("case_id", String(128), nullable=False),
    Column("fact_digest", DIGEST, nullable=False),
    Column("user_id", String(128), nullable=False),
    Column("stored_at", Instant, nullable=False),
    Column("fact", EncryptedModel(Fact, "fact"), nullable=False),
    PrimaryKeyConstraint("tenant_id", "case_id", "fact_digest"),
    of_case(),
)

work_products = Table(
    "work_products",
    metadata,
    tenant_column(),
    Column("case_id", String(128), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("digest", DIGEST, nullable=False),
    Column("stored_at", Instant, nullable=False),
    Column("product", EncryptedBytes("work product"), nullable=False),
    PrimaryKeyConstraint("tenant_id", "case_id", "revision", "kind"),
    of_case(),
)

artefacts = Table(
    "artefacts",
    metadata,
    tenant_column(),
    Column("row_id", Integer, primary_key=True),
    Column("case_id", String(128), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("name", String(128), nullable=False),
    Column("sha256", DIGEST, nullable=False),
    Column("stored_at", Instant, nullable=False),
    Column("content", EncryptedBytes("artefact"), nullable=False),
    of_case(),
    Index(None, "tenant_id", "case_id", "revision", "name"),
    Index(None, "tenant_id", "sha256"),
)

submissions = Table(
    "submissions",
    metadata,
    tenant_column(),
    Column("case_id", String(128), nullable=False),
    Column("digest", DIGEST, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("drafted_at", Instant, nullable=False),
    Column("number", Integer, nullable=False, server_default="0"),
    Column("bundle", EncryptedBytes("submission bundle"), nullable=False),
    Column("packet_pdf", EncryptedBytes("submission packet"), nullable=False),
    Column("letter", EncryptedModel(Letter, "submission letter"), nullable=False),
    PrimaryKeyConstraint("tenant_id", "case_id", "digest"),
    of_case(),
    Index(None, "tenant_id", "digest"),
)

users = Table(
    "users",
    metadata,
    tenant_column(),
    Column("id", String(128), nullable=False),
    Column("name", String(256), nullable=False),
    Column("role", String(32), nullable=False),
    Column("npi", String(10), nullable=False),
    Column("licence", String(64), nullable=False),
    Column("active", Boolean, nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
)

reviews = Table(
    "reviews",
    metadata,
    tenant_column(),
    Column("row_id", Integer, primary_key=True),
    Column("id", String(128), nullable=False),
    Column("case_id", String(128), nullable=False),
    Column("review", EncryptedModel(Review, "review"), nullable=False),
    UniqueConstraint("tenant_id", "id"),
    of_case(),
    Index(None, "tenant_id", "case_id"),
)

approvals = Table(
    "approvals",
    metadata,
    tenant_column(),
    Column("row_id", Integer, primary_key=True),
    Column("review_id", String(128), nullable=False),
    Column("case_id", String(128), nullable=False),
    Column("action", String(64), nullable=False),
    Column("approval", EncryptedModel(Approval, "approval"), nullable=False),
    UniqueConstraint("tenant_id", "review_id"),
    ForeignKeyConstraint(["tenant_id", "review_id"], ["reviews.tenant_id", "reviews.id"]),
    of_case(),
    Index(None, "tenant_id", "case_id", "action"),
)

signatures = Table(
    "signatures",
    metadata,
    tenant_column(),
    Column("case_id", String(128), nullable=False),
    Column("letter_digest", DIGEST, nullable=False),
    Column("user_id", String(128), nullable=False),
    Column("signature", EncryptedModel(Signature, "signature"), nullable=False),
    PrimaryKeyConstraint("tenant_id", "case_id", "letter_digest", "user_id"),
    of_case(),
)

effects = Table(
    "effects",
    metadata,
    tenant_column(),
    Column("key", String(256), nullable=False),
    Column("case_id", String(128), nullable=False),
    Column("action", String(64), nullable=False),
    Column("request_digest", DIGEST, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("owner", String(256)),
    Column("lease_until", Instant),
    Column("updated_at", Instant, nullable=False),
    Column("status", Integer),
    Column("receipt", EncryptedBytes("receipt")),
    Column("reason", EncryptedText("payer's reason")),
    PrimaryKeyConstraint("tenant_id", "key"),
    of_case(),
    Index(None, "tenant_id", "state"),
)

audit_entries = Table(
    "audit_entries",
    metadata,
    tenant_column(),
    Column("sequence", Integer, nullable=False, autoincrement=False),
    Column("action", String(64), nullable=False),
    Column("subject", String(256), nullable=False),
    Column("leaf", Text, nullable=False),
    Column("leaf_hash", LargeBinary(32), nullable=False),
    Column("chain_hash", LargeBinary(32), nullable=False),
    PrimaryKeyConstraint("tenant_id", "sequence"),
    Index(None, "tenant_id", "subject"),
)

audit_notes = Table(
    "audit_notes",
    metadata,
    tenant_column(),
    Column("sequence", Integer, nullable=False, autoincrement=False),
    Column("note", EncryptedText("audit note"), nullable=False),
    PrimaryKeyConstraint("tenant_id", "sequence"),
)

audit_heads = Table(
    "audit_heads",
    metadata,
    tenant_column(),
    Column("size", Integer, nullable=False),
    Column("chain_hash", LargeBinary(32), nullable=False),
    Column("root", LargeBinary(32), nullable=False),
    Column("frontier", LargeBinary, nullable=False),
    Column("mac", LargeBinary(32), nullable=False),
    PrimaryKeyConstraint("tenant_id"),
)

payers = Table(
    "payers",
    metadata,
    tenant_column(),
    Column("id", String(128), nullable=False),
    Column("record", Text, nullable=False),
    Column("updated_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
)

policy_versions = Table(
    "policy_versions",
    metadata,
    tenant_column(),
    Column("payer_id", String(128), nullable=False),
    Column("doc_id", String(256), nullable=False),
    Column("version", Integer, nullable=False, autoincrement=False),
    Column("digest", DIGEST, nullable=False),
    Column("imported_at", Instant, nullable=False),
    Column("source", Text, nullable=False),
    Column("record", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("vector_model", String(256)),
    PrimaryKeyConstraint("tenant_id", "payer_id", "doc_id", "version"),
)

passages = Table(
    "passages",
    metadata,
    tenant_column(),
    Column("payer_id", String(128), nullable=False),
    Column("doc_id", String(256), nullable=False),
    Column("version", Integer, nullable=False, autoincrement=False),
    Column("position", Integer, nullable=False, autoincrement=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("page", Integer),
    Column("heading", Text, nullable=False),
    Column("vector", LargeBinary),
    Column("units", LargeBinary),
    PrimaryKeyConstraint("tenant_id", "payer_id", "doc_id", "version", "position"),
    ForeignKeyConstraint(
        ["tenant_id", "payer_id", "doc_id", "version"],
        [
            "policy_versions.tenant_id",
            "policy_versions.payer_id",
            "policy_versions.doc_id",
            "policy_versions.version",
        ],
    ),
)
