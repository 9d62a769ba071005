"""What leaves the house: surrogate maps, the disclosure ledger, incidents, consents."""

import sqlalchemy as sa
from alembic import op

revision = "r0005"
down_revision = "r0004"


def upgrade() -> None:
    op.create_table(
        "phi_maps",
        _text("tenant_id", 64),
        _text("id", 64),
        _instant("made_at"),
        sa.Column("map", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_phi_maps"),
    )
    _disclosures()
    _incidents_and_consents()


def _disclosures() -> None:
    op.create_table(
        "disclosures",
        _text("tenant_id", 64),
        sa.Column("row_id", sa.Integer(), primary_key=True),
        _text("case_id", 128),
        _instant("at"),
        _text("purpose", 64),
        _text("task", 128),
        sa.Column("endpoint", sa.Text(), nullable=False),
        _text("agreement", 64),
        sa.Column("contents", sa.Text(), nullable=False),
        sa.Column("masked", sa.Boolean(), nullable=False),
        _text("digest", 64),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("impermissible", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("row_id", name="pk_disclosures"),
    )
    op.create_index("ix_disclosures_tenant_id_case_id_at", "disclosures", ["tenant_id", "case_id", "at"])


def _incidents_and_consents() -> None:
    op.create_table(
        "incidents",
        _text("tenant_id", 64),
        _text("id", 64),
        _text("case_id", 128),
        _instant("discovered_at"),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_incidents"),
    )
    op.create_index("ix_incidents_tenant_id_case_id", "incidents", ["tenant_id", "case_id"])
    op.create_table(
        "consents",
        _text("tenant_id", 64),
        _text("id", 64),
        _text("case_id", 128),
        _instant("recorded_at"),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_consents"),
    )
    op.create_index("ix_consents_tenant_id_case_id", "consents", ["tenant_id", "case_id"])


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)
