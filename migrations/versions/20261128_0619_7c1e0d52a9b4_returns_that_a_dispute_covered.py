"""Returns of card money that the card's bank gave the payer itself."""

from collections.abc import Sequence

from alembic import op

revision: str = "7c1e0d52a9b4"
down_revision: str | None = "c556e773040b"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("card_return", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_card_return_approved"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_card_return_approved"), "state = 'covered' OR (state = 'due') = (second_by IS NULL)"
        )


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
