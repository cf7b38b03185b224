"""A merchant's own pages: how it stands, its application, the accounts it is paid into."""

from typing import Any
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.numbers import STATED, VALIDATORS
from marketplace.accounts.rules.permissions import Permission
from marketplace.edge import door
from marketplace.edge.acts import figures
from marketplace.edge.acts import files as file_acts
from marketplace.edge.acts import merchants as acts
from marketplace.edge.acts.clocks import house_clock
from marketplace.edge.identity import require_actor
from marketplace.edge.labels import number_name
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import merchants as requests
from marketplace.edge.requests.payments import CursorQuery
from marketplace.files.rules import Purpose
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import Conflict, DomainError, Refused, TooLarge, Unauthenticated
from marketplace.merchants import queries
from marketplace.merchants.queries import requirements as required
from marketplace.merchants.rules.requirements import PAPERS, Item, comes_alone
from marketplace.merchants.rules.states import MERCHANT, ApplicationState, MerchantState, PayeeState
from marketplace.reference.rules import zone_of
from marketplace.web.merchants.blueprint import pages
from marketplace.web.merchants.requirements import ASKED, ITEMS
from marketplace.web.shared import acts as forms
from marketplace.web.shared import choices, waiting
from marketplace.web.shared import figures as drawn

_APPLY = Permission.COMPANY_MERCHANT_APPLY
_PAYEE = Permission.COMPANY_PAYEE_EDIT
_LICENCE = "licence_file_id"
_GUARDS = frozenset({"csrf_token", "idempotency_key"})


@pages.get("/merchant")
@requires(Permission.CATALOG_LISTING_EDIT, twin="GET /api/v1/desk")
def desk() -> str:
    """Show how the company stands and what comes next."""
    session, company_id = reading(), require_actor().company
    found = queries.merchant_of(session, company_id=company_id)
    company = accounts.get_company(session, company_id=company_id)
    applied = queries.applications(session, state=ApplicationState.SUBMITTED, company_id=company_id).items
    return render_template(
        "merchants/desk.html",
        application=applied[0] if applied else None,
        clock=zone_of(company.country),
        house=house_clock(session),
        address_missing=not company.address.lines,
        merchant=found,
        waiting=waiting.selling() if found is not None else None,
        can_apply=found is None or MERCHANT.allows(found.state, "submit"),
        figures=drawn.shown(figures.company()) if found is not None else None,
        may_sell=found is not None and found.state is MerchantState.APPROVED,
        requirements=required.requirements_of(session, company_id=company_id, today=clock.now().date()),
        items=ITEMS,
        checked_by=accounts.house_name(session),
        asked=ASKED,
        papers=_papers(found),
        decisions=queries.decisions(session, company_id=company_id),
    )


def _papers(merchant: queries.MerchantRow | None) -> list[Item]:
    """Return what a company hands in by itself as it stands."""
    return [item for item in PAPERS if comes_alone(item, merchant.state if merchant else None)]


@pages.get("/merchant/apply")
@requires(_APPLY)
def apply() -> str:
    """Ask for what an application needs, with what is known filled in."""
    return _apply()


@pages.post("/merchant/apply")
@requires(_APPLY, twin="POST /api/v1/merchant-applications")
def send_application() -> Any:
    """Hand the licence and the application in."""
    try:
        done = forms.once(lambda key: _send(), flow=True)  # noqa: ARG005  the flow resumes by nothing
    except (Refused, Conflict, TooLarge, Unauthenticated) as refusal:
        saved = _save_licence(refusal)
        return forms.reshown(refusal, lambda **shown: _apply(**shown, saved_licence=saved))
    flash(_("Your application is on its way. This page says by when it is answered."), "good")
    return done


def _send() -> str:
    given: dict[str, Any] = {name: value for name, value in request.form.items() if name not in _GUARDS}
    if not _is_sent(_LICENCE) and given.get(_LICENCE):  # one that was saved when the form was refused
        acts.apply(parse(requests.Application, given))
        return url_for("merchants.desk")
    body = parse(requests.Application, {**given, _LICENCE: "00000000-0000-7000-8000-000000000000"})
    acts.apply(body, licence=file_acts.received(_LICENCE, Purpose.LICENCE))
    return url_for("merchants.desk")


