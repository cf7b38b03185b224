"""What merchants say of the days on which goods are ready, and what they are asked."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import insert_only_ddl

revision: str = "b51f9012c151"
down_revision: str | None = "a6c3e18f70d2"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "ready_ask",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_ready_ask_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ready_ask")),
        sa.UniqueConstraint("line_id", "day", "days_before", name=op.f("uq_ready_ask_line_id_day_days_before")),
    )
    with op.batch_alter_table("ready_ask", schema=None) as batch_op:
        batch_op.create_index("ix_ready_ask_state_answer_by", ["state", "answer_by"], unique=False)

    op.create_table(
        "ready_word",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("word", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("before", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_ready_word_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ready_word")),
    )
    with op.batch_alter_table("ready_word", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ready_word_line_id"), ["line_id"], unique=False)

    for statement in insert_only_ddl("ready_word", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
