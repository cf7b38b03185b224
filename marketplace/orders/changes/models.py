"""The table of changes that were proposed after placement."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json, insert_only
from marketplace.kernel.ids import new_id
from marketplace.orders.changes.rules import ChangeKind, ChangeState

_OPEN = sa.text("state = 'proposed'")
_OPEN_OF_ORDER = sa.text("state IN ('proposed', 'agreed') AND line_id IS NULL")


class OrderChange(Base):
    """A change that one side proposed: one at a time is open for a line, and one of a kind for the order as a whole."""

    __tablename__ = "order_change"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("trade_order.id"), index=True)
    line_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("order_line.id"), index=True)
    kind: Mapped[ChangeKind] = mapped_column(StateColumn(ChangeKind))
    proposer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    answerer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    terms: Mapped[dict[str, Any]] = mapped_column(Json)
    currency: Mapped[str] = mapped_column(sa.String(3))
    delta_minor: Mapped[int] = mapped_column(sa.BigInteger)
    content_hash: Mapped[str] = mapped_column(sa.String(64))
    state: Mapped[ChangeState] = mapped_column(StateColumn(ChangeState))
    deadline_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # From when on an account that both agreed to may be paid into.
    binds_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The line that an accepted ``add`` made.
    new_line_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("order_line.id"), index=True)

    __table_args__ = (
        sa.CheckConstraint("proposer_id != answerer_id", name="two_sides"),
        sa.CheckConstraint("(ended_at IS NULL) = (state IN ('proposed', 'agreed'))", name="ended"),
        sa.CheckConstraint("(kind IN ('cancel', 'plan', 'payee')) = (line_id IS NULL)", name="line"),
        sa.CheckConstraint("(kind = 'payee') = (binds_from IS NOT NULL)", name="binds_from"),
        sa.CheckConstraint("kind = 'payee' OR state NOT IN ('agreed', 'stopped')", name="waits"),
        sa.CheckConstraint("new_line_id IS NULL OR (kind = 'add' AND state = 'accepted')", name="new_line"),
        sa.Index("ix_order_change_state_deadline_at", "state", "deadline_at"),
        sa.Index("ix_order_change_answerer_id_state", "answerer_id", "state"),
        sa.Index("ix_order_change_state_binds_from", "state", "binds_from"),
        sa.Index("uq_order_change_line", "line_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        sa.Index(
            "uq_order_change_order",
            "order_id",
            "kind",
            unique=True,
            sqlite_where=_OPEN_OF_ORDER,
            postgresql_where=_OPEN_OF_ORDER,
        ),
    )


class OrderChangeStop(Base):
    """Why the operator stopped another account before it was paid into: words, kept apart from everything else."""

    __tablename__ = "order_change_stop"

    change_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_change.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(sa.Text)
    person_id: Mapped[UUID] = mapped_column(sa.Uuid)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


insert_only(OrderChangeStop)
