"""What people call the columns of a merchant's sheet: the template's, the list's, and what is said beside an offer."""

from typing import Any, Final

from babel import Locale
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _

from marketplace.catalog.rules.headers import LWH, TIER
from marketplace.catalog.rules.sheet_details import ATTRIBUTE
from marketplace.catalog.rules.texts import LANGUAGES

_NAMES: Final[dict[str, Any]] = {
    LWH: _("Size of a carton"),
    "variant_group": _("Group of variants"),
    "variant_values": _("What the variant is"),
    "parts_manufacturer": _("Manufacturer of the part"),
    "parts_number": _("Part number"),
    "parts_crosses": _("Numbers that the part stands for"),
    "brand_relation": _("How the goods stand to a brand"),
    "brand_name": _("Brand"),
    "brand_letter": _("Letter of the brand's owner"),
    "brand_until": _("Licensed until"),
    "dangerous": _("Are these dangerous goods?"),
    "dangerous_un": _("UN number"),
    "dangerous_class": _("Class of the dangerous goods"),
    "dangerous_group": _("Packing group"),
    "dangerous_net": _("Net quantity in a carton"),
    "dangerous_unit": _("Unit of the net quantity"),
    "dangerous_battery": _("Battery"),
    "dangerous_wh": _("Energy of a battery"),
    "dangerous_test": _("Test summary (UN 38.3)"),
    "dangerous_test_on": _("Date of the test summary"),
    "dangerous_sheet": _("Safety data sheet"),
    "dangerous_sheet_on": _("Date of the safety data sheet"),
    "dangerous_confirmed": _("Whether somebody answers for it"),
    "food_days": _("Shelf life in days"),
    "food_least_celsius": _("Stored at no less than"),
    "food_most_celsius": _("Stored at no more than"),
    "food_lot": _("Lot code"),
    "food_facility": _("Registration code of the facility"),
    "food_scheme": _("Registered by"),
    "food_allergens": _("Allergens"),
    "certificate_list": _("Certificates"),
    "warranty_months": _("Months of warranty"),
    "warranty_km": _("Kilometres of warranty"),
    "warranty_covers": _("What the warranty covers"),
    "warranty_covers_en": _("What the warranty covers, in English"),
    "warranty_covers_zh": _("What the warranty covers, in Chinese"),
    "warranty_covers_vi": _("What the warranty covers, in Vietnamese"),
    "sample_price": _("Price of a sample"),
    "sample_currency": _("Currency of the sample's price"),
    "sample_days": _("Days until a sample leaves"),
    "pallet_units": _("Units on a pallet"),
    "pallet_mm": _("Height of a pallet with the goods"),
    "visibility": _("Who reads the prices"),
}


def column_label(name: str) -> str | None:
    """Return what a column is called in the reader's language; None for what is no column but a field of a form."""
    if name in _NAMES:
        return str(_NAMES[name])
    if tier := TIER.fullmatch(name):
        return gettext("Price from %(quantity)s on", quantity=tier[1])
    if asked := ATTRIBUTE.fullmatch(name):
        return gettext("Attribute “%(code)s”", code=asked[1])
    base, _mark, language = name.rpartition("_")
    return _in_language(base, _language(language)) if language in LANGUAGES else None


def _language(code: str) -> str:
    """Return a language as the reader calls it; its first letter is large, the others stay, as in Tiếng Việt."""
    name = str(Locale.parse(code).get_display_name(get_locale() or "en"))
    return name[:1].upper() + name[1:]


def _in_language(base: str, language: str) -> str | None:
    if base == "title":
        return gettext("Title in %(language)s", language=language)
    if base == "description":
        return gettext("Description in %(language)s", language=language)
    return gettext("How the text in %(language)s came about", language=language) if base == "how" else None
