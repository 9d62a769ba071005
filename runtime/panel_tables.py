"""Tables of the panel: who has taken a case in hand, views a person keeps, words not yet decided on, labels."""

from sqlalchemy import Column, PrimaryKeyConstraint, String, Table, Text

from cases.labelling import LabelItem
from runtime.encryption import EncryptedModel, EncryptedText
from runtime.tables import DIGEST, Instant, metadata, of_case, tenant_column

claims = Table(
    "claims",
    metadata,
    tenant_column(),
    Column("case_id", String(128), nullable=False),
    Column("user_id", String(128), nullable=False),
    Column("claimed_at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "case_id"),
    of_case(),
)

saved_views = Table(
    "saved_views",
    metadata,
    tenant_column(),
    Column("user_id", String(128), nullable=False),
    Column("name", String(64), nullable=False),
    Column("filters", Text, nullable=False),
    PrimaryKeyConstraint("tenant_id", "user_id", "name"),
)

drafts = Table(
    "drafts",
    metadata,
    tenant_column(),
    Column("case_id", String(128), nullable=False),
    Column("user_id", String(128), nullable=False),
    Column("digest", DIGEST, nullable=False),
    Column("saved_at", Instant, nullable=False),
    Column("words", EncryptedText("draft"), nullable=False),
    PrimaryKeyConstraint("tenant_id", "case_id", "user_id"),
    of_case(),
)

label_items = Table(
    "label_items",
    metadata,
    tenant_column(),
    Column("id", String(64), nullable=False),
    Column("case_id", String(128), nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("record", EncryptedModel(LabelItem, "label item")),
    PrimaryKeyConstraint("tenant_id", "id"),
    of_case(),
)
"""`record` is empty for a decision that was left out."""
