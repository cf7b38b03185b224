"""Read what was declared of consignments, what was amended, and who declares for a departure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company
from marketplace.kernel.errors import NotFound
from marketplace.logistics.models.departures import Booking
from marketplace.logistics.road.models.customs import AmendmentDue, Declaration, DeclarationAmendment, DepartureBroker
from marketplace.logistics.road.rules.declared import Change, Lodged, Side


@dataclass(frozen=True, slots=True)
class BrokerRow:
    """Who declares for a departure on a side."""

    company_id: UUID
    company: str
    side: Side
    since: datetime


@dataclass(frozen=True, slots=True)
class AmendmentRow:
    """A change that customs took; ``used_at`` None: the consignment may still be changed so, once."""

    change: Change
    number: str
    cartons: int | None
    recorded_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeclarationRow:
    """A declaration that was lodged, with its amendments; ``due``: changes that are still to be amended."""

    id: UUID
    booking_id: UUID
    side: Side
    number: str
    lodged_on: date
    cartons: int
    company_id: UUID
    amendments: tuple[AmendmentRow, ...]
    due: tuple[Change, ...]


def lodged_of(session: Session, *, booking_ids: Collection[UUID]) -> dict[UUID, tuple[Lodged, ...]]:
    """Return what was declared of these bookings as the rules see it; one that is not declared is missing."""
    rows = session.execute(
        sa.select(Declaration.id, Declaration.booking_id, Declaration.side, Declaration.number, Declaration.cartons)
        .where(Declaration.booking_id.in_(booking_ids))
        .order_by(Declaration.side)
    ).all()
    if not rows:
        return {}
    keys = [row.id for row in rows]
    amended = _changes(
        session,
        sa.select(DeclarationAmendment.declaration_id, DeclarationAmendment.change).where(
            DeclarationAmendment.declaration_id.in_(keys), DeclarationAmendment.used_at.is_(None)
        ),
    )
    due = _changes(
        session,
        sa.select(AmendmentDue.declaration_id, AmendmentDue.change).where(
            AmendmentDue.declaration_id.in_(keys), AmendmentDue.amended_at.is_(None)
        ),
    )
    found: dict[UUID, tuple[Lodged, ...]] = {}
    for row in rows:
        one = Lodged(
            row.id,
            row.side,
            row.number,
            row.cartons,
            frozenset(amended.get(row.id, ())),
            frozenset(due.get(row.id, ())),
        )
        found[row.booking_id] = (*found.get(row.booking_id, ()), one)
    return found


def declarations_of(session: Session, *, booking_ids: Collection[UUID]) -> dict[UUID, tuple[DeclarationRow, ...]]:
    """Return the declarations of these bookings with every amendment, export first."""
    rows = session.scalars(
        sa.select(Declaration).where(Declaration.booking_id.in_(booking_ids)).order_by(Declaration.side)
    ).all()
    keys = [row.id for row in rows]
    amendments: dict[UUID, list[AmendmentRow]] = {}
    for row in session.scalars(
        sa.select(DeclarationAmendment)
        .where(DeclarationAmendment.declaration_id.in_(keys))
        .order_by(DeclarationAmendment.id)
    ):
        amendments.setdefault(row.declaration_id, []).append(
            AmendmentRow(row.change, row.number, row.cartons, row.recorded_at, row.used_at)
        )
    due = _changes(
        session,
        sa.select(AmendmentDue.declaration_id, AmendmentDue.change)
        .where(AmendmentDue.declaration_id.in_(keys), AmendmentDue.amended_at.is_(None))
        .order_by(AmendmentDue.id),
    )
    found: dict[UUID, tuple[DeclarationRow, ...]] = {}
    for row in rows:
        made = DeclarationRow(
            row.id,
            row.booking_id,
            row.side,
            row.number,
            row.lodged_on,
            row.cartons,
            row.company_id,
            tuple(amendments.get(row.id, ())),
            tuple(due.get(row.id, ())),
        )
        found[row.booking_id] = (*found.get(row.booking_id, ()), made)
    return found


def declared(session: Session, *, departure_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return which bookings on these departures are declared."""
    return frozenset(
        session.scalars(
            sa.select(Declaration.booking_id)
            .join(Booking, Booking.id == Declaration.booking_id)
            .where(Booking.departure_id.in_(departure_ids))
        )
    )


def departure_of(session: Session, *, declaration_id: UUID) -> UUID:
    """Return the departure on which what was declared rides; NotFound ``declaration``."""
    found = session.scalars(
        sa.select(Booking.departure_id)
        .join(Declaration, Declaration.booking_id == Booking.id)
        .where(Declaration.id == declaration_id)
    ).one_or_none()
    if found is None:
        raise NotFound("declaration")
    return found


def brokers_of(session: Session, *, departure_id: UUID) -> tuple[BrokerRow, ...]:
    """Return who declares for a departure, export first."""
    rows = session.execute(
        sa.select(DepartureBroker.company_id, Company.name, DepartureBroker.side, DepartureBroker.since)
        .join(Company, Company.id == DepartureBroker.company_id)
        .where(DepartureBroker.departure_id == departure_id)
        .order_by(DepartureBroker.side)
    )
    return tuple(BrokerRow(*row) for row in rows)


def _changes(session: Session, statement: sa.Select[UUID, Change]) -> dict[UUID, list[Change]]:
    found: dict[UUID, list[Change]] = {}
    for declaration_id, change in session.execute(statement):
        found.setdefault(declaration_id, []).append(change)
    return found
