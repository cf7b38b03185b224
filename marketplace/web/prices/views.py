"""Prices for some buyers alone: who reads them, groups, lists and requests of a merchant; what a buyer asks for."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.customer_prices.queries import lists
from marketplace.catalog.customer_prices.queries import requests as asked
from marketplace.catalog.customer_prices.queries.lists import ListRow
from marketplace.catalog.customer_prices.queries.requests import RequestRow
from marketplace.catalog.customer_prices.rules.requests import RequestState
from marketplace.catalog.customer_prices.services import groups, showing
from marketplace.catalog.customer_prices.services import lists as price_lists
from marketplace.catalog.queries import goods, own
from marketplace.catalog.rules.visibility import Visibility
from marketplace.edge.acts import prices as acts
from marketplace.edge.acts.clocks import clocks
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import prices as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.reference import queries as reference
from marketplace.web.shared import acts as forms
from marketplace.web.shared import choices
from marketplace.web.shared import goods as shown
from marketplace.web.shared.zones import in_zone, local

pages = Blueprint("prices", __name__)

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
    done: list[int] = []

    def work(session: Session) -> None:
        done.append(acts.show_all(session, parse_form(requests.ShownAll, request.form)))

    return _done(work, url_for("prices.desk"), _desk, lambda: _("Done for %(number)s listings.", number=done[0]))


@pages.get("/merchant/prices/named")
@requires(_EDIT, twin="GET /api/v1/price-visibility")
def named() -> str:
    """Show who reads all prices that are for those one names."""
    return _named()


@pages.post("/merchant/prices/named")
@requires(_EDIT, twin="POST /api/v1/price-visibility/named")
def welcome() -> Any:
    """Name a company or a group."""
    return _done(
        lambda session: acts.welcome(session, parse_form(requests.Naming, request.form)),
        url_for("prices.named"),
        _named,
    )


@pages.post("/merchant/prices/named/<uuid:audience_id>/removal")
@requires(_EDIT, twin="DELETE /api/v1/price-visibility/named/{id}")
def dismiss(audience_id: UUID) -> Any:
    """Name it no more."""
    return _done(
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

    return _done(
        work, url_for("prices.shown_of", listing_id=listing_id), lambda **given: _shown_of(listing_id, **given)
    )


@pages.get("/merchant/customer-groups/new")
@requires(_EDIT)
def new_group() -> str:
    """Show an empty form."""
    return _new_group()


@pages.post("/merchant/customer-groups")
@requires(_EDIT, twin="POST /api/v1/customer-groups")
def make_group() -> Any:
    """Make a customer group."""
    companies = [line for line in map(str.strip, request.form.get("companies", "").splitlines()) if line]

    def work(session: Session) -> str:
        body = parse(requests.Group, {"name": request.form.get("name", ""), "companies": companies})
        return url_for("prices.group", customer_group_id=acts.make_group(session, body))

    return _done(work, "", _new_group)


@pages.get("/merchant/customer-groups/<uuid:customer_group_id>")
@requires(_EDIT, twin="GET /api/v1/customer-groups/{id}")
def group(customer_group_id: UUID) -> str:
    """Show the companies in a group."""
    return _group(customer_group_id)


@pages.post("/merchant/customer-groups/<uuid:customer_group_id>/members")
@requires(_EDIT, twin="POST /api/v1/customer-groups/{id}/members")
def join(customer_group_id: UUID) -> Any:
    """Put a company into a group."""
    return _done(
        lambda session: acts.join(session, customer_group_id, parse_form(requests.Customer, request.form)),
        url_for("prices.group", customer_group_id=customer_group_id),
        lambda **given: _group(customer_group_id, **given),
    )


@pages.post("/merchant/customer-groups/<uuid:customer_group_id>/members/<uuid:company_id>/removal")
@requires(_EDIT, twin="DELETE /api/v1/customer-groups/{id}/members/{company}")
def leave(customer_group_id: UUID, company_id: UUID) -> Any:
    """Take a company out of a group."""
    return _done(
        lambda session: groups.remove(
            session, group_id=customer_group_id, company_id=company_id, actor=require_actor(), now=clock.now()
        ),
        url_for("prices.group", customer_group_id=customer_group_id),
        lambda **given: _group(customer_group_id, **given),
    )


@pages.post("/merchant/customer-groups/<uuid:customer_group_id>/removal")
@requires(_EDIT, twin="DELETE /api/v1/customer-groups/{id}")
def dissolve(customer_group_id: UUID) -> Any:
    """Give a group up."""
    return _done(
        lambda session: groups.dissolve(session, group_id=customer_group_id, actor=require_actor(), now=clock.now()),
        url_for("prices.desk"),
        lambda **given: _group(customer_group_id, **given),
    )


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
        body = parse(requests.PriceListBody, _with_moments(requests.PriceListBody))
        return url_for("prices.one_list", price_list_id=acts.make_list(session, body))

    return _done(work, "", _new_list)


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
        acts.price(session, price_list_id, parse(requests.EntryLines, {"lines": request.form.get("lines", "")}).lines)

    return _done(
        work,
        url_for("prices.one_list", price_list_id=price_list_id),
        lambda **given: _one_list(price_list_id, **given),
        lambda: _("The prices hold for those whom the list is for."),
    )


@pages.post("/merchant/price-lists/<uuid:price_list_id>/entries/<uuid:listing_id>/removal")
@requires(_EDIT, twin="DELETE /api/v1/price-lists/{id}/entries/{listing}")
def take_entry(price_list_id: UUID, listing_id: UUID) -> Any:
    """Take a listing off a list."""
    return _done(
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
            session, price_list_id, parse(requests.PriceListChange, _with_moments(requests.PriceListChange))
        )

    return _done(
        work, url_for("prices.one_list", price_list_id=price_list_id), lambda **given: _period(price_list_id, **given)
    )


@pages.post("/merchant/price-lists/<uuid:price_list_id>/end")
@requires(_EDIT, twin="POST /api/v1/price-lists/{id}/end")
def end_list(price_list_id: UUID) -> Any:
    """Let a list hold no longer."""
    return _done(
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
    return _done(
        lambda session: acts.name(session, price_list_id, parse_form(requests.Naming, request.form)),
        url_for("prices.named_of", price_list_id=price_list_id),
        lambda **given: _named_of(price_list_id, **given),
    )


@pages.post("/merchant/price-lists/<uuid:price_list_id>/named/<uuid:audience_id>/removal")
@requires(_EDIT, twin="DELETE /api/v1/price-lists/{id}/named/{id}")
def forget(price_list_id: UUID, audience_id: UUID) -> Any:
    """Let a list be for one of them no more."""
    return _done(
        lambda session: price_lists.forget(
            session, list_id=price_list_id, audience_id=audience_id, actor=require_actor(), now=clock.now()
        ),
        url_for("prices.named_of", price_list_id=price_list_id),
        lambda **given: _named_of(price_list_id, **given),
    )


@pages.get("/merchant/price-requests")
@requires(_EDIT, twin="GET /api/v1/price-requests")
def received() -> str:
    """List who asks for prices."""
    return _received()


@pages.post("/merchant/price-requests/<uuid:price_request_id>/answer")
@requires(_EDIT, twin="POST /api/v1/price-requests/{id}/answer")
def answer(price_request_id: UUID) -> Any:
    """Grant or decline a request."""
    return _done(
        lambda session: acts.answer(session, price_request_id, parse_form(requests.Answering, request.form)),
        url_for("prices.received"),
        _received,
    )


@pages.post("/account/price-requests/listings/<uuid:listing_id>")
@requires(Permission.TRADE_CART_EDIT, twin="POST /api/v1/listings/{id}/price-requests")
def ask(listing_id: UUID) -> Any:
    """Ask a merchant for the price of his goods."""
    return _done(
        lambda session: acts.ask(session, listing_id, parse_form(requests.Asking, request.form)),
        url_for("prices.sent"),
        _sent,
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
    return _done(
        lambda session: showing.withdraw(session, request_id=price_request_id, actor=require_actor(), now=clock.now()),
        url_for("prices.sent"),
        _sent,
    )


def _done(
    work: Callable[[Session], Any], back: str, show: Callable[..., Any], said: Callable[[], str] | None = None
) -> Any:
    """Do it once and go back, or to the address that the work returns; show the form again when it is refused."""

    def once(session: Session) -> str:
        found = work(session)
        return back or found

    try:
        done = forms.once(once)
    except (Refused, Conflict) as refusal:
        return forms.reshown(_by_line(refusal), show)
    flash(said() if said else _("Saved."), "good")
    return done


def _by_line(refusal: Any) -> Any:
    """Name refused entries by the box in which their lines were typed."""
    renamed = [
        type(error)("lines", "price_line", error.accepted, {"line": int(error.field.split(".")[1]) + 1})
        if error.field.startswith(("entries.", "lines."))
        else error
        for error in refusal.errors
    ]
    return type(refusal)(refusal.code, errors=renamed, **refusal.facts)


def _with_moments(model: Any) -> dict[str, Any]:
    """Return the form with its moments, which are written on the company's own clock."""
    form = {name: request.form[name] for name in model.model_fields if name in request.form}
    for field in ("valid_from", "valid_until"):
        form = in_zone(form, field, _zone())
    return form


