"""Denials: what a payer refused, the message it said so in, and the timers of what must be filed."""

import sqlalchemy as sa
from alembic import op

revision = "r0008"
down_revision = "r0007"


def upgrade() -> None:
    _denials()
    _sources()
    _timers()


def _denials() -> None:
    op.create_table(
        "denials",
        _text("tenant_id", 64),
        _text("id", 128),
        sa.Column("case_id", sa.String(128)),
        sa.Column("payer_id", sa.String(128)),
        _text("status", 32),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("revision", sa.Integer(), nullable=False),
        _instant("opened_at"),
        _text("source_digest", 64),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_denials"),
        sa.ForeignKeyConstraint(["tenant_id", "case_id"], ["cases.tenant_id", "cases.id"], name="fk_denials_cases"),
    )
    op.create_index("ix_denials_tenant_id_status_due_at", "denials", ["tenant_id", "status", "due_at"])
    op.create_index("ix_denials_tenant_id_case_id", "denials", ["tenant_id", "case_id"])


def _sources() -> None:
    op.create_table(
        "denial_sources",
        _text("tenant_id", 64),
        _text("digest", 64),
        _text("name", 512),
        _instant("stored_at"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "digest", name="pk_denial_sources"),
    )


def _timers() -> None:
    op.create_table(
        "denial_timers",
        _text("tenant_id", 64),
        _text("id", 256),
        _text("denial_id", 128),
        _text("kind", 64),
        _instant("due_at"),
        sa.Column("fired_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_denial_timers"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "denial_id"], ["denials.tenant_id", "denials.id"], name="fk_denial_timers_denials"
        ),
    )
    op.create_index("ix_denial_timers_fired_at_due_at", "denial_timers", ["fired_at", "due_at"])


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)
