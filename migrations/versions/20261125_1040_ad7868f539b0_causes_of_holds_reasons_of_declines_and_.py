"""Causes of holds, reasons of declines and deadlines of receipts."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.columns import UtcDateTime

revision: str = "ad7868f539b0"
down_revision: str | None = "51a0efa14db5"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.add_column(sa.Column("decline_reason", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("receipt_due_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index("ix_booking_state_receipt_due_at", ["state", "receipt_due_at"], unique=False)

    with op.batch_alter_table("departure", schema=None) as batch_op:
        batch_op.add_column(sa.Column("hold_cause", sa.String(length=32), nullable=True))

    # Receipts that there are were counted by somebody.
    op.add_column("receipt", sa.Column("by_default", sa.Boolean(), server_default=sa.false(), nullable=False))

    # Who has cargo at the door already has a week from now on to count it.
    booking = sa.table("booking", sa.column("state", sa.String()), sa.column("receipt_due_at", UtcDateTime()))
    due = datetime.now(UTC) + timedelta(days=7)
    op.execute(sa.update(booking).where(booking.c.state == "arrived").values(receipt_due_at=due))


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