def _zone() -> str:
    company_id = require_actor().company
    return clocks(reading(), [company_id])[company_id]


def _shown(template: str, given: dict[str, Any], **values: Any) -> str:
    return render_template(template, **values, **{"values": {}, "errors": {}, "refusal": None, **given})


def _desk(**given: Any) -> str:
    session, company_id = reading(), require_actor().company
    cursor = request.args.get("cursor") if request.method == "GET" else None
    page = lists.price_lists(session, merchant_id=company_id, cursor=cursor)
    waiting = asked.of_merchant(session, merchant_id=company_id, state=RequestState.OPEN, cursor=None)
    return _shown(
        "prices/desk.html",
        given,
        counts=[
            (_WORDS[visibility], count) for visibility, count in lists.counted(session, merchant_id=company_id).items()
        ],
        visibilities=[(str(each), words) for each, words in _WORDS.items()],
        categories=[(row.code, shown.text(row.names)) for row in goods.categories(session)],
        page=page,
        groups=lists.groups(session, merchant_id=company_id),
        places=_place_names(session),
        zone=_zone(),
        now=clock.now(),
        waiting=len(waiting.items),
        next=url_for("prices.desk", cursor=page.next) if page.next else None,
    )


def _named(**given: Any) -> str:
    session, company_id = reading(), require_actor().company
    return _shown(
        "prices/named.html",
        given,
        title=_("Who reads your prices"),
        lead=_("They read the price of every listing that is for companies which you name."),
        rows=lists.named(session, subject=company_id),
        groups=_group_choices(session),
        action=url_for("prices.welcome"),
        removal=lambda row: url_for("prices.dismiss", audience_id=row.id),
        back=url_for("prices.desk"),
    )


