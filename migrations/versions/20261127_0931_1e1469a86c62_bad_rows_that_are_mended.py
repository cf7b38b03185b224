"""Bad rows of imports that are mended, and the units in which sheets were read."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import marketplace.kernel.db

revision: str = "1e1469a86c62"
down_revision: str | None = "dcad5202c2d5"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward; of imports of before, units are not known and no row was mended."""
    with op.batch_alter_table("import_job", schema=None) as batch_op:
        batch_op.add_column(sa.Column("units", marketplace.kernel.db.Json, nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("retries_id", sa.Uuid(), nullable=True))
        batch_op.create_index("ix_import_job_retries_id", ["retries_id"])
        batch_op.create_foreign_key("fk_import_job_retries_id", "import_job", ["retries_id"], ["id"])
    with op.batch_alter_table("import_row", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mends", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("mended_by", sa.Uuid(), nullable=True))
        batch_op.create_index("ix_import_row_mended_by", ["mended_by"])
        batch_op.create_foreign_key("fk_import_row_mended_by", "import_job", ["mended_by"], ["id"])
    with op.batch_alter_table("import_job", schema=None) as batch_op:
        batch_op.alter_column("units", server_default=None)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
