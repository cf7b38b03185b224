"""What happens to cold goods on the road."""

from dataclasses import dataclass

from marketplace.logistics.events import BookingEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcursionOpened(BookingEvent):
    """A consignment stood outside its range for too long: a case is open."""
