"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "r0001"
down_revision = None


def upgrade() -> None:
    _cases()
    _chart()
    _work()
    _people()
    _effects()
    _audit()
    _policies()


def _cases() -> None:
    op.create_table(
        "cases",
        _text("tenant_id", 64),
        _text("id", 128),
        _text("state", 32),
        _number("revision"),
        sa.Column("payer_id", sa.String(128)),
        _instant("updated_at"),
        _bytes("record"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_cases"),
    )
    op.create_index("ix_cases_tenant_id_state_updated_at", "cases", ["tenant_id", "state", "updated_at"])


def _chart() -> None:
    for table, content in (("chart_snapshots", "chart"), ("chart_sources", "content")):
        op.create_table(
            table,
            _text("tenant_id", 64),
            _text("case_id", 128),
            _text("digest", 64),
            _instant("stored_at"),
            _bytes(content),
            sa.PrimaryKeyConstraint("tenant_id", "case_id", "digest", name=f"pk_{table}"),
            _of_case(table),
        )
    op.create_table(
        "person_facts",
        _text("tenant_id", 64),
        _text("case_id", 128),
        _text("fact_digest", 64),
        _text("user_id", 128),
        _instant("stored_at"),
        _bytes("fact"),
        sa.PrimaryKeyConstraint("tenant_id", "case_id", "fact_digest", name="pk_person_facts"),
        _of_case("person_facts"),
    )


def _work() -> None:
    op.create_table(
        "work_products",
        _text("tenant_id", 64),
        _text("case_id", 128),
        _number("revision"),
        _text("kind", 32),
        _text("digest", 64),
        _instant("stored_at"),
        _bytes("product"),
        sa.PrimaryKeyConstraint("tenant_id", "case_id", "revision", "kind", name="pk_work_products"),
        _of_case("work_products"),
    )
    op.create_table(
        "artefacts",
        _text("tenant_id", 64),
        _number("row_id"),
        _text("case_id", 128),
        _number("revision"),
        _text("name", 128),
        _text("sha256", 64),
        _instant("stored_at"),
        _bytes("content"),
        sa.PrimaryKeyConstraint("row_id", name="pk_artefacts"),
        _of_case("artefacts"),
    )
    columns = ["tenant_id", "case_id", "revision", "name"]
    op.create_index("ix_artefacts_tenant_id_case_id_revision_name", "artefacts", columns)
    op.create_index("ix_artefacts_tenant_id_sha256", "artefacts", ["tenant_id", "sha256"])
    op.create_table(
        "submissions",
        _text("tenant_id", 64),
        _text("case_id", 128),
        _text("digest", 64),
        _number("revision"),
        _instant("drafted_at"),
        _bytes("bundle"),
        _bytes("packet_pdf"),
        _bytes("letter"),
        sa.PrimaryKeyConstraint("tenant_id", "case_id", "digest", name="pk_submissions"),
        _of_case("submissions"),
    )
    op.create_index("ix_submissions_tenant_id_digest", "submissions", ["tenant_id", "digest"])


def _people() -> None:
    op.create_table(
        "users",
        _text("tenant_id", 64),
        _text("id", 128),
        _text("name", 256),
        _text("role", 32),
        _text("npi", 10),
        _text("licence", 64),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_users"),
    )
    op.create_table(
        "reviews",
        _text("tenant_id", 64),
        _number("row_id"),
        _text("id", 128),
        _text("case_id", 128),
        _bytes("review"),
        sa.PrimaryKeyConstraint("row_id", name="pk_reviews"),
        sa.UniqueConstraint("tenant_id", "id", name="uq_reviews_tenant_id_id"),
        _of_case("reviews"),
    )
    op.create_index("ix_reviews_tenant_id_case_id", "reviews", ["tenant_id", "case_id"])
    op.create_table(
        "approvals",
        _text("tenant_id", 64),
        _number("row_id"),
        _text("review_id", 128),
        _text("case_id", 128),
        _text("action", 64),
        _bytes("approval"),
        sa.PrimaryKeyConstraint("row_id", name="pk_approvals"),
        sa.UniqueConstraint("tenant_id", "review_id", name="uq_approvals_tenant_id_review_id"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "review_id"], ["reviews.tenant_id", "reviews.id"], name="fk_approvals_reviews"
        ),
        _of_case("approvals"),
    )
    op.create_index("ix_approvals_tenant_id_case_id_action", "approvals", ["tenant_id", "case_id", "action"])
    op.create_table(
        "signatures",
        _text("tenant_id", 64),
        _text("case_id", 128),
        _text("letter_digest", 64),
        _text("user_id", 128),
        _bytes("signature"),
        sa.PrimaryKeyConstraint("tenant_id", "case_id", "letter_digest", "user_id", name="pk_signatures"),
        _of_case("signatures"),
    )


