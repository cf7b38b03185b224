"""What merchants say of goods beside the offer; what a part may hold is its rule's to judge."""

from typing import Annotated, Any, Final

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from marketplace.catalog.rules.details.fitment import MOST_VEHICLES
from marketplace.edge import messages
from marketplace.edge.parsing import (
    Line,
    Request,
    Text,
    Tick,
    Verbatim,
    blank_is_none,
    clean_text,
    one_line,
    whole_number,
)
from marketplace.edge.requests.catalog import OptionalExact, OptionalLine, OptionalWhole

OptionalText = Annotated[Text | None, BeforeValidator(blank_is_none)]


_LONGEST: Final = 200


def plain_value(value: Any) -> Any:
    """Refuse what is neither text nor a number nor yes or no; a text that is wrong is told of as a text."""
    if not isinstance(value, (str, bool, int)):
        raise PydanticCustomError("plain_value", "text, a number, true or false")
    if not isinstance(value, str):
        return value if isinstance(value, bool) else whole_number(value)
    text = one_line(clean_text(value))
    if not 1 <= len(text) <= _LONGEST:
        raise PydanticCustomError(
            "too_long" if text else "required", "1 to {longest} characters on one line", {"longest": _LONGEST}
        )
    return text


Stated = Annotated[Line | bool | int, BeforeValidator(plain_value)]


class CrossReference(Request):
    """Another brand's number that the part stands for."""

    brand: OptionalLine = None
    number: OptionalLine = None


class PartsBody(Request):
    """The manufacturer's own number, and cross references."""

    manufacturer: OptionalLine = None
    number: OptionalLine = None
    crosses: list[CrossReference] = Field(default_factory=list, max_length=200)


class VehicleBody(Request):
    """A vehicle or machine that the part fits; both years included, no last year where it is still built."""

    make: OptionalLine = None
    model: OptionalLine = None
    year_from: OptionalWhole = None
    year_to: OptionalWhole = None
    note: OptionalLine = None


class FitmentBody(Request):
    """Every vehicle and machine that the part fits."""

    vehicles: list[VehicleBody] = Field(default_factory=list, max_length=MOST_VEHICLES)


class BrandBody(Request):
    """own, licensed (with the owner's ``letter``, a file's id, and its last day), fits, or none."""

    relation: OptionalLine = None
    brand: OptionalLine = None
    letter: OptionalLine = None
    until: OptionalLine = None


class DangerousBody(Request):
    """dangerous or not_dangerous; ``confirmed`` says that the sender answers for it. Files are named by their ids."""

    answer: OptionalLine = None
    confirmed: Tick = False
    un_number: OptionalLine = None
    hazard_class: OptionalLine = None
    packing_group: OptionalLine = None
    net_quantity: OptionalExact = None
    net_unit: OptionalLine = None
    battery: OptionalLine = None
    watt_hours: OptionalExact = None
    test_summary: OptionalLine = None
    test_summary_on: OptionalLine = None
    safety_sheet: OptionalLine = None
    safety_sheet_on: OptionalLine = None


class FoodBody(Request):
    """Shelf life in days, storage in °C, codes of lot and facility with who gave the latter, allergens by code."""

    shelf_days: OptionalWhole = None
    least_celsius: OptionalExact = None
    most_celsius: OptionalExact = None
    lot: OptionalLine = None
    facility: OptionalLine = None
    scheme: OptionalLine = None
    allergens: list[Line] = Field(default_factory=list, max_length=20)


class CertificateBody(Request):
    """A certificate; ``file`` is the id of a file handed in with purpose licence."""

    kind: OptionalLine = None
    number: OptionalLine = None
    issuer: OptionalLine = None
    file: OptionalLine = None
    valid_from: OptionalLine = None
    valid_until: OptionalLine = None


class CertificatesBody(Request):
    """All certificates of the goods."""

    items: list[CertificateBody] = Field(default_factory=list, max_length=20)


class WarrantyBody(Request):
    """By months, by kilometres or by what is over first, and what it covers, where given in a language of its own."""

    months: OptionalWhole = None
    kilometres: OptionalWhole = None
    covers: OptionalText = None
    covers_en: OptionalText = None
    covers_zh: OptionalText = None
    covers_vi: OptionalText = None


class SampleBody(Request):
    """What one sample costs, in how many days it leaves, how it travels, and whether its price is credited later.

    ``customs_value`` of a unit is needed where the price is 0; ``courier_fee`` and ``courier_days`` go together.
    """

    price: OptionalExact = None
    currency: OptionalLine = None
    lead_days: OptionalWhole = None
    customs_value: OptionalExact = None
    least: OptionalWhole = None
    most: OptionalWhole = None
    per_buyer: OptionalWhole = None
    lorry: Tick | None = None
    courier_fee: OptionalExact = None
    courier_days: OptionalWhole = None
    credit_days: OptionalWhole = None
    credit_least: OptionalWhole = None


class PalletBody(Request):
    """Units on a pallet, its height with the goods on it."""

    units: OptionalWhole = None
    height_mm: OptionalWhole = None


class DetailsBody(Request):
    """What is said of goods, each part whole: a part that is sent takes the place of what was said, null takes it away.

    ``attributes`` are values by the codes that the category asks for.
    """

    attributes: dict[str, Stated] | None = Field(default=None, max_length=60)
    parts: PartsBody | None = None
    fitment: FitmentBody | None = None
    brand: BrandBody | None = None
    dangerous: DangerousBody | None = None
    food: FoodBody | None = None
    certificates: CertificatesBody | None = None
    warranty: WarrantyBody | None = None
    sample: SampleBody | None = None
    pallet: PalletBody | None = None


class TextsBody(Request):
    """Title and description in a language, and how they came about: person, machine or copied; no title, no text."""

    title: OptionalLine = None
    description: OptionalText = None
    how: OptionalLine = None


class PictureEdit(Request):
    """What a picture shows for those who do not see it, and its place from 1; what is not sent stays."""

    alt: Annotated[Verbatim | None, Field(max_length=160)] = None
    position: OptionalWhole = None


class BrandName(Request):
    """A brand to register."""

    name: Line


class AskDangerous(Request):
    """Whether goods of a category say whether they are dangerous."""

    asks: Tick


messages.register(
    fields={
        "plain_value": _("Write %(accepted)s."),
        "part_number": _("Write a part number: %(accepted)s."),
        "no_semicolon": _("Write %(accepted)s: they part what stands on a line."),
        "brand_none": _("No relation to a brand has no brand. Leave it out."),
        "not_dangerous_said": _("Goods that are not dangerous have none of this. Leave it out, or answer otherwise."),
        "un_number": _("Write the UN number: %(accepted)s."),
        "packing_group_none": _("Goods of this class have no packing group. Leave it out."),
        "certificate_twice": _("This certificate is in the list already."),
        "pallet_carton": _("State the carton on the listing's form first."),
        "pallet_units": _("Whole cartons and whole steps of sale stand on a pallet: %(accepted)s."),
    },
)
