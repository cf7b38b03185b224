"""What forms offer to choose from, and what they propose to a company: its country, its money, its hub."""

from collections.abc import Iterable, Sequence
from typing import Final

from babel import Locale

from marketplace.accounts import queries as accounts
from marketplace.edge.identity import require_actor
from marketplace.kernel.db import reading
from marketplace.kernel.money import MINOR_UNITS
from marketplace.reference.queries import PlaceRow
from marketplace.reference.rules import CURRENCIES, RCEP, PlaceKind
from marketplace.web.shared import goods, locale, words

# Codes that CLDR names and ISO 3166-1 assigns to no country.
_NO_COUNTRY: Final = frozenset(
    ("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ")
)
_ELSEWHERE: Final = "USD"  # what companies trade in whose own money is not traded here


def parties() -> list[tuple[str, str]]:
    """Return the parties of RCEP by name."""
    return _by_name(RCEP)


def countries() -> list[tuple[str, str]]:
    """Return all countries by name, the parties of RCEP first."""
    territories = map(str, words.cldr(locale.babel_locale()).territories)  # Babel's keys have no type
    every = {code for code in territories if len(code) == 2 and code.isalpha()}
    return [*parties(), *_by_name(every - RCEP - _NO_COUNTRY)]


def languages(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Return languages by their own names, in the order given."""
    return [(code, _begun_large(str(Locale.parse(code).get_display_name(code)))) for code in codes]


def language_names(codes: Iterable[str]) -> str:
    """Return languages as the reader calls them."""
    names = (str(Locale.parse(code).get_display_name(locale.babel_locale())) for code in codes)
    return ", ".join(_begun_large(name) for name in names)


def _begun_large(name: str) -> str:
    """Return a name with a large first letter; the others stay, as in Tiếng Việt."""
    return name[:1].upper() + name[1:]


def currencies() -> list[tuple[str, str]]:
    """Return the currencies that can be traded in."""
    return [(code, code) for code in sorted(MINOR_UNITS)]


def home_country() -> str:
    """Return the country of the reader's company."""
    return accounts.get_company(reading(), company_id=require_actor().company).country


def home_currency(country: str) -> str:
    """Return the money of a country where it is traded in, else what is taken everywhere."""
    own = CURRENCIES.get(country, _ELSEWHERE)
    return own if own in MINOR_UNITS else _ELSEWHERE


def nearest_hub(places: Sequence[PlaceRow], country: str) -> str:
    """Return a hub of a country, else the one nearest to it on the map; none of a country unknown to the network."""
    hubs = [place for place in places if place.kind is PlaceKind.HUB]
    there = [place for place in places if place.country == country and place.kind is not PlaceKind.BORDER_SIDE]
    own = [hub for hub in hubs if hub.country == country]
    if own or not there:
        return own[0].code if own else ""
    return min(hubs, key=lambda hub: _apart(hub, there[0])).code


def _apart(one: PlaceRow, other: PlaceRow) -> int:
    return (one.latitude_e6 - other.latitude_e6) ** 2 + (one.longitude_e6 - other.longitude_e6) ** 2


def _by_name(codes: Iterable[str]) -> list[tuple[str, str]]:
    return sorted(((code, goods.country(code)) for code in codes), key=lambda pair: pair[1])
