"""How long whole lorries waited, what held them, and fees whose rate was frozen instead of published."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import insert_only_ddl

revision: str = "2f8b6d3c0e14"
down_revision: str | None = "b52e90c7a1d4"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_WAITING = (
    "(kind = 'waiting') = (waited_minutes IS NOT NULL) AND (kind = 'waiting') = (free_minutes IS NOT NULL)"
    " AND (kind = 'waiting') = (hourly_minor IS NOT NULL) AND (kind = 'waiting') = (rule_id IS NULL)"
)


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "hire_hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hire_id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["hire_id"], ["whole_lorry.id"], name=op.f("fk_hire_hold_hire_id_whole_lorry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hire_hold")),
    )
    op.create_index(op.f("ix_hire_hold_hire_id"), "hire_hold", ["hire_id"], unique=False)
    op.create_table(
        "hire_wait",
        sa.Column("hire_id", sa.Uuid(), nullable=False),
        sa.Column("place_code", sa.String(length=40), nullable=False),
        sa.Column("is_loading", sa.Boolean(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("held_minutes", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("minutes >= 0 AND held_minutes >= 0", name=op.f("ck_hire_wait_minutes")),
        sa.CheckConstraint("(began_at IS NULL) = (ended_at IS NULL)", name=op.f("ck_hire_wait_span")),
        sa.ForeignKeyConstraint(["hire_id"], ["whole_lorry.id"], name=op.f("fk_hire_wait_hire_id_whole_lorry")),
        sa.ForeignKeyConstraint(["place_code"], ["place.code"], name=op.f("fk_hire_wait_place_code_place")),
        sa.PrimaryKeyConstraint("hire_id", "place_code", name=op.f("pk_hire_wait")),
    )
    for statement in insert_only_ddl("hire_wait", op.get_bind().dialect.name):
        op.execute(statement)
    with op.batch_alter_table("booking_fee", schema=None) as batch_op:
        batch_op.add_column(sa.Column("waited_minutes", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("free_minutes", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("hourly_minor", sa.BigInteger(), nullable=True))
        batch_op.alter_column("rule_id", existing_type=sa.Uuid(), nullable=True)
        batch_op.create_check_constraint(batch_op.f("ck_booking_fee_waiting"), _WAITING)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
