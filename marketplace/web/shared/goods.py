"""Rows as the templates' components ask for them, in the reader's language."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from marketplace.accounts.rules.closures import Notice
from marketplace.catalog.rules.pricing import Ladder, tier_at
from marketplace.catalog.rules.rows import CardRow, CategoryRow
from marketplace.catalog.rules.texts import in_language, language_of
from marketplace.catalog.rules.visibility import Visibility
from marketplace.reference.rules import INCOTERMS, RCEP
from marketplace.web.shared import locale, words

# The words for units of UN/ECE Recommendation 20, one and many; None is the same for any number.
UNITS: Final[dict[str, tuple[Any, Callable[[int], str] | None]]] = {
    "H87": (lazy_gettext("pc"), lambda number: words.ngettext("pc", "pcs", number)),
    "SET": (lazy_gettext("set"), lambda number: words.ngettext("set", "sets", number)),
    "PR": (lazy_gettext("pair"), lambda number: words.ngettext("pair", "pairs", number)),
    "KGM": (lazy_gettext("kg"), None),
    "TNE": (lazy_gettext("t"), None),
    "MTK": (lazy_gettext("m²"), None),
    "CT": (lazy_gettext("carton"), lambda number: words.ngettext("carton", "cartons", number)),
    "BG": (lazy_gettext("bag"), lambda number: words.ngettext("bag", "bags", number)),
}
_HIDDEN: Final = {
    Visibility.PUBLIC: None,
    Visibility.VERIFIED: lazy_gettext("Price for verified buyers"),
    Visibility.NAMED: lazy_gettext("Price for customers of the merchant"),
    Visibility.ON_REQUEST: lazy_gettext("Price on request"),
}
RULES: Final[dict[str, Any]] = {
    "FCA": lazy_gettext("FCA – handed over at a hub"),
    "DAP": lazy_gettext("DAP – brought to a city"),
    "CPT": lazy_gettext("CPT – carriage paid to a city"),
    "CIP": lazy_gettext("CIP – carriage and insurance paid to a city"),
}
PAID: Final[dict[str, Any]] = {
    "FCA": lazy_gettext("Under FCA freight is your own contract with the lorry's operator."),
    "DAP": lazy_gettext("Under DAP the merchant pays the freight; it is in the price."),
    "CPT": lazy_gettext(
        "Under CPT the merchant pays the freight; it is in the price. The risk is yours from the hub on."
    ),
    "CIP": lazy_gettext(
        "Under CIP the merchant pays the freight and insures the goods for you, 110 % against all risks; both are in "
        "the price. The risk is yours from the hub on."
    ),
}


class Unit(str):
    """The word for one of a unit, which behind a number knows its plural."""

    __slots__ = ("code",)
    code: str

    def behind(self, number: Decimal | int) -> str:
        """Return the word as it stands behind a number."""
        many = UNITS[self.code][1] if self.code in UNITS else None
        return many(int(number) if number == int(number) else 2) if many else self


def unit(code: str) -> Unit:
    """Return the word for a unit of UN/ECE Recommendation 20."""
    word = Unit(UNITS[code][0] if code in UNITS else code)
    word.code = code
    return word


def country(code: str) -> str:
    """Return a country's name as CLDR has it."""
    return str(words.cldr(locale.babel_locale()).territories.get(code, code))


def text(texts: Mapping[str, str], source: str = "en") -> str:
    """Return a text in the reader's language, or the best there is."""
    return in_language(texts, locale.current(), source)


def picture(file_id: UUID, width: int) -> str:
    """Return the address of a picture in a width."""
    return url_for("catalog.picture", file_id=file_id, width=width)


def place(names: Mapping[str, str], code: str) -> str:
    """Return a place's name in the reader's language."""
    return in_language(names, locale.current()) or code


def place_of(row: Any) -> str:
    """Return the name of a place's row in the reader's language."""
    return place({**row.names, "en": row.name}, row.code)


