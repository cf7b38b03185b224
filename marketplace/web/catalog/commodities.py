"""Shared pages of goods: all offers side by side, what merchants wish for, and what the city makes of it."""

from typing import Any, Final
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.queries import goods
from marketplace.catalog.rules.comparing import By, Compared, can_be_ordered, values_of
from marketplace.catalog.rules.details.attributes import MEASURES, Attribute, AttributeKind, Wanted
from marketplace.catalog.rules.proposals import ProposalState, slug_of
from marketplace.catalog.services import taxonomy
from marketplace.edge.acts import commodities as acts
from marketplace.edge.answers import problem
from marketplace.edge.identity import current_actor, require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import public, requires
from marketplace.edge.requests import commodities as requests
from marketplace.edge.requests import details as detail_requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.web.catalog.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import details as shown_details
from marketplace.web.shared import discovery, locale, moulds, structured
from marketplace.web.shared import goods as shown

_EDIT = Permission.CATALOG_LISTING_EDIT
_REVIEW = Permission.OPERATOR_LISTING_MODERATE
_SORTS: Final[dict[By, Any]] = {
    By.PRICE: lazy_gettext("Lowest price"),
    By.MOQ: lazy_gettext("Smallest minimum"),
    By.LEAD: lazy_gettext("Soonest"),
}
KINDS: Final[dict[AttributeKind, Any]] = {
    AttributeKind.NUMBER: lazy_gettext("Number"),
    AttributeKind.CHOICE: lazy_gettext("Choice"),
    AttributeKind.TEXT: lazy_gettext("Text"),
    AttributeKind.FLAG: lazy_gettext("Yes or no"),
}
WANTED: Final[dict[Wanted, Any]] = {
    Wanted.REQUIRED: lazy_gettext("Required"),
    Wanted.WANTED: lazy_gettext("Wanted"),
}
_PLAIN: Final = ("currency", "incoterm", "quantity", "sort", "origin", "grade", "ready")


@pages.get("/commodities/<slug>")
@public("goods on the shelf are there to be seen")
def commodity(slug: str) -> Any:
    """Show a shared page: what the goods are, and all offers of them side by side."""
    session = reading()
    query, errors = requests.CommodityQuery(), {}
    try:
        given: dict[str, Any] = {name: request.args[name] for name in _PLAIN if request.args.get(name)}
        given["attributes"] = {
            name.removeprefix("a."): value for name, value in request.args.items() if name.startswith("a.") and value
        }
        query = parse(requests.CommodityQuery, given)
        found = acts.shared_page(session, slug=slug, query=query)
    except Refused as refusal:
        errors = {item["field"]: item["message"] for item in problem(refusal)["errors"]}
        query = requests.CommodityQuery()
        found = acts.shared_page(session, slug=slug, query=query)

    def values() -> dict[str, Any]:
        name = shown.text(found.commodity.names)
        compared = found.comparison
        return {
            "row": found.commodity,
            "name": name,
            "others": [(code, text) for code, text in found.commodity.names.items() if text != name],
            "offers": [_offer(each, found) for each in compared.offers],
            "asked": [shown.text(each.names) for each in found.asked],
            "basis": (compared.currency, compared.incoterm),
            "bases": [(f"{currency} {rule}", currency, rule) for currency, rule in compared.bases],
            "sorts": list(_SORTS.items()),
            "filters": _filters(found),
            "total": len(found.rows),
            "values": {
                "quantity": request.args.get("quantity", ""),
                "sort": query.sort or By.PRICE,
                "basis": f"{compared.currency} {compared.incoterm}",
                "origin": query.origin or "",
                "grade": query.grade or "",
                "ready": query.ready,
                **{f"a.{code}": value for code, value in query.attributes.items()},
            },
            "errors": errors,
            "structured": _structured(found.commodity.slug, name),
        }

    if errors:
        return render_template("catalog/commodity.html", **values()), 422
    facts = (repr(found.commodity), repr(found.asked))
    return moulds.page("catalog/commodity.html", values, parts=found.rows, facts=facts)


def _structured(slug: str, name: str) -> Any:
    """Return where the page stands in schema.org's words, for strangers alone."""
    if current_actor() is not None:
        return None
    language = locale.current()
    steps = (
        (_("Products"), discovery.address("catalog.products", language)),
        (name, discovery.address("catalog.commodity", language, slug=slug)),
    )
    return structured.graph(structured.breadcrumb(steps))


