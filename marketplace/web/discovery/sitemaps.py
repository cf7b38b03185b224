"""Sitemaps: every listed page in every language, in files of at most 50,000 addresses, written a batch at a time."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID

from flask import url_for
from markupsafe import escape

from marketplace.catalog.queries import announced, goods
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import NotFound
from marketplace.logistics.queries import departures
from marketplace.merchants import queries as merchants
from marketplace.reference.rules import RCEP
from marketplace.web.shared import locale, render
from marketplace.web.shared.discovery import absolute, address

# The most that the protocol lets one file hold, addresses or sitemaps.
MOST: Final = 50_000
# Each page has an address in every language.
PART: Final = MOST // len(locale.LOCALES)
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SCHEMA: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
# Pages without which the city is none; each has one address.
_PAGES: Final = (
    "home.index",
    "catalog.products",
    "logistics.departures",
    "boards.corridor",
    "settings.rules",
    "showroom.halls",
    "showroom.pavilions",
    "showroom.fairs",
    "showroom.enquiry_form",
    "home.terms",
    "home.contract",
    "home.privacy",
)
# Pages that stand in for any other while addresses are made.
_NOBODY: Final = UUID(int=0)
_TOGETHER: Final = 200

Entry = tuple[UUID, datetime | None]


def index() -> Iterator[str]:
    """Write the index of all sitemaps."""
    session = reading()
    counted = (
        ("commodities", len(goods.commodities(session))),
        ("merchants", merchants.count_approved(session)),
        ("listings", announced.count(session)),
    )
    yield f'{_HEAD}<sitemapindex xmlns="{_SCHEMA}">\n'
    for kind in ("pages", "departures"):
        yield _sitemap(kind, 1)
    for kind, count in counted:
        for number in range(1, -(-count // PART) + 1):
            yield _sitemap(kind, number)
    yield "</sitemapindex>\n"


def part(kind: str, number: int) -> Iterator[str]:
    """Write one sitemap; NotFound, before anything is written, for one that is not there."""
    if not 1 <= number <= MOST:
        raise NotFound("page")
    if kind == "pages" and number == 1:
        named = [(page, {}) for page in _PAGES]
        named += [("showroom.pavilion", {"country": country}) for country in sorted(RCEP)]
        return _urlset(_url(address(page, code, **values)) for page, values in named for code in locale.LOCALES)
    if kind == "departures" and number == 1:
        coming = departures.coming(reading(), after=clock.now(), size=PART)
        return _urlset(_addresses("logistics.departure", "departure_id", ((each, None) for each in coming)))
    if kind == "commodities" and (rows := goods.commodities(reading())[(number - 1) * PART : number * PART]):
        slugs = [row.slug for row in rows]
        return _urlset(_url(address("catalog.commodity", code, slug=slug)) for slug in slugs for code in locale.LOCALES)
    if kind == "merchants" and (found := merchants.approved(reading(), part=number - 1, size=PART)):
        return _urlset(_addresses("catalog.seller", "company_id", found))
    if kind == "listings" and (first := announced.first_of(reading(), part=number - 1, size=PART)):
        each = announced.addressed(reading(), first=first, size=PART)
        return _urlset(_addresses("catalog.product", "listing_id", ((row.listing_id, row.changed_at) for row in each)))
    raise NotFound("page")


def _sitemap(kind: str, number: int) -> str:
    href = absolute(url_for("discovery.sitemap", kind=kind, number=number))
    return f"<sitemap><loc>{escape(href)}</loc></sitemap>\n"


def _urlset(urls: Iterable[str]) -> Iterator[str]:
    yield f'{_HEAD}<urlset xmlns="{_SCHEMA}">\n'
    rest = iter(urls)
    while together := "".join(islice(rest, _TOGETHER)):
        yield together
    yield "</urlset>\n"


def _addresses(endpoint: str, name: str, entries: Iterable[Entry]) -> Iterator[str]:
    values: dict[str, Any] = {name: _NOBODY}
    # Made once for each language: a route takes longer to build than all else of a line.
    moulds = [address(endpoint, code, **values).partition(str(_NOBODY)) for code in locale.LOCALES]
    for found, changed_at in entries:
        for before, _, after in moulds:
            yield _url(f"{before}{found}{after}", changed_at)


def _url(href: str, changed_at: datetime | None = None) -> str:
    changed = f"<lastmod>{render.utc(changed_at)}</lastmod>" if changed_at else ""
    return f"<url><loc>{escape(href)}</loc>{changed}</url>\n"
