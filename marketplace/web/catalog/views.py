"""The public's pages: the shelf, one product, its pictures."""

from dataclasses import astuple
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from marketplace.accounts.rules.numbers import Proof
from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.queries import goods, pictures, shelf
from marketplace.catalog.queries import sections as shelves
from marketplace.catalog.rules.pricing import least_quantity, sold_from
from marketplace.catalog.rules.rows import CategoryRow
from marketplace.catalog.rules.said import Said
from marketplace.edge import labels
from marketplace.edge.acts import closing, figures, looking, sellers
from marketplace.edge.acts.clocks import house_clock
from marketplace.edge.acts.files import bytes_store
from marketplace.edge.acts.looking import Look, check_filters
from marketplace.edge.answers import problem
from marketplace.edge.identity import current_actor, reading_company
from marketplace.edge.parsing import parse
from marketplace.edge.permissions import public
from marketplace.edge.requests import catalog as requests
from marketplace.edge.requests import storefronts as fronts
from marketplace.exchange.queries import questions, reviews, showroom, storefronts
from marketplace.files import queries as files
from marketplace.files import store
from marketplace.files.rules import WIDTHS
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import NotFound, Refused
from marketplace.reference.rules import zone_of
from marketplace.web.catalog.blueprint import pages
from marketplace.web.shared import centres, cities, details, discovery, freight, locale, moulds, structured
from marketplace.web.shared import goods as shown

_SHELF = "goods on the shelf are there to be seen"
_PRODUCT = "catalog/product.html"
_PROOFS: Final[dict[Proof | None, Any]] = {
    Proof.CHECKSUM: lazy_gettext("Check digit right, compared with the licence"),
    Proof.FORMAT: lazy_gettext("Written as its country writes it, compared with the licence"),
    Proof.PATTERN: lazy_gettext("Compared with the licence by eye"),
}
# What of it stands without a licence: what the number says of itself.
_ALONE: Final[dict[Proof | None, Any]] = {
    Proof.CHECKSUM: lazy_gettext("Check digit right"),
    Proof.FORMAT: lazy_gettext("Written as its country writes it"),
}
_FILTERS = ("category", "incoterm", "origin", "commodity")


@pages.get("/products")
@public(_SHELF)
def products() -> str:
    """Show what is offered, newest first."""
    asked = parse(requests.Shelf, {name: request.args[name] for name in (*_FILTERS, "cursor") if name in request.args})
    session = reading()
    chosen = {name: getattr(asked, name) for name in _FILTERS}
    categories = goods.categories(session)
    if asked.category is not None and all(row.code != asked.category for row in categories):
        check_filters(session, category=asked.category)
    page, total = shelf.counted(session, **chosen, cursor=asked.cursor, viewer=reading_company())
    closed = closing.notices(session, page.items, now=clock.now())
    lying = centres.lying(session, [row.listing_id for row in page.items if row.is_in_centre])

    def values() -> dict[str, Any]:
        kept = {name: value for name, value in chosen.items() if value}
        return {
            "offers": centres.on_cards(shown.cards(page.items, closed), lying),
            "facets": shown.facets(categories, chosen),
            "chips": _chips(categories, kept),
            "kept": {"commodity": chosen["commodity"]} if chosen["commodity"] else {},
            "total": min(total, shelf.COUNTED),
            "is_more": total > shelf.COUNTED,
            "orders": _orders(kept),
            "feed": _feed(categories, chosen["category"]),
            "next": url_for("catalog.products", **kept, cursor=page.next) if page.next else None,
            "first": url_for("catalog.products", **kept) if asked.cursor else None,
        }

    return moulds.page(
        "catalog/products.html",
        values,
        parts=(categories, *page.items),
        facts=(page.next, total, closing.facts(closed), centres.facts(lying)),
    )


def _feed(categories: tuple[CategoryRow, ...], category: str | None) -> dict[str, str]:
    """Return the feed of what was newly approved on this shelf."""
    if category is None:
        return {"title": _("New offers"), "href": url_for("discovery.offers")}
    name = next(shown.text(row.names) for row in categories if row.code == category)
    return {
        "title": _("New offers: %(name)s", name=name),
        "href": url_for("discovery.offers", category=category),
    }


