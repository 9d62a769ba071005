"""Events that came in, the files and references of cases, timers, leases, executors and dead letters."""

import sqlalchemy as sa
from alembic import op

revision = "r0002"
down_revision = "r0001"


def upgrade() -> None:
    _cases()
    _events()
    _clockwork()


def _cases() -> None:
    op.create_table(
        "case_files",
        _text("tenant_id", 64),
        _text("case_id", 128),
        _text("name", 512),
        _text("digest", 64),
        sa.Column("row_id", sa.Integer(), primary_key=True, autoincrement=True),
        _instant("stored_at"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint(
            "tenant_id", "case_id", "name", "digest", name="uq_case_files_tenant_id_case_id_name_digest"
        ),
        _of_case("case_files"),
    )
    op.create_table(
        "case_references",
        _text("tenant_id", 64),
        _text("system", 256),
        _text("value", 256),
        _text("case_id", 128),
        sa.PrimaryKeyConstraint("tenant_id", "system", "value", name="pk_case_references"),
        _of_case("case_references"),
    )


def _events() -> None:
    op.create_table(
        "inbox_events",
        _text("tenant_id", 64),
        _text("receipt_id", 64),
        _text("source", 128),
        _text("event_id", 256),
        _text("kind", 64),
        _text("body_digest", 64),
        _instant("received_at"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "receipt_id", name="pk_inbox_events"),
        sa.UniqueConstraint("tenant_id", "source", "event_id", name="uq_inbox_events_tenant_id_source_event_id"),
        sa.UniqueConstraint("tenant_id", "source", "body_digest", name="uq_inbox_events_tenant_id_source_body_digest"),
    )
    op.create_table(
        "dead_letters",
        _text("tenant_id", 64),
        _text("job_id", 256),
        _text("kind", 64),
        _text("subject", 256),
        _text("reason", 128),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _instant("buried_at"),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("tenant_id", "job_id", name="pk_dead_letters"),
    )


def _clockwork() -> None:
    op.create_table(
        "timers",
        _text("tenant_id", 64),
        _text("id", 256),
        _text("case_id", 128),
        _text("kind", 64),
        _instant("due_at"),
        sa.Column("fired_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_timers"),
        _of_case("timers"),
    )
    op.create_index("ix_timers_fired_at_due_at", "timers", ["fired_at", "due_at"])
    op.create_table(
        "leases",
        _text("tenant_id", 64),
        _text("name", 256),
        _text("owner", 256),
        _instant("until"),
        sa.PrimaryKeyConstraint("tenant_id", "name", name="pk_leases"),
    )
    op.create_table(
        "executors",
        _text("tenant_id", 64),
        _text("id", 128),
        _text("identity", 256),
        _instant("seen_at"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_executors"),
    )


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _of_case(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["tenant_id", "case_id"], ["cases.tenant_id", "cases.id"], name=f"fk_{table}_cases")