def _is_sent(field: str) -> bool:
    upload = request.files.get(field)
    return upload is not None and bool(upload.filename)


def _save_licence(refusal: DomainError) -> str:
    """Save the licence of a form that was refused for another field; return its id, so that it is not chosen again."""
    if any(error.field == _LICENCE for error in refusal.errors):
        return ""
    if not _is_sent(_LICENCE):
        return request.form.get(_LICENCE, "")
    request.files[_LICENCE].stream.seek(0)
    upload = file_acts.received(_LICENCE, Purpose.LICENCE)
    return str(in_unit_of_work(lambda session: file_acts.keep(session, upload)))


def _apply(**shown: Any) -> str:
    session, company_id = reading(), require_actor().company
    company = accounts.get_company(session, company_id=company_id)
    validator, stated = VALIDATORS.get(company.country), STATED.get(company.country)
    known = {"legal_name": company.name, "registration_number": company.registration_number, "country": company.country}
    if (last := required.last_application(session, company_id=company_id)) is not None:
        # What was sent back is mended, not written anew.
        sent = queries.application(session, application_id=last, company_id=company_id)
        known |= {"legal_name": sent.legal_name, "registration_number": sent.registration_number}
        known["licence_until"] = sent.licence_until.isoformat() if sent.licence_until else ""
    known["currency"] = choices.home_currency(company.country)
    return render_template(
        "merchants/apply.html",
        address_missing=not company.address.lines,
        company=company,
        identifier=validator.identifier if validator else None,
        stated=stated,
        stated_name=number_name(stated.identifier) if stated else None,
        lacking=[
            ITEMS[row.item]
            for row in required.requirements_of(session, company_id=company_id, today=clock.now().date())
            if row.is_lacking
        ],
        needs_payee=not queries.has_payee(session, company_id=company_id),
        asks_code=not door.vault().policy.second_factor_waived,
        currencies=choices.currencies(),
        countries=choices.countries(),
        **{"values": known, "errors": {}, "refusal": None, "saved_licence": "", **shown},
    )


@pages.get("/merchant/payees")
@requires(_PAYEE)
def payees() -> str:
    """Show the accounts the company is paid into."""
    return _payees()


@pages.post("/merchant/payees")
@requires(_PAYEE, twin="POST /api/v1/payees")
def name_payee() -> Any:
    """Name an account, after the second factor was proved."""
    try:
        body = parse(requests.Account, {k: v for k, v in request.form.items() if k not in _GUARDS})
        done = forms.once(lambda key: _named(body), flow=True)  # noqa: ARG005  the flow resumes by nothing
    except (Refused, Conflict, Unauthenticated) as refusal:
        return forms.reshown(refusal, _payees)
    flash(_("The account is named. Everybody who may change accounts was told."), "good")
    return done


def _named(body: requests.Account) -> str:
    acts.name_payee(body)
    return url_for("merchants.payees")


@pages.post("/merchant/payees/<uuid:payee_id>/withdrawal")
@requires(_PAYEE, twin="POST /api/v1/payees/{id}/withdrawal")
def withdraw_payee(payee_id: UUID) -> Any:
    """Take back an account that waits."""
    try:
        body = parse_form(requests.Proof, request.form)
        return forms.once(lambda key: _withdrawn(payee_id, body), flow=True)  # noqa: ARG005  it resumes by nothing
    except (Refused, Conflict, Unauthenticated) as refusal:
        return forms.reshown(refusal, _payees)


def _withdrawn(payee_id: UUID, body: requests.Proof) -> str:
    acts.withdraw_payee(payee_id, body)
    return url_for("merchants.payees")


def _payees(**shown: Any) -> str:
    session, actor = reading(), require_actor()
    asked = parse(CursorQuery, {name: request.args[name] for name in ("cursor",) if name in request.args})
    page = queries.payees(session, company_id=actor.company, cursor=asked.cursor)
    return render_template(
        "merchants/payees.html",
        page=page,
        waiting=PayeeState.PENDING,
        asks_code=not door.vault().policy.second_factor_waived,
        currencies=choices.currencies(),
        countries=choices.countries(),
        **{"values": {"country": choices.home_country()}, "errors": {}, "refusal": None, **shown},
    )
