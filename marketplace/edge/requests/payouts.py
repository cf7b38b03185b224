"""What people send about payouts."""

from typing import Annotated, Literal

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator

from marketplace.edge import messages
from marketplace.edge.parsing import Request, blank_is_none
from marketplace.edge.requests.payments import Cursor, Overdue


class Result(Request):
    """What the provider's bank made of a payout."""

    result: Literal["settled", "failed", "returned"]


class PayoutsQuery(Request):
    """Which payouts."""

    state: Annotated[
        Literal["due", "approved", "sent", "settled", "failed", "returned"] | None, BeforeValidator(blank_is_none)
    ] = None
    overdue: Overdue = None
    cursor: Cursor = None


messages.register(
    errors={
        "provider_tells": _("This payout goes by transfer; the payment provider says itself what became of it."),
        "transfers_not_here": _("The payment provider moves no money to companies in %(country)s. Payouts go by bank."),
        "own_payout": _("This payout goes to your own company; somebody else approves it."),
        "same_person": _("You have approved this payout already; a second person is needed."),
        "payee_changed": _("The company's account has changed. The payout will be made anew for the new account."),
    },
)
