"""Who may come in: sessions, one-time links, passwords, attempts, API keys; answers under idempotency keys."""

import sqlalchemy as sa
from alembic import op

revision = "r0003"
down_revision = "r0002"


def upgrade() -> None:
    _sessions()
    _passwords()
    _api_keys()
    _answers()


def _sessions() -> None:
    op.create_table(
        "sessions",
        _text("tenant_id", 64),
        _text("token_digest", 64),
        _text("user_id", 128),
        _instant("opened_at"),
        _instant("seen_at"),
        _instant("expires_at"),
        sa.PrimaryKeyConstraint("tenant_id", "token_digest", name="pk_sessions"),
    )
    op.create_index("ix_sessions_tenant_id_user_id", "sessions", ["tenant_id", "user_id"])
    op.create_table(
        "sign_in_links",
        _text("tenant_id", 64),
        _text("token_digest", 64),
        _text("user_id", 128),
        _instant("expires_at"),
        sa.PrimaryKeyConstraint("tenant_id", "token_digest", name="pk_sign_in_links"),
    )


def _passwords() -> None:
    op.create_table(
        "passwords",
        _text("tenant_id", 64),
        _text("user_id", 128),
        _instant("set_at"),
        sa.Column("password_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "user_id", name="pk_passwords"),
    )
    op.create_table(
        "sign_in_attempts",
        _text("tenant_id", 64),
        _text("door", 64),
        _instant("since"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "door", name="pk_sign_in_attempts"),
    )


def _api_keys() -> None:
    op.create_table(
        "api_keys",
        _text("tenant_id", 64),
        _text("id", 32),
        _text("name", 128),
        _text("secret_digest", 64),
        sa.Column("scopes", sa.Text(), nullable=False),
        _text("made_by", 128),
        _instant("made_at"),
        _instant("expires_at"),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("last_used_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_api_keys"),
    )


def _answers() -> None:
    op.create_table(
        "answers",
        _text("tenant_id", 64),
        _text("user_id", 128),
        _text("operation", 128),
        _text("key_digest", 64),
        _text("request_digest", 64),
        _instant("claimed_at"),
        _instant("expires_at"),
        sa.Column("answer", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("tenant_id", "user_id", "operation", "key_digest", name="pk_answers"),
    )
    op.create_index("ix_answers_tenant_id_expires_at", "answers", ["tenant_id", "expires_at"])


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)
