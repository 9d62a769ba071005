"""API keys that open certain cases and no other."""

import sqlalchemy as sa
from alembic import op

revision = "r0017"
down_revision = "r0016"


def upgrade() -> None:
    op.add_column("api_keys", sa.Column("cases", sa.Text()))
