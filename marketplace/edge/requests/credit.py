"""What two companies send about credit between them."""

from typing import Annotated, Literal
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import Field, model_validator

from marketplace.edge import messages
from marketplace.edge.parsing import Currency, Exact, Line, Request, Whole
from marketplace.edge.requests.payments import Cursor, OptionalCurrency, OptionalDay, amount_apart
from marketplace.payments.rules.credit import LONGEST_WORDS

Words = Annotated[Line, Field(max_length=LONGEST_WORDS)]


class CreditRequest(Request):
    """How much credit a buyer would like from a merchant, and what for."""

    merchant_id: UUID
    amount: Exact
    currency: Currency
    note: Words

    _amount_apart = model_validator(mode="before")(amount_apart)


class CreditDecision(Request):
    """What a merchant decides: ``grant`` with limit, days and last day - again to change them -, or ``refuse``.

    To refuse a request is to decline it, to refuse what was granted is to end it.
    """

    decision: Literal["grant", "refuse"]
    amount: Annotated[Exact | None, Field()] = None
    currency: OptionalCurrency = None
    days: Annotated[Whole | None, Field()] = None
    until: OptionalDay = None
    reason: Words

    _amount_apart = model_validator(mode="before")(amount_apart)


class Pause(Request):
    """Until the end of which day no reminder goes, and why; without a day they go again."""

    until: OptionalDay = None
    reason: Words


class CreditsQuery(Request):
    """Credits that one's company ``has`` as a buyer or ``gives`` as a merchant."""

    side: Literal["has", "gives"] = "has"
    cursor: Cursor = None


class CreditPageQuery(Request):
    """Where each list goes on."""

    cursor: Cursor = None
    overdue: Cursor = None


messages.register(
    errors={
        "no_credit": _("This merchant grants you no credit in %(currency)s."),
        "credit_asked": _("You have a credit in %(currency)s with this merchant, or have asked for one."),
        "credit_ended": _("Your credit with this merchant ended on %(until)s."),
        "credit_days": _("This plan gives more days than your credit of %(days)s days."),
        "credit_overdue": _(
            "What you owe this merchant on credit is overdue, and you were reminded of it. Pay it before you order"
            " more on credit."
        ),
        "buyer_limit": _(
            "Your company may owe %(limit)s in all, and this is more than is left of it: %(left)s. Pay what is open,"
            " pay by card, or ask the operator for more."
        ),
        "credit_limit": _("This is more than is left of your credit with this merchant: %(left)s."),
    },
)
