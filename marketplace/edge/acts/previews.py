"""What a change of an order would come to before it is proposed: tried, and taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.catalog.rules.packing import load_of
from marketplace.checkout.rules.cart import by_currency
from marketplace.distribution import queries as distribution
from marketplace.distribution.queries import FreightRow
from marketplace.distribution.rules.freight import ContractState, repriced
from marketplace.distribution.rules.shipments import shipment_of
from marketplace.distribution.services import shipments
from marketplace.edge.acts import changes
from marketplace.edge.acts.changes import ChangeSeen
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import changes as requests
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work
from marketplace.kernel.money import Money
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries import departures
from marketplace.logistics.queries import options as option_queries
from marketplace.orders.changes.queries import ChangeRow
from marketplace.orders.changes.rules import ChangeKind, Terms
from marketplace.orders.queries import lines as line_queries
from marketplace.orders.queries import orders
from marketplace.orders.queries.lines import LineRow
from marketplace.orders.rules.cancelling import standing
from marketplace.orders.rules.incoterms import is_included


@dataclass(frozen=True, slots=True)
class Preview:
    """A change as it would be proposed; the order's total, and the freight that the asker pays, by currency.

    ``covered``: what the goods that stay of a line cost, where a sample's credit pays all of it; else None.
    """

    change: ChangeSeen
    total_now: Money
    total_then: Money
    freight_now: tuple[Money, ...]
    freight_then: tuple[Money, ...]
    covered: Money | None


def preview(order_id: UUID, body: requests.Change) -> Preview:
    """Return what a change would come to, or refuse it as proposing it would; nothing remains of it."""
    return in_unit_of_work(lambda session: _tried(session, order_id, body))


def _tried(session: Session, order_id: UUID, body: requests.Change) -> Preview:
    company_id = require_actor().company
    order = orders.order(session, company_id=company_id, order_id=order_id)
    lines = {line.id: line for line in line_queries.lines_for(session, order=order)}
    carried = [
        row
        for row in distribution.contracts_of(session, order_ids=[order.id])[order.id]
        if row.payer_id == company_id and row.claim_id is None and row.state is ContractState.AGREED
    ]
    with session.begin_nested() as trial:
        seen = changes.look(session, changes.tried(session, order_id, body))
        trial.rollback()
    total = order.agreed_total
    is_paid_here = company_id == (order.merchant_id if is_included(order.incoterm) else order.buyer_id)
    return Preview(
        change=seen,
        total_now=total,
        total_then=total + seen.change.delta,
        freight_now=by_currency([row.total for row in carried]),
        freight_then=_freight(session, seen.change.terms, carried, lines) if is_paid_here else (),
        covered=_covered(seen.change, lines),
    )


def _covered(change: ChangeRow, lines: Mapping[UUID, LineRow]) -> Money | None:
    """Return what is left of a line that a sample's credit then pays alone; None where something is to be paid."""
    line = lines.get(change.terms.line) if change.terms.line else None
    if line is None or not line.credit or change.kind not in (ChangeKind.REDUCE, ChangeKind.DISCOUNT):
        return None
    left = sum(standing(line.parts).values()) - (change.terms.quantity or 0)
    price = change.terms.unit_price or line.agreed_price
    return price.times(left) if left and not line.agreed_amount + change.delta else None


def _freight(
    session: Session, terms: Terms, carried: Sequence[FreightRow], lines: Mapping[UUID, LineRow]
) -> tuple[Money, ...]:
    """Return the freight after a change: what shrinks by the frozen tariff, what is added by that of today."""
    if terms.kind is ChangeKind.CANCEL:
        return by_currency([Money.zero(row.total.currency) for row in carried])
    amounts = [row.total for row in carried]
    if terms.line is not None and terms.quantity is not None:
        line = lines[terms.line]
        if terms.kind is ChangeKind.REDUCE:
            left = sum(standing(line.parts).values()) - terms.quantity
            amounts = [row.total - _less(session, row, line, left) for row in carried]
        elif (more := _of_added(session, terms, line)) is not None:
            amounts.append(more)
    return by_currency(amounts)


def _less(session: Session, contract: FreightRow, line: LineRow, left: int) -> Money:
    """Return what a contract asks less where so many units of a line are left; it never asks more."""
    nothing = Money.zero(contract.total.currency)
    before = next((one.amount for one in contract.lines if one.line_id == line.id), nothing)
    if not left:
        return before
    if line.packing is None:
        return nothing
    if shipment_of(contract.terms, line.id) is not None:
        price = repriced(contract.terms, line_id=line.id, load=load_of(left, line.packing))
        after = shipments.shares_after(session, contract=contract, line=price)
        mine = {one.line_id: one.amount for one in contract.lines if one.line_id in after}
        return sum((amount - after[key] for key, amount in mine.items()), nothing)
    then = repriced(contract.terms, line_id=line.id, load=load_of(left, line.packing)).amount
    return max(before - then, nothing)


def _of_added(session: Session, terms: Terms, line: LineRow) -> Money | None:
    """Return the freight of what is added by today's tariff; None where none is known."""
    booked = booking_queries.bookings(session, subjects=[line.id]).get(line.id)
    if not booked or line.packing is None or terms.departure is None or terms.quantity is None:
        return None
    now = clock.now()
    hub = departures.departure(session, departure_id=booked[-1].departure_id, now=now).hub_code
    load = load_of(terms.quantity, line.packing)
    found = option_queries.options(session, hub_code=hub, to_place=booked[-1].to_place, load=load, after=now, now=now)
    return next((row.freight for row in found if row.departure_id == terms.departure), None)


__all__ = ["Preview", "preview"]
