"""What names of companies look like."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.accounts.rules.names import skeleton

revision: str = "b3d0c1f5a9e2"
down_revision: str | None = "eafdf1e9f36f"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TAKEN = sa.text("verified_at IS NOT NULL AND NOT name_excused")
_company = sa.table(
    "company",
    sa.column("id", sa.Uuid()),
    sa.column("name", sa.String()),
    sa.column("name_skeleton", sa.String()),
    sa.column("name_excused", sa.Boolean()),
    sa.column("verified_at", sa.String()),
)


def upgrade() -> None:
    """Bring the schema forward; of companies of before that look alike, all but the first verified are excused."""
    with op.batch_alter_table("company", schema=None) as batch_op:
        batch_op.add_column(sa.Column("name_skeleton", sa.String(200), nullable=True))
        batch_op.add_column(sa.Column("name_excused", sa.Boolean(), nullable=False, server_default=sa.false()))
    connection = op.get_bind()
    seen = set[str]()
    is_verified = _company.c.verified_at.is_not(None).label("is_verified")
    known = sa.select(_company.c.id, _company.c.name, is_verified).order_by(_company.c.verified_at, _company.c.id)
    for row in connection.execute(known).all():
        look = skeleton(row.name)
        values = {"name_skeleton": look, "name_excused": bool(row.is_verified) and look in seen}
        connection.execute(sa.update(_company).where(_company.c.id == row.id).values(values))
        if row.is_verified:
            seen.add(look)
    with op.batch_alter_table("company", schema=None) as batch_op:
        batch_op.alter_column("name_skeleton", existing_type=sa.String(200), nullable=False)
        batch_op.create_index("ix_company_name_skeleton", ["name_skeleton"])
        batch_op.create_index(
            "uq_company_name_skeleton", ["name_skeleton"], unique=True, sqlite_where=_TAKEN, postgresql_where=_TAKEN
        )


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
