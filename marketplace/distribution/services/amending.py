"""What buyer and merchant agree to change of an order reaches its room on lorries, its freight and its contract."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.catalog.rules.packing import load_of
from marketplace.distribution import queries
from marketplace.distribution.hires import queries as hires
from marketplace.distribution.models import LineBooking
from marketplace.distribution.onward import queries as rides
from marketplace.distribution.onward.services import keeping as onward
from marketplace.distribution.queries import FreightRow
from marketplace.distribution.rules.freight import (
    ContractState,
    FreightLine,
    LineSpace,
    repriced,
)
from marketplace.distribution.rules.shipments import shipment_of
from marketplace.distribution.services import agreeing, contracts, loads, papers, shipments
from marketplace.distribution.services import booking as bookings
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.errors import Conflict
from marketplace.kernel.money import Money
from marketplace.kernel.quantity import Load
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries import departures
from marketplace.logistics.queries import options as option_queries
from marketplace.logistics.road.rules.declared import Change
from marketplace.logistics.road.services import locks
from marketplace.logistics.services.space import claims, rolling
from marketplace.orders.events import LineAdded, LineLessened, LineReplaced, OrderAmended
from marketplace.orders.queries import lines as line_queries
from marketplace.orders.queries import orders
from marketplace.orders.queries.lines import LineRow
from marketplace.orders.queries.orders import OrderRow
from marketplace.orders.services import papers as order_papers
from marketplace.orders.services import replacing
from marketplace.papers import services as paper_services

# Where nothing is charged, something decides the weight all the same.
_NOTHING: Final = "gross"


def on_line_lessened(session: Session, event: LineLessened) -> None:
    """Give back the room of units that were taken off a line, and lower its freight by the tariff that was agreed."""
    line = _line(session, event.order_id, event.line_id)
    load = load_of(event.left, line.packing) if event.left and line.packing else None
    if not event.left:
        bookings.give_back(session, line_id=line.id, reason="order_change", now=event.at)
    else:
        _shrink(session, line, event.left, load, event.at)
    ride = rides.of_lines(session, line_ids=[line.id]).get(line.id)
    is_shared = False
    for contract in queries.contracts_of(session, order_ids=[event.order_id])[event.order_id]:
        carries = contract.claim_id is None and line.id in {one.line_id for one in contract.lines}
        subject = ride.id if ride is not None and contract.tariff_id == ride.tariff_id else line.id
        if contract.state is not ContractState.AGREED or not carries:
            continue
        if shipment_of(contract.terms, line.id) is not None:
            is_shared = True
            if event.left:
                continue
        # Freight that is a share of a whole lorry's price is shared anew.
        if not event.left or not _is_hired(session, subject):
            _lower(session, contract, line.id, event.left, load, event.at)
    if is_shared:
        shipments.settle(session, order_id=event.order_id, lessened={line.id: load} if load else None, now=event.at)


def on_line_added(session: Session, event: LineAdded) -> None:
    """Book room for a line that both sides agreed to add, and agree its freight; it is secured as its order is.

    Conflict ``capacity``, ``cutoff``, ``departure_closed``, ``not_served``, ``other_hub``, ``no_tariff`` or
    ``no_payee``: the change is not accepted then, and nothing of it remains.
    """
    order = orders.by_id(session, order_ids=[event.order_id])[event.order_id]
    line = _line(session, order.id, event.line_id)
    like = booking_queries.bookings(session, subjects=[event.like_id])[event.like_id][-1]
    departure = departures.departure(session, departure_id=event.departure_id, now=event.at)
    before = departures.departure(session, departure_id=like.departure_id, now=event.at)
    if departure.hub_code != before.hub_code:
        raise Conflict("other_hub", departure=departure.id, hub=before.hub_code)
    if line.packing is None:
        raise Conflict("not_packed", listing=line.listing_id)
    space = LineSpace(
        line_id=line.id,
        departure_id=departure.id,
        to_place=rides.goes_to(session, booking=like),
        load=load_of(line.quantity, line.packing),
        quantity=line.quantity,
        from_stock=line.lead_days is None,
        shipper_id=like.shipper_company_id,
        consignee_id=like.consignee_company_id,
        cargo=loads.cargo_of(session, line),
        hs_code=line.hs_code,
    )
    until = departure.cutoff_cargo_at if order.secured_at else order.confirm_by
    bookings.reserve(session, space=space, expires_at=until, now=event.at)
    made = bookings.currents(session, line_ids=[line.id])
    bookings.link(session, spaces=[space], bookings=made, now=event.at)
    loads.describe(session, carried=[(made[line.id], line)])
    if order.secured_at is not None and space.from_stock:
        claims.confirm(session, subject=line.id, now=event.at)
    agreement = agreeing.agreement(session, order, space, event.at)
    (contract,) = contracts.agree(session, agreements=[agreement], actor=SYSTEM, now=event.at)
    papers.issue_freight_contract(session, contract=contract, actor=SYSTEM, now=event.at)


def on_line_replaced(session: Session, event: LineReplaced) -> None:
    """Book goods that replace others on the next lorry of the same way that has room; who answers pays the freight.

    Where no lorry takes them the line is given up: they are sent otherwise, or paid for when their time is over.
    """
    order = orders.by_id(session, order_ids=[event.order_id])[event.order_id]
    line = _line(session, order.id, event.line_id)
    like = booking_queries.bookings(session, subjects=[event.like_id])[event.like_id][-1]
    hub = departures.departure(session, departure_id=like.departure_id, now=event.at).hub_code
    load = load_of(line.quantity, line.packing) if line.packing else like.load
    ready_at = _ready_from(line, event.at)
    to_place = rides.goes_to(session, booking=like)
    found = option_queries.options(session, hub_code=hub, to_place=to_place, load=load, after=ready_at, now=event.at)
    cargo = loads.cargo_of(session, line)
    for option in found:
        space = LineSpace(
            line_id=line.id,
            departure_id=option.departure_id,
            to_place=to_place,
            load=load,
            quantity=line.quantity,
            from_stock=line.lead_days is None,
            shipper_id=like.shipper_company_id,
            consignee_id=like.consignee_company_id,
            cargo=cargo,
            hs_code=line.hs_code,
        )
        try:
            with session.begin_nested():
                _book(session, order, space, event)
        except Conflict:
            continue
        return
    if line.replaces_id is not None:
        replacing.give_up(session, claim_id=line.replaces_id, now=event.at)


def _is_hired(session: Session, subject: UUID) -> bool:
    booking = bookings.current(session, line_id=subject)
    return booking is not None and hires.hire_with(session, booking_id=booking.id) is not None


def _ready_from(line: LineRow, now: datetime) -> datetime:
    """Return from when goods can be at the hub: at once from stock, else once they are made."""
    return now + timedelta(days=line.lead_days or 0)


def _book(session: Session, order: OrderRow, space: LineSpace, event: LineReplaced) -> None:
    departure = departures.departure(session, departure_id=space.departure_id, now=event.at)
    bookings.reserve(session, space=space, expires_at=departure.cutoff_cargo_at, now=event.at)
    made = bookings.currents(session, line_ids=[space.line_id])
    bookings.link(session, spaces=[space], bookings=made, now=event.at)
    loads.describe(session, carried=[(made[space.line_id], _line(session, order.id, space.line_id))])
    if space.from_stock:
        claims.confirm(session, subject=space.line_id, now=event.at)
    agreement = agreeing.agreement(session, order, space, event.at, payer_id=event.payer_id)
    (contract,) = contracts.agree(session, agreements=[agreement], actor=SYSTEM, now=event.at)
    papers.issue_freight_contract(session, contract=contract, actor=SYSTEM, now=event.at)


def on_order_amended(session: Session, event: OrderAmended) -> None:
    """Issue the sales contract's next version: what was signed before is of what was agreed before.

    While a deposit waits to be paid, the pro-forma that asks for it says the same.
    """
    lines = line_queries.lines_of(session, order_ids=[event.order_id])[event.order_id]
    found = booking_queries.bookings(session, subjects=[line.id for line in lines])
    references = {line_id: rows[-1].departure_reference for line_id, rows in found.items()}
    of_payment: Literal["sale", "purchase"] = "purchase" if event.of_purchase else "sale"
    only = of_payment if event.of_payment else None
    for issue in (order_papers.amended, order_papers.asked_anew):
        for paper in issue(session, order_id=event.order_id, departures=references, only=only, now=event.at):
            paper_services.issue_paper(session, paper=paper, actor=SYSTEM, now=event.at)


def _shrink(session: Session, line: LineRow, left: int, load: Load | None, now: datetime) -> None:
    """Shrink a line's booking; of a line that lost it, what will be booked again; a courier's line has none.

    Conflict ``declared_locked`` for goods that are declared.
    """
    rows = booking_queries.bookings(session, subjects=[line.id]).get(line.id)
    if not rows:
        return
    last = rows[-1]
    locks.check(session, booking_id=last.id, change=Change.REMOVE, now=now)
    if load is not None and last.state in bookings.WITHOUT_CARGO:
        rolling.adjust(session, booking_id=last.id, load=load, now=now)
    session.get_one(LineBooking, last.id).quantity = left
    session.flush()
    onward.measure(session, line_id=line.id, now=now)


def _lower(session: Session, contract: FreightRow, line_id: UUID, left: int, load: Load | None, now: datetime) -> None:
    """Lower a line's freight to what the frozen tariff says of its load; a contract that carries nothing more ends."""
    others = [one for one in contract.lines if one.line_id != line_id and one.amount]
    if not left and not others:
        contracts.end(session, contract_id=contract.id, actor=SYSTEM, now=now)
        return
    price = FreightLine(line_id=line_id, amount=Money.zero(contract.total.currency), chargeable_g=0, binding=_NOTHING)
    if left:
        if load is None:
            return
        price = repriced(contract.terms, line_id=line_id, load=load)
    changed = contracts.lower(session, contract_id=contract.id, line_id=line_id, price=price, actor=SYSTEM, now=now)
    if changed:
        row = queries.by_id(session, contract_id=contract.id)
        carried = replace(row, lines=tuple(one for one in row.lines if one.amount))
        papers.issue_freight_contract(session, contract=carried, actor=SYSTEM, now=now)


def _line(session: Session, order_id: UUID, line_id: UUID) -> LineRow:
    return next(row for row in line_queries.lines_of(session, order_ids=[order_id])[order_id] if row.id == line_id)
