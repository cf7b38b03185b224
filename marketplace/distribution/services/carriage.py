"""What happens to a lorry happens to the order lines on it; of goods that go back ``return_way`` hears."""

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.distribution import queries
from marketplace.distribution.onward import queries as rides
from marketplace.distribution.rules.freight import ContractState
from marketplace.distribution.rules.handover import Stage
from marketplace.distribution.services import contracts, discrepancies
from marketplace.distribution.services.booking import current
from marketplace.kernel.actor import SYSTEM
from marketplace.logistics.events import BookingCancelled, DepartureCleared, DepartureDeparted
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.orders.queries import lines
from marketplace.orders.services import fulfilment, milestones
from marketplace.payments.rules.terms import MilestoneEvent
from marketplace.reference import queries as reference

# Why the road gives up a booking; whatever else ends one is somebody's decision and settled there.
_NO_LORRY = frozenset({"departure_cancelled", "no_departure", "declined"})


def on_departed(session: Session, event: DepartureDeparted) -> None:
    """Put the lines on the lorry in transit; what of them did not come to the hub is short from now on."""
    for line_id in sorted(lines.orders_of_lines(session, line_ids=event.subjects)):
        if fulfilment.depart(session, line_id=line_id, now=event.at):
            discrepancies.leave_short(session, line_id=line_id, stage=Stage.HANDOVER, actor=SYSTEM, now=event.at)


def on_cleared(session: Session, event: DepartureCleared) -> None:
    """Let the money of the lines aboard follow them over a border.

    A lorry that is let over its first border was released for export; its goods are over the border once it stands in
    the country that they go to, by whichever of two lorries. Neither side's customs say so themselves yet, and where a
    border was not noted the delivery makes due what it would have.
    """
    places = {place.code: place.country for place in reference.places(session)}
    bookings = booking_queries.bookings(session, subjects=event.subjects)
    line_of = rides.lines_of(session, subjects=event.subjects)
    going = rides.of_lines(session, line_ids=line_of.values())
    ends = {line_id: bookings[subject][-1].to_place for subject, line_id in line_of.items()}
    ends |= {line_id: ride.to_place for line_id, ride in going.items()}
    orders = lines.orders_of_lines(session, line_ids=line_of.values())
    for line_id in sorted(orders):
        is_there = places[event.place_code] == places[ends[line_id]]
        reached = MilestoneEvent.BORDER_CROSSED if is_there else MilestoneEvent.EXPORT_RELEASED
        milestones.reach(session, order_id=orders[line_id], line_id=line_id, event=reached, now=event.at)


def on_booking_cancelled(session: Session, event: BookingCancelled) -> None:
    """End the freight contracts of a line that no lorry takes: what was paid for its way is owed back.

    A contract that still carries other lines stays until the last of them has lost its booking.
    """
    if event.reason not in _NO_LORRY:
        return
    for contract_id in queries.contracts_with(session, line_id=event.subject):
        contract = queries.by_id(session, contract_id=contract_id)
        if contract.state is ContractState.AGREED and not _carries(session, [row.line_id for row in contract.lines]):
            contracts.end(session, contract_id=contract_id, actor=SYSTEM, now=event.at)


def _carries(session: Session, line_ids: list[UUID]) -> bool:
    return any(current(session, line_id=line_id) is not None for line_id in line_ids)
