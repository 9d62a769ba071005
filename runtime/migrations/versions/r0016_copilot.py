"""The copilot: threads of one person, the runs in them, and feedback on an answer."""

import sqlalchemy as sa
from alembic import op

revision = "r0016"
down_revision = "r0013"


def upgrade() -> None:
    op.create_table(
        "copilot_threads",
        _text("tenant_id", 64),
        _text("id", 64),
        _text("user_id", 128),
        sa.Column("case_id", sa.String(128)),
        _instant("opened_at"),
        _instant("updated_at"),
        sa.Column("title", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_copilot_threads"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "case_id"], ["cases.tenant_id", "cases.id"], name="fk_copilot_threads_cases"
        ),
    )
    op.create_index(
        "ix_copilot_threads_tenant_id_user_id_updated_at", "copilot_threads", ["tenant_id", "user_id", "updated_at"]
    )
    op.create_table(
        "copilot_runs",
        _text("tenant_id", 64),
        _text("id", 64),
        _text("thread_id", 64),
        sa.Column("place", sa.Integer(), nullable=False),
        _text("user_id", 128),
        _text("status", 16),
        _instant("asked_at"),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("question", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_copilot_runs"),
    )
    op.create_index("ix_copilot_runs_tenant_id_thread_id_place", "copilot_runs", ["tenant_id", "thread_id", "place"])
    op.create_table(
        "copilot_feedback",
        _text("tenant_id", 64),
        _text("run_id", 64),
        _text("user_id", 128),
        _instant("given_at"),
        _text("verdict", 8),
        sa.Column("comment", sa.LargeBinary(), nullable=False),
        sa.Column("correction", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "run_id", "user_id", name="pk_copilot_feedback"),
    )


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)
