"""Partners that worked here before."""

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.columns import UtcDateTime
from marketplace.kernel.ids import new_id

revision: str = "3a0e69a57f7f"
down_revision: str | None = "835e85ab936d"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_REASON = "Worked here before partners were asked for papers: not looked at, waived until it is asked for."
_ASKED = ("register", "trade_licence", "liability_insurance")
_PARTNERS = ("carrier", "broker", "dc", "inspector", "insurer", "bank", "agent")


def upgrade() -> None:
    """Bring the schema forward; partners of before go on working, by waivers that say so."""
    connection = op.get_bind()
    company = sa.table("company", sa.column("id", sa.Uuid()), sa.column("kind"), sa.column("closed_at"))
    ruling = sa.table(
        "requirement_ruling",
        sa.column("id", sa.Uuid()),
        sa.column("company_id", sa.Uuid()),
        sa.column("item"),
        sa.column("verdict"),
        sa.column("mark"),
        sa.column("reason"),
        sa.column("decided_at", UtcDateTime()),
    )
    qualification = sa.table(
        "qualification",
        sa.column("company_id", sa.Uuid()),
        sa.column("kind"),
        sa.column("state"),
        sa.column("changed_at", UtcDateTime()),
    )
    now = datetime.now(UTC)
    found = sa.select(company).where(company.c.kind.in_(_PARTNERS), company.c.closed_at.is_(None))
    for row in connection.execute(found).all():
        for item in _ASKED:
            said = {"id": new_id(), "company_id": row.id, "item": item, "verdict": "waive", "mark": ""}
            connection.execute(sa.insert(ruling).values(**said, reason=_REASON, decided_at=now))
        stands = {"company_id": row.id, "kind": row.kind, "state": "met", "changed_at": now}
        connection.execute(sa.insert(qualification).values(stands))


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
