"""Who asks a merchant for prices, and what a buyer asked for."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.customer_prices.queries import requests as asked
from marketplace.catalog.customer_prices.queries.requests import RequestRow
from marketplace.catalog.customer_prices.rules.requests import RequestState
from marketplace.catalog.customer_prices.services import showing
from marketplace.catalog.queries import shelf
from marketplace.edge.acts import prices as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import prices as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.web.prices.blueprint import pages
from marketplace.web.prices.shared import done, drawn, own_zone
from marketplace.web.shared import goods as shown

_EDIT: Final = Permission.CATALOG_LISTING_EDIT


@pages.get("/merchant/price-requests")
@requires(_EDIT, twin="GET /api/v1/price-requests")
def received() -> str:
    """List who asks for prices."""
    return _received()


@pages.post("/merchant/price-requests/<uuid:price_request_id>/answer")
@requires(_EDIT, twin="POST /api/v1/price-requests/{id}/answer")
def answer(price_request_id: UUID) -> Any:
    """Grant or decline a request."""
    return done(
        lambda session: acts.answer(session, price_request_id, parse_form(requests.Answering, request.form)),
        url_for("prices.received"),
        _received,
    )


@pages.post("/account/price-requests/listings/<uuid:listing_id>")
@requires(Permission.TRADE_CART_EDIT, twin="POST /api/v1/listings/{id}/price-requests")
def ask(listing_id: UUID) -> Any:
    """Ask a merchant for the price of his goods."""
    return done(
        lambda session: acts.ask(session, listing_id, parse_form(requests.Asking, request.form)),
        url_for("prices.sent"),
        lambda **given: _sent(asking=_asking(listing_id) if "quantity" in given["errors"] else None, **given),
        lambda: _("The merchant is asked."),
    )


@pages.get("/account/price-requests")
@requires(Permission.TRADE_CART_EDIT, twin="GET /api/v1/price-requests/sent")
def sent() -> str:
    """List the prices that one's company asked for."""
    return _sent()


@pages.post("/account/price-requests/<uuid:price_request_id>/withdrawal")
@requires(Permission.TRADE_CART_EDIT, twin="DELETE /api/v1/price-requests/{id}")
def withdraw(price_request_id: UUID) -> Any:
    """Take a request back."""
    return done(
        lambda session: showing.withdraw(session, request_id=price_request_id, actor=require_actor(), now=clock.now()),
        url_for("prices.sent"),
        _sent,
    )


def _asking(listing_id: UUID) -> dict[str, Any] | None:
    """Return the goods whose price was asked for in vain, to ask again; None where they are gone."""
    actor, now = require_actor(), clock.now()
    offer = shelf.offers(reading(), listing_ids=[listing_id], viewer=actor.company, now=now).get(listing_id)
    if offer is None:
        return None
    return {
        "title": shown.text(offer.titles, offer.source_locale),
        "act": url_for("prices.ask", listing_id=listing_id),
        "back": url_for("catalog.product", listing_id=listing_id),
        "unit": shown.unit(offer.unit),
    }


def _received(**given: Any) -> str:
    return _requests("prices/received.html", given, asked.of_merchant, "merchant_id", "prices.received")


def _sent(**given: Any) -> str:
    return _requests("prices/sent.html", given, asked.of_buyer, "company_id", "prices.sent")


def _requests(template: str, given: dict[str, Any], find: Callable[..., Any], whose: str, endpoint: str) -> str:
    session = reading()
    cursor = request.args.get("cursor") if request.method == "GET" else None
    page = find(session, **{whose: require_actor().company}, state=None, cursor=cursor)
    return drawn(
        template,
        {"asking": None, **given},
        rows=[_request(row) for row in page.items],
        zone=own_zone(),
        next=url_for(endpoint, cursor=page.next) if page.next else None,
    )


def _request(row: RequestRow) -> dict[str, Any]:
    return {
        "row": row,
        "title": shown.text(row.titles, row.source_locale),
        "unit": shown.unit(row.unit),
        "href": url_for("catalog.product", listing_id=row.listing_id),
        "is_open": row.state is RequestState.OPEN,
    }
