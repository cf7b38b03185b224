"""What merchants say beside the offer, line by line, as its reviewer reads it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext, pgettext
from markupsafe import Markup

from marketplace.catalog.rules.details import PAPERS
from marketplace.catalog.rules.details.attributes import MEASURES, Attribute, AttributeKind
from marketplace.web.shared import details as shown
from marketplace.web.shared import goods
from marketplace.web.shared.choices import language_names

# How a paper of the listing is addressed, by the file's id.
Paper = Callable[[str], str]

# What a part of a document is called, by the last of its name that is no number; in this order they are read.
_LABELS: Final[dict[str, Any]] = {
    "manufacturer": lazy_gettext("Manufacturer"),
    "kind": lazy_gettext("Kind"),
    **shown.IN_A_ROW,
    "relation": lazy_gettext("Relation"),
    "letter": lazy_gettext("Letter of the brand's owner"),
    "until": lazy_gettext("Licensed until"),
    "answer": lazy_gettext("Answer"),
    "signed_at": lazy_gettext("Signed on"),
    "un_number": lazy_gettext("UN number"),
    "hazard_class": lazy_gettext("Class"),
    "packing_group": lazy_gettext("Packing group"),
    "net_quantity": lazy_gettext("Net quantity in a carton"),
    "net_unit": lazy_gettext("Unit of the net quantity"),
    "battery": lazy_gettext("Battery"),
    "watt_hours": lazy_gettext("Energy of a battery"),
    "test_summary": lazy_gettext("Test summary (UN 38.3)"),
    "test_summary_on": lazy_gettext("Date of the test summary"),
    "safety_sheet": lazy_gettext("Safety data sheet"),
    "safety_sheet_on": lazy_gettext("Date of the safety data sheet"),
    "shelf_days": lazy_gettext("Shelf life in days"),
    "least_celsius": lazy_gettext("Stored at no less than"),
    "most_celsius": lazy_gettext("Stored at no more than"),
    "lot": lazy_gettext("Lot code"),
    "facility": lazy_gettext("Registration code of the facility"),
    "scheme": lazy_gettext("Registered by"),
    "allergens": lazy_gettext("Allergens"),
    "issuer": lazy_gettext("Issued by"),
    "file": lazy_gettext("The certificate"),
    "valid_from": lazy_gettext("Valid from"),
    "valid_until": lazy_gettext("Valid until"),
    "months": lazy_gettext("Months"),
    "kilometres": lazy_gettext("Kilometres"),
    "covers": lazy_gettext("What it covers"),
    "covers_en": lazy_gettext("What it covers, in English"),
    "covers_zh": lazy_gettext("What it covers, in Chinese"),
    "covers_vi": lazy_gettext("What it covers, in Vietnamese"),
    "price": lazy_gettext("Price of a sample"),
    "currency": lazy_gettext("Currency"),
    "lead_days": lazy_gettext("Days until it leaves"),
    "units": lazy_gettext("Units on a pallet"),
    "height_mm": lazy_gettext("Height with the goods"),
}
_ORDER: Final = {name: position for position, name in enumerate(_LABELS)}
_WORDS: Final[dict[str, Mapping[str, Any]]] = {
    "relation": shown.RELATIONS,
    "answer": shown.ANSWERS,
    "battery": shown.BATTERIES,
    "scheme": shown.SCHEMES,
    "allergens": shown.ALLERGENS,
    "kind": shown.CERTIFICATES,
    "net_unit": {"KGM": "kg", "LTR": "l"},
}
# Who answers is kept with the answer and concerns no reviewer; the hash binds it to the papers.
_UNSAID: Final = frozenset({"signed_by", "hash"})
_DAYS: Final = frozenset({"until", "test_summary_on", "safety_sheet_on", "valid_from", "valid_until"})
_UNITS: Final = {"watt_hours": "Wh", "least_celsius": "°C", "most_celsius": "°C", "height_mm": "mm"}


def text(kind: str, document: Mapping[str, str], *, attributes: Iterable[Attribute], paper: Paper) -> Markup | None:
    """Return a flat document of a kind as lines, the parts of one row on one; None where nothing is said."""
    asked = {each.code: each for each in attributes} if kind == "attributes" else {}
    rows: dict[str, list[Markup]] = {}
    order = {code: place for place, code in enumerate(asked)} if asked else _ORDER
    for name, value in sorted(document.items(), key=lambda part: _place(part[0], order)):
        if name in _UNSAID:
            continue
        *_above, leaf = [part for part in name.split(".") if not part.isdigit()]
        row = name.rpartition(".")[0] if kind != "texts" else name
        position = next((part for part in row.split(".") if part.isdigit()), None)
        fact = Markup("{}: {}").format(_label(kind, leaf, asked), _value(kind, leaf, value, asked, paper))
        rows.setdefault(row if position else name, []).append(fact)
    return Markup("\n").join(Markup("; ").join(facts) for facts in rows.values()) or None


def _place(name: str, order: Mapping[str, int]) -> tuple[tuple[int, ...], int, str]:
    """Return where a part stands: the database keeps documents in an order of its own."""
    parts = name.split(".")
    leaf = [part for part in parts if not part.isdigit()][-1]
    return tuple(int(part) for part in parts if part.isdigit()), order.get(leaf, len(order)), name


def _label(kind: str, leaf: str, asked: Mapping[str, Attribute]) -> str:
    if kind == "texts":
        return language_names([leaf])
    if leaf in asked:
        return goods.text(asked[leaf].names)
    return str(_LABELS[leaf]) if leaf in _LABELS and kind != "attributes" else leaf


def _value(kind: str, leaf: str, value: str, asked: Mapping[str, Attribute], paper: Paper) -> Any:
    if kind == "texts":
        return shown.HOWS.get(value, value)
    if kind == "attributes":
        return _attribute(value, asked.get(leaf))
    if leaf == "signed_at":
        return shown.day_of(value)
    if leaf in _DAYS:
        return shown.day(value)
    if leaf in PAPERS:
        # By the beginning of its id two papers of one kind are told from each other.
        return Markup('<a href="{}">{} {}</a>').format(paper(value), pgettext("link", "Open"), value[:8])
    return _WORDS.get(leaf, {}).get(value, value) if leaf not in _UNITS else f"{value} {_UNITS[leaf]}"


def _attribute(value: str, asked: Attribute | None) -> str:
    if asked is None:
        return value
    if asked.kind is AttributeKind.FLAG:
        return _("yes") if value == "True" else _("no")
    if asked.kind is AttributeKind.CHOICE:
        return goods.text(asked.choices.get(value, {})) or value
    return f"{value} {MEASURES.get(asked.unit or '', '')}".strip()
