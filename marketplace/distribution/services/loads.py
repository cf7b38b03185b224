"""Tell planners what bookings carry, from what merchants said of the goods of their lines."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from marketplace.catalog.queries import details
from marketplace.distribution.rules.cargo import Said, said
from marketplace.logistics.planning.services import standing
from marketplace.logistics.planning.services.standing import CargoFacts
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.orders.queries.lines import LineRow

# A plan brings goods at most so much later than the lorry that was chosen; fresh goods no later than it.
TOLERANCE: Final = timedelta(days=7)


def describe(
    session: Session, *, carried: Sequence[tuple[BookingRow, LineRow]], ready_at: datetime | None = None
) -> None:
    """Say what these bookings carry of their lines, from when it can be at the hub, and by when it has to arrive."""
    documents = details.documents(session, listing_ids={line.listing_id for _, line in carried})
    standing.describe(
        session,
        cargo={
            booking.id: _facts(booking, line, documents.get(line.listing_id, {}), ready_at) for booking, line in carried
        },
    )


def cargo_of(session: Session, line: LineRow) -> Said:
    """Return what is said of a line's goods, as far as it decides what stands beside them."""
    documents = details.documents(session, listing_ids={line.listing_id}).get(line.listing_id, {})
    return _said(line, documents)


def _said(line: LineRow, documents: dict[str, object]) -> Said:
    kept_at = (line.kept_at.least_centi, line.kept_at.most_centi) if line.kept_at else None
    return said(documents, fresh=line.fresh, kept_at=kept_at)


def _facts(booking: BookingRow, line: LineRow, documents: dict[str, object], ready_at: datetime | None) -> CargoFacts:
    found = _said(line, documents)
    return CargoFacts(
        un_number=found.un_number,
        labels=found.labels,
        packing_group=found.packing_group,
        product=line.hs_code,
        food=found.food,
        fresh=line.fresh,
        stackable=True if line.packing is None else line.packing.stackable,
        temp_min=found.temp_min,
        temp_max=found.temp_max,
        ready_at=ready_at,
        due_at=booking.arrives_at if line.fresh else booking.arrives_at + TOLERANCE,
    )
