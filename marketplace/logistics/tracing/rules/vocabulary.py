"""What each code of UN/ECE Recommendation 24 is to GS1's EPCIS, and who outside may report it."""

from typing import Final

from marketplace.logistics.rules.cargo import Status

# GS1 Core Business Vocabulary 2.0, bizStep: for exports. What happens to a booking and not to goods is no step.
BUSINESS_STEPS: Final[dict[Status, str]] = {
    Status.ARRIVED: "arriving",
    Status.AUTHORIZED_TO_LOAD: "staging_outbound",
    Status.BOOKED: "",
    Status.BOOKING_CANCELLED: "",
    Status.IMPORT_CLEARED: "inspecting",
    Status.EXPORT_CLEARED: "inspecting",
    Status.CLEARED: "inspecting",
    Status.COLLECTED: "accepting",
    Status.CONSOLIDATED: "loading",
    Status.CROSSED_BORDER: "transporting",
    Status.CLEARANCE_REFUSED: "holding",
    Status.DAMAGED: "inspecting",
    Status.DELAYED: "holding",
    Status.DELIVERED: "receiving",
    Status.DELIVERED_AS_INSTRUCTED: "receiving",
    Status.NOT_DELIVERED: "holding",
    Status.DEPARTED: "departing",
    Status.DEPARTURE_DELAYED: "holding",
    Status.STRIPPED: "unloading",
    Status.UNLOADED: "unloading",
    Status.EN_ROUTE: "transporting",
    Status.NOT_FOUND: "inspecting",
    Status.FOUND: "inspecting",
    Status.RELEASED_FROM_BOND: "inspecting",
    Status.REROUTED: "transporting",
    Status.CONSIGNEE_INFORMED: "",
}
# Bookings are made and cancelled here; nobody outside reports that.
REPORTED: Final = frozenset(Status) - {Status.BOOKED, Status.BOOKING_CANCELLED}


def business_step(code: int) -> str:
    """Return the bizStep of a code, empty for a code that is no step of goods."""
    return BUSINESS_STEPS[Status(code)]
