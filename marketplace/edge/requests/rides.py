"""What people send about goods that change lorry."""

from typing import Annotated
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Line, Request, Tick, Whole, blank_is_none
from marketplace.edge.requests.operations import Count, Instant, Remarks


class Change(Request):
    """What the second carrier counted of goods that the first brought; what is missing was lost on the first lorry.

    ``override_reason``: why it is taken over after the second lorry's cut-off, for the operator's staff alone.
    """

    cartons: Annotated[Whole, Field(ge=1, le=1_000_000)]
    damaged: Count = None
    remarks: Remarks = None
    happened_at: Instant = None
    override_reason: Annotated[Annotated[Line, Field(max_length=200)] | None, BeforeValidator(blank_is_none)] = None
    confirmed: Tick = False


class Onward(Request):
    """The departure on which goods go on that change lorry."""

    departure: UUID


messages.register(
    errors={
        "not_onward": _(
            "This departure does not take the goods on from %(hub)s: it is another carrier's, leaves too early, "
            "or has no room."
        ),
        "goes_onward": _("These goods change lorry here: the second carrier counts them."),
    },
    fields={},
)
