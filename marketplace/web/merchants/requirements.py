"""What companies show: the board of what reviewers look at, one company's items, and what countries are asked for."""

from typing import Any, Final
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.datastructures import MultiDict

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import files as file_acts
from marketplace.edge.acts import merchants as acts
from marketplace.edge.acts.clocks import house_clock
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import merchants as requests
from marketplace.files import queries as files
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.merchants import queries as merchants
from marketplace.merchants.queries import requirements as queries
from marketplace.merchants.queries import watching
from marketplace.merchants.rules.requirements import CHOSEN, FIXED, Asked, Item, Kind, Verdict
from marketplace.reference.rules import RCEP
from marketplace.web.merchants.blueprint import pages
from marketplace.web.shared import acts as forms

_REVIEW = Permission.OPERATOR_MERCHANT_REVIEW
_CHOOSE = Permission.OPERATOR_SETTINGS_EDIT
ITEMS: Final[dict[Item, Any]] = {
    Item.TERMS: lazy_gettext("Terms of the city"),
    Item.REGISTRATION: lazy_gettext("Registration number"),
    Item.LICENCE: lazy_gettext("Business licence"),
    Item.TAX_ID: lazy_gettext("Tax id"),
    Item.ADDRESS: lazy_gettext("Address"),
    Item.PAYEE: lazy_gettext("Account to be paid into"),
    Item.TAX_CERTIFICATE: lazy_gettext("Tax certificate"),
    Item.EXPORT_REGISTRATION: lazy_gettext("Registration as an exporter"),
    Item.BANK_LETTER: lazy_gettext("Letter of the bank"),
    Item.REVIEW: lazy_gettext("Our review"),
    Item.REGISTER: lazy_gettext("Extract of the company register"),
    Item.IMPORT_REGISTRATION: lazy_gettext("Registration as an importer"),
    Item.TAX_STATUS: lazy_gettext("Tax status"),
    Item.WAREHOUSE: lazy_gettext("Warehouse"),
    Item.PEOPLE: lazy_gettext("Two people of the company"),
    Item.TRADE_LICENCE: lazy_gettext("Licence for the trade"),
    Item.LIABILITY_INSURANCE: lazy_gettext("Liability insurance"),
}
KINDS: Final[dict[Kind, Any]] = {
    Kind.MERCHANT: lazy_gettext("Merchants"),
    Kind.BUYER: lazy_gettext("Buyers"),
    Kind.CARRIER: lazy_gettext("Carriers"),
    Kind.BROKER: lazy_gettext("Customs brokers"),
    Kind.DC: lazy_gettext("Distribution centres"),
    Kind.INSPECTOR: lazy_gettext("Inspectors"),
    Kind.INSURER: lazy_gettext("Insurers"),
    Kind.BANK: lazy_gettext("Banks"),
    Kind.AGENT: lazy_gettext("Agents"),
}
ASKED: Final[dict[Asked, Any]] = {
    Asked.REQUIRED: lazy_gettext("Required"),
    Asked.OPTIONAL: lazy_gettext("Wanted"),
    Asked.NOT_ASKED: lazy_gettext("Not asked for"),
}
VERDICTS: Final[dict[Verdict, Any]] = {
    Verdict.ACCEPT: lazy_gettext("Accept"),
    Verdict.REJECT: lazy_gettext("Reject"),
    Verdict.WAIVE: lazy_gettext("Waive"),
}
SAID: Final[dict[Verdict, Any]] = {
    Verdict.ACCEPT: lazy_gettext("Accepted"),
    Verdict.REJECT: lazy_gettext("Rejected"),
    Verdict.WAIVE: lazy_gettext("Waived"),
}


@pages.get("/operator/requirements")
@requires(_REVIEW)
def board() -> str:
    """Show what companies showed and nobody accepted, and what ends soon; find a company by its number."""
    asked = parse(requests.Board, {name: request.args[name] for name in ("cursor", "number") if name in request.args})
    session = reading()
    page = watching.watched(session, today=clock.now().date(), cursor=asked.cursor)
    found = accounts.traders_numbered(session, numbers=[asked.number]) if asked.number else {}
    return render_template(
        "merchants/board.html",
        rows=page.items,
        number=asked.number or "",
        found=[company for rows in found.values() for company in rows],
        items=ITEMS,
        next=url_for("merchants.board", cursor=page.next) if page.next else None,
        first=url_for("merchants.board") if asked.cursor else None,
    )


