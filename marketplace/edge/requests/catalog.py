"""What people send about listings: the columns of an import, so that form, API and workbook share one vocabulary."""

import re
from typing import Annotated, Any, Final

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from marketplace.edge import messages
from marketplace.edge.parsing import Country, Currency, Exact, Line, Request, Text, Tick, Verbatim, Whole, blank_is_none

_TIER: Final = re.compile(r"([0-9]+(?:[.,][0-9]+)?)\s*@\s*([0-9]+)", re.ASCII)
# Three digits behind a comma may be thousands, unless nothing but a zero stands before it.
_COMMA: Final = re.compile(r"-?(?:0,[0-9]{1,12}|[0-9]{1,15},(?:[0-9]{1,2}|[0-9]{4,12}))", re.ASCII)


def comma_as_point(value: Any) -> Any:
    """Read ``27,40`` as ``27.40``; what may be thousands stays as it is, and is refused."""
    if isinstance(value, str) and _COMMA.fullmatch(value.strip()):
        return value.strip().replace(",", ".")
    return value


def tiers_text(value: Any) -> Any:
    """Read tiers written as ``11.80@500; 11.20@2000``: a price, and the quantity it holds from."""
    if not isinstance(value, str):
        return value
    parts = [part.strip() for part in re.split(r"[;\n]+", value) if part.strip()]
    found = [_TIER.fullmatch(part) for part in parts]
    if not all(found):
        raise PydanticCustomError("tiers", "price@quantity, parted by semicolons: 11.80@500; 11.20@2000")
    return [{"price": match[1], "quantity": match[2]} for match in found if match]


OptionalLine = Annotated[Line | None, BeforeValidator(blank_is_none)]
OptionalText = Annotated[Text | None, BeforeValidator(blank_is_none)]
OptionalWhole = Annotated[Whole | None, BeforeValidator(blank_is_none)]
Typed = Annotated[Exact, BeforeValidator(comma_as_point)]
OptionalExact = Annotated[Typed | None, BeforeValidator(blank_is_none)]
OptionalCountry = Annotated[Country | None, BeforeValidator(blank_is_none)]
OptionalCurrency = Annotated[Currency | None, BeforeValidator(blank_is_none)]


class TierBody(Request):
    """A unit price and the quantity it holds from."""

    quantity: Whole
    price: Typed


Tiers = Annotated[list[TierBody], BeforeValidator(tiers_text), Field(max_length=12)]


class LadderBody(Request):
    """Prices in one currency on one basis; ``price`` holds from the minimum quantity on."""

    currency: Currency
    incoterm: Line
    place: Line
    price: Typed
    tiers: Tiers = Field(default_factory=list)


class ListingPatch(Request):
    """What changes of a listing; what is not sent stays. The flat price fields are its first ladder."""

    sku: OptionalLine = None
    title: OptionalLine = None
    titles: dict[str, Line] = Field(default_factory=dict, max_length=12)
    description: OptionalText = None
    descriptions: dict[str, Text] = Field(default_factory=dict, max_length=12)
    locale: OptionalLine = None
    hs: OptionalLine = None
    origin: OptionalCountry = None
    unit: OptionalLine = None
    grade: OptionalLine = None
    category: OptionalLine = None
    commodity: OptionalLine = None
    moq: OptionalWhole = None
    multiple: OptionalWhole = None
    currency: OptionalCurrency = None
    incoterm: OptionalLine = None
    place: OptionalLine = None
    price: OptionalExact = None
    tiers: Tiers = Field(default_factory=list)
    ladders: list[LadderBody] = Field(default_factory=list, max_length=12)
    carton_units: OptionalWhole = None
    carton_l: OptionalExact = None
    carton_w: OptionalExact = None
    carton_h: OptionalExact = None
    gross_kg: OptionalExact = None
    net_kg: OptionalExact = None
    stackable: Tick = True
    stock: OptionalWhole = None
    lead_days: OptionalWhole = None
    hub: OptionalLine = None


class ListingEdit(ListingPatch):
    """What changes of a listing, and the ``version`` that was looked at."""

    version: OptionalWhole = None


