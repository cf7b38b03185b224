"""What an admin sends about settings, exchange rates and closed days."""

from typing import Annotated

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Country, Currency, Exact, Line, Request, blank_is_none
from marketplace.edge.requests.logistics import Instant
from marketplace.edge.requests.payments import Day


class SettingChange(Request):
    """A new value: a whole number, or an amount with its currency; from an instant on, now where left out."""

    value: Annotated[Exact, Field(ge=0, le=1_000_000_000)]
    currency: Annotated[Currency | None, BeforeValidator(blank_is_none)] = None
    valid_from: Instant = None


class Rate(Request):
    """So many units of ``quote`` for one of ``base``, as somebody published them, from a day on."""

    base: Currency
    quote: Currency
    rate: Annotated[Exact, Field(gt=0, le=10**9, decimal_places=10)]
    source: Annotated[Line, Field(max_length=100)]
    effective_date: Day


class Closure(Request):
    """A day on which nobody works in a country, and why, or who says so."""

    country: Country
    day: Day
    reason: Annotated[Line, Field(max_length=200)]


class ClosureWithdrawal(Request):
    """A closed day of a country that is taken back."""

    country: Country
    day: Day


messages.register(
    errors={
        "rate_taken": _("There is a rate of this pair for that day already, and orders may rest on it."),
        "closed_day_over": _("This day is over there: what was, was."),
    },
)