def places(rows: Iterable[Any]) -> list[tuple[str, str]]:
    """Return places as the options of a select."""
    return [(row.code, place_of(row)) for row in rows]


def cards(rows: Iterable[CardRow], closing: Mapping[UUID, Notice]) -> list[dict[str, Any]]:
    """Return listings for the shelf, with the closures of their merchants by listing."""
    return [card(row, closing.get(row.listing_id)) for row in rows]


def card(row: CardRow, closed: Notice | None = None) -> dict[str, Any]:
    """Return a listing for the shelf."""
    title = text(row.titles, row.source_locale)
    second = row.titles.get(row.source_locale, "")
    return {
        "id": row.listing_id,
        "href": url_for("catalog.product", listing_id=row.listing_id),
        "save_href": url_for("lists.saving", listing_id=row.listing_id),
        "title": title,
        "second": second if second != title else None,
        "second_lang": row.source_locale,
        "picture": picture(row.picture, 320) if row.picture else None,
        "category": row.drawing,
        "merchant": row.merchant,
        "merchant_href": url_for("catalog.seller", company_id=row.merchant_id),
        "origin": country(row.origin),
        "price": row.price,
        "hidden": hidden(row.visibility) if row.price is None else None,
        "is_own_price": row.is_own_price,
        "unit": unit(row.unit),
        "basis": {"rule": row.incoterm, "place": place(row.place_names, row.place_code)},
        "moq": row.moq,
        "lead": supply(row.lead_days, is_in_stock=row.is_in_stock),
        "closed": closed,
    }


def supply(lead_days: int | None, *, is_in_stock: bool) -> str:
    """Say whether goods lie ready or how long they take."""
    if lead_days is not None:
        return words.ngettext("made in %(num)s working day", "made in %(num)s working days", lead_days) % {
            "num": lead_days
        }
    return _("in stock") if is_in_stock else _("out of stock")


def shelves(rows: Iterable[CategoryRow]) -> list[dict[str, Any]]:
    """Return the categories with their drawings and addresses."""
    return [
        {"label": text(row.names), "href": url_for("catalog.products", category=row.code), "drawing": row.drawing}
        for row in rows
    ]


def facets(categories: Sequence[CategoryRow], asked: Mapping[str, str | None]) -> list[dict[str, Any]]:
    """Return the filters of the shelf, what was asked for marked."""
    countries = sorted(((country(code), code) for code in RCEP), key=lambda pair: pair[0])
    groups = (
        ("category", _("Category"), [(row.code, text(row.names)) for row in categories]),
        ("incoterm", _("Price basis"), [(rule, rule) for rule in INCOTERMS]),
        ("origin", _("Origin"), [(code, name) for name, code in countries]),
    )
    return [
        {
            "name": name,
            "label": label,
            "kind": "radio",
            "options": [
                {"value": "", "label": _("Any"), "active": not asked.get(name)},
                *({"value": value, "label": shown, "active": asked.get(name) == value} for value, shown in options),
            ],
        }
        for name, label, options in groups
    ]


def hidden(visibility: Visibility) -> Any:
    """Say to whom a price is shown that is not shown here."""
    return _HIDDEN[visibility]


def basis(found: tuple[str, str, str], names: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Return a price basis: currency, Incoterms rule, named place."""
    currency, incoterm, code = found
    return {
        "currency": currency,
        "incoterm": incoterm,
        "place_code": code,
        "basis": {"rule": incoterm, "place": place(names.get(code, {}), code)},
    }


def ladder(found: Ladder, names: Mapping[str, Mapping[str, str]], quantity: int | None = None) -> dict[str, Any]:
    """Return a price ladder, the tier of a quantity marked."""
    current = tier_at(found, quantity) if quantity is not None else None
    return basis(found.basis, names) | {
        "tiers": [
            {"quantity": tier.from_quantity, "price": tier.price, "current": tier == current} for tier in found.tiers
        ]
    }


def written_in(texts: Mapping[str, str], source: str) -> str:
    """Return the language a text is shown in, for its ``lang``."""
    return language_of(texts, locale.current(), source)
