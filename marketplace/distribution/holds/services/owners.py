"""Who owns what rides, and to whom it owes its freight."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution import queries as contracts
from marketplace.distribution.onward import queries as rides
from marketplace.distribution.rules.freight import ContractState
from marketplace.distribution.services.contracts import of_leg
from marketplace.logistics.models.departures import Booking
from marketplace.orders.queries import lines as line_queries
from marketplace.orders.queries import orders


@dataclass(frozen=True, slots=True)
class Owner:
    """The line that a booking carries, who pays its freight, who hands it over, and the carrier that is paid."""

    booking_id: UUID
    order_id: UUID
    line_id: UUID
    payer_id: UUID
    shipper_id: UUID
    carrier_id: UUID


def owners(session: Session, *, booking_ids: Iterable[UUID]) -> dict[UUID, Owner]:
    """Return the owners of bookings that carry an order's line under a standing freight contract; others are missing.

    Goods that go back to their merchant have none: their way is a matter of their claim.
    """
    wanted = sa.select(Booking.id, Booking.subject).where(Booking.id.in_(set(booking_ids)))
    subjects: dict[UUID, UUID] = {row.id: row.subject for row in session.execute(wanted)}
    line_of = rides.lines_of(session, subjects=subjects.values())
    order_of = line_queries.orders_of_lines(session, line_ids=set(line_of.values()))
    agreed = contracts.contracts_of(session, order_ids=set(order_of.values()))
    known = orders.by_id(session, order_ids=set(order_of.values()))
    found: dict[UUID, Owner] = {}
    for booking_id, subject in subjects.items():
        line_id = line_of[subject]
        order_id = order_of.get(line_id)
        if order_id is None:
            continue
        mine = [
            row
            for row in agreed[order_id]
            if row.claim_id is None
            and row.state is ContractState.AGREED
            and line_id in {line.line_id for line in row.lines}
        ]
        leg = of_leg(session, mine, line_id=line_id, is_second=line_id != subject)
        if leg:
            order = known[order_id]
            shipper_id = order.buyer_id if order.incoterm == "EXW" else order.merchant_id
            found[booking_id] = Owner(booking_id, order_id, line_id, leg[0].payer_id, shipper_id, leg[0].carrier_id)
    return found
