"""What the operator's finance people send."""

from typing import Annotated, Literal

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Currency, Exact, Line, Request, blank_is_none
from marketplace.edge.requests.payments import Cursor, Overdue


class CardReturnsQuery(Request):
    """Which returns of card money."""

    state: Annotated[Literal["due", "approved", "settled"] | None, BeforeValidator(blank_is_none)] = None
    overdue: Overdue = None
    cursor: Cursor = None


class DeskQuery(Request):
    """Where each list of the desk goes on; the cursor is that of the commission to be paid."""

    cursor: Cursor = None
    slips: Cursor = None
    overdue: Cursor = None
    returns: Cursor = None
    holds: Cursor = None


class Approval(Request):
    """How money that a card's bank refused goes back."""

    way: Literal["card", "bank"]


class HoldDecision(Request):
    """What becomes of money that waits too long at the provider."""

    way: Literal["release", "refund"]


class Sent(Request):
    """That the provider's bank has sent a return."""

    bank_reference: Annotated[Line, Field(min_length=1, max_length=100)]


class CommissionReceipt(Request):
    """What a company has paid of its commission bill."""

    amount: Exact
    currency: Currency
    bank_reference: Annotated[Line, Field(min_length=1, max_length=100)]


messages.register(
    errors={
        "own_return": _("This money goes back to your own company; somebody else approves it."),
        "hold_not_due": _("This money may still wait; nobody has to decide yet."),
        "way_chosen": _("The first person chose another way: %(way)s."),
        "not_returned": _("The other company has not said yet that it has sent this."),
    },
)
