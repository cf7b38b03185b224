"""What people send about payouts."""

from typing import Annotated, Literal
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Currency, Exact, Line, Request, blank_is_none, clean_text
from marketplace.edge.requests.payments import Cursor, Day, Overdue


class Result(Request):
    """What the provider's bank made of a payout: the day (today), and the bank's reference or its reason."""

    result: Literal["settled", "failed", "returned"]
    booked_on: Day | None = None
    bank_reference: Annotated[Line, Field(max_length=100)] = ""


class WrittenResult(Result):
    """The same as a person writes it down, who has the bank's paper before him."""

    booked_on: Day = Field(default=...)
    bank_reference: Annotated[Line, Field(min_length=1, max_length=100)] = Field(default=...)


class PayoutsQuery(Request):
    """Which payouts."""

    state: Annotated[
        Literal["due", "approved", "sent", "settled", "failed", "returned"] | None, BeforeValidator(blank_is_none)
    ] = None
    overdue: Overdue = None
    cursor: Cursor = None


class ReceivablesPage(Request):
    """Where each list of the page goes on; the cursor is that of what was asked back."""

    cursor: Cursor = None
    owed: Cursor = None
    write_offs: Cursor = None


class WriteOff(Request):
    """What a company will not pay of what it owes after a payout, and why."""

    company_id: UUID
    amount: Exact
    currency: Currency
    reason: Annotated[str, BeforeValidator(clean_text, json_schema_input_type=str), Field(max_length=500)] = ""


messages.register(
    errors={
        "provider_tells": _("This payout goes by transfer; the payment provider says itself what became of it."),
        "transfers_not_here": _("The payment provider moves no money to companies in %(country)s. Payouts go by bank."),
        "statement_tells": _("The operator's bank statements tell this: bring it in, and place its line there."),
        "own_payout": _("This payout goes to your own company; somebody else approves it."),
        "same_person": _("You have said your word about this already; a second person is needed."),
        "payout_stopped": _("This company is paid nothing now; the payout goes on when that is lifted."),
        "write_off_waits": _(
            "Somebody proposed to write off a debt of this company already; that waits for an answer."
        ),
        "payee_changed": _("The company's account has changed. The payout will be made anew for the new account."),
    },
    fields={"nothing_owed": _("Nothing is owed in this currency: %(accepted)s.")},
)