def _named_of(price_list_id: UUID, **given: Any) -> str:
    session, company_id = reading(), require_actor().company
    found = lists.price_list(session, merchant_id=company_id, list_id=price_list_id)
    return _shown(
        "prices/named.html",
        given,
        title=_("For whom: %(name)s", name=found.name),
        lead=_("They buy at the prices of this list while it holds; nobody else learns that there is one."),
        rows=lists.named(session, subject=price_list_id),
        groups=_group_choices(session),
        action=url_for("prices.name", price_list_id=price_list_id),
        removal=lambda row: url_for("prices.forget", price_list_id=price_list_id, audience_id=row.id),
        back=url_for("prices.one_list", price_list_id=price_list_id),
    )


def _shown_of(listing_id: UUID, **given: Any) -> str:
    session, company_id = reading(), require_actor().company
    row = own.own_listing(session, company_id=company_id, listing_id=listing_id)
    rows = lists.named(session, subject=listing_id)
    companies = "\n".join(str(each.company_id) for each in rows if each.company_id)
    values = {"visibility": str(row.visibility), "companies": companies}
    chosen = {str(each.group_id) for each in rows if each.group_id}
    return _shown(
        "prices/listing.html",
        {"values": values, **given},
        row=row,
        title=shown.text(row.titles, row.source_locale),
        visibilities=[(str(each), words) for each, words in _WORDS.items()],
        groups=_group_choices(session),
        chosen=set(request.form.getlist("groups")) if given else chosen,
        named=[each for each in rows if each.company_id],
    )


