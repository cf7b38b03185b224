"""What is added to a placed order is asked of the buyer's approvers as a new order would be."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.approvals.rules.facts import Sort
from marketplace.approvals.services import asking
from marketplace.checkout.queries import approving as queries
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict
from marketplace.orders.changes import queries as changes
from marketplace.orders.changes.rules import ChangeKind
from marketplace.orders.queries import lines, orders


def check_approval(session: Session, *, change_id: UUID, actor: Actor, now: datetime) -> None:
    """Refuse goods that a buyer adds to an order where rules or limits of the company want them approved.

    An approval binds to a checkout: Conflict ``approval_order_anew`` says so. Asked of the buyer, whichever side
    proposed; nothing is asked of a merchant, and of what takes nothing more.
    """
    change = changes.change(session, company_id=actor.company, change_id=change_id)
    if change.kind is not ChangeKind.ADD or actor.company != change.buyer_id or change.terms.departure is None:
        return
    order = orders.order(session, company_id=actor.company, order_id=change.order_id)
    line = next(row for row in lines.lines_for(session, order=order) if row.id == change.terms.line)
    categories = queries.categories(session, listing_ids=[line.listing_id])
    unit = orders.unit_of(session, order=order)
    if asking.wants(
        session,
        actor=actor,
        unit_id=unit.id if unit else None,
        amount=change.delta,
        goods=Sort(order.merchant_id, categories.get(line.listing_id), order.destination),
        departs_at=queries.first_departure(session, departure_ids=[change.terms.departure]),
        spent=lambda since: queries.spent(session, company_id=actor.company, since=since, without=()),
        now=now,
    ):
        raise Conflict("approval_order_anew", order=order.id)