class Conversion(Request):
    """Prices of a listing in a further ``currency``: those on ``basis``, converted.

    ``basis`` is the currency, rule and place of prices that the listing has, parted by blanks: ``CNY FCA CN-NANPENG``.
    ``rate`` is units of the new currency for one of the old; without it the city's rate of the day is taken.
    """

    basis: Line
    currency: Currency
    rate: Annotated[
        Annotated[Exact, Field(gt=0, le=10**9, decimal_places=10)] | None, BeforeValidator(blank_is_none)
    ] = None


class ListingBody(ListingPatch):
    """A new listing: sizes in centimetres, weights in kilograms, either ``stock`` or ``lead_days``."""

    sku: Line = Field()
    title: Line = Field()
    hs: Line = Field()
    origin: Country = Field()
    unit: Line = Field()


class PictureBody(Request):
    """A file handed in as picture, and what it shows for those who do not see it."""

    file_id: Line
    alt: Annotated[Verbatim, Field(max_length=160)] = ""


class ActBody(Request):
    """What the merchant does with a listing."""

    action: Line


class Looking(Request):
    """Where a product page's goods would go, how many, and on which basis; ``place`` is the one that the rule names."""

    to: OptionalLine = None
    quantity: OptionalWhole = None
    currency: OptionalCurrency = None
    incoterm: OptionalLine = None
    place: OptionalLine = None


class Announcements(Request):
    """Of which shelf the newly approved offers are wanted."""

    category: OptionalLine = None


class Shelf(Request):
    """Which listings are wanted; ``merchant`` is a company's id."""

    category: OptionalLine = None
    origin: OptionalCountry = None
    incoterm: OptionalLine = None
    commodity: OptionalLine = None
    merchant: OptionalLine = None
    state: OptionalLine = None
    mine: Tick = False
    cursor: OptionalLine = None


messages.register(
    errors={
        "stock": _("So many are not in stock any more. Available now: %(available)s."),
        "stock_of": _("%(goods)s: so many are not in stock any more. Available now: %(available)s."),
        "hold_gone": _("The reservation of these goods has ended."),
        "hold_differs": _("These goods are reserved in another quantity."),
        "not_allocated": _("These goods were never promised to this order."),
        "shipped_more": _("More would leave than was promised: %(allocated)s."),
        "stock_promised": _("So many are promised to buyers already: %(promised)s. Set the stock to that or more."),
        "made_to_order": _("These goods are made to order and have no stock."),
        "merchant_not_active": _("Your company is not approved to sell yet. Apply to sell first."),
        "listing_changed": _(
            "Somebody changed this listing since you opened it. Nothing of yours is saved; open it again."
        ),
        "change_waiting": _("Another change of this listing was sent at the same moment. Load the page again."),
        "pictures_full": _("A listing shows at most %(most)s pictures. Remove one first."),
        "picture_waiting": _("This picture still waits for review."),
    },
    fields={
        "sku": _("Write an article number: %(accepted)s."),
        "quantity_minimum": _("Fewer are not sold: %(accepted)s."),
        "quantity_multiple": _("Sold in steps of a pack: %(accepted)s."),
        "price_basis": _("Not offered on this basis. Offered: %(accepted)s."),
        "ladder_twice": _("Two price lists are in the same currency and on the same basis."),
        "tiers": _("Write tiers as %(accepted)s."),
        "tier_dearer": _("A lower price for more is below the unit price: write %(accepted)s."),
        "tiers_rising": _("Each tier begins at a higher quantity than the one before."),
        "hs_code": _("Write a tariff code: %(accepted)s."),
        "place": _("This is no place for this price basis. Choose one of: %(accepted)s."),
        "hub_not_priced": _("Under FCA goods are handed over where the price says. Choose one of: %(accepted)s."),
        "multiple_carton": _("The step of sale has to divide the carton, or be whole cartons."),
        "carton_side": _("Check the size of the carton: %(accepted)s."),
        "carton_weight": _("Check the weight of the carton: %(accepted)s."),
        "net_weight": _("Check the net weight: %(accepted)s."),
        "packing_incomplete": _("Give the carton whole: units, three sides, gross and net weight."),
        "stock_or_lead": _("Give either the stock or the days it takes to make."),
        "moq_between_steps": _("The minimum lies between two steps: buyers order from %(least)s on."),
        "packing_unstated": _(
            "The packing is not stated: buyers see these goods and cannot order them, because no lorry can be booked."
        ),
        "no_account": _("No account in %(currency)s is named: buyers can pay for these goods by card only."),
        "file_purpose": _("This file was not handed in as a picture."),
    },
)