def _offer(each: Compared, found: acts.SharedPage) -> dict[str, Any]:
    row, offer = each.row, each.row.offer
    place = each.ladder.place_code if each.ladder else ""
    return {
        "href": url_for("catalog.product", listing_id=offer.listing_id),
        "title": shown.text(offer.titles, offer.source_locale),
        "merchant": row.merchant,
        "merchant_href": url_for("catalog.seller", company_id=offer.merchant_id),
        "origin": shown.country(offer.origin),
        "grade": row.grade,
        "quantity": each.quantity,
        "price": each.price,
        "place": shown.place(row.place_names.get(place, {}), place) if place else "",
        "unit": shown.unit(offer.unit),
        "moq": offer.moq,
        "multiple": offer.multiple,
        "supply": shown.supply(offer.lead_days, is_in_stock=bool(offer.available)),
        "can_be_ordered": can_be_ordered(each),
        "has_packing": offer.packing is not None,
        "hindrance": shown_details.HINDRANCES[offer.hindrance] if offer.hindrance else None,
        "featured": each.listing_id == found.featured,
        "attributes": [shown_details.attribute(each) for each in _stated(row, found.asked)],
    }


def _stated(row: Any, asked: tuple[Attribute, ...]) -> list[dict[str, Any] | None]:
    by_code = {each["code"]: each for each in row.details.get("attributes", ())}
    return [by_code.get(attribute.code) for attribute in asked]


def _filters(found: acts.SharedPage) -> list[dict[str, Any]]:
    """Return the filters: what at least one offer here has."""
    origins = sorted({row.offer.origin for row in found.rows})
    grades = sorted({row.grade for row in found.rows if row.grade})
    filters: list[dict[str, Any]] = [
        {"name": "origin", "label": _("Origin"), "options": [(code, shown.country(code)) for code in origins]}
    ]
    if grades:
        filters.append({"name": "grade", "label": _("Grade"), "options": [(grade, grade) for grade in grades]})
    for attribute in found.asked:
        texts = {
            values_of(row)[attribute.code]: shown_details.attribute(each)
            for row in found.rows
            for each in row.details.get("attributes", ())
            if each["code"] == attribute.code
        }
        if texts:
            options = sorted(texts.items(), key=lambda pair: (len(pair[0]), pair[0]))
            filters.append({"name": f"a.{attribute.code}", "label": shown.text(attribute.names), "options": options})
    return filters


@pages.get("/merchant/commodities")
@requires(_EDIT)
def proposals() -> str:
    """Show the company's wishes for shared pages, and a form for another."""
    return _proposals()


def _proposals(**given: Any) -> str:
    actor, session = require_actor(), reading()
    page = goods.proposals(session, company_id=actor.company)
    return render_template(
        "catalog/proposals.html",
        rows=page.items,
        categories=[(row.code, shown.text(row.names)) for row in goods.categories(session)],
        **{"values": {}, "errors": {}, "refusal": None, **given},
    )


@pages.post("/merchant/commodities")
@requires(_EDIT, twin="POST /api/v1/commodity-proposals")
def propose() -> Any:
    """Wish for a shared page."""

    def work(session: Session) -> str:
        body = parse(requests.ProposalBody, acts.named(request.form))
        taxonomy.propose(session, actor=require_actor(), proposal=acts.proposal_of(body), now=clock.now())
        return url_for("catalog.proposals")

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, _proposals)
    flash(_("Proposed. We look at it and answer here."), "good")
    return done


@pages.get("/operator/commodities")
@requires(_REVIEW)
def wishes() -> str:
    """Show merchants' wishes for shared pages, those that wait unless others are asked for."""
    names = requests.ProposalQuery.model_fields
    asked = parse(requests.ProposalQuery, {name: request.args[name] for name in names if name in request.args})
    state = asked.state or ProposalState.PENDING
    session = reading()
    page = goods.proposals(session, state=state, cursor=asked.cursor)
    return render_template(
        "catalog/wishes.html",
        rows=page.items,
        state=state,
        states=list(ProposalState),
        next=url_for("catalog.wishes", state=state, cursor=page.next) if page.next else None,
        first=url_for("catalog.wishes", state=state) if asked.cursor else None,
    )


@pages.get("/operator/commodities/<uuid:proposal_id>")
@requires(_REVIEW)
def wish(proposal_id: UUID) -> str:
    """Show one wish, the pages that are like it, and the decision."""
    return _wish(proposal_id)


def _wish(proposal_id: UUID, **given: Any) -> str:
    session = reading()
    row = goods.proposal(session, proposal_id=proposal_id)
    near = [each for each in goods.commodities(session) if each.hs6 == row.hs6 or each.category == row.category]
    return render_template(
        "catalog/wish.html",
        row=row,
        category=next(shown.text(each.names) for each in goods.categories(session) if each.code == row.category),
        near=sorted(near, key=lambda each: (each.hs6 != row.hs6, each.slug)),
        slugs=[each.slug for each in near],
        actions=[
            ("accept", _("Make a shared page of it")),
            ("merge", _("It is a page that there is: merge")),
            ("decline", _("Decline")),
        ],
        is_open=row.state is ProposalState.PENDING,
        **{"values": {"slug": slug_of(row.names["en"]), "action": "accept"}, "errors": {}, "refusal": None, **given},
    )


