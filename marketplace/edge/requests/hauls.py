"""What is sent about ranges of departures that another carrier drives."""

from typing import Annotated
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import Field

from marketplace.edge import messages
from marketplace.edge.parsing import Line, Request, Whole
from marketplace.edge.requests.logistics import Instant, Place


class OfferBody(Request):
    """The carrier that is to drive from one stop to another, by their codes; from the hub, to the end, if left out."""

    carrier: UUID
    from_stop: Place = None
    to_stop: Place = None


class EventBody(Request):
    """An event of Recommendation 24 at a stop of the haul; now where no time is named."""

    code: Whole
    place: Annotated[Line, Field(max_length=40)]
    event_at: Instant = None


messages.register(
    errors={
        "haul_taken": _("Another carrier was offered some of these legs, or drives them."),
        "haul_manned": _("A crew of this carrier is assigned. It has to take it off first."),
        "haul_not_accepted": _("Accept the haul first."),
    },
)
