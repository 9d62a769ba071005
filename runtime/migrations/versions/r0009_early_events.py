"""Events that came before what they are about, and wait for it."""

import sqlalchemy as sa
from alembic import op

revision = "r0009"
down_revision = "r0008"


def upgrade() -> None:
    op.create_table(
        "early_events",
        sa.Column("tenant_id", sa.String(64), nullable=False),
        sa.Column("receipt_id", sa.String(64), nullable=False),
        sa.Column("about", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looks", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "receipt_id", name="pk_early_events"),
    )
    op.create_index("ix_early_events_tenant_id_look_at", "early_events", ["tenant_id", "look_at"])
    op.create_index("ix_early_events_tenant_id_about", "early_events", ["tenant_id", "about"])
