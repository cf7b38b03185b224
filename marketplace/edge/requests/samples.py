"""What people send about samples."""

from typing import Annotated, Literal
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Line, Request, Text, Whole, blank_is_none
from marketplace.edge.requests.checkout import Checkout, Optional, Payment
from marketplace.edge.requests.claims import Prose
from marketplace.edge.requests.payments import Cursor
from marketplace.orders.rules.samples import SampleWish, Way
from marketplace.payments.rules.terms import Plan

Number = Annotated[Text, Field(max_length=200)]


class SampleQuery(Request):
    """A sample to look at: so many units, by courier or by lorry, to a place."""

    quantity: Annotated[Whole | None, BeforeValidator(blank_is_none)] = None
    way: Annotated[Literal["courier", "lorry"] | None, BeforeValidator(blank_is_none)] = None
    to: Optional = None


class SamplePayment(Payment):
    """How a sample is paid: in full with the order, so that ``plan`` need not be said, and no other is taken."""

    plan: Line = Plan.SAMPLE_100.value


class SampleCheckout(Checkout):
    """A sample to order: units, way and place, and totals as they were shown; paid in full with the order."""

    payment: SamplePayment
    quantity: Whole
    way: Literal["courier", "lorry"]

    def wish(self, listing_id: UUID) -> SampleWish:
        """Return what is ordered as a value."""
        return SampleWish(listing_id=listing_id, quantity=self.quantity, way=Way(self.way), to=self.to)


class Dispatch(Request):
    """The courier that has a sample, and the number under which he carries it."""

    courier: Number
    tracking: Number


class Decision(Request):
    """The buyer's word about a sample, bound to the hash of what it is a sample of; photos are files handed in before.

    Who refuses says what is wrong.
    """

    decision: Literal["approve", "refuse"]
    content_hash: Annotated[Text, Field(max_length=64)]
    words: Prose = None
    photos: list[UUID] = Field(default_factory=list[UUID], max_length=20)


class SamplesQuery(Request):
    """Which samples."""

    cursor: Cursor = None


messages.register(
    errors={
        "sample_open": _("A sample of these goods is still on its way to you or waits for your word: %(sample)s."),
        "sample_credit_used": _(
            "The credit of your sample was used by another order meanwhile. Look at the new total and decide again."
        ),
        "sample_moved": _("Sample %(sample)s is not what you were shown. Look at it again."),
        "by_lorry": _("This sample rides on a lorry: the hub and the carrier say where it is."),
    },
    fields={
        "samples_used_up": _("Your company had its samples of these goods: %(accepted)s units in all."),
        "customs_value_missing": _("The merchant has not said what this free sample is worth to customs."),
    },
)
