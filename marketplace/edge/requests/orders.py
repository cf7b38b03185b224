"""What people send about orders."""

from typing import Annotated, Literal
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Request, blank_is_none
from marketplace.edge.requests.payments import Cursor, Day


class ReadyDate(Request):
    """The day on which goods made to order will be ready at the hub.

    A later day than the one before needs a reason; ``departure`` chooses the lorry where theirs leaves without them.
    """

    ready_date: Day
    reason: Annotated[
        Literal["material", "capacity", "quality", "power", "weather", "buyer", "other"] | None,
        BeforeValidator(blank_is_none),
    ] = None
    departure: Annotated[UUID | None, BeforeValidator(blank_is_none)] = None


class OtherDay(Request):
    """Another day on which goods might be ready: what it would mean for their lorry."""

    ready_date: Annotated[Day | None, BeforeValidator(blank_is_none)] = None


class Cancellation(Request):
    """Why an order is cancelled: ``late`` by its buyer, when the goods are long overdue at the hub; else left out."""

    reason: Annotated[Literal["late"] | None, BeforeValidator(blank_is_none)] = None


class RejectedLine(Request):
    """A line that a merchant confirms the order without, and why."""

    line: UUID
    reason: Literal["out_of_stock", "price_error", "not_exportable", "other"]


class OrderConfirmation(Request):
    """The lines that the merchant rejects; without any the whole order is confirmed."""

    rejected_lines: list[RejectedLine] = Field(default_factory=list[RejectedLine], max_length=500)


class OrderSearch(Request):
    """Which orders to list: bought, sold, or both; ``waits`` for one's own word alone; ``cursor`` continues a page."""

    side: Annotated[Literal["buyer", "merchant"] | None, BeforeValidator(blank_is_none)] = None
    waits: Annotated[Literal["confirmation", "acceptance", "change"] | None, BeforeValidator(blank_is_none)] = None
    cursor: Cursor = None


messages.register(
    errors={
        "only_the_merchant": _("Only the merchant of this order can do this."),
        "ready_date_missing": _("Name the ready date first: with it room on a lorry is taken for the goods."),
        "ready_too_late": _(
            "No lorry of this carrier takes the goods when they are ready then. The last that does is %(departure)s:"
            " bring them before %(cargo_until)s."
        ),
        "ready_date_over": _("That day is over. Name the day on which the goods are ready now."),
        "not_late": _("The goods are not late enough to cancel. Possible from: %(possible_from)s."),
        "deadline": _("The time for this is over."),
        "cancel_together": _(
            "The goods are being made, so you cannot end the order alone. Propose to the merchant to end it together."
        ),
    },
    fields={
        "in_the_past": _("This day is over: %(accepted)s."),
    },
)