@pages.post("/operator/commodities/<uuid:proposal_id>/decision")
@requires(_REVIEW, twin="POST /api/v1/commodity-proposals/{id}/decision")
def decide_wish(proposal_id: UUID) -> Any:
    """Make a shared page of a wish, merge it into one, or decline it."""

    def work(session: Session) -> str:
        body = parse_form(requests.ProposalDecision, request.form)
        taxonomy.decide(
            session, actor=require_actor(), proposal_id=proposal_id, action=body.action, slug=body.slug or "",
            reason=body.reason or "", now=clock.now(),
        )  # fmt: skip
        return url_for("catalog.wishes")

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _wish(proposal_id, **given))
    flash(_("Decided."), "good")
    return done


@pages.get("/operator/categories")
@requires(_REVIEW)
def attributes() -> str:
    """Show the categories and how much each asks of its goods."""
    rows = [(row.code, shown.text(row.names)) for row in goods.categories(reading())]
    return render_template("catalog/asking.html", rows=rows)


@pages.get("/operator/categories/<category>/attributes")
@requires(_REVIEW)
def category_attributes(category: str) -> str:
    """Show what a category asks of its goods, and a form for one attribute."""
    return _category_attributes(category)


def _category_attributes(category: str, **given: Any) -> str:
    session = reading()
    categories = goods.categories(session)
    found = next((row for row in categories if row.code == category), None)
    if found is None:
        raise NotFound("category")
    asked = goods.attributes(session, category=category)
    return render_template(
        "catalog/attributes.html",
        category=found,
        name=shown.text(found.names),
        asked=asked,
        asks_dangerous=goods.asks_dangerous(session, category=category),
        categories=[(row.code, shown.text(row.names)) for row in categories],
        kinds=list(KINDS.items()),
        kind_words=KINDS,
        wanted_words=WANTED,
        wanted=list(WANTED.items()),
        units=[(code, f"{sign} ({code})") for code, sign in MEASURES.items()],
        signs=MEASURES,
        **{"values": {"position": len(asked)}, "errors": {}, "refusal": None, **given},
    )


@pages.post("/operator/categories/<category>/dangerous")
@requires(_REVIEW, twin="PUT /api/v1/categories/{category}/dangerous")
def ask_dangerous(category: str) -> Any:
    """Ask of each goods of a category whether they are dangerous, or no longer."""

    def work(session: Session) -> str:
        body = parse_form(detail_requests.AskDangerous, request.form)
        taxonomy.ask_dangerous(session, actor=require_actor(), category=category, asks=body.asks, now=clock.now())
        return url_for("catalog.category_attributes", category=category)

    try:
        return forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _category_attributes(category, **given))


@pages.get("/operator/brands")
@requires(_REVIEW)
def brands() -> str:
    """Show the register of brands, and a form for another."""
    return _brands()


def _brands(**given: Any) -> str:
    return render_template(
        "catalog/brands.html",
        rows=goods.brands(reading()),
        **{"values": {}, "errors": {}, "refusal": None, **given},
    )


@pages.post("/operator/brands")
@requires(_REVIEW, twin="POST /api/v1/brands")
def register_brand() -> Any:
    """Register a brand."""

    def work(session: Session) -> str:
        body = parse_form(detail_requests.BrandName, request.form)
        taxonomy.register_brand(session, actor=require_actor(), name=body.name, now=clock.now())
        return url_for("catalog.brands")

    try:
        return forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, _brands)


@pages.post("/operator/brands/<uuid:brand_id>/removal")
@requires(_REVIEW, twin="DELETE /api/v1/brands/{id}")
def strike_brand(brand_id: UUID) -> Any:
    """Take a brand out of the register."""

    def work(session: Session) -> str:
        taxonomy.strike_brand(session, actor=require_actor(), brand_id=brand_id, now=clock.now())
        return url_for("catalog.brands")

    return forms.once(work)


@pages.post("/operator/categories/<category>/attributes")
@requires(_REVIEW, twin="PUT /api/v1/categories/{category}/attributes/{attribute}")
def ask(category: str) -> Any:
    """Let a category ask for an attribute, or change one."""

    def work(session: Session) -> str:
        data = acts.named(request.form)
        code = str(data.pop("code", "")).strip()
        body = parse(requests.AttributeBody, data)
        taxonomy.ask(
            session, actor=require_actor(), category=category, attribute=acts.attribute_of(code, body),
            position=body.position, now=clock.now(),
        )  # fmt: skip
        return url_for("catalog.category_attributes", category=category)

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _category_attributes(category, **given))
    flash(_("Saved."), "good")
    return done
