"""Letters of weeks; lines of before keep the windows of their placement."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.columns import UtcDateTime
from marketplace.kernel.db import Json

revision: str = "5a0c7e4b91d3"
down_revision: str | None = "d62a673ce2e1"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_AT_ONCE = 1_000
# Settings and classes as they were when this was written.
_DEFAULTS: Final = {
    "ACCEPTANCE_DAYS": 7,
    "ACCEPTANCE_FRESH_HOURS": 24,
    "ACCEPTANCE_MACHINERY_DAYS": 15,
    "HIDDEN_DEFECT_DAYS": 14,
    "HIDDEN_DEFECT_FRESH_DAYS": 3,
    "HIDDEN_DEFECT_MACHINERY_DAYS": 60,
    "LATE_DAY_BASIS_POINTS": 50,
    "LATE_MOST_BASIS_POINTS": 1_000,
}
_MACHINERY: Final = (
    "84", "86", "8501", "8502", "8515", "8701", "8702", "8703", "8704", "8705", "8709", "8710", "8711", "8716",
)  # fmt: skip
_line = sa.table(
    "order_line",
    sa.column("id", sa.Uuid),
    sa.column("order_id", sa.Uuid),
    sa.column("fresh", sa.Boolean),
    sa.column("hs_code", sa.String),
    sa.column("windows", Json),
)
_order = sa.table("trade_order", sa.column("id", sa.Uuid), sa.column("placed_at", UtcDateTime))
_setting = sa.table(
    "dated_setting", sa.column("key", sa.String), sa.column("value", Json), sa.column("valid_from", UtcDateTime)
)


def upgrade() -> None:
    """Bring the schema forward; lines that keep no windows get those that the settings gave when they were ordered."""
    op.create_table(
        "week_letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.String(length=32), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("told_week", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_week_letter_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_week_letter")),
        sa.UniqueConstraint("company_id", "person_id", name=op.f("uq_week_letter_company_id_person_id")),
    )
    op.create_index(op.f("ix_week_letter_next_at"), "week_letter", ["next_at"])
    op.create_index(op.f("ix_week_letter_person_id"), "week_letter", ["person_id"])
    _freeze(op.get_bind())


def _freeze(connection: sa.Connection) -> None:
    known = connection.execute(
        sa.select(_setting).where(_setting.c.key.in_(_DEFAULTS)).order_by(_setting.c.valid_from)
    ).all()
    last = UUID(int=0)
    while True:
        found = connection.execute(
            sa.select(_line.c.id, _line.c.fresh, _line.c.hs_code, _order.c.placed_at)
            .join_from(_line, _order, _order.c.id == _line.c.order_id)
            # A column of JSON holds SQL's NULL or, where somebody wrote None into it, the one of JSON.
            .where(sa.or_(_line.c.windows.is_(None), sa.cast(_line.c.windows, sa.Text) == "null"), _line.c.id > last)
            .order_by(_line.c.id)
            .limit(_AT_ONCE)
        ).all()
        if not found:
            return
        last = found[-1].id
        for row in found:
            values = _DEFAULTS | {each.key: int(each.value) for each in known if each.valid_from <= row.placed_at}
            connection.execute(
                sa.update(_line)
                .where(_line.c.id == row.id)
                .values(windows=_windows(fresh=row.fresh, hs_code=row.hs_code, values=values))
            )


def _windows(*, fresh: bool, hs_code: str, values: dict[str, int]) -> dict[str, Any]:
    if fresh:
        commodity, end = "fresh", "_FRESH"
    elif hs_code.startswith(_MACHINERY):
        commodity, end = "machinery", "_MACHINERY"
    else:
        commodity, end = "standard", ""
    return {
        "commodity": commodity,
        "hours": values["ACCEPTANCE_FRESH_HOURS"] if fresh else None,
        "days": None if fresh else values[f"ACCEPTANCE{end}_DAYS"],
        "hidden_days": values[f"HIDDEN_DEFECT{end}_DAYS"],
        "late_day_bp": values["LATE_DAY_BASIS_POINTS"],
        "late_most_bp": values["LATE_MOST_BASIS_POINTS"],
    }


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError
