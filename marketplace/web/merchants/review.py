"""The reviewers' pages: applications that wait, one of them with everything known, a merchant's standing."""

from typing import Any, Final
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import directory
from marketplace.accounts.rules.numbers import STATED, Proof, is_as_stated
from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import files as file_acts
from marketplace.edge.acts import merchants as acts
from marketplace.edge.acts.clocks import house_clock
from marketplace.edge.labels import number_name
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import merchants as requests
from marketplace.files import queries as files
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.merchants import queries
from marketplace.merchants.queries import requirements as required
from marketplace.merchants.rules.states import MERCHANT, STANDING_ACTS, ApplicationState
from marketplace.web.merchants.blueprint import pages
from marketplace.web.merchants.requirements import ASKED, ITEMS
from marketplace.web.shared import acts as forms

_REVIEW = Permission.OPERATOR_MERCHANT_REVIEW
PROOFS: Final[dict[Proof, Any]] = {
    Proof.CHECKSUM: lazy_gettext("The number's check digit is right."),
    Proof.FORMAT: lazy_gettext("The number has the right form; its country has no check digit."),
    Proof.PATTERN: lazy_gettext("No validator exists for this country: compare the number with the licence."),
}


@pages.get("/operator/merchants")
@requires(_REVIEW)
def queue() -> str:
    """Show applications, the oldest first."""
    asked = parse(requests.Queue, {name: request.args[name] for name in ("state", "cursor") if name in request.args})
    state = asked.state or ApplicationState.SUBMITTED
    page = queries.applications(reading(), state=state, cursor=asked.cursor)
    return render_template(
        "merchants/queue.html",
        rows=page.items,
        states=list(ApplicationState),
        state=state,
        zone=house_clock(reading()),
        next=url_for("merchants.queue", state=state, cursor=page.next) if page.next else None,
        first=url_for("merchants.queue", state=state) if asked.cursor else None,
    )


@pages.get("/operator/merchants/<uuid:application_id>")
@requires(_REVIEW)
def application(application_id: UUID) -> str:
    """Show an application with its company, licence, accounts and history."""
    return _application(application_id)


@pages.get("/operator/merchants/<uuid:application_id>/licence")
@requires(_REVIEW)
def licence(application_id: UUID) -> Any:
    """Give the licence that was handed in."""
    found = queries.application(reading(), application_id=application_id)
    return file_acts.give(files.get_any(reading(), file_id=found.licence_file_id))


@pages.post("/operator/merchants/<uuid:application_id>/decision")
@requires(_REVIEW, twin="POST /api/v1/merchant-applications/{id}/decision")
def decide(application_id: UUID) -> Any:
    """Approve, reject or ask for changes."""
    try:
        body = parse_form(requests.Decision, request.form)
        done = forms.once(lambda session: _decided(session, application_id, body))
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **shown: _application(application_id, **shown))
    flash(_("Decided, and the company is told."), "good")
    return done


def _decided(session: Any, application_id: UUID, body: requests.Decision) -> str:
    acts.decide(session, application_id, body)
    return url_for("merchants.queue")


@pages.post("/operator/merchants/<uuid:application_id>/standing")
@requires(_REVIEW, twin="POST /api/v1/merchants/{id}/standing")
def set_standing(application_id: UUID) -> Any:
    """Suspend the merchant of an application, or reinstate it."""
    company_id = queries.application(reading(), application_id=application_id).company_id
    try:
        body = parse_form(requests.Standing, request.form)
        done = forms.once(lambda session: _standing(session, application_id, company_id, body))
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **shown: _application(application_id, **shown))
    is_over = body.action == "suspend"
    flash(
        _("The merchant is suspended, and the company is told.") if is_over else _("The merchant may sell again."),
        "good",
    )
    return done


def _standing(session: Any, application_id: UUID, company_id: UUID, body: requests.Standing) -> str:
    acts.set_standing(session, company_id, body)
    return url_for("merchants.application", application_id=application_id)


def _application(application_id: UUID, **shown: Any) -> str:
    session = reading()
    row = queries.application(session, application_id=application_id)
    merchant = queries.merchant_of(session, company_id=row.company_id)
    same = queries.same_number(session, company_id=row.company_id, country=row.country, number=row.registration_number)
    odd = None if is_as_stated(row.country, row.registration_number) else STATED[row.country]
    return render_template(
        "merchants/application.html",
        row=row,
        company=accounts.get_company(session, company_id=row.company_id),
        merchant=merchant,
        zone=house_clock(session),
        proof=PROOFS[row.proof],
        odd_number=odd,
        odd_name=number_name(odd.identifier) if odd else None,
        payees=queries.payees(session, company_id=row.company_id).items,
        decisions=queries.decisions(session, company_id=row.company_id),
        same=list(accounts.get_companies(session, company_ids=same).values()),
        lookalikes=directory.lookalikes(session, company_id=row.company_id, name=row.legal_name),
        required=required.requirements_of(session, company_id=row.company_id, today=clock.now().date()),
        items=ITEMS,
        asked=ASKED,
        standing=[act for act in STANDING_ACTS if merchant and MERCHANT.allows(merchant.state, act)],
        **{"values": {}, "errors": {}, "refusal": None, **shown},
    )
