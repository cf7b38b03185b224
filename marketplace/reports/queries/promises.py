"""What was promised to buyers for days on which its merchant is closed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.queries import closures
from marketplace.accounts.rules.closures import Closed, Part, Works
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.rules.states import CURRENT
from marketplace.orders.models import LinePart, Order, OrderLine
from marketplace.orders.rules.states import BEFORE_PACKING, PRODUCING, OrderState

_RUNNING: Final = (OrderState.PLACED, *PRODUCING)


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """A line whose goods are due while its merchant is closed.

    ``due_on`` is the ready day that was promised, where none was the day until which its lorry takes cargo.
    """

    line_id: UUID
    order_id: UUID
    order_reference: str
    buyer_id: UUID
    sku: str
    titles: Mapping[str, str]
    source_locale: str
    ready_date: date | None
    due_on: date
    closed: Closed


def while_closed(session: Session, *, company_id: UUID, now: datetime) -> tuple[PromiseRow, ...]:
    """Return what a company promised for days on which it is closed, by day: what is not packed of running orders.

    Goods made to order count while the factory is closed; all goods while the warehouse is, where they are handed over.
    Three queries, however many closures and lines.
    """
    works = closures.works(session, company_id=company_id, now=now)
    today = closures.local_day(works.country, now)
    ahead = [each for each in works.closures if each.last >= today]
    return _promised(session, company_id, works, ahead) if ahead else ()


def _promised(session: Session, company_id: UUID, works: Works, ahead: Collection[Closed]) -> tuple[PromiseRow, ...]:
    local = ZoneInfo(works.zone)
    first, last = min(each.first for each in ahead), max(each.last for each in ahead)
    begin, end = (datetime.combine(day, time.min, local) for day in (first, last + timedelta(days=1)))
    lorry = (
        sa.select(sa.func.min(Departure.cutoff_cargo_at))
        .join(Booking, Booking.departure_id == Departure.id)
        .where(Booking.subject == OrderLine.id, Booking.state.in_(CURRENT))
        .correlate(OrderLine)
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(OrderLine, Order.reference, Order.buyer_id, lorry.label("cutoff"))
        .join(Order, Order.id == OrderLine.order_id)
        .where(
            Order.merchant_id == company_id,
            Order.state.in_(_RUNNING),
            sa.exists().where(LinePart.line_id == OrderLine.id, LinePart.state.in_(BEFORE_PACKING)),
            sa.or_(
                OrderLine.ready_date.between(first, last),
                sa.and_(OrderLine.ready_date.is_(None), lorry >= begin, lorry < end),
            ),
        )
    ).all()
    found: list[PromiseRow] = []
    for line, reference, buyer_id, cutoff in rows:
        due = line.ready_date or cutoff.astimezone(local).date()
        closed = next((each for each in ahead if each.first <= due <= each.last and _touches(each, line)), None)
        if closed is not None:
            found.append(
                PromiseRow(
                    line_id=line.id,
                    order_id=line.order_id,
                    order_reference=reference,
                    buyer_id=buyer_id,
                    sku=line.sku,
                    titles=line.titles,
                    source_locale=line.source_locale,
                    ready_date=line.ready_date,
                    due_on=due,
                    closed=closed,
                )
            )
    return tuple(sorted(found, key=lambda row: (row.due_on, row.order_reference, row.sku)))


def _touches(closed: Closed, line: OrderLine) -> bool:
    return Part.WAREHOUSE in closed.parts or (Part.FACTORY in closed.parts and line.lead_days is not None)
