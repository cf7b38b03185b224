"""Read whose labels the cartons of a booking bear, and how many of them lie at its hub."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.distribution.onward import queries as onward
from marketplace.distribution.onward.queries import Partner
from marketplace.logistics.queries import cargo
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.orders.queries import packing as packings
from marketplace.orders.queries.packing import PackingRow


@dataclass(frozen=True, slots=True)
class CartonsRow:
    """A line's cartons as its booking has them: numbered by its packing, ``handed`` lie at the hub or left it.

    ``expected`` may come; ``partner`` is the other booking of goods that change lorry. A second lorry's hub is where
    the first one brings them: it has none before the second carrier has counted all of them.
    """

    packing: PackingRow
    handed: int
    expected: int
    partner: Partner | None

    @property
    def is_taken_over(self) -> bool:
        """Whether they come by another lorry and not from their merchant."""
        return self.partner is not None and self.partner.is_first


def cartons_of(session: Session, *, bookings: Sequence[BookingRow]) -> dict[UUID, CartonsRow]:
    """Return the cartons of bookings, by the bookings' ids; one whose line is not packed is missing."""
    lines = onward.lines_of(session, subjects=[row.subject for row in bookings])
    packed = packings.packings(session, line_ids=lines.values())
    partners = onward.partners(session, bookings=bookings)
    both = [one for row in bookings if row.id in partners for one in (row.id, partners[row.id].booking.id)]
    there = cargo.received(session, booking_ids=both) if both else {}
    found: dict[UUID, CartonsRow] = {}
    for row in bookings:
        packing, partner = packed.get(lines[row.subject]), partners.get(row.id)
        if packing is None:
            continue
        handed, expected = packing.handed_cartons, packing.cartons
        if partner is not None and partner.is_first:
            handed = there[row.id].cartons if row.id in there else 0
            expected = there[partner.booking.id].cartons if partner.booking.id in there else packing.cartons
        found[row.id] = CartonsRow(packing, handed, expected, partner)
    return found
