"""What merchants and buyers send about prices for some buyers alone."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Final

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.catalog.customer_prices.rules.requests import RequestState
from marketplace.catalog.rules.visibility import Visibility
from marketplace.edge import messages
from marketplace.edge.parsing import Currency, Line, Request, Verbatim, Whole, blank_is_none, parse
from marketplace.edge.requests.catalog import OptionalLine, Tiers, Typed, comma_as_point
from marketplace.edge.requests.logistics import instant_or_day
from marketplace.kernel.errors import FieldError, Refused

MOST_LINES: Final = 500
_LONGEST_LINES: Final = 200_000
_LINE: Final = re.compile(r"(?P<sku>[^;\t]+)[;\t](?P<price>[^;\t]+)(?:[;\t](?P<tiers>.+))?")

Moment = Annotated[datetime, BeforeValidator(instant_or_day, json_schema_input_type=str)]
OptionalMoment = Annotated[
    datetime | None, BeforeValidator(instant_or_day, json_schema_input_type=str), BeforeValidator(blank_is_none)
]


class Shown(Request):
    """Who reads the prices of a listing; companies by id or registration number, customer groups by id."""

    visibility: Visibility
    companies: list[Line] = Field(default_factory=list[str], max_length=100)
    groups: list[Line] = Field(default_factory=list[str], max_length=100)


class ShownAll(Request):
    """Who reads the prices of all one's listings, of a category where one is named."""

    visibility: Visibility
    category: OptionalLine = None


class Naming(Request):
    """A company by its id or registration number, or a customer group by its id."""

    company: OptionalLine = None
    group: OptionalLine = None


class Group(Request):
    """A customer group: its name, and companies by id or registration number."""

    name: Line
    companies: list[Line] = Field(default_factory=list[str], max_length=500)


class Customer(Request):
    """A company by its id or registration number."""

    company: Line


class PriceListBody(Request):
    """A price list: currency, basis, from when until when (left out: until it is ended), and whom it is for."""

    name: Line
    currency: Currency
    incoterm: Line
    place: Line
    valid_from: OptionalMoment = None
    valid_until: OptionalMoment = None
    company: OptionalLine = None
    group: OptionalLine = None


class PriceListChange(Request):
    """Another name and period of a price list, and the ``version`` that was looked at."""

    name: Line
    valid_from: Moment
    valid_until: OptionalMoment = None
    version: Annotated[Whole | None, BeforeValidator(blank_is_none)] = None


class Entry(Request):
    """Prices of a listing by its article number; ``price`` holds from its minimum quantity on."""

    sku: Line
    price: Typed
    tiers: Tiers = Field(default_factory=list)


class Entries(Request):
    """Prices of listings; those of a listing that is on the list already take their place."""

    entries: Annotated[list[Entry], Field(min_length=1, max_length=MOST_LINES)]


class EntryLines(Request):
    """Prices of listings, one on each line: ``MC-428H; 26.10; 24.90@500``."""

    lines: Annotated[Verbatim, Field(min_length=1, max_length=_LONGEST_LINES)]

    def entries(self) -> tuple[dict[int, Entry], list[FieldError]]:
        """Return the entries by the line they stand on, the first being 0, and ``lines.<line>`` for each that is none.

        Refused ``lines`` where there is none at all, or more than a request takes.
        """
        lines = {at: line.strip() for at, line in enumerate(self.lines.splitlines()) if line.strip()}
        if not lines:
            raise Refused.field("lines", "required", "a value")
        if len(lines) > MOST_LINES:
            raise Refused.field("lines", "too_long", f"at most {MOST_LINES} entries")
        found: dict[int, Entry] = {}
        wrong: list[FieldError] = []
        for at, line in lines.items():
            try:
                found[at] = _entry(line)
            except Refused as refusal:
                wrong += [replace(error, field=f"lines.{at}.{error.field}") for error in refusal.errors]
        return found, wrong


def _entry(line: str) -> Entry:
    """Read ``article number; price; tiers``."""
    match = _LINE.fullmatch(line)
    if match is None:
        raise Refused.field("line", "price_line", "article number; price; tiers")
    price, tiers = comma_as_point(match["price"].strip()), (match["tiers"] or "").strip()
    return parse(Entry, {"sku": match["sku"].strip(), "price": price, "tiers": tiers})


class Asking(Request):
    """How many are wanted of the goods whose price is asked for."""

    quantity: Whole


class Answering(Request):
    """What the merchant says to a request: ``grant`` or ``decline``."""

    action: Line


class Requests(Request):
    """In which state the requests are that are listed; any where left out."""

    state: Annotated[RequestState | None, BeforeValidator(blank_is_none)] = None
    cursor: OptionalLine = None


messages.register(
    errors={
        "group_full": _("A group holds at most %(most)s companies."),
        "group_in_use": _("A price list or a listing names this group. Take it off there first."),
        "list_changed": _(
            "Somebody changed this price list since you opened it. Nothing of yours is saved; open it again."
        ),
        "list_over": _("This price list is over already."),
        "price_list_full": _("A price list holds at most %(most)s listings."),
        "price_just_answered": _("The merchant answered at this very moment. Load the page again."),
    },
    fields={
        "name_used": _("This name is in use: write %(accepted)s."),
        "before_begin": _("The end lies before the beginning: write %(accepted)s."),
        "twice": _("Written more than once: write %(accepted)s."),
        "price_hidden": _("The merchant does not show this price to you. Ask for it on the page of the goods."),
        "price_shown": _("The merchant shows you this price already."),
        "one_of_both": _("Name one of them: %(accepted)s."),
        "price_line": _("Line %(line)s: write %(accepted)s."),
        "price_lines": _("Lines %(lines)s: write %(accepted)s."),
        "ambiguous": _("Several companies have the number %(text)s: write %(accepted)s."),
        "trader_unknown": _("No company that buys here has the number or id %(text)s."),
    },
)
