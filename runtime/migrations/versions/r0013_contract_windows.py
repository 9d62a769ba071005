"""Contract windows by payer, and the licensed text of reason and remark codes."""

import sqlalchemy as sa
from alembic import op

revision = "r0013"
down_revision = "r0010"


def upgrade() -> None:
    op.create_table(
        "contract_windows",
        sa.Column("tenant_id", sa.String(64), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("payer_id", sa.String(128), nullable=False),
        sa.Column("days", sa.Integer, nullable=False),
        sa.Column("effective", sa.Date, nullable=False),
        sa.Column("expires", sa.Date),
        sa.Column("source", sa.String(512), nullable=False),
        sa.Column("set_by", sa.String(128), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_contract_windows"),
    )
    op.create_index("ix_contract_windows_tenant_id_payer_id", "contract_windows", ["tenant_id", "payer_id"])
    op.create_table(
        "code_texts",
        sa.Column("tenant_id", sa.String(64), nullable=False),
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "code", name="pk_code_texts"),
    )
