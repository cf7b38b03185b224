"""The fields of the forms in which merchants say more of their goods: names, labels, and how each is typed."""

from typing import Any, Final

from flask_babel import gettext as _

from marketplace.catalog.rules.details import DetailKind, dangerous, food
from marketplace.catalog.rules.details import certificates as certified
from marketplace.catalog.rules.details.attributes import MEASURES, Attribute, AttributeKind
from marketplace.web.shared import choices
from marketplace.web.shared import details as words
from marketplace.web.shared import goods as shown

Field = dict[str, Any]
_PAPER: Final = {"kind": "file"}


def of(kind: DetailKind, values: dict[str, Any], asked: tuple[Attribute, ...]) -> list[Field]:
    """Return the fields of a part's form; ``values`` tell how many rows it has, ``asked`` is for attributes alone."""
    if kind is DetailKind.ATTRIBUTES:
        return [_attribute(each) for each in asked]
    if kind is DetailKind.CERTIFICATES:
        rows = {int(name.split(".")[2]) for name in values if name.startswith("certificates.items.")}
        count = min(max(rows, default=-1) + 2, certified.MOST_CERTIFICATES)
        return [field for position in range(count) for field in _certificate(position, is_new=position == count - 1)]
    return [{**field, "name": f"{kind.value}.{field['name']}"} for field in _FIELDS[kind]()]


def _attribute(each: Attribute) -> Field:
    options = [(code, shown.text(names)) for code, names in each.choices.items()]
    if each.kind is AttributeKind.FLAG:
        options = [("1", _("yes")), ("0", _("no"))]
    return {
        "name": f"attributes.{each.code}",
        "label": shown.text(each.names),
        "kind": "select" if options else "text",
        "options": options,
        "numeric": each.kind is AttributeKind.NUMBER,
        "unit": MEASURES.get(each.unit or ""),
        "required": each.is_required,
    }


def _certificate(position: int, *, is_new: bool) -> list[Field]:
    start = f"certificates.items.{position}"
    legend = _("Another certificate") if is_new else _("Certificate %(number)s", number=position + 1)
    return [
        {"name": f"{start}.kind", "label": _("Kind"), "kind": "select", "options": options(words.CERTIFICATES),
         "legend": legend, "hint": None if is_new else _("To take it out, empty all its fields.")},
        {"name": f"{start}.number", "label": _("Number")},
        {"name": f"{start}.issuer", "label": _("Issued by")},
        {"name": f"{start}.file", "label": _("The certificate"), **_PAPER},
        {"name": f"{start}.valid_from", "label": _("Valid from"), "type": "date"},
        {"name": f"{start}.valid_until", "label": _("Valid until"), "type": "date"},
    ]  # fmt: skip


def _parts() -> list[Field]:
    return [
        {"name": "manufacturer", "label": _("Manufacturer"), "required": True},
        {"name": "number", "label": _("Part number"), "required": True},
        {"name": "crosses", "label": _("Stands for"), "kind": "area",
         "hint": _("One a line: brand; number. Buyers find the part by each, however it is written.")},
    ]  # fmt: skip


def _fitment() -> list[Field]:
    return [
        {"name": "vehicles", "label": _("Vehicles and machines"), "kind": "area", "rows": 10,
         "hint": _("One a line: make; model; first year; last year; note. No last year means it is still built. Buyers "
                   "find the part by all of it, such as Toyota Hilux 2015.")},
    ]  # fmt: skip


def _brand() -> list[Field]:
    return [
        {"name": "relation", "label": _("How the goods stand to a brand"), "kind": "select", "required": True,
         "options": options(words.RELATIONS)},
        {"name": "brand", "label": _("Brand")},
        {"name": "letter", "label": _("Letter of the brand's owner"), **_PAPER, "hint": _("Needed for a licence.")},
        {"name": "until", "label": _("Licensed until"), "type": "date"},
    ]  # fmt: skip


def _dangerous() -> list[Field]:
    return [
        {"name": "answer", "label": _("Are these dangerous goods?"), "kind": "select", "required": True,
         "options": options(words.ANSWERS)},
        {"name": "un_number", "label": _("UN number"), "hint": _("four digits")},
        {"name": "hazard_class", "label": _("Class"), "kind": "select", "options": [(c, c) for c in dangerous.CLASSES]},
        {"name": "packing_group", "label": _("Packing group"), "kind": "select",
         "options": [(group, group) for group in dangerous.GROUPS]},
        {"name": "net_quantity", "label": _("Net quantity in a carton"), "numeric": True},
        {"name": "net_unit", "label": _("Unit"), "kind": "select", "options": [("KGM", "kg"), ("LTR", "l")]},
        {"name": "battery", "label": _("Battery"), "kind": "select", "options": options(words.BATTERIES)},
        {"name": "watt_hours", "label": _("Energy of a battery"), "numeric": True, "unit": "Wh"},
        {"name": "test_summary", "label": _("Test summary (UN 38.3)"), **_PAPER},
        {"name": "test_summary_on", "label": _("Date of the test summary"), "type": "date"},
        {"name": "safety_sheet", "label": _("Safety data sheet"), **_PAPER},
        {"name": "safety_sheet_on", "label": _("Date of the safety data sheet"), "type": "date"},
        {"name": "confirmed", "label": _("I answer for this. My name and the time are kept with it."), "kind": "check"},
    ]  # fmt: skip


