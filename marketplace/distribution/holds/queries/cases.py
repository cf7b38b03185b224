"""Read the holds of a departure, and what waits to be shared out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.costs.models import CostItem
from marketplace.distribution.holds.models import HoldAboard, HoldCase, HoldCost
from marketplace.distribution.holds.queries.table import bearing_of
from marketplace.distribution.holds.rules.bearing import Act, Bearing
from marketplace.kernel.errors import Refused
from marketplace.kernel.money import Money
from marketplace.logistics.models.departures import Booking
from marketplace.logistics.rules.states import HoldCause


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A hold with the rule that it began under; ``waiting`` are the costs of which nobody is charged yet."""

    id: UUID
    departure_id: UUID
    cause: HoldCause
    bearing: Bearing
    booking: str | None
    began_at: datetime
    ended_at: datetime | None
    aboard: tuple[tuple[UUID, str], ...]
    waiting: tuple[Money, ...]


def of_departure(session: Session, *, departure_id: UUID) -> tuple[CaseRow, ...]:
    """Return the holds of a departure, the latest first."""
    wanted = sa.select(HoldCase).where(HoldCase.departure_id == departure_id).order_by(HoldCase.id.desc())
    return tuple(_row(session, case) for case in session.scalars(wanted).all())


def latest(session: Session, *, departure_id: UUID, cause: HoldCause) -> HoldCase | None:
    """Return the last hold of a departure by a class of causes, None where there was none."""
    wanted = sa.select(HoldCase).where(HoldCase.departure_id == departure_id, HoldCase.cause == cause)
    return session.scalars(wanted.order_by(HoldCase.id.desc()).limit(1)).first()


def of_moved(session: Session, *, departure_id: UUID, booking: str) -> HoldCase | None:
    """Return the hold in which a consignment was taken off a departure last, None where it was not."""
    wanted = (
        sa.select(HoldCase)
        .join(HoldCost, HoldCost.case_id == HoldCase.id)
        .join(Booking, Booking.id == HoldCost.moved_id)
        .where(HoldCase.departure_id == departure_id, Booking.reference == booking, HoldCost.act == Act.OFF_LOADING)
    )
    return session.scalars(wanted.order_by(HoldCase.id.desc()).limit(1)).first()


def aboard(session: Session, *, case_id: UUID, booking: str) -> UUID:
    """Return a consignment by its number that was aboard when a hold began; Refused ``booking`` for another."""
    rows = session.execute(
        sa.select(Booking.reference, Booking.id)
        .join(HoldAboard, HoldAboard.booking_id == Booking.id)
        .where(HoldAboard.case_id == case_id)
        .order_by(Booking.reference)
    )
    found: dict[str, UUID] = {row.reference: row.id for row in rows}
    if booking not in found:
        raise Refused.field("booking", "choice", ", ".join(found))
    return found[booking]


def _row(session: Session, case: HoldCase) -> CaseRow:
    aboard: Sequence[tuple[UUID, str]] = [
        (row.id, row.reference)
        for row in session.execute(
            sa.select(Booking.id, Booking.reference)
            .join(HoldAboard, HoldAboard.booking_id == Booking.id)
            .where(HoldAboard.case_id == case.id)
            .order_by(Booking.reference)
        )
    ]
    waiting = session.execute(
        sa.select(CostItem.currency, sa.func.sum(CostItem.amount_minor).label("minor"))
        .join(HoldCost, HoldCost.item_id == CostItem.id)
        .where(HoldCost.case_id == case.id, HoldCost.shared_at.is_(None), CostItem.voided_at.is_(None))
        .group_by(CostItem.currency)
        .order_by(CostItem.currency)
    )
    return CaseRow(
        id=case.id,
        departure_id=case.departure_id,
        cause=case.cause,
        bearing=bearing_of(session, case=case),
        booking=dict(aboard).get(case.booking_id) if case.booking_id else None,
        began_at=case.began_at,
        ended_at=case.ended_at,
        aboard=tuple(aboard),
        waiting=tuple(Money(int(row.minor), row.currency) for row in waiting),
    )
