"""What goods come to that one side of an order proposes to add: their lorry, its freight, and their deposit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.queries import closures
from marketplace.catalog.rules.packing import load_of
from marketplace.distribution.onward import queries as rides
from marketplace.distribution.rules.freight import payer_of
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict
from marketplace.kernel.money import Money
from marketplace.logistics.queries import bookings, departures
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.logistics.services import freight
from marketplace.orders.changes.queries import ChangeRow
from marketplace.orders.queries import lines as line_queries
from marketplace.orders.queries import orders
from marketplace.orders.queries.lines import LineRow
from marketplace.orders.queries.orders import OrderRow
from marketplace.payments.queries import agreed
from marketplace.payments.rules import plans
from marketplace.payments.rules.terms import MilestoneEvent, Subject, SubjectKind


@dataclass(frozen=True, slots=True)
class Addition:
    """What is proposed to be added, as if it was accepted now.

    ``departure`` arrives at ``arrives_at``. ``freight`` is what the reader owes for it by the tariff of today, None
    where the other side carries it, or where no tariff is told. ``deposit`` is due until ``deposit_until``; None
    without one, and for a merchant of whom the trading company buys: it is another's.
    """

    departure: DepartureRow
    arrives_at: datetime
    freight: Money | None
    deposit: Money | None
    deposit_until: datetime | None


def of_changes(session: Session, rows: Sequence[ChangeRow], *, company_id: UUID) -> dict[UUID, Addition]:
    """Return what goods to be added come to for one side, by change; those without a lorry of now are left out."""
    now = clock.now()
    wanted = [(row, row.terms.departure) for row in rows if row.terms.departure]
    found = departures.departures_of(session, departure_ids={key for _row, key in wanted}, now=now) if wanted else {}
    return {row.id: _addition(session, row, found[key], company_id, now) for row, key in wanted if key in found}


def _addition(session: Session, row: ChangeRow, departure: DepartureRow, company_id: UUID, now: datetime) -> Addition:
    order = orders.order(session, company_id=company_id, order_id=row.order_id)
    line = next(one for one in line_queries.lines_for(session, order=order) if one.id == row.terms.line)
    booked = bookings.bookings(session, subjects=[line.id]).get(line.id)
    to_place = rides.goes_to(session, booking=booked[-1]) if booked else None
    stop = departure.stop_at(to_place) if to_place else None
    deposit, until = _deposit(session, order, row, line, departure, company_id, now)
    return Addition(
        departure=departure,
        arrives_at=stop.eta if stop else departure.arrives_at,
        freight=_freight(session, order, row, line, to_place, company_id, now) if to_place else None,
        deposit=deposit,
        deposit_until=until,
    )


def _freight(
    session: Session, order: OrderRow, row: ChangeRow, line: LineRow, to_place: str, company_id: UUID, now: datetime
) -> Money | None:
    payer = payer_of(order.incoterm, buyer_id=order.buyer_id, merchant_id=order.merchant_id)
    if payer != company_id or line.packing is None or row.terms.departure is None:
        return None
    load = load_of(row.terms.quantity or 0, line.packing)
    try:
        return freight.price(
            session, departure_id=row.terms.departure, to_place=to_place, load=load, now=now
        ).amount  # fmt: skip
    except Conflict:  # without a tariff it cannot be accepted, and says so then
        return None


def _deposit(
    session: Session,
    order: OrderRow,
    row: ChangeRow,
    line: LineRow,
    departure: DepartureRow,
    company_id: UUID,
    now: datetime,
) -> tuple[Money | None, datetime | None]:
    if order.is_resold and company_id != order.buyer_id:
        return None, None
    _shares, plan, _number = agreed.portions(session, subject=Subject(SubjectKind.ORDER, order.id))
    stage = plan.stage(MilestoneEvent.DEPOSIT)
    if stage is None:
        return None, None
    shares = plans.share_line(row.delta, plan=plan, commission_bp=0)
    amount = next((one.amount for one in shares if one.event is MilestoneEvent.DEPOSIT), None)
    if not amount:
        return None, None
    due = plans.due_at(stage, closures.works(session, company_id=order.buyer_id, now=now), now)
    return amount, due if line.lead_days is not None else min(due, departure.cutoff_cargo_at)
