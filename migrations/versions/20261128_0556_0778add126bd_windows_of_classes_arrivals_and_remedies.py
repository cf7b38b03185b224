"""Windows by class of goods, how goods came, remedies and warranty."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import Json, insert_only_ddl

revision: str = "0778add126bd"
down_revision: str | None = "7c1e0d52a9b4"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward; lines of before keep no windows of their own."""
    op.create_table(
        "arrival_photo",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_arrival_photo_file_id")),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_arrival_photo_line_id")),
        sa.PrimaryKeyConstraint("line_id", "file_id", name=op.f("pk_arrival_photo")),
    )
    op.create_table(
        "temperature_record",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("logger", sa.String(length=40), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("least_centi", sa.Integer(), nullable=False),
        sa.Column("most_centi", sa.Integer(), nullable=False),
        sa.Column("readings", sa.Integer(), nullable=False),
        sa.Column("outside", sa.Integer(), nullable=False),
        sa.Column("is_outside", sa.Boolean(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(readings > 0) = (file_id IS NOT NULL)", name=op.f("ck_temperature_record_counted_in_a_file")
        ),
        sa.CheckConstraint(
            "least_centi <= most_centi AND outside BETWEEN 0 AND readings", name=op.f("ck_temperature_record_measured")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_temperature_record_file_id")),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_temperature_record_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_temperature_record")),
    )
    with op.batch_alter_table("temperature_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_temperature_record_line_id"), ["line_id"], unique=False)

    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.add_column(sa.Column("remedy", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("promised_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("days_late", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("odometer_km", sa.BigInteger(), nullable=True))

    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("windows", Json, nullable=True))
        batch_op.add_column(sa.Column("warranty", Json, nullable=True))
        batch_op.add_column(sa.Column("kept_at", Json, nullable=True))
        batch_op.add_column(sa.Column("replaces_id", sa.Uuid(), nullable=True))
        batch_op.create_index("uq_order_line_replaces_id", ["replaces_id"], unique=True)
    for table in ("arrival_photo", "temperature_record"):
        for statement in insert_only_ddl(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