def _food() -> list[Field]:
    return [
        {"name": "shelf_days", "label": _("Shelf life in days"), "numeric": True, "required": True},
        {"name": "least_celsius", "label": _("Stored at no less than"), "numeric": True, "unit": "°C"},
        {"name": "most_celsius", "label": _("Stored at no more than"), "numeric": True, "unit": "°C"},
        {"name": "lot", "label": _("Lot code")},
        {"name": "facility", "label": _("Registration code of the facility"),
         "hint": _("As its register writes it; for food into China that of the customs (GACC, CIFER).")},
        {"name": "scheme", "label": _("Registered by"), "kind": "select", "options": options(words.SCHEMES)},
        {"name": "allergens", "label": _("Allergens"), "kind": "checks",
         "options": [(code, str(words.ALLERGENS[code])) for code in food.ALLERGENS]},
    ]  # fmt: skip


def _warranty() -> list[Field]:
    return [
        {"name": "months", "label": _("Months"), "numeric": True},
        {"name": "kilometres", "label": _("Kilometres"), "numeric": True},
        {"name": "covers", "label": _("What it covers"), "kind": "area", "required": True,
         "hint": _("Contracts print it where there is no text in their language.")},
        {"name": "covers_en", "label": _("What it covers, in English"), "kind": "area"},
        {"name": "covers_zh", "label": _("What it covers, in Chinese"), "kind": "area"},
        {"name": "covers_vi", "label": _("What it covers, in Vietnamese"), "kind": "area"},
    ]  # fmt: skip


def _sample() -> list[Field]:
    return [
        {"name": "price", "label": _("Price of a sample"), "numeric": True, "required": True},
        {"name": "currency", "label": _("Currency"), "kind": "select", "options": choices.currencies(),
         "required": True},
        {"name": "lead_days", "label": _("Days until it leaves"), "numeric": True, "required": True},
        {"name": "customs_value", "label": _("Value of one unit for customs"), "numeric": True,
         "hint": _("Needed for samples that cost nothing: customs never takes zero. Else the price counts.")},
        {"name": "least", "label": _("Fewest units in a sample order"), "numeric": True},
        {"name": "most", "label": _("Most units in a sample order"), "numeric": True},
        {"name": "per_buyer", "label": _("Most sample units for one buyer in all"), "numeric": True},
        {"name": "lorry", "label": _("By lorry, like other goods"), "kind": "select",
         "options": [("1", _("yes")), ("0", _("no"))]},
        {"name": "courier_fee", "label": _("Courier's fee for all units"), "numeric": True,
         "hint": _("In the currency of the price; 0 where you pay the courier. Empty: no courier.")},
        {"name": "courier_days", "label": _("Days that the courier takes"), "numeric": True},
        {"name": "credit_days", "label": _("Days within which the price is credited on a bulk order"), "numeric": True,
         "hint": _("From receipt on, once, in the same currency. Empty: not credited.")},
        {"name": "credit_least", "label": _("Units of that bulk order at least"), "numeric": True},
    ]  # fmt: skip


def _pallet() -> list[Field]:
    return [
        {"name": "units", "label": _("Units on a pallet"), "numeric": True, "required": True,
         "hint": _("Whole cartons, and whole steps of sale.")},
        {"name": "height_mm", "label": _("Height with the goods"), "numeric": True, "unit": "mm"},
    ]  # fmt: skip


def options(named: Any) -> list[tuple[str, str]]:
    """Return words by code as the options of a select."""
    return [(str(code), str(word)) for code, word in named.items()]


_FIELDS: Final[dict[DetailKind, Any]] = {
    DetailKind.PARTS: _parts,
    DetailKind.FITMENT: _fitment,
    DetailKind.BRAND: _brand,
    DetailKind.DANGEROUS: _dangerous,
    DetailKind.FOOD: _food,
    DetailKind.WARRANTY: _warranty,
    DetailKind.SAMPLE: _sample,
    DetailKind.PALLET: _pallet,
}