def _orders(kept: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the orders of the shelf; by price it is the search's, which compares currencies and knows no commodity."""
    filters: dict[str, Any] = {"basis" if name == "incoterm" else name: value for name, value in kept.items()}
    orders = [{"label": _("Newest first"), "href": url_for("catalog.products", **kept), "active": True}]
    if "commodity" not in kept:
        by_price = url_for("search.search", sort="price", **filters)
        orders.append({"label": _("Lowest price first"), "href": by_price, "active": False})
    return orders


@pages.get("/merchants/<uuid:company_id>")
@public(_SHELF)
def seller(company_id: UUID) -> str:
    """Show a merchant, what the city has verified of it, and its offers."""
    asked = parse(fronts.Goods, {name: request.args[name] for name in ("category", "cursor") if name in request.args})
    session = reading()
    found = sellers.seller(session, company_id=company_id)
    front = storefronts.shown(session, company_id=company_id)
    today = showroom.today_at(session, now=clock.now())
    booths = showroom.booths_of(session, company_id=company_id, today=today)
    sections = shelves.sections(session, merchant_id=company_id)
    viewer = reading_company()
    page = shelf.shelf(session, merchant_id=company_id, category=asked.category, cursor=asked.cursor, viewer=viewer)
    closed = closing.notices(session, page.items, now=clock.now())
    rated = reviews.figures(session, merchant_id=company_id)
    kept: dict[str, Any] = {"category": asked.category} if asked.category else {}

    def values() -> dict[str, Any]:
        return {
            "seller": found,
            "is_own": viewer == company_id,
            "proof": (_PROOFS if found.is_compared else _ALONE).get(found.proof),
            "zone": house_clock(session),
            "feed": {
                "title": _("New offers: %(name)s", name=found.name),
                "href": url_for("discovery.offers_of", company_id=company_id),
            },
            "structured": _merchant(found, rated),
            "rated": rated,
            "front": _front(front) if front else None,
            "booths": [(row, shown.text(row.hall_names)) for row in booths],
            "shelves": [shown.text(row.names) for row in sections],
            "sections": _sections(company_id, sections, asked.category),
            "offers": shown.cards(page.items, closed),
            "next": url_for("catalog.seller", company_id=company_id, **kept, cursor=page.next) if page.next else None,
            "first": url_for("catalog.seller", company_id=company_id, **kept) if asked.cursor else None,
        }

    front_id = front.id if front else None
    facts = (
        *astuple(found),
        rated,
        page.next,
        front_id,
        closing.facts(closed),
        *map(moulds.facts_of, (*sections, *booths)),
    )
    return moulds.page("catalog/merchant.html", values, parts=page.items, facts=facts)


def _front(row: storefronts.FrontRow) -> dict[str, Any]:
    """Return what a merchant says of itself, in the reader's language or the best there is."""
    headline, text = shown.text(row.headlines, row.source_locale), shown.text(row.texts, row.source_locale)
    return {
        "headline": headline,
        "headline_lang": shown.written_in(row.headlines, row.source_locale),
        "text": text,
        "text_lang": shown.written_in(row.texts, row.source_locale) if text else None,
        "banner": shown.picture(row.banner_file_id, 1600) if row.banner_file_id else None,
        "alt": row.banner_alt,
    }


def _sections(company_id: UUID, rows: tuple[shelves.SectionRow, ...], chosen: str | None) -> list[dict[str, Any]]:
    """Return a merchant's shelves as links, all of them first; none where one shelf holds everything."""
    if len(rows) < 2 and chosen is None:
        return []
    every = {"label": _("Everything"), "href": url_for("catalog.seller", company_id=company_id)}
    found = [every | {"active": chosen is None, "count": sum(row.count for row in rows)}]
    for row in rows:
        href = url_for("catalog.seller", company_id=company_id, category=row.code)
        found.append({"label": shown.text(row.names), "href": href, "active": chosen == row.code, "count": row.count})
    return found


def _merchant(found: sellers.Seller, rated: Said) -> Any:
    """Return a merchant's page in schema.org's words, for strangers alone."""
    if current_actor() is not None:
        return None
    language = locale.current()
    steps = (
        (_("Products"), discovery.address("catalog.products", language)),
        (found.name, discovery.address("catalog.seller", language, company_id=found.company_id)),
    )
    return structured.graph(structured.merchant(found, rated), structured.breadcrumb(steps))


@pages.get("/products/<uuid:listing_id>")
@public(_SHELF)
def product(listing_id: UUID) -> Any:
    """Show one listing: prices, packing, and the lorries that take a quantity to a city."""
    session, now = reading(), clock.now()
    asked, errors = requests.Looking(), {}
    viewer = reading_company()
    try:
        names = requests.Looking.model_fields
        asked = parse(requests.Looking, {name: request.args[name] for name in names if name in request.args})
        look = looking.look(
            session, listing_id=listing_id, asked=asked, viewer=viewer, now=now, prefer=cities.preferred
        )
    except Refused as refusal:
        errors = {item["field"]: item["message"] for item in problem(refusal)["errors"]}
        near = _near(refusal)
        look = looking.look(session, listing_id=listing_id, asked=near, viewer=viewer, now=now)
    row, listed = look.listing, look.listing.offer
    least = least_quantity(listed.moq, listed.multiple)
    seen = _seen_at(request.args["label"], listing_id) if request.args.get("label") else None
    closed = look.notice and (look.notice.first, look.notice.last, look.notice.order_by)
    ready_on = look.ready_at.astimezone(ZoneInfo(zone_of(listed.country))).date()
    answered = questions.shown(session, listing_id=listing_id).items if row.said.questions else ()
    currency, incoterm, _place = look.basis
    lying = centres.lying(session, [listing_id] if row.said.centres else [])
    reviewed = reviews.shown(session, listing_id=listing_id).items if row.said.reviews else ()

    def values() -> dict[str, Any]:
        return {
            "look": look,
            "seen": seen,
            "offer": listed,
            "row": row,
            "title": shown.text(listed.titles, listed.source_locale),
            "title_lang": shown.written_in(listed.titles, listed.source_locale),
            "description": shown.text(row.descriptions, listed.source_locale),
            "description_lang": shown.written_in(row.descriptions, listed.source_locale),
            "category": shown.text(row.category_names),
            "commodity": shown.text(row.commodity_names),
            "axes": look.axes,
            "variants": look.variants,
            "translated": details.translation(row.details, listed.titles, listed.source_locale),
            "vehicles": details.vehicles(row.details),
            "sheets": details.sheets(listed.listing_id, row.details, now.date()),
            "hindrance": details.HINDRANCES[listed.hindrance] if listed.hindrance else None,
            "unit": shown.unit(listed.unit),
            "origin": shown.country(listed.origin),
            "hub": shown.place(row.place_names.get(look.hub, {}), look.hub),
            "ladders": [
                shown.ladder(sold_from(ladder, least), row.place_names, look.quantity) for ladder in listed.ladders
            ],
            "chosen": shown.basis(look.basis, row.place_names),
            "paid": shown.PAID,
            "hidden": shown.hidden(row.visibility) if look.ladder is None else None,
            "own_until": row.own.get(look.basis),
            "is_own": look.basis in row.own,
            "zone": zone_of(row.merchant_country),
            "least": least,
            "supply": shown.supply(listed.lead_days, is_in_stock=bool(listed.available)),
            "lying": [centres.whole(each) for each in lying.get(listing_id, ())],
            "closed": look.notice,
            "closed_words": shown.text(look.notice.words) if look.notice else "",
            "ready_on": ready_on,
            "picture": shown.picture,
            "destinations": shown.places(look.destinations),
            "names": {row.code: shown.place_of(row) for row in look.destinations},
            "charged": freight.charged,
            "made_of": freight.how,
            "measures": labels.MEASURES,
            "structured": _structured(look),
            "values": {
                "quantity": request.args.get("quantity") if "quantity" in errors else look.quantity,
                "to": request.args.get("to") or look.to or "",
                "basis": f"{currency} {incoterm}",
            },
            "errors": errors,
            "answered": answered,
            "reviewed": reviewed,
        }

    if errors:
        return render_template(_PRODUCT, **values()), 422
    figures.seen(listed)
    seen_as = (seen.id, seen.is_standing, seen.tenancy.booth_code, seen.tenancy.company) if seen else None
    asked_there = (tuple(each.stamp for each in look.asked_there), look.closed_to)
    facts = (look.stamp, ready_on, now.date(), closed, answered, reviewed, seen_as, asked_there, centres.facts(lying))
    facts = (*facts, look.to, look.axes, tuple((each.listing_id, each.values) for each in look.variants))
    others = (each.card for each in look.variants)
    return moulds.page(_PRODUCT, values, parts=(row, *look.destinations, *others), facts=facts)


def _near(refusal: Refused) -> requests.Looking:
    """Return what a page shows that was asked for wrongly: the quantity that is sold next to the one typed."""
    facts = next((error.facts for error in refusal.errors if error.field == "quantity"), {})
    return requests.Looking(quantity=facts.get("above") or facts.get("least") or facts.get("most"))


def _seen_at(code: str, listing_id: UUID) -> showroom.ExhibitRow | None:
    """Return the exhibit whose label led here, None where it is one of something else."""
    session = reading()
    try:
        found = showroom.exhibit(session, code=code, today=showroom.today_at(session, now=clock.now()))
    except NotFound:
        return None
    return found if found.listing_id == listing_id else None


def _structured(look: Look) -> Any:
    """Return the page in schema.org's words, for strangers alone: whoever is known may be shown more than they are."""
    if current_actor() is not None:
        return None
    row = look.listing
    language, title = locale.current(), shown.text(row.offer.titles, row.offer.source_locale)
    served = [place for place in look.destinations if place.country not in look.closed_to]
    steps = (
        (_("Products"), discovery.address("catalog.products", language)),
        (shown.text(row.category_names), discovery.address("catalog.products", language, category=row.category)),
        (title, discovery.address("catalog.product", language, listing_id=row.offer.listing_id)),
    )
    return structured.graph(structured.product(row, served), structured.breadcrumb(steps))


@pages.get("/pictures/<uuid:file_id>/<int:width>")
@public("pictures of goods on the shelf are there to be seen; others are their company's and its reviewers'")
def picture(file_id: UUID, width: int) -> Any:
    """Give a picture as WebP in one of its widths."""
    if width not in WIDTHS:
        raise NotFound("file")
    actor = current_actor()
    session = reading()
    reviews = actor is not None and actor.may(Permission.OPERATOR_LISTING_MODERATE)
    company_id = actor.company_id if actor else None
    asked = {"file_id": file_id, "company_id": company_id, "reviews": reviews}
    if not (pictures.is_shown(session, **asked) or storefronts.is_banner_shown(session, **asked)):
        raise NotFound("file")
    blob = files.rendition(session, file_id=file_id, width=width)
    response = Response(store.read(bytes_store(), blob.sha256), mimetype=blob.media_type)
    # The bytes of an id never change; who may see them may, so shared caches ask again after a while.
    response.headers["Cache-Control"] = "private, max-age=3600" if actor else "public, max-age=3600"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.set_etag(blob.sha256)
    return response.make_conditional(request)


def _shelf_without(kept: dict[str, str], taken: str) -> str:
    left: dict[str, Any] = {name: value for name, value in kept.items() if name != taken}
    return url_for("catalog.products", **left)


def _chips(categories: tuple[Any, ...], kept: dict[str, str]) -> list[dict[str, str]]:
    """Return what was chosen; each link takes one choice away."""
    names = {row.code: shown.text(row.names) for row in categories}
    words = {
        "category": lambda code: names[code],
        "incoterm": str,
        "origin": shown.country,
        "commodity": lambda slug: slug.replace("-", " "),
    }
    return [
        {
            "label": words[name](value),
            "href": _shelf_without(kept, name),
        }
        for name, value in kept.items()
    ]
