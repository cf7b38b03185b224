"""What the operator and merchants send about the trading company."""

from typing import Annotated
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Exact, Line, Request, Tick, Whole, blank_is_none
from marketplace.edge.requests.catalog import comma_as_point
from marketplace.edge.requests.payments import Cursor, Day, OptionalDay
from marketplace.kernel.errors import Refused
from marketplace.payments.rules.trading import LONGEST_WORDS, MOST_MARGIN

OptionalId = Annotated[UUID | None, BeforeValidator(blank_is_none)]


class TradingCompany(Request):
    """The company by which the operator buys and sells from now on; none: it sells nothing."""

    company_id: OptionalId = None


class Offer(Request):
    """To buy what is ordered of a merchant, at its prices less a margin, from a day on; the trading company's days."""

    merchant_id: UUID
    margin_basis_points: Whole
    begins_on: OptionalDay = None
    ends_on: OptionalDay = None
    words: Annotated[Annotated[Line, Field(max_length=LONGEST_WORDS)] | None, BeforeValidator(blank_is_none)] = None


class CompanyTyped(Request):
    """The same as a form sends it: its name, its number in its register, or its id."""

    company_id: Annotated[Line | None, BeforeValidator(blank_is_none)] = None


class OfferTyped(Request):
    """An offer as a form sends it: the merchant as ``CompanyTyped`` names companies, the margin in per cent."""

    merchant_id: Line
    margin_percent: Annotated[Exact, BeforeValidator(comma_as_point)]
    begins_on: OptionalDay = None
    ends_on: OptionalDay = None
    words: Annotated[Annotated[Line, Field(max_length=LONGEST_WORDS)] | None, BeforeValidator(blank_is_none)] = None

    def offer(self, merchant_id: UUID) -> Offer:
        """Return it as the API takes it; Refused for a margin that no merchant can be offered."""
        basis_points, most = self.margin_percent * 100, MOST_MARGIN // 100
        if not 0 <= basis_points <= MOST_MARGIN:
            raise Refused.field("margin_percent", "range", f"0 to {most}")
        if basis_points != basis_points.to_integral_value():
            raise Refused.field("margin_percent", "too_fine", "at most 2 decimals")
        return Offer(
            merchant_id=merchant_id,
            margin_basis_points=int(basis_points),
            begins_on=self.begins_on,
            ends_on=self.ends_on,
            words=self.words,
        )


class Answer(Request):
    """Whether a merchant agrees to an offer."""

    agree: Tick


class SentBack(Request):
    """What the operator's bank says of money that it sent a buyer back: the day, and its reference."""

    booked_on: Day
    bank_reference: Annotated[Line, Field(min_length=1, max_length=100)]


class TradingQuery(Request):
    """Where each list goes on."""

    cursor: Cursor = None
    agreements: Cursor = None
    payments: Cursor = None
    changes: Cursor = None


messages.register(
    errors={
        "no_trading_company": _("Name the trading company first."),
        "trading_agreed": _("There is an agreement with this merchant, or an offer that waits for its answer."),
        "trading_offer_late": _("The time to answer this offer is over. The operator may make another."),
        "house_money": _("This money comes to the operator's bank; the operator's finance people write it down."),
    },
    fields={
        "trading_papers": _("Its papers need %(accepted)s."),
        "fits_several": _("Several companies fit. Write the number of one: %(accepted)s."),
    },
)
