"""Pictures that imports bring: an archive beside the sheet, and what became of each."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import marketplace.kernel.db

revision: str = "5c1d7b2e9a40"
down_revision: str | None = "bb99ddb8a091"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward; imports of before brought no pictures."""
    with op.batch_alter_table("import_job", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pictures_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("picture_names", marketplace.kernel.db.Json, nullable=False, server_default="[]"))
        batch_op.create_index("ix_import_job_pictures_id", ["pictures_id"])
        batch_op.create_foreign_key("fk_import_job_pictures_id", "stored_file", ["pictures_id"], ["id"])
    op.create_table(
        "import_picture",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("alt", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("error", marketplace.kernel.db.Json, nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name="fk_import_picture_file_id"),
        sa.ForeignKeyConstraint(["import_id"], ["import_job.id"], name="fk_import_picture_import_id"),
        sa.PrimaryKeyConstraint("id", name="pk_import_picture"),
        sa.UniqueConstraint("import_id", "line", "place", name="uq_import_picture_import_id_line_place"),
    )
    op.create_index("ix_import_picture_file_id", "import_picture", ["file_id"])
    op.create_index(
        "ix_import_picture_import_id_state_line_place", "import_picture", ["import_id", "state", "line", "place"]
    )
    with op.batch_alter_table("import_job", schema=None) as batch_op:
        batch_op.alter_column("picture_names", server_default=None)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
