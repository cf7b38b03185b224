"""Lists that companies are compared with."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import Json, insert_only_ddl

revision: str = "da055944a662"
down_revision: str | None = "56de2a250a5f"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "screening_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("imported_by", sa.Uuid(), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_screening_list"),
    )
    op.create_index("ix_screening_list_kind_name_id", "screening_list", ["kind", "name", "id"])

    op.create_table(
        "screening_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("aliases", Json, nullable=False),
        sa.Column("numbers", Json, nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["screening_list.id"], name="fk_screening_entry_list_id"),
        sa.PrimaryKeyConstraint("id", name="pk_screening_entry"),
    )
    op.create_index("ix_screening_entry_list_id", "screening_entry", ["list_id"])

    op.create_table(
        "screening_hit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("entry_mark", sa.String(64), nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("likeness", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_screening_hit_company_id"),
        sa.ForeignKeyConstraint(["entry_id"], ["screening_entry.id"], name="fk_screening_hit_entry_id"),
        sa.PrimaryKeyConstraint("id", name="pk_screening_hit"),
    )
    op.create_index(
        "uq_screening_hit_once",
        "screening_hit",
        ["subject_kind", "subject_id", "company_id", "entry_mark", "mark"],
        unique=True,
    )
    op.create_index("ix_screening_hit_company_id_state", "screening_hit", ["company_id", "state"])
    op.create_index("ix_screening_hit_entry_id", "screening_hit", ["entry_id"])
    op.create_index("ix_screening_hit_state_id", "screening_hit", ["state", "id"])

    op.create_table(
        "screening_key",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("likeness", sa.String(32), nullable=False),
        sa.Column("value", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["screening_entry.id"], name="fk_screening_key_entry_id"),
        sa.PrimaryKeyConstraint("entry_id", "likeness", "value", name="pk_screening_key"),
    )
    op.create_index("ix_screening_key_value_likeness", "screening_key", ["value", "likeness"])

    for table in ("screening_list", "screening_entry", "screening_key"):
        for statement in insert_only_ddl(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
