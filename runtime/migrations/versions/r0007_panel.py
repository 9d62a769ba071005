"""The panel: claims on cases, saved views, and drafts of what a person is still writing."""

import sqlalchemy as sa
from alembic import op

revision = "r0007"
down_revision = "r0005"


def upgrade() -> None:
    op.create_table(
        "claims",
        _text("tenant_id", 64),
        _text("case_id", 128),
        _text("user_id", 128),
        _instant("claimed_at"),
        _instant("until"),
        sa.PrimaryKeyConstraint("tenant_id", "case_id", name="pk_claims"),
        _of_case("claims"),
    )
    op.create_table(
        "saved_views",
        _text("tenant_id", 64),
        _text("user_id", 128),
        _text("name", 64),
        sa.Column("filters", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "user_id", "name", name="pk_saved_views"),
    )
    op.create_table(
        "drafts",
        _text("tenant_id", 64),
        _text("case_id", 128),
        _text("user_id", 128),
        _text("digest", 64),
        _instant("saved_at"),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "case_id", "user_id", name="pk_drafts"),
        _of_case("drafts"),
    )


def _of_case(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["tenant_id", "case_id"], ["cases.tenant_id", "cases.id"], name=f"fk_{table}_cases")


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)
