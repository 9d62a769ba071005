"""Tables of what leaves the house and on what ground: surrogate maps, disclosures, incidents, consents."""

from sqlalchemy import Boolean, Column, Index, Integer, PrimaryKeyConstraint, String, Table, Text

from runtime.encryption import EncryptedText
from runtime.tables import DIGEST, Instant, metadata, tenant_column

phi_maps = Table(
    "phi_maps",
    metadata,
    tenant_column(),
    Column("id", String(64), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("map", EncryptedText("surrogate map"), nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
)

disclosures = Table(
    "disclosures",
    metadata,
    tenant_column(),
    Column("row_id", Integer, primary_key=True),
    Column("case_id", String(128), nullable=False),
    Column("at", Instant, nullable=False),
    Column("purpose", String(64), nullable=False),
    Column("task", String(128), nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("agreement", DIGEST, nullable=False),
    Column("contents", Text, nullable=False),
    Column("masked", Boolean, nullable=False),
    Column("digest", DIGEST, nullable=False),
    Column("size", Integer, nullable=False),
    Column("impermissible", Boolean, nullable=False),
    Index(None, "tenant_id", "case_id", "at"),
)

incidents = Table(
    "incidents",
    metadata,
    tenant_column(),
    Column("id", String(64), nullable=False),
    Column("case_id", String(128), nullable=False),
    Column("discovered_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("record", EncryptedText("incident"), nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
    Index(None, "tenant_id", "case_id"),
)

consents = Table(
    "consents",
    metadata,
    tenant_column(),
    Column("id", String(64), nullable=False),
    Column("case_id", String(128), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("record", EncryptedText("consent"), nullable=False),
    PrimaryKeyConstraint("tenant_id", "id"),
    Index(None, "tenant_id", "case_id"),
)
