"""Insure what is added to an order whose goods are insured."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.catalog.queries import goods as catalog_goods
from marketplace.distribution import queries as freight
from marketplace.distribution.insuring.services import offering
from marketplace.distribution.rules.freight import ContractState
from marketplace.distribution.services import booking as line_bookings
from marketplace.kernel.errors import Conflict
from marketplace.logistics.insurance.queries import certificates
from marketplace.logistics.insurance.queries.certificates import InsuranceRow
from marketplace.logistics.insurance.rules.covering import Goods, holds_on, takes
from marketplace.logistics.insurance.services import taking
from marketplace.logistics.insurance.services.taking import Carried
from marketplace.orders.events import LineAdded
from marketplace.orders.queries import lines as line_queries
from marketplace.orders.queries import orders


def on_line_added(session: Session, event: LineAdded) -> None:
    """Insure a line that both sides agreed to add under the policy that covers its order.

    Where the price basis binds the seller to insure and the insurer does not take the line, Conflict
    ``addition_uninsured`` or ``conveyance_limit``: the change is not accepted then, for the hub would never take the
    goods. Where nobody is bound to insure, such a line rides uninsured.
    """
    row = certificates.of_order(session, order_id=event.order_id)
    if row is None:
        return
    try:
        # Nothing of a line that its insurer does not take remains.
        with session.begin_nested():
            _extend(session, row, event.line_id, event.at)
    except Conflict:
        if row.by_rule:
            raise


def _extend(session: Session, row: InsuranceRow, line_id: UUID, now: datetime) -> None:
    order = orders.by_id(session, order_ids=[row.order_id])[row.order_id]
    line = next(one for one in line_queries.lines_of(session, order_ids=[order.id])[order.id] if one.id == line_id)
    is_dangerous = bool(catalog_goods.dangerous(session, listing_ids=[line.listing_id]))
    terms = row.cover.terms
    if not holds_on(terms, now.date()) or not takes(terms, [Goods(line.hs_code, is_dangerous)]):
        raise Conflict("addition_uninsured", policy=row.cover.policy_number)
    value = line.goods_amount
    if not offering.is_freight_included(order):
        value += offering.freight_in(
            session,
            [
                one.total
                for one in freight.contracts_of(session, order_ids=[order.id])[order.id]
                if one.state is ContractState.AGREED and {carried.line_id for carried in one.lines} == {line_id}
            ],
            currency=value.currency,
            now=now,
        )
    booking = line_bookings.current(session, line_id=line_id)
    more = Carried(
        line_id,
        value,
        booking.departure_id if booking else None,
        booking.departure_reference if booking else "",
    )
    taking.extend(session, insurance=row, more=more, now=now)
