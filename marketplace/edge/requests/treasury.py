"""What the operator's finance people send."""

from typing import Annotated, Literal

from flask_babel import lazy_gettext as _
from pydantic import AfterValidator, BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Currency, Exact, Line, Request, blank_is_none, clean_text
from marketplace.edge.requests.merchants import Optional, bank_code
from marketplace.edge.requests.payments import Cursor, Overdue


class CardReturnsQuery(Request):
    """Which returns of card money."""

    state: Annotated[Literal["due", "approved", "settled", "covered"] | None, BeforeValidator(blank_is_none)] = None
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
    """How money that a card's bank refused goes back; by bank with an account of its payer, where it named none."""

    way: Literal["card", "bank"]
    account_name: Optional = None
    bank_name: Optional = None
    account_number: Optional = None
    bic: Annotated[Optional, AfterValidator(bank_code)] = None


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


class CommissionWithdrawal(Request):
    """What was wrong with commission that was written down by hand."""

    reason: Annotated[str, BeforeValidator(clean_text, json_schema_input_type=str), Field(max_length=500)] = ""


messages.register(
    errors={
        "own_return": _("This money goes back to your own company; somebody else approves it."),
        "hold_not_due": _("This money may still wait; nobody has to decide yet."),
        "hold_of_sale": _(
            "The operator's trading company sells these goods itself: release this money. It goes back to its buyer"
            " with the order alone."
        ),
        "nothing_chosen": _("Nobody has chosen yet: there is nothing to put aside."),
        "way_chosen": _("The first person chose another way: %(way)s."),
        "return_counts": _("This counts as returned by now; ask the other company, or the operator."),
        "not_returned": _("The other company has not said yet that it has sent this."),
    },
    fields={
        "recorded": _("This amount is written down under this reference already. Give %(accepted)s."),
        "payer_account": _("The payer named another account for this currency: %(accepted)s."),
    },
)