def _effects() -> None:
    op.create_table(
        "effects",
        _text("tenant_id", 64),
        _text("key", 256),
        _text("case_id", 128),
        _text("action", 64),
        _text("request_digest", 64),
        _text("state", 16),
        _number("attempts"),
        sa.Column("owner", sa.String(256)),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        _instant("updated_at"),
        sa.Column("status", sa.Integer()),
        sa.Column("receipt", sa.LargeBinary()),
        sa.Column("reason", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("tenant_id", "key", name="pk_effects"),
        _of_case("effects"),
    )
    op.create_index("ix_effects_tenant_id_state", "effects", ["tenant_id", "state"])


def _audit() -> None:
    op.create_table(
        "audit_entries",
        _text("tenant_id", 64),
        _number("sequence"),
        _text("action", 64),
        _text("subject", 256),
        sa.Column("leaf", sa.Text(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("chain_hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "sequence", name="pk_audit_entries"),
    )
    op.create_index("ix_audit_entries_tenant_id_subject", "audit_entries", ["tenant_id", "subject"])
    op.create_table(
        "audit_notes",
        _text("tenant_id", 64),
        _number("sequence"),
        _bytes("note"),
        sa.PrimaryKeyConstraint("tenant_id", "sequence", name="pk_audit_notes"),
    )
    op.create_table(
        "audit_heads",
        _text("tenant_id", 64),
        _number("size"),
        sa.Column("chain_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("root", sa.LargeBinary(32), nullable=False),
        _bytes("frontier"),
        sa.Column("mac", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name="pk_audit_heads"),
    )


def _policies() -> None:
    op.create_table(
        "payers",
        _text("tenant_id", 64),
        _text("id", 128),
        sa.Column("record", sa.Text(), nullable=False),
        _instant("updated_at"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_payers"),
    )
    op.create_table(
        "policy_versions",
        _text("tenant_id", 64),
        _text("payer_id", 128),
        _text("doc_id", 256),
        _number("version"),
        _text("digest", 64),
        _instant("imported_at"),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("vector_model", sa.String(256)),
        sa.PrimaryKeyConstraint("tenant_id", "payer_id", "doc_id", "version", name="pk_policy_versions"),
    )
    version = ["tenant_id", "payer_id", "doc_id", "version"]
    op.create_table(
        "passages",
        _text("tenant_id", 64),
        _text("payer_id", 128),
        _text("doc_id", 256),
        _number("version"),
        _number("position"),
        _number("start"),
        _number("end"),
        sa.Column("page", sa.Integer()),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("vector", sa.LargeBinary()),
        sa.PrimaryKeyConstraint(*version, "position", name="pk_passages"),
        sa.ForeignKeyConstraint(
            version, [f"policy_versions.{name}" for name in version], name="fk_passages_policy_versions"
        ),
    )


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _bytes(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _of_case(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["tenant_id", "case_id"], ["cases.tenant_id", "cases.id"], name=f"fk_{table}_cases")
