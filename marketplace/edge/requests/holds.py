"""What people send about holds: who bears what, which charges, which consignment, and why one is let off."""

from typing import Annotated
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.distribution.costs.rules.causes import Bearer
from marketplace.distribution.fees.rules.states import LONGEST_REASON, FeeState, WaiverCause
from marketplace.distribution.holds.rules.bearing import Bearing, ShareBy
from marketplace.edge import messages
from marketplace.edge.parsing import Line, Request, Text, blank_is_none
from marketplace.edge.requests.payments import Cursor, Day
from marketplace.logistics.rules.states import HoldCause


class NewBearingRule(Request):
    """Who bears what a class of causes brings about, from a day on: shipper, goods, carrier or platform (the city)."""

    cause: HoldCause
    waiting: Bearer
    off_loading: Bearer
    transfer: Bearer
    rest: Bearer
    shared_by: ShareBy = ShareBy.CHARGEABLE
    valid_from: Day
    source: Annotated[Line, Field(max_length=200)]

    @property
    def bearing(self) -> Bearing:
        """Return it as a value."""
        return Bearing(self.waiting, self.off_loading, self.transfer, self.rest, self.shared_by)


class HeldChargesQuery(Request):
    """Which charges: of one order, or of all."""

    order: Annotated[UUID | None, BeforeValidator(blank_is_none)] = None
    cursor: Cursor = None


class HeldDeskQuery(Request):
    """Which shares: those in a state, of a departure, or all."""

    state: Annotated[FeeState | None, BeforeValidator(blank_is_none)] = None
    departure: Annotated[UUID | None, BeforeValidator(blank_is_none)] = None
    cursor: Cursor = None


class HeldConsignment(Request):
    """The number of the booking that a hold is about; none where it is about no single one."""

    booking: Annotated[Annotated[Line, Field(max_length=20)] | None, BeforeValidator(blank_is_none)] = None


class HeldWaiver(Request):
    """Whose doing it was, and why a charge is let off."""

    cause: WaiverCause
    reason: Annotated[Text, Field(max_length=LONGEST_REASON)]


messages.register(
    errors={
        "held_shared": _("The costs of this hold are shared out already: let charges off instead."),
        "held_set_off": _("The carrier's part was taken off its invoice already."),
    },
)