@pages.get("/operator/requirements/<uuid:company_id>")
@requires(_REVIEW)
def requirements(company_id: UUID) -> str:
    """Show what a company is asked for, what it showed and what was said of it."""
    session = reading()
    return render_template(
        "merchants/requirements.html",
        company=accounts.get_company(session, company_id=company_id),
        merchant=merchants.merchant_of(session, company_id=company_id),
        application=queries.last_application(session, company_id=company_id),
        tables=queries.all_of(session, company_id=company_id, today=clock.now().date()),
        warehouse=queries.warehouse_of(session, company_id=company_id),
        kinds=KINDS,
        rulings=queries.rulings_of(session, company_id=company_id),
        zone=house_clock(session),
        items=ITEMS,
        asked=ASKED,
        said=SAID,
    )


@pages.get("/operator/requirements/<uuid:company_id>/<item>")
@requires(_REVIEW)
def judge(company_id: UUID, item: str) -> str:
    """Ask how one item of a company stands."""
    return _judge(company_id, item)


@pages.get("/operator/papers/<uuid:paper_id>")
@requires(_REVIEW)
def paper(paper_id: UUID) -> Any:
    """Give a paper that a company handed in."""
    found = queries.paper(reading(), paper_id=paper_id)
    return file_acts.give(files.get_any(reading(), file_id=found.file_id))


@pages.post("/operator/requirements/<uuid:company_id>/<item>")
@requires(_REVIEW, twin="POST /api/v1/merchants/{id}/rulings")
def rule(company_id: UUID, item: str) -> Any:
    """Accept, reject or waive an item."""
    try:
        body = parse_form(requests.Ruling, MultiDict([*request.form.items(multi=True), ("item", item)]))
        done = forms.once(lambda session: _ruled(session, company_id, body))
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **shown: _judge(company_id, item, **shown))
    flash(_("Noted: %(item)s.", item=ITEMS[body.item]), "good")
    return done


def _ruled(session: Any, company_id: UUID, body: requests.Ruling) -> str:
    acts.rule(session, company_id, body)
    return url_for("merchants.requirements", company_id=company_id)


@pages.get("/operator/requirement-rules")
@requires(_CHOOSE, twin="GET /api/v1/requirement-rules")
def rules() -> str:
    """Show what each country's companies are asked for, as one kind at a time."""
    asked = parse(requests.Asking, {name: request.args[name] for name in ("kind",) if name in request.args})
    return _rules(asked.kind or Kind.MERCHANT)


@pages.post("/operator/requirement-rules/<country>/<requirement>")
@requires(_CHOOSE, twin="PUT /api/v1/requirement-rules/{country}/{requirement}")
def choose(country: str, requirement: str) -> Any:
    """Choose whether companies of a country are asked for an item."""
    try:
        body = parse_form(requests.Choice, request.form)
        done = forms.once(lambda session: _chosen(session, country, requirement, body))
    except (Refused, Conflict) as refusal:
        shown_as = next((kind for kind in Kind if kind == request.form.get("kind")), Kind.MERCHANT)
        return forms.reshown(refusal, lambda **shown: _rules(shown_as, **shown))
    flash(_("It holds from now on."), "good")
    return done


def _chosen(session: Any, country: str, requirement: str, body: requests.Choice) -> str:
    acts.choose(session, country, requirement, body)
    return url_for("merchants.rules", kind=body.kind)


def _judge(company_id: UUID, item: str, **shown: Any) -> str:
    session = reading()
    row = queries.requirement_of(session, company_id=company_id, item=item, today=clock.now().date())
    if not row.verdicts:
        raise NotFound("requirement")
    return render_template(
        "merchants/judge.html",
        company=accounts.get_company(session, company_id=company_id),
        warehouse=queries.warehouse_of(session, company_id=company_id) if row.item is Item.WAREHOUSE else None,
        row=row,
        items=ITEMS,
        asked=ASKED,
        verdicts=VERDICTS,
        **{"values": {}, "errors": {}, "refusal": None, **shown},
    )


def _rules(kind: Kind, **shown: Any) -> str:
    return render_template(
        "merchants/rules.html",
        kind=kind,
        kinds=KINDS,
        rules=queries.asked_everywhere(reading(), countries=tuple(sorted(RCEP)), kinds=(kind,))[kind],
        fixed=[ITEMS[item] for item in FIXED[kind]],
        chosen=CHOSEN[kind],
        chosen_columns=[{"label": ITEMS[item]} for item in CHOSEN[kind]],
        items=ITEMS,
        asked=ASKED,
        **{"values": {}, "errors": {}, "refusal": None, **shown},
    )
