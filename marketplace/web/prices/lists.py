"""A merchant's price lists: what is on them, from when until when, and for whom."""

from typing import Any, Final
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.customer_prices.queries import lists
from marketplace.catalog.customer_prices.queries.lists import ListRow
from marketplace.catalog.customer_prices.services import lists as price_lists
from marketplace.edge.acts import prices as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import prices as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.reference import queries as reference
from marketplace.web.prices.blueprint import pages
from marketplace.web.prices.shared import done, drawn, group_choices, own_zone, place_names, with_moments
from marketplace.web.shared import choices
from marketplace.web.shared import goods as shown
from marketplace.web.shared.zones import local

_EDIT: Final = Permission.CATALOG_LISTING_EDIT


@pages.get("/merchant/price-lists/new")
@requires(_EDIT)
def new_list() -> str:
    """Show an empty form."""
    return _new_list()


@pages.post("/merchant/price-lists")
@requires(_EDIT, twin="POST /api/v1/price-lists")
def make_list() -> Any:
    """Make a price list."""

    def work(session: Session) -> str:
        body = parse(requests.PriceListBody, with_moments(requests.PriceListBody))
        return url_for("prices.one_list", price_list_id=acts.make_list(session, body))

    return done(work, "", _new_list)


@pages.get("/merchant/price-lists/<uuid:price_list_id>")
@requires(_EDIT, twin="GET /api/v1/price-lists/{id}")
def one_list(price_list_id: UUID) -> str:
    """Show what is on a price list, and take in more."""
    return _one_list(price_list_id)


@pages.post("/merchant/price-lists/<uuid:price_list_id>/entries")
@requires(_EDIT, twin="POST /api/v1/price-lists/{id}/entries")
def put_entries(price_list_id: UUID) -> Any:
    """Write prices of listings, one on each line."""

    def work(session: Session) -> None:
        body = parse(requests.EntryLines, {"lines": request.form.get("lines", "")})
        acts.price_lines(session, price_list_id, body)

    return done(
        work,
        url_for("prices.one_list", price_list_id=price_list_id),
        lambda **given: _one_list(price_list_id, **given),
        lambda: _("The prices hold for those whom the list is for."),
    )


@pages.post("/merchant/price-lists/<uuid:price_list_id>/entries/<uuid:listing_id>/removal")
@requires(_EDIT, twin="DELETE /api/v1/price-lists/{id}/entries/{listing}")
def take_entry(price_list_id: UUID, listing_id: UUID) -> Any:
    """Take a listing off a list."""
    return done(
        lambda session: price_lists.take(
            session, list_id=price_list_id, listing_id=listing_id, actor=require_actor(), now=clock.now()
        ),
        url_for("prices.one_list", price_list_id=price_list_id),
        lambda **given: _one_list(price_list_id, **given),
    )


@pages.get("/merchant/price-lists/<uuid:price_list_id>/period")
@requires(_EDIT, twin="GET /api/v1/price-lists/{id}")
def period(price_list_id: UUID) -> str:
    """Show name and period of a list."""
    return _period(price_list_id)


@pages.post("/merchant/price-lists/<uuid:price_list_id>/period")
@requires(_EDIT, twin="PUT /api/v1/price-lists/{id}")
def change_list(price_list_id: UUID) -> Any:
    """Give a list another name and period."""

    def work(session: Session) -> None:
        acts.change_list(
            session, price_list_id, parse(requests.PriceListChange, with_moments(requests.PriceListChange))
        )

    return done(
        work, url_for("prices.one_list", price_list_id=price_list_id), lambda **given: _period(price_list_id, **given)
    )


@pages.post("/merchant/price-lists/<uuid:price_list_id>/end")
@requires(_EDIT, twin="POST /api/v1/price-lists/{id}/end")
def end_list(price_list_id: UUID) -> Any:
    """Let a list hold no longer."""
    return done(
        lambda session: price_lists.end(session, list_id=price_list_id, actor=require_actor(), now=clock.now()),
        url_for("prices.one_list", price_list_id=price_list_id),
        lambda **given: _one_list(price_list_id, **given),
    )


