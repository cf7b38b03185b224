"""What is added to a placed order is asked of the buyer's approvers as the whole, bought so, would have been."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.approvals.queries import cases
from marketplace.approvals.rules.facts import Grown, Sort, summed
from marketplace.approvals.services import asking
from marketplace.catalog.rules.packing import load_of
from marketplace.checkout.queries import approving as queries
from marketplace.distribution.onward import queries as rides
from marketplace.distribution.rules.freight import payer_of
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict
from marketplace.kernel.money import Money
from marketplace.logistics.queries import bookings
from marketplace.logistics.services import freight
from marketplace.orders.changes import queries as changes
from marketplace.orders.changes.queries import ChangeRow
from marketplace.orders.changes.rules import OPEN, ChangeKind
from marketplace.orders.queries import lines, orders
from marketplace.orders.queries.orders import OrderRow


def check_approval(session: Session, *, change_id: UUID, actor: Actor, now: datetime) -> None:
    """Refuse goods that a buyer adds to an order where rules or limits of the company want them approved.

    What counts is all that was bought together as it would be then, goods and freight, what the buyer proposed and the
    merchant did not answer yet included: within what was approved nothing is asked. An approval binds to a checkout:
    Conflict ``approval_order_anew`` says so. Asked of the buyer, whichever side proposed; nothing is asked of a
    merchant, and of what takes nothing more.
    """
    change = changes.change(session, company_id=actor.company, change_id=change_id)
    if change.kind is not ChangeKind.ADD or change.state not in OPEN or actor.company != change.buyer_id:
        return
    order = orders.order(session, company_id=actor.company, order_id=change.order_id)
    under = orders.placed_under(session, order=order)
    if asking.wants(
        session,
        actor=actor,
        unit_id=under.unit.id if under.unit else None,
        grown=lambda: _grown(session, order, under.approval_id, change, now),
        spent=lambda since: queries.spent(session, company_id=actor.company, since=since, without=()),
        now=now,
    ):
        raise Conflict("approval_order_anew", order=order.id)


def _grown(session: Session, order: OrderRow, approval_id: UUID | None, change: ChangeRow, now: datetime) -> Grown:
    """Return what a checkout placed with what is added to it: by this change, and by those of the buyer that wait."""
    placed = queries.placed(session, group_id=order.group_id)
    proposed = changes.additions_of(session, order_ids=[one.id for one in placed.orders], proposer_id=order.buyer_id)
    adding = {one.id: one for one in (*proposed, change)}.values()
    by_id = {one.id: one for one in placed.orders}
    added = summed(amount for one in adding for amount in _amounts(session, by_id[one.order_id], one, now))
    case = cases.case(session, company_id=order.buyer_id, case_id=approval_id) if approval_id else None
    categories = queries.categories(session, listing_ids={line.listing_id for line in placed.lines})
    sorts = {
        Sort(by_id[line.order_id].merchant_id, categories.get(line.listing_id), by_id[line.order_id].destination)
        for line in placed.lines
    }
    departures = {one.terms.departure for one in adding if one.terms.departure}
    return Grown(
        whole=summed((*placed.amounts, *added)),
        added=added,
        approved=case.totals if case else None,
        goods=tuple(sorts),
        departs_at=queries.first_departure(session, departure_ids=departures),
    )


def _amounts(session: Session, order: OrderRow, change: ChangeRow, now: datetime) -> tuple[Money, ...]:
    """Return what an addition costs the buyer: its goods, and its freight by the tariff of today where he owes it."""
    if change.terms.departure is None:
        raise AssertionError(change.id)
    if payer_of(order.incoterm, buyer_id=order.buyer_id, merchant_id=order.merchant_id) != order.buyer_id:
        return (change.delta,)
    line = next(row for row in lines.lines_for(session, order=order) if row.id == change.terms.line)
    way = bookings.bookings(session, subjects=[line.id]).get(line.id)
    if not way or line.packing is None:
        # No lorry took the line: what is like it rides with none, and is refused when it is to be booked.
        return (change.delta,)
    load = load_of(change.terms.quantity or 0, line.packing)
    to_place = rides.goes_to(session, booking=way[-1])
    price = freight.price(session, departure_id=change.terms.departure, to_place=to_place, load=load, now=now)
    return change.delta, price.amount
