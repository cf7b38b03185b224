"""What the operator's bank sent a buyer of the trading company back: the day, its reference, and whose second word."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "7f21c0a9d5b4"
down_revision: str | None = "3b7e0d5a9c16"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("return_notice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("booked_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("bank_reference", sa.String(length=100), nullable=True))
        batch_op.add_column(sa.Column("second_by", sa.Uuid(), nullable=True))
        batch_op.create_check_constraint(
            batch_op.f("ck_return_notice_two_people"), "second_by IS NULL OR second_by <> person_id"
        )


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
