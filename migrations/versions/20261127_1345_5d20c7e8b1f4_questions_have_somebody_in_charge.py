"""Questions have somebody in charge."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "5d20c7e8b1f4"
down_revision: str | None = "4a6995936076"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Put whoever asked in charge of the questions that wait."""
    op.execute(
        sa.text(
            "INSERT INTO duty (id, company_id, kind, subject_id, person_id, since) "
            "SELECT asked.id, asked.company_id, 'question', asked.id, remark.person_id, asked.asked_at "
            "FROM listing_question AS asked JOIN remark ON remark.id = asked.remark_id WHERE asked.state = 'waiting'"
        )
    )


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
