"""What a company says of itself, and since when its name is the licence's."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "51a0efa14db5"
down_revision: str | None = "19a47d6c2c81"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("company", schema=None) as batch_op:
        batch_op.add_column(sa.Column("contact", sa.String(length=100), nullable=True))
        batch_op.add_column(sa.Column("version", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True))
    # Merchants of before are called what the operator approved.
    op.execute(
        sa.text(
            "UPDATE company SET name = merchant.legal_name, registration_number = merchant.registration_number,"
            " verified_at = merchant.changed_at, version = 2 FROM merchant"
            " WHERE merchant.company_id = company.id AND merchant.state IN ('approved', 'suspended')"
        )
    )


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
