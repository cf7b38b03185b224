"""Who reads a merchant's prices: of all his listings, of one, and whom he names."""

from typing import Any, Final
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.customer_prices.queries import lists
from marketplace.catalog.customer_prices.queries import requests as asked
from marketplace.catalog.customer_prices.services import showing
from marketplace.catalog.queries import goods, own
from marketplace.catalog.rules.visibility import Visibility
from marketplace.edge.acts import prices as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import prices as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.web.prices.blueprint import pages
from marketplace.web.prices.shared import done, drawn, group_choices, own_zone, place_names
from marketplace.web.shared import goods as shown

_EDIT: Final = Permission.CATALOG_LISTING_EDIT
_WORDS: Final = {
    Visibility.PUBLIC: lazy_gettext("Everybody"),
    Visibility.VERIFIED: lazy_gettext("Verified buyers"),
    Visibility.NAMED: lazy_gettext("Companies that you name"),
    Visibility.ON_REQUEST: lazy_gettext("Companies that you name, and who else asks may be named"),
}


@pages.get("/merchant/prices")
@requires(_EDIT, twin="GET /api/v1/price-visibility")
def desk() -> str:
    """Show who reads one's prices, and lists and groups of customers."""
    return _desk()


@pages.post("/merchant/prices")
@requires(_EDIT, twin="PUT /api/v1/price-visibility")
def show_all() -> Any:
    """Let the prices of all listings, or of a category, be read by these."""
    changed: list[int] = []

    def work(session: Session) -> None:
        changed.append(acts.show_all(session, parse_form(requests.ShownAll, request.form)))

    return done(work, url_for("prices.desk"), _desk, lambda: _("Done for %(number)s listings.", number=changed[0]))


@pages.get("/merchant/prices/named")
@requires(_EDIT, twin="GET /api/v1/price-visibility")
def named() -> str:
    """Show who reads all prices that are for those one names."""
    return _named()


@pages.post("/merchant/prices/named")
@requires(_EDIT, twin="POST /api/v1/price-visibility/named")
def welcome() -> Any:
    """Name a company or a group."""
    return done(
        lambda session: acts.welcome(session, parse_form(requests.Naming, request.form)),
        url_for("prices.named"),
        _named,
    )


@pages.post("/merchant/prices/named/<uuid:audience_id>/removal")
@requires(_EDIT, twin="DELETE /api/v1/price-visibility/named/{id}")
def dismiss(audience_id: UUID) -> Any:
    """Name it no more."""
    return done(
        lambda session: showing.dismiss(session, audience_id=audience_id, actor=require_actor(), now=clock.now()),
        url_for("prices.named"),
        _named,
    )


@pages.get("/merchant/listings/<uuid:listing_id>/readers")
@requires(_EDIT, twin="GET /api/v1/listings/{id}/price-visibility")
def shown_of(listing_id: UUID) -> str:
    """Show who reads the prices of a listing."""
    return _shown_of(listing_id)


@pages.post("/merchant/listings/<uuid:listing_id>/readers")
@requires(_EDIT, twin="PUT /api/v1/listings/{id}/price-visibility")
def show(listing_id: UUID) -> Any:
    """Let the prices of a listing be read by these."""
    data = {**request.form.to_dict(), "companies": request.form.get("companies", "").splitlines()}
    data |= {"companies": [line for line in map(str.strip, data["companies"]) if line]}
    data |= {"groups": request.form.getlist("groups")}

    def work(session: Session) -> None:
        body = {name: data[name] for name in requests.Shown.model_fields if name in data}
        acts.show(session, listing_id, parse(requests.Shown, body))

    return done(work, url_for("prices.shown_of", listing_id=listing_id), lambda **given: _shown_of(listing_id, **given))


def _desk(**given: Any) -> str:
    session, company_id = reading(), require_actor().company
    cursor = request.args.get("cursor") if request.method == "GET" else None
    page = lists.price_lists(session, merchant_id=company_id, cursor=cursor)
    return drawn(
        "prices/desk.html",
        given,
        counts=[
            (_WORDS[visibility], count) for visibility, count in lists.counted(session, merchant_id=company_id).items()
        ],
        visibilities=[(str(each), words) for each, words in _WORDS.items()],
        categories=[(row.code, shown.text(row.names)) for row in goods.categories(session)],
        page=page,
        groups=lists.groups(session, merchant_id=company_id),
        places=place_names(session),
        zone=own_zone(),
        now=clock.now(),
        waiting=asked.waiting(session, merchant_id=company_id),
        next=url_for("prices.desk", cursor=page.next) if page.next else None,
    )


def _named(**given: Any) -> str:
    session, company_id = reading(), require_actor().company
    return drawn(
        "prices/named.html",
        given,
        title=_("Who reads your prices"),
        lead=_("They read the price of every listing that is for companies which you name."),
        rows=lists.named(session, subject=company_id),
        groups=group_choices(session),
        action=url_for("prices.welcome"),
        removal=lambda row: url_for("prices.dismiss", audience_id=row.id),
        back=url_for("prices.desk"),
    )


def _shown_of(listing_id: UUID, **given: Any) -> str:
    session, company_id = reading(), require_actor().company
    row = own.own_listing(session, company_id=company_id, listing_id=listing_id)
    rows = lists.named(session, subject=listing_id)
    companies = "\n".join(str(each.company_id) for each in rows if each.company_id)
    values = {"visibility": str(row.visibility), "companies": companies}
    chosen = {str(each.group_id) for each in rows if each.group_id}
    return drawn(
        "prices/listing.html",
        {"values": values, **given},
        row=row,
        title=shown.text(row.titles, row.source_locale),
        visibilities=[(str(each), words) for each, words in _WORDS.items()],
        groups=group_choices(session),
        chosen=set(request.form.getlist("groups")) if given else chosen,
        named=[each for each in rows if each.company_id],
    )
