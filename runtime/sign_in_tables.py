"""Tables of the door: who may come in, by what, and what was answered under an idempotency key.

A token is never kept, only its SHA-256: each is 32 random bytes, which nobody can search for.
"""

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, String, Table, Text

from runtime.encryption import EncryptedBytes, EncryptedText
from runtime.tables import DIGEST, Instant, metadata, tenant_column

sessions = Table(
    "sessions",
    metadata,
    tenant_column(),
    Column("token_digest", DIGEST, nullable=False),
    Column("user_id", String(128), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "token_digest"),
    Index(None, "tenant_id", "user_id"),
)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    tenant_column(),
    Column("token_digest", DIGEST, nullable=False),
    Column("user_id", String(128), nullable=False),
    Column("expires_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "token_digest"),
)

passwords = Table(
    "passwords",
    metadata,
    tenant_column(),
    Column("user_id", String(128), nullable=False),
    Column("set_at", Instant, nullable=False),
    Column("password_hash", EncryptedText("password hash"), nullable=False),
    PrimaryKeyConstraint("tenant_id", "user_id"),
)

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    tenant_column(),
    Column("door", DIGEST, nullable=False),
    Column("since", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    PrimaryKeyConstraint("tenant_id", "door"),
)

api_keys = Table(
    "api_keys",
    metadata,
    tenant_column(),
    Column("id", String(32), nullable=False),
    Column("name", String(128), nullable=False),
    Column("secret_digest", DIGEST, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("made_by", String(128), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("last_used_at", Instant),
    Column("cases", Text),
    PrimaryKeyConstraint("tenant_id", "id"),
)

answers = Table(
    "answers",
    metadata,
    tenant_column(),
    Column("user_id", String(128), nullable=False),
    Column("operation", String(128), nullable=False),
    Column("key_digest", DIGEST, nullable=False),
    Column("request_digest", DIGEST, nullable=False),
    Column("claimed_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("answer", EncryptedBytes("answer")),
    PrimaryKeyConstraint("tenant_id", "user_id", "operation", "key_digest"),
    Index(None, "tenant_id", "expires_at"),
)
