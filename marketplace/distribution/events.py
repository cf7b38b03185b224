"""What happens to order lines on their lorries."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RideLost(Event):
    """No second lorry takes a line on that changes lorry; its first one stands."""

    ride_id: UUID
    line_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RideLate(Event):
    """The first lorry of a line comes too late for its second one, ``departure_id``, and no later one takes it."""

    line_id: UUID
    departure_id: UUID
    expected_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalLate(Event):
    """The goods of a line are expected much later than promised; told once for each booking."""

    line_id: UUID
    departure_id: UUID
    promised_at: datetime
    expected_at: datetime
