"""Read what is to be done in centres, page by page, what waits longest or is due first at the front of each task."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.centre_sales.models import CentreCollection, CentreSale
from marketplace.distribution.centre_sales.rules import FETCHABLE, SaleState
from marketplace.distribution.centre_work.rules import SOON, Task, left, place
from marketplace.kernel.errors import Refused
from marketplace.kernel.pages import Page, page_of
from marketplace.logistics.borders.queries import forecasts
from marketplace.logistics.centres.models import Centre, CentreArrival, CentreCount, CentreLot, LotTransfer
from marketplace.logistics.centres.rules.counts import ArrivalState, CountState, TransferState
from marketplace.logistics.models.cargo import Consignment
from marketplace.logistics.models.departures import Booking, Departure, DepartureStop
from marketplace.logistics.rules.states import BookingState
from marketplace.orders.models import Order, OrderLine

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A thing to be done; ``id`` is of the announcement, transfer, sale, count sheet or lot whose form does it.

    ``at``: since when it waits, until when it is due, or when it is expected; of bond ``day`` is the last one. A count
    has no goods. ``owner_id``: whose goods they are, of a sale who fetches them.
    """

    task: Task
    id: UUID
    reference: str
    centre_id: UUID
    listing_id: UUID | None
    quantity: int | None
    unit: str | None
    owner_id: UUID | None
    number: str | None  # of the house waybill, the transit, the order or the entry
    departure_id: UUID | None
    departure: str | None
    place_code: str | None
    at: datetime | None
    day: date | None


def work(
    session: Session,
    *,
    centre_ids: Collection[UUID],
    now: datetime,
    task: Task | None = None,
    cursor: str | None = None,
    size: int = PAGE,
) -> Page[WorkRow]:
    """Return what is to be done in some centres, of one task or of all in their order.

    The number of questions is that of the tasks at most; another list's or another task's cursor is refused.
    """
    last = place(cursor) if cursor else None
    found: list[WorkRow] = []
    for one in left(task, last[0] if last else None):
        wanted = _WANTED[one](centre_ids, now)
        if last is not None and one is last[0]:
            wanted = _after(wanted, one, last[1], last[2])
        rows = session.execute(wanted.limit(size + 1 - len(found)))
        found += [WorkRow(task=one, **row._asdict()) for row in rows]
        if len(found) > size:
            break
    page = page_of(found, size, lambda row: (str(row.task), _moment(row), str(row.id)))
    return Page(_expected(session, page.items), page.next)


def counts(session: Session, *, centre_ids: Collection[UUID], now: datetime) -> dict[Task, int]:
    """Return how many things are to be done of each task, in one question."""
    columns = [
        sa.select(sa.func.count())
        .select_from(wanted(centre_ids, now).order_by(None).subquery())
        .scalar_subquery()
        .label(task.value)
        for task, wanted in _WANTED.items()
    ]
    row = session.execute(sa.select(*columns)).one()
    return dict(zip(_WANTED, map(int, row), strict=True))


def _expected(session: Session, rows: tuple[WorkRow, ...]) -> tuple[WorkRow, ...]:
    """Return the rows with what was noted last of when their lorries arrive, in place of the plan."""
    ids = {row.departure_id for row in rows if row.task is Task.COMES and row.departure_id is not None}
    if not ids:
        return rows
    known = forecasts.expected(session, departure_ids=ids)
    return tuple(
        replace(row, at=known[row.departure_id].get(row.place_code or "", row.at))
        if row.task is Task.COMES and row.departure_id is not None
        else row
        for row in rows
    )


def _moment(row: WorkRow) -> str:
    if row.day is not None:
        return row.day.isoformat()
    return "" if row.at is None else row.at.isoformat()


def _after(wanted: Any, task: Task, at: str, last: UUID) -> Any:
    """Return what follows a row in the order of a task: moment, then id."""
    moment, key = wanted.selected_columns["day" if task is Task.BOND else "at"], wanted.selected_columns["id"]
    try:
        value = date.fromisoformat(at) if task is Task.BOND else datetime.fromisoformat(at).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused.field("cursor", "cursor", "the value of `next` of the page before") from None
    return wanted.where(sa.or_(moment > value, sa.and_(moment == value, key > last)))


def _announced(centre_ids: Collection[UUID], *, is_there: bool) -> sa.Select[*tuple[Any, ...]]:
    """Return announced goods: those that can be taken in, or those that are on a lorry, with when it is planned."""
    at = CentreArrival.announced_at if is_there else sa.func.coalesce(DepartureStop.eta, Departure.arrives_at)
    there = sa.or_(Booking.id.is_(None), Booking.state.in_((BookingState.ARRIVED, BookingState.COMPLETED)))
    return (
        sa.select(
            CentreArrival.id,
            CentreArrival.reference,
            CentreArrival.centre_id,
            CentreArrival.listing_id,
            CentreArrival.quantity,
            CentreArrival.unit,
            CentreArrival.company_id.label("owner_id"),
            Consignment.house_waybill.label("number"),
            Departure.id.label("departure_id"),
            Departure.reference.label("departure"),
            Centre.place_code,
            at.label("at"),
            _NO_DAY,
        )
        .join(Centre, Centre.id == CentreArrival.centre_id)
        .outerjoin(Consignment, Consignment.id == CentreArrival.consignment_id)
        .outerjoin(Booking, Booking.id == Consignment.booking_id)
        .outerjoin(Departure, Departure.id == Booking.departure_id)
        .outerjoin(
            DepartureStop,
            sa.and_(DepartureStop.departure_id == Departure.id, DepartureStop.place_code == Centre.place_code),
        )
        .where(CentreArrival.centre_id.in_(centre_ids), CentreArrival.state == ArrivalState.ANNOUNCED)
        .where(there if is_there else sa.not_(there))
        .order_by(at, CentreArrival.id)
    )


