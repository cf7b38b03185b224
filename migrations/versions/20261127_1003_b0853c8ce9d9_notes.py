"""Notes."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import insert_only_ddl

revision: str = "b0853c8ce9d9"
down_revision: str | None = "3c2a0c984dff"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("about", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("shared_with", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(about = 'listing') = (order_id IS NULL)", name=op.f("ck_note_order")),
        sa.CheckConstraint("about <> 'listing' OR shared_with IS NULL", name=op.f("ck_note_own_listing")),
        sa.CheckConstraint("shared_with IS NULL OR shared_with <> company_id", name=op.f("ck_note_another")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_note_company_id")),
        sa.ForeignKeyConstraint(["shared_with"], ["company.id"], name=op.f("fk_note_shared_with")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    op.create_index("ix_note_order_id_id", "note", ["order_id", "id"])
    op.create_index(op.f("ix_note_person_id"), "note", ["person_id"])
    op.create_index("ix_note_subject_id_id", "note", ["subject_id", "id"])

    op.create_table(
        "note_text",
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name=op.f("fk_note_text_note_id")),
        sa.PrimaryKeyConstraint("note_id", name=op.f("pk_note_text")),
    )
    for statement in insert_only_ddl("note", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
