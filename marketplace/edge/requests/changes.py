"""What people send about changes of orders."""

from typing import Annotated, Literal
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Exact, Request, Whole, blank_is_none
from marketplace.edge.requests.documents import Hash
from marketplace.edge.requests.plans import StageBody
from marketplace.orders.changes.rules import ChangeKind
from marketplace.payments.rules.plans import MOST_STAGES

Kind = Literal["reduce", "discount", "add", "cancel", "plan"]


class Change(Request):
    """A change of an order: ``reduce`` takes ``quantity`` units off a ``line``, ``discount`` lowers its ``unit_price``.

    ``add`` orders ``quantity`` more of a line's goods, to ride on a ``departure``; ``cancel`` ends the order. ``plan``
    divides what is not due yet over other ``stages``, whose percentages are of that. The price is in the order's
    currency.
    """

    kind: Kind
    line: Annotated[UUID | None, BeforeValidator(blank_is_none)] = None
    quantity: Annotated[Whole | None, BeforeValidator(blank_is_none)] = None
    unit_price: Annotated[Exact | None, BeforeValidator(blank_is_none)] = None
    departure: Annotated[UUID | None, BeforeValidator(blank_is_none)] = None
    stages: Annotated[list[StageBody] | None, Field(max_length=MOST_STAGES)] = None


class ChangeAcceptance(Request):
    """What is accepted: the hash of the proposal as it was shown."""

    content_hash: Hash


class ChangeForm(Request):
    """Which kind of change a page asks for."""

    kind: Annotated[Kind | None, BeforeValidator(blank_is_none)] = None

    @property
    def chosen(self) -> ChangeKind | None:
        """The kind, None before one is chosen."""
        return ChangeKind(self.kind) if self.kind else None


messages.register(
    errors={
        "nothing_unpacked": _("All units of this line are packed or taken off: no fewer can be agreed."),
        "nothing_unpriced": _("Everything of this line is accepted or over: its price is settled."),
        "approval_order_anew": _("Your company wants this approved. Order these goods anew: the checkout asks for it."),
        "order_anew": _("A card paid this order, and a charge is never raised. Order what is to be added anew."),
        "sample_anew": _("More of the goods of a sample is bought at their own price: order it from their page."),
        "plan_of_sale": _(
            "The trading company buys by the payment plan that you agreed to with it: it stays as it is."
        ),
        "deposit_first": _("Nothing can be added before the order's deposit has come."),
        "goods_gone": _("Some of the goods have left the merchant: the order cannot be ended together any more."),
        "cancel_alone": _("You may end this order alone: cancel it."),
        "change_open": _("Another change of this is open already. Answer or withdraw it first."),
        "change_differs": _("This is not the change that you looked at. Read it again."),
        "answerer_only": _("Only the side that was asked can do this."),
        "proposer_only": _("Only the side that proposed this change can do this."),
        "charge_pending": _("The card's charge is not confirmed yet. Try again in a moment."),
        "not_packed": _("This listing does not say how its goods are packed, so no room can be booked for them."),
    },
    fields={
        "changes_nothing": _("The sum stays the same at this price. Give %(accepted)s."),
        "costs_nothing": _("The sum would be nothing at this price. Give %(accepted)s."),
    },
)
