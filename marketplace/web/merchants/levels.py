"""How a company stands as a buyer or partner, the papers it hands in for that, and what buyers may owe."""

from typing import Any, Final
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.edge.acts import files as file_acts
from marketplace.edge.acts import levels as standing
from marketplace.edge.acts import merchants as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import merchants as requests
from marketplace.edge.requests.payments import CursorQuery
from marketplace.files.rules import Purpose
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, NotFound, Refused, TooLarge
from marketplace.merchants import queries as merchants
from marketplace.merchants.queries import levels, requirements
from marketplace.merchants.rules.levels import BuyerLevel
from marketplace.merchants.rules.requirements import BUYING, PAPERS, Item, comes_alone
from marketplace.web.merchants.blueprint import pages
from marketplace.web.merchants.requirements import ASKED, ITEMS
from marketplace.web.shared import acts as forms
from marketplace.web.shared import choices

_SHOW = Permission.COMPANY_PROFILE_EDIT
_CREDIT = Permission.OPERATOR_CREDIT_EDIT
_GUARDS: Final = frozenset({"csrf_token", "idempotency_key"})
LEVELS: Final[dict[BuyerLevel, Any]] = {
    BuyerLevel.UNVERIFIED: lazy_gettext("Not verified"),
    BuyerLevel.VERIFIED: lazy_gettext("Verified buyer"),
    BuyerLevel.CREDIT: lazy_gettext("Verified buyer with credit"),
}


@pages.get("/account/level")
@requires(Permission.FILES_FILE_READ, twin="GET /api/v1/qualification")
def level() -> str:
    """Show how the company stands as a buyer or partner, what that opens, and what is missing."""
    return _level()


@pages.post("/account/warehouse")
@requires(_SHOW, twin="PUT /api/v1/qualification/warehouse")
def name_warehouse() -> Any:
    """Say where the company receives goods."""
    try:
        body = parse_form(requests.Warehouse, request.form)
        done = forms.once(lambda session: _named(session, body))
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, _level)
    flash(_("The address is here. We look at it."), "good")
    return done


@pages.get("/account/papers/<item>")
@requires(_SHOW)
def paper_form(item: str) -> str:
    """Ask for a paper that the company is asked for."""
    return _paper(item)


@pages.post("/account/papers")
@requires(_SHOW, twin="POST /api/v1/merchant/papers")
def hand_in() -> Any:
    """Show a paper that the company is asked for."""
    try:
        done = forms.once(_handed_in)
    except (Refused, Conflict, TooLarge) as refusal:
        return forms.reshown(refusal, lambda **shown: _paper(request.form.get("item", ""), **shown))
    flash(_("The paper is here. We look at it."), "good")
    return done


@pages.get("/operator/credit")
@requires(_CREDIT, twin="GET /api/v1/verified-buyers")
def buyers() -> str:
    """Show the verified buyers and how much they may owe."""
    asked = parse(CursorQuery, {name: request.args[name] for name in ("cursor",) if name in request.args})
    page = levels.verified_buyers(reading(), now=clock.now(), cursor=asked.cursor)
    return render_template(
        "merchants/buyers.html",
        rows=page.items,
        next=url_for("merchants.buyers", cursor=page.next) if page.next else None,
        first=url_for("merchants.buyers") if asked.cursor else None,
    )


@pages.get("/operator/credit/<uuid:company_id>")
@requires(_CREDIT, twin="GET /api/v1/companies/{id}/credit-limits")
def credit(company_id: UUID) -> str:
    """Show what was said of a buyer's credit, and ask how much it may owe."""
    return _credit(company_id)


@pages.post("/operator/credit/<uuid:company_id>")
@requires(_CREDIT, twin="PUT /api/v1/companies/{id}/credit-limits")
def set_limit(company_id: UUID) -> Any:
    """Say how much a buyer may owe in a currency."""
    try:
        body = parse_form(requests.CreditLimit, request.form)
        done = forms.once(lambda session: _limited(session, company_id, body))
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **shown: _credit(company_id, **shown))
    flash(_("It holds from now on."), "good")
    return done


def _level(**shown: Any) -> str:
    found = standing.own()
    place = found.warehouse
    known = {name: getattr(place, name) for name in ("street", "city", "region", "postcode")} if place else {}
    return render_template(
        "merchants/level.html",
        standing=found,
        checked_by=found.checked_by,
        levels=LEVELS,
        items=ITEMS,
        asked=ASKED,
        papers=PAPERS,
        **{"values": known, "errors": {}, "refusal": None, **shown},
    )


def _named(session: Any, body: requests.Warehouse) -> str:
    acts.name_warehouse(session, body)
    return url_for("merchants.level")


def _paper(item: str, **shown: Any) -> str:
    company_id = require_actor().company
    row = requirements.requirement_of(reading(), company_id=company_id, item=item, today=clock.now().date())
    merchant = merchants.merchant_of(reading(), company_id=company_id)
    if not comes_alone(row.item, merchant.state if merchant else None):
        raise NotFound("requirement")
    return render_template(
        "merchants/paper.html",
        row=row,
        back=_desk_of(row.item),
        items=ITEMS,
        asked=ASKED,
        **{"values": {}, "errors": {}, "refusal": None, **shown},
    )


def _handed_in(session: Any) -> str:
    given: dict[str, Any] = {name: value for name, value in request.form.items() if name not in _GUARDS}
    body = parse(requests.Paper, {**given, "file_id": "00000000-0000-7000-8000-000000000000"})
    acts.hand_in(session, body, received=file_acts.received("file_id", Purpose.LICENCE))
    return _desk_of(Item(body.item))


def _desk_of(item: Item) -> str:
    """Return the page that lists the item: that of who sells, or that of buyers and partners."""
    is_selling = require_actor().company_kind == CompanyKind.TRADE and item not in BUYING
    return url_for("merchants.desk" if is_selling else "merchants.level")


def _credit(company_id: UUID, **shown: Any) -> str:
    session, now = reading(), clock.now()
    company = standing.buyer(company_id)
    asked = parse(CursorQuery, {name: request.args[name] for name in ("cursor",) if name in request.args})
    page = levels.history_of(session, company_id=company_id, cursor=asked.cursor)
    known = {"currency": choices.home_currency(company.country)}
    return render_template(
        "merchants/credit.html",
        company=company,
        level=levels.level_of(session, company_id=company_id, now=now),
        levels=LEVELS,
        limits=levels.limits_of(session, company_id=company_id, now=now),
        history=page.items,
        next=url_for("merchants.credit", company_id=company_id, cursor=page.next) if page.next else None,
        first=url_for("merchants.credit", company_id=company_id) if asked.cursor else None,
        currencies=choices.currencies(),
        **{"values": known, "errors": {}, "refusal": None, **shown},
    )


def _limited(session: Any, company_id: UUID, body: requests.CreditLimit) -> str:
    acts.set_limit(session, company_id, body)
    return url_for("merchants.credit", company_id=company_id)
