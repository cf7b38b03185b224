"""Codes of UN/ECE Recommendation 24 and what goes with them, as words."""

from typing import Any, Final

from flask_babel import lazy_gettext as _

from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import Classifier

NAMES: Final[dict[Status, Any]] = {
    Status.ARRIVED: _("Arrived"),
    Status.AUTHORIZED_TO_LOAD: _("Authorized to load"),
    Status.BOOKED: _("Booked"),
    Status.BOOKING_CANCELLED: _("Booking cancelled"),
    Status.IMPORT_CLEARED: _("Import restrictions cleared"),
    Status.EXPORT_CLEARED: _("Export restrictions cleared"),
    Status.CLEARED: _("Cleared"),
    Status.COLLECTED: _("Taken in at the hub"),
    Status.CONSOLIDATED: _("Loaded"),
    Status.CROSSED_BORDER: _("Crossed the border"),
    Status.CLEARANCE_REFUSED: _("Clearance refused by customs"),
    Status.DAMAGED: _("Damaged"),
    Status.DELAYED: _("Delayed"),
    Status.DELIVERED: _("Delivered"),
    Status.DELIVERED_AS_INSTRUCTED: _("Delivered as instructed"),
    Status.NOT_DELIVERED: _("Not delivered"),
    Status.DEPARTED: _("Departed"),
    Status.DEPARTURE_DELAYED: _("Departure delayed"),
    Status.STRIPPED: _("Unloaded"),
    Status.UNLOADED: _("Discharged from the vehicle"),
    Status.EN_ROUTE: _("En route"),
    Status.NOT_FOUND: _("Not found"),
    Status.FOUND: _("Found"),
    Status.RELEASED_FROM_BOND: _("Released from bond"),
    Status.REROUTED: _("Misrouted, on the right way again"),
    Status.CONSIGNEE_INFORMED: _("Consignee informed"),
}
SURENESS: Final[dict[Classifier, Any]] = {
    Classifier.PLANNED: _("planned"),
    Classifier.ESTIMATED: _("expected"),
    Classifier.ACTUAL: _("happened"),
}


def name_of(code: int) -> str:
    """Return a code as a word in the reader's language."""
    return str(NAMES[Status(code)])
