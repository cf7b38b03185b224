"""Evidence of both sides of a claim."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import insert_only_ddl

revision: str = "afa61710e823"
down_revision: str | None = "16c6dd136d64"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward; evidence of before was handed in by who claims, with the claim."""
    with op.batch_alter_table("claim_evidence", schema=None) as batch_op:
        batch_op.add_column(sa.Column("company_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("added_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE claim_evidence SET"
        " company_id = (SELECT claimant_id FROM claim WHERE claim.id = claim_evidence.claim_id),"
        " added_at = (SELECT opened_at FROM claim WHERE claim.id = claim_evidence.claim_id)"
    )
    for table in ("claim_evidence",):
        for statement in insert_only_ddl(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
