"""For machines that come by: robots.txt, sitemaps, and feeds of what was newly approved."""

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.catalog.queries import announced, goods
from marketplace.catalog.queries.announced import Announced
from marketplace.edge.acts import sellers
from marketplace.edge.acts.looking import check_filters
from marketplace.edge.parsing import parse
from marketplace.edge.permissions import public
from marketplace.edge.requests import catalog as requests
from marketplace.kernel.db import reading
from marketplace.web.discovery import sitemaps
from marketplace.web.discovery.robots import robots as robots_text
from marketplace.web.shared import goods as shown
from marketplace.web.shared import locale
from marketplace.web.shared.discovery import absolute, address

pages = Blueprint("discovery", __name__)

_OPEN = "goods on the shelf are there to be found"
_ENTRIES: Final = 50
_XML: Final = "application/xml"
_ATOM: Final = "application/atom+xml"
# Whoever comes by reads the same; asked again after so many seconds.
_AN_HOUR: Final = "public, max-age=3600"
_MINUTES: Final = "public, max-age=300"
_BEGINNING: Final = datetime.fromtimestamp(0, UTC)
# What XML 1.0 cannot hold, however it is written.
_ILLEGAL: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@pages.get("/robots.txt")
@public(_OPEN)
def robots() -> Response:
    """Say which pages are for search engines, and where the sitemaps are."""
    return _kept(Response(robots_text(url_for("discovery.index")), mimetype="text/plain"), _AN_HOUR)


@pages.get("/sitemap.xml")
@public(_OPEN)
def index() -> Response:
    """Name the sitemaps."""
    return _written(sitemaps.index())


@pages.get("/sitemaps/<kind>-<int:number>.xml")
@public(_OPEN)
def sitemap(kind: str, number: int) -> Response:
    """Name the addresses of pages, departures, merchants or listings."""
    return _written(sitemaps.part(kind, number))


@pages.get("/products.atom")
@public(_OPEN)
def offers() -> Response:
    """Give the offers that were newly approved, all or of one category."""
    asked = parse(requests.Announcements, {name: request.args[name] for name in ("category",) if name in request.args})
    session = reading()
    check_filters(session, category=asked.category)
    title, kept = _("New offers"), {}
    if asked.category:
        names = {row.code: row.names for row in goods.categories(session)}
        title, kept = _("New offers: %(name)s", name=shown.text(names[asked.category])), {"category": asked.category}
    rows = announced.announced(session, size=_ENTRIES, category=asked.category)
    return _feed(title, rows, "catalog.products", "discovery.offers", kept)


@pages.get("/merchants/<uuid:company_id>.atom")
@public(_OPEN)
def offers_of(company_id: UUID) -> Response:
    """Give the offers of one merchant that were newly approved."""
    session = reading()
    found = sellers.seller(session, company_id=company_id)
    rows = announced.announced(session, size=_ENTRIES, merchant_id=company_id)
    title = _("New offers: %(name)s", name=found.name)
    return _feed(title, rows, "catalog.seller", "discovery.offers_of", {"company_id": company_id})


def _feed(title: str, rows: Iterable[Announced], page: str, feed: str, values: dict[str, Any]) -> Response:
    language = locale.current()
    entries = [
        {
            "id": row.card.listing_id,
            "href": address("catalog.product", language, listing_id=row.card.listing_id),
            "card": shown.card(row.card),
            "lang": shown.written_in(row.card.titles, row.card.source_locale),
            "picture": absolute(shown.picture(row.card.picture, 320)) if row.card.picture else None,
            "published": row.approved_at,
            "updated": max(row.approved_at, row.changed_at),
        }
        for row in rows
    ]
    updated = max((entry["updated"] for entry in entries), default=_BEGINNING)
    text = render_template(
        "discovery/feed.xml",
        title=title,
        page=address(page, language, **values),
        feed=address(feed, language, **values),
        entries=entries,
        updated=updated,
    )
    body = _ILLEGAL.sub("", text).encode()
    response = _kept(Response(body, content_type=f"{_ATOM}; charset=utf-8"), _MINUTES)
    response.set_etag(hashlib.sha256(body).hexdigest())
    response.last_modified = updated
    response.make_conditional(request)
    return response


def _written(texts: Iterable[str]) -> Response:
    """Answer with what is written a batch at a time: whole or not at all, and never more than the protocol takes."""
    return _kept(Response(b"".join(text.encode() for text in texts), mimetype=_XML), _AN_HOUR)


def _kept(response: Response, how_long: str) -> Response:
    response.headers["Cache-Control"] = how_long
    return response