@pages.get("/merchant/price-lists/<uuid:price_list_id>/named")
@requires(_EDIT, twin="GET /api/v1/price-lists/{id}")
def named_of(price_list_id: UUID) -> str:
    """Show whom a list is for."""
    return _named_of(price_list_id)


@pages.post("/merchant/price-lists/<uuid:price_list_id>/named")
@requires(_EDIT, twin="POST /api/v1/price-lists/{id}/named")
def name(price_list_id: UUID) -> Any:
    """Let a list be for a company or a group, too."""
    return done(
        lambda session: acts.name(session, price_list_id, parse_form(requests.Naming, request.form)),
        url_for("prices.named_of", price_list_id=price_list_id),
        lambda **given: _named_of(price_list_id, **given),
    )


@pages.post("/merchant/price-lists/<uuid:price_list_id>/named/<uuid:audience_id>/removal")
@requires(_EDIT, twin="DELETE /api/v1/price-lists/{id}/named/{id}")
def forget(price_list_id: UUID, audience_id: UUID) -> Any:
    """Let a list be for one of them no more."""
    return done(
        lambda session: price_lists.forget(
            session, list_id=price_list_id, audience_id=audience_id, actor=require_actor(), now=clock.now()
        ),
        url_for("prices.named_of", price_list_id=price_list_id),
        lambda **given: _named_of(price_list_id, **given),
    )


def _named_of(price_list_id: UUID, **given: Any) -> str:
    session, company_id = reading(), require_actor().company
    found = lists.price_list(session, merchant_id=company_id, list_id=price_list_id)
    return drawn(
        "prices/named.html",
        given,
        title=_("For whom: %(name)s", name=found.name),
        lead=_("They buy at the prices of this list while it holds; nobody else learns that there is one."),
        rows=lists.named(session, subject=price_list_id),
        groups=group_choices(session),
        action=url_for("prices.name", price_list_id=price_list_id),
        removal=lambda row: url_for("prices.forget", price_list_id=price_list_id, audience_id=row.id),
        back=url_for("prices.one_list", price_list_id=price_list_id),
    )


def _new_list(**given: Any) -> str:
    session = reading()
    country = choices.home_country()
    proposed = {"currency": choices.home_currency(country), "incoterm": "FCA"}
    return drawn(
        "prices/new_list.html",
        {"values": proposed, **given},
        currencies=choices.currencies(),
        incoterms=[(rule, str(text)) for rule, text in shown.RULES.items()],
        places=[
            (row.code, f"{shown.place_of(row)} ({row.code})")
            for row in reference.places(session)
            if row.kind != "border_side"
        ],
        groups=group_choices(session),
        zone=own_zone(),
    )


def _one_list(price_list_id: UUID, **given: Any) -> str:
    session = reading()
    found = lists.price_list(session, merchant_id=require_actor().company, list_id=price_list_id)
    cursor = request.args.get("cursor") if request.method == "GET" else None
    page = lists.entries(session, of=found, cursor=cursor)
    return drawn(
        "prices/list.html",
        given,
        **_of_list(session, found),
        rows=[
            {
                "row": row,
                "title": shown.text(row.titles, row.source_locale),
                "unit": shown.unit(row.unit),
                "href": url_for("catalog.edit", listing_id=row.listing_id),
            }
            for row in page.items
        ],
        next=url_for("prices.one_list", price_list_id=price_list_id, cursor=page.next) if page.next else None,
    )


def _period(price_list_id: UUID, **given: Any) -> str:
    session = reading()
    found = lists.price_list(session, merchant_id=require_actor().company, list_id=price_list_id)
    zone = own_zone()
    values = {
        "name": found.name,
        "valid_from": local(found.valid_from, zone),
        "valid_until": local(found.valid_until, zone) if found.valid_until else "",
        "version": found.version,
    }
    return drawn("prices/period.html", {"values": values, **given}, **_of_list(session, found))


def _of_list(session: Session, found: ListRow) -> dict[str, Any]:
    return {
        "found": found,
        "basis": shown.basis((found.currency, found.incoterm, found.place_code), place_names(session))["basis"],
        "named": lists.named(session, subject=found.id),
        "zone": own_zone(),
        "is_valid": found.is_valid(clock.now()),
        "is_over": found.valid_until is not None and found.valid_until <= clock.now(),
    }
