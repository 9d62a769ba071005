"""Drafts of a case in the order in which they were made: the clock alone may give two of them one instant."""

import sqlalchemy as sa
from alembic import op

revision = "r0010"
down_revision = "r0009"


def upgrade() -> None:
    op.add_column("submissions", sa.Column("number", sa.Integer, nullable=False, server_default="0"))
