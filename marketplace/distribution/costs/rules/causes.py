"""Who bears a cost that something caused: the published table. A cost is noted so, nobody is charged by it."""

from enum import StrEnum
from typing import Final

from marketplace.logistics.rules.states import HoldCause


class Bearer(StrEnum):
    """To whose account a cost is noted."""

    SHIPPER = "shipper"
    CUSTOMS = "customs"
    CARRIER = "carrier"
    PLATFORM = "platform"


# A lorry that is held for one consignment's papers or customs is held by its shipper; for several, by nobody of them.
BY_CONSIGNMENT: Final[dict[HoldCause, Bearer]] = {
    HoldCause.CUSTOMS: Bearer.SHIPPER,
    HoldCause.PAPERS: Bearer.SHIPPER,
}
TABLE: Final[dict[HoldCause, Bearer]] = {
    HoldCause.CUSTOMS: Bearer.CUSTOMS,
    HoldCause.INSPECTION: Bearer.CUSTOMS,
    HoldCause.PAPERS: Bearer.PLATFORM,
    HoldCause.BREAKDOWN: Bearer.CARRIER,
    HoldCause.ACCIDENT: Bearer.CARRIER,
    HoldCause.WEATHER: Bearer.PLATFORM,
    HoldCause.ROAD_CLOSED: Bearer.PLATFORM,
    HoldCause.BORDER_CLOSED: Bearer.PLATFORM,
    HoldCause.SECURITY: Bearer.PLATFORM,
    HoldCause.OTHER: Bearer.PLATFORM,
}


def bearer(cause: HoldCause, *, of_one: bool) -> Bearer:
    """Return who bears what a cause brought about; ``of_one``: it is about one consignment, which is named."""
    return BY_CONSIGNMENT.get(cause, TABLE[cause]) if of_one else TABLE[cause]
