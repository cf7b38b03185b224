"""What buyer and merchant agree to change of an order reaches its room on lorries, its freight and its contract."""

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.catalog.rules.packing import load_of
from marketplace.distribution import queries
from marketplace.distribution.models import LineBooking
from marketplace.distribution.queries import FreightRow
from marketplace.distribution.rules.freight import (
    ContractState,
    FreightAgreement,
    FreightLine,
    LineSpace,
    payer_of,
    repriced,
)
from marketplace.distribution.services import booking as bookings
from marketplace.distribution.services import contracts, papers
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.errors import Conflict
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.money import Money
from marketplace.kernel.quantity import Load
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries import departures
from marketplace.logistics.services import freight as tariffs
from marketplace.logistics.services.space import claims, rolling
from marketplace.merchants import queries as merchants
from marketplace.orders.events import LineAdded, LineLessened, OrderAmended
from marketplace.orders.queries import lines as line_queries
from marketplace.orders.queries import orders
from marketplace.orders.queries.lines import LineRow
from marketplace.orders.queries.orders import OrderRow
from marketplace.orders.services import paper_facts
from marketplace.orders.services import papers as order_papers
from marketplace.papers import services as paper_services
from marketplace.payments.rules.terms import Mode, PayeeAccount, Rail

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
    for contract in queries.contracts_of(session, order_ids=[event.order_id])[event.order_id]:
        if contract.state is ContractState.AGREED and line.id in {one.line_id for one in contract.lines}:
            _lower(session, contract, line.id, event.left, load, event.at)


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
        to_place=like.to_place,
        load=load_of(line.quantity, line.packing),
        quantity=line.quantity,
        from_stock=line.lead_days is None,
        shipper_id=like.shipper_company_id,
        consignee_id=like.consignee_company_id,
    )
    until = departure.cutoff_cargo_at if order.secured_at else order.confirm_by
    bookings.reserve(session, space=space, expires_at=until, now=event.at)
    made = bookings.currents(session, line_ids=[line.id])
    bookings.link(session, spaces=[space], bookings=made, now=event.at)
    if order.secured_at is not None and space.from_stock:
        claims.confirm(session, subject=line.id, now=event.at)
    agreement = _agreement(session, order, space, event.at)
    (contract,) = contracts.agree(session, agreements=[agreement], actor=SYSTEM, now=event.at)
    papers.issue_freight_contract(session, contract=contract, actor=SYSTEM, now=event.at)


def on_order_amended(session: Session, event: OrderAmended) -> None:
    """Issue the sales contract's next version: what was signed before is of what was agreed before."""
    lines = line_queries.lines_of(session, order_ids=[event.order_id])[event.order_id]
    found = booking_queries.bookings(session, subjects=[line.id for line in lines])
    references = {line_id: rows[-1].departure_reference for line_id, rows in found.items()}
    paper = order_papers.amended(session, order_id=event.order_id, departures=references, now=event.at)
    paper_services.issue_paper(session, paper=paper, actor=SYSTEM, now=event.at)


def _shrink(session: Session, line: LineRow, left: int, load: Load | None, now: datetime) -> None:
    """Shrink a line's booking; of a line that lost it, what will be booked again."""
    last = booking_queries.bookings(session, subjects=[line.id])[line.id][-1]
    if load is not None and last.state in bookings.WITHOUT_CARGO:
        rolling.adjust(session, booking_id=last.id, load=load, now=now)
    session.get_one(LineBooking, last.id).quantity = left
    session.flush()


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


def _agreement(session: Session, order: OrderRow, space: LineSpace, now: datetime) -> FreightAgreement:
    """Agree the freight of an added line by the tariff of today, paid by bank like the goods."""
    price = tariffs.price(session, departure_id=space.departure_id, to_place=space.to_place, load=space.load, now=now)
    payee = merchants.payee(session, company_id=price.carrier_company_id, currency=price.amount.currency)
    if payee is None:
        raise Conflict("no_payee", company=price.carrier_company_id, currency=price.amount.currency)
    companies = accounts.get_companies(session, company_ids=[price.carrier_company_id])
    return FreightAgreement(
        id=new_id(),
        reference=new_reference("FRT"),
        order_id=order.id,
        payer_id=payer_of(order.incoterm, buyer_id=order.buyer_id, merchant_id=order.merchant_id),
        carrier_id=price.carrier_company_id,
        carrier=paper_facts.party(companies[price.carrier_company_id]),
        tariff_id=price.tariff_id,
        terms=price.terms,
        mode=Mode.DIRECT,
        rail=Rail.BANK,
        payee=PayeeAccount(**payee.as_json()),
        lines=(
            FreightLine(
                line_id=space.line_id,
                amount=price.amount,
                chargeable_g=price.chargeable_g,
                binding=str(price.binding),
            ),
        ),
    )


def _line(session: Session, order_id: UUID, line_id: UUID) -> LineRow:
    return next(row for row in line_queries.lines_of(session, order_ids=[order_id])[order_id] if row.id == line_id)