def _new_group(**given: Any) -> str:
    return _shown("prices/new_group.html", given)


def _group(customer_group_id: UUID, **given: Any) -> str:
    found, companies = lists.members(reading(), merchant_id=require_actor().company, group_id=customer_group_id)
    return _shown("prices/group.html", given, group=found, companies=companies)


def _new_list(**given: Any) -> str:
    session = reading()
    country = choices.home_country()
    proposed = {"currency": choices.home_currency(country), "incoterm": "FCA"}
    return _shown(
        "prices/new_list.html",
        {"values": proposed, **given},
        currencies=choices.currencies(),
        incoterms=[("FCA", _("FCA – handed over at a hub")), ("DAP", _("DAP – brought to a city"))],
        places=[
            (row.code, f"{shown.place_of(row)} ({row.code})")
            for row in reference.places(session)
            if row.kind != "border_side"
        ],
        groups=_group_choices(session),
        zone=_zone(),
    )


def _one_list(price_list_id: UUID, **given: Any) -> str:
    session = reading()
    found = lists.price_list(session, merchant_id=require_actor().company, list_id=price_list_id)
    cursor = request.args.get("cursor") if request.method == "GET" else None
    page = lists.entries(session, of=found, cursor=cursor)
    return _shown(
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
    zone = _zone()
    values = {
        "name": found.name,
        "valid_from": local(found.valid_from, zone),
        "valid_until": local(found.valid_until, zone) if found.valid_until else "",
        "version": found.version,
    }
    return _shown("prices/period.html", {"values": values, **given}, **_of_list(session, found))


def _of_list(session: Session, found: ListRow) -> dict[str, Any]:
    return {
        "found": found,
        "basis": shown.basis((found.currency, found.incoterm, found.place_code), _place_names(session))["basis"],
        "named": lists.named(session, subject=found.id),
        "zone": _zone(),
        "is_valid": found.is_valid(clock.now()),
        "is_over": found.valid_until is not None and found.valid_until <= clock.now(),
    }


def _received(**given: Any) -> str:
    return _requests("prices/received.html", given, asked.of_merchant, "merchant_id", "prices.received")


def _sent(**given: Any) -> str:
    return _requests("prices/sent.html", given, asked.of_buyer, "company_id", "prices.sent")


def _requests(template: str, given: dict[str, Any], find: Callable[..., Any], whose: str, endpoint: str) -> str:
    session = reading()
    cursor = request.args.get("cursor") if request.method == "GET" else None
    page = find(session, **{whose: require_actor().company}, state=None, cursor=cursor)
    return _shown(
        template,
        given,
        rows=[_request(row) for row in page.items],
        zone=_zone(),
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


def _group_choices(session: Session) -> list[tuple[str, str]]:
    return [(str(row.id), row.name) for row in lists.groups(session, merchant_id=require_actor().company)]


def _place_names(session: Session) -> dict[str, dict[str, str]]:
    return {row.code: {**row.names, "en": row.name} for row in reference.places(session)}