def _transfers(centre_ids: Collection[UUID], _now: datetime) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            LotTransfer.id,
            LotTransfer.reference,
            LotTransfer.to_centre_id.label("centre_id"),
            CentreLot.listing_id,
            LotTransfer.quantity,
            CentreLot.unit,
            CentreLot.company_id.label("owner_id"),
            LotTransfer.transit_reference.label("number"),
            *_NO_LORRY,
            LotTransfer.sent_at.label("at"),
            _NO_DAY,
        )
        .join(CentreLot, CentreLot.id == LotTransfer.lot_id)
        .where(LotTransfer.to_centre_id.in_(centre_ids), LotTransfer.state == TransferState.SENT)
        .order_by(LotTransfer.sent_at, LotTransfer.id)
    )


def _to_leave(centre_ids: Collection[UUID], *states: SaleState) -> sa.Select[*tuple[Any, ...]]:
    """Return the sales of which all or the rest is still there, with how much that is."""
    at = sa.func.coalesce(CentreSale.due_at, CentreSale.placed_at)
    wanted = _sales(centre_ids, CentreSale.quantity - CentreSale.handed, at)
    return wanted.where(CentreSale.state.in_(states))


def _to_come(centre_ids: Collection[UUID]) -> sa.Select[*tuple[Any, ...]]:
    """Return the sales of which something left and has not come yet, since the first of it did."""
    gone = (
        sa.select(
            CentreCollection.sale_id,
            sa.func.sum(CentreCollection.quantity).label("quantity"),
            sa.func.min(CentreCollection.handed_at).label("at"),
        )
        .where(CentreCollection.delivered_at.is_(None))
        .group_by(CentreCollection.sale_id)
        .subquery()
    )
    quantity = sa.cast(gone.c.quantity, sa.BigInteger())
    return _sales(centre_ids, quantity, gone.c.at).join(gone, gone.c.sale_id == CentreSale.id)


def _sales(
    centre_ids: Collection[UUID], quantity: sa.ColumnElement[int], at: sa.ColumnElement[datetime]
) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            CentreSale.id,
            CentreSale.reference,
            CentreSale.centre_id,
            OrderLine.listing_id,
            quantity.label("quantity"),
            OrderLine.unit,
            CentreSale.buyer_id.label("owner_id"),
            Order.reference.label("number"),
            *_NO_LORRY,
            at.label("at"),
            _NO_DAY,
        )
        .join(Order, Order.id == CentreSale.order_id)
        .join(OrderLine, OrderLine.id == CentreSale.line_id)
        .where(CentreSale.centre_id.in_(centre_ids))
        .order_by(at, CentreSale.id)
    )


def _counts(centre_ids: Collection[UUID], _now: datetime) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            CentreCount.id,
            CentreCount.reference,
            CentreCount.centre_id,
            sa.null().label("listing_id"),
            sa.null().label("quantity"),
            sa.null().label("unit"),
            sa.null().label("owner_id"),
            sa.null().label("number"),
            *_NO_LORRY,
            CentreCount.opened_at.label("at"),
            _NO_DAY,
        )
        .where(CentreCount.centre_id.in_(centre_ids), CentreCount.state.in_((CountState.OPEN, CountState.WAITING)))
        .order_by(CentreCount.opened_at, CentreCount.id)
    )


def _ending(centre_ids: Collection[UUID], now: datetime) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            CentreLot.id,
            CentreLot.reference,
            CentreLot.centre_id,
            CentreLot.listing_id,
            CentreLot.on_hand.label("quantity"),
            CentreLot.unit,
            CentreLot.company_id.label("owner_id"),
            CentreLot.entry_number.label("number"),
            *_NO_LORRY,
            sa.null().label("at"),
            CentreLot.bonded_until.label("day"),
        )
        .where(
            CentreLot.centre_id.in_(centre_ids),
            CentreLot.on_hand > 0,
            CentreLot.bonded_until <= now.date() + timedelta(days=SOON),
        )
        .order_by(CentreLot.bonded_until, CentreLot.id)
    )


_NO_DAY: Final = sa.null().label("day")
_NO_LORRY: Final = (sa.null().label("departure_id"), sa.null().label("departure"), sa.null().label("place_code"))
_WANTED: Final = {
    Task.RECEIVE: lambda ids, _now: _announced(ids, is_there=True),
    Task.TRANSFER: _transfers,
    Task.HAND_OVER: lambda ids, _now: _to_leave(ids, *FETCHABLE),
    Task.DELIVER: lambda ids, _now: _to_come(ids),
    Task.RELEASE: lambda ids, _now: _to_leave(ids, SaleState.TO_RELEASE),
    Task.COUNT: _counts,
    Task.BOND: _ending,
    Task.COMES: lambda ids, _now: _announced(ids, is_there=False),
}
