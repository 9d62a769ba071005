"""The units of a passage (sentences, list items, headings), which windows of an answer are made of."""

import sqlalchemy as sa
from alembic import op

revision = "r0004"
down_revision = "r0003"


def upgrade() -> None:
    with op.batch_alter_table("passages") as table:
        table.add_column(sa.Column("units", sa.LargeBinary(), nullable=True))
