"""Read the events of a company's bookings in the order they were learned, retractions among them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.pages import Page, decode_moment, page_of
from marketplace.logistics.models.cargo import Consignment, TransportEvent
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.models.network import Line
from marketplace.logistics.rules.states import CURRENT, Classifier

PAGE: Final = 200


@dataclass(frozen=True, slots=True)
class Mine:
    """A booking of the reader's that an event is about; ``house_waybill`` once the hub took its cargo in."""

    reference: str
    house_waybill: str | None


@dataclass(frozen=True, slots=True)
class FeedRow:
    """An event with the departure it belongs to and the reader's bookings it is about."""

    id: UUID
    code: int
    classifier: Classifier
    place_code: str | None
    event_at: datetime
    recorded_at: datetime
    retracts: UUID | None
    departure: str
    bookings: tuple[Mine, ...]


def feed(
    session: Session,
    *,
    company_id: UUID,
    since: datetime | None = None,
    cursor: str | None = None,
    size: int = PAGE,
    latest_first: bool = False,
) -> Page[FeedRow]:
    """Return the events of bookings that a company sends, receives or carries, learned after an instant."""
    wanted = _events().where(_is_about(company_id))
    if since is not None:
        wanted = wanted.where(TransportEvent.recorded_at > since)
    if cursor is not None:
        at, last = decode_moment(cursor)
        here = sa.and_(TransportEvent.recorded_at == at, TransportEvent.id > last)
        wanted = wanted.where(sa.or_(TransportEvent.recorded_at > at, here))
    order = (TransportEvent.recorded_at, TransportEvent.id)
    ordered = wanted.order_by(*(column.desc() for column in order) if latest_first else order)
    rows = session.execute(ordered.limit(size + 1)).all()
    page = page_of(rows, size, lambda row: (row.recorded_at.isoformat(), str(row.id)))
    mine = _bookings(session, page.items, company_id)
    return page.map(lambda row: _row(row, mine))


def one(session: Session, *, event_id: UUID, company_id: UUID) -> FeedRow | None:
    """Return an event as a company sees it; None where it is about nothing of that company's any more."""
    found = session.execute(_events().where(TransportEvent.id == event_id, _is_about(company_id))).one_or_none()
    return None if found is None else _row(found, _bookings(session, (found,), company_id))


def companies_of(session: Session, *, event_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Return who sends, receives or carries something that each of these events is about."""
    found: dict[UUID, set[UUID]] = {}
    rows = session.execute(
        sa.select(TransportEvent.id, Booking.shipper_company_id, Booking.consignee_company_id, Line.carrier_company_id)
        .select_from(TransportEvent)
        .outerjoin(Booking, _BOOKED)
        .join(Departure, Departure.id == sa.func.coalesce(TransportEvent.departure_id, Booking.departure_id))
        .join(Line, Line.id == Departure.line_id)
        .where(TransportEvent.id.in_(event_ids))
    )
    for event_id, *companies in rows:
        found.setdefault(event_id, set()).update(company for company in companies if company is not None)
    return found


_BOOKED: Final = sa.or_(
    TransportEvent.booking_id == Booking.id,
    sa.and_(TransportEvent.departure_id == Booking.departure_id, Booking.state.in_(CURRENT)),
)


def _is_about(company_id: UUID) -> sa.ColumnElement[bool]:
    party = sa.or_(Booking.shipper_company_id == company_id, Booking.consignee_company_id == company_id)
    return sa.or_(sa.exists().where(_BOOKED, party), Line.carrier_company_id == company_id)


def _events() -> sa.Select[*tuple[Any, ...]]:
    booked = sa.select(Booking.departure_id).where(Booking.id == TransportEvent.booking_id).scalar_subquery()
    return (
        sa.select(*sa.inspect(TransportEvent).columns, Departure.reference.label("departure"))
        .select_from(TransportEvent)
        .join(Departure, Departure.id == sa.func.coalesce(TransportEvent.departure_id, booked))
        .join(Line, Line.id == Departure.line_id)
    )


def _bookings(session: Session, rows: Collection[Any], company_id: UUID) -> Mapping[UUID, tuple[Mine, ...]]:
    party = sa.or_(
        Booking.shipper_company_id == company_id,
        Booking.consignee_company_id == company_id,
        Line.carrier_company_id == company_id,
    )
    found: dict[UUID, list[Mine]] = {}
    asked = session.execute(
        sa.select(TransportEvent.id, Booking.reference, Consignment.house_waybill)
        .select_from(TransportEvent)
        .join(Booking, _BOOKED)
        .join(Departure, Departure.id == Booking.departure_id)
        .join(Line, Line.id == Departure.line_id)
        .outerjoin(Consignment, Consignment.booking_id == Booking.id)
        .where(TransportEvent.id.in_([row.id for row in rows]), party)
        .order_by(TransportEvent.id, Booking.reference)
    )
    for event_id, reference, waybill in asked:
        found.setdefault(event_id, []).append(Mine(reference, waybill))
    return {event_id: tuple(mine) for event_id, mine in found.items()}


def _row(row: Any, mine: Mapping[UUID, tuple[Mine, ...]]) -> FeedRow:
    return FeedRow(
        id=row.id,
        code=row.code,
        classifier=row.classifier,
        place_code=row.place_code,
        event_at=row.event_at,
        recorded_at=row.recorded_at,
        retracts=row.retracts,
        departure=row.departure,
        bookings=mine.get(row.id, ()),
    )
