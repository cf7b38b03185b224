"""Credit between two companies: what a merchant gives, what a buyer has, what is overdue on it."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import credit as acts
from marketplace.edge.acts.clocks import clocks
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import credit as requests
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.payments.rules.credit import CREDITS, level_name
from marketplace.web.shared import acts as forms
from marketplace.web.shared import choices

pages = Blueprint("credit", __name__)

_ASK, _GIVE = Permission.TRADE_PAYMENT_PAY, Permission.TRADE_PLAN_EDIT


@pages.get("/account/credit")
@requires(_ASK, twin="GET /api/v1/credit-lines")
def had() -> str:
    """Show a buyer its credits, what is overdue on them, and the form to ask for one."""
    return _page("had")


@pages.get("/account/credit/merchants/<uuid:company_id>")
@requires(_ASK, twin="GET /api/v1/credit-lines")
def wish(company_id: UUID) -> str:
    """Show the form by which a buyer asks a merchant for credit."""
    return _wish(company_id)


@pages.post("/account/credit/merchants/<uuid:company_id>")
@requires(_ASK, twin="POST /api/v1/credit-lines")
def ask(company_id: UUID) -> Any:
    """Ask a merchant for credit."""

    def work(session: Any) -> str:
        body = parse_form(requests.CreditRequest, request.form.to_dict() | {"merchant_id": str(company_id)})
        acts.ask(session, body)
        return url_for("credit.had")

    return _done(work, lambda **shown: _wish(company_id, **shown), _("The merchant was asked."))


@pages.get("/merchant/credit")
@requires(_GIVE, twin="GET /api/v1/credit-lines")
def given() -> str:
    """Show a merchant what buyers ask, what they owe on credit, and what is overdue."""
    return _page("given")


@pages.get("/merchant/credit/<uuid:credit_id>")
@requires(_GIVE, twin="GET /api/v1/credit-lines/{id}")
def one(credit_id: UUID) -> str:
    """Show a credit to decide about it."""
    return _one(credit_id)


@pages.post("/merchant/credit/<uuid:credit_id>")
@requires(_GIVE, twin="POST /api/v1/credit-lines/{id}/decision")
def decide(credit_id: UUID) -> Any:
    """Grant, change, decline or end a credit."""

    def work(session: Any) -> str:
        acts.decide(session, credit_id, parse_form(requests.CreditDecision, _filled()))
        return url_for("credit.given")

    return _done(work, lambda **shown: _one(credit_id, **shown), _("Decided. The buyer is told."))


@pages.post("/merchant/payments/<uuid:payment_id>/reminder-pause")
@requires(_GIVE, twin="POST /api/v1/payments/{id}/reminder-pause")
def pause(payment_id: UUID) -> Any:
    """Let no reminder of a payment go for some days."""

    def work(session: Any) -> str:
        acts.pause(session, payment_id, parse_form(requests.Pause, request.form))
        return url_for("credit.given")

    return _done(work, lambda **shown: _page("given", **shown), _("Noted. No reminder goes until then."))


def _filled() -> Any:
    """Return the form without the fields that were left empty: to refuse needs none of them."""
    form = request.form.copy()
    for name in ("amount", "days", "until"):
        if not form.get(name, "").strip():
            form.poplist(name)
    return form


def _done(work: Any, show: Any, said: str) -> Any:
    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, show)
    flash(said, "good")
    return done


def _page(name: str, **shown: Any) -> str:
    asked = parse(requests.CreditPageQuery, request.args.to_dict())
    side = "gives" if name == "given" else "has"
    page, late = acts.listed(side, asked.cursor), acts.overdue(side, asked.overdue)
    ids = {company for row in page.items for company in (row.merchant_id, row.buyer_id)}
    ids |= {company for row in late.items for company in (row.payment.payer_id, row.payment.payee_id)}
    mine = require_actor().company
    return render_template(
        f"payments/credit_{name}.html",
        page=page,
        late=late,
        names=acts.names(ids),
        zone=clocks(reading(), [mine])[mine],
        level_name=level_name,
        **{"values": {}, "errors": {}, "refusal": None, **shown},
    )


def _wish(company_id: UUID, **shown: Any) -> str:
    merchant_id = acts.askable(company_id)
    return render_template(
        "payments/credit_wish.html",
        merchant_id=merchant_id,
        merchant=acts.names([merchant_id])[merchant_id],
        currencies=choices.currencies(),
        **{
            "values": {"currency": choices.home_currency(choices.home_country())},
            "errors": {},
            "refusal": None,
            **shown,
        },
    )


def _one(credit_id: UUID, **shown: Any) -> str:
    mine = require_actor().company
    row = acts.one(credit_id)
    given = row.grant
    values = {
        "amount": f"{(given.limit if given else row.wanted).amount:f}",
        "days": given.days if given else 30,
        "until": given.until if given else "",
    }
    return render_template(
        "payments/credit.html",
        row=row,
        buyer=acts.names([row.buyer_id])[row.buyer_id],
        zone=clocks(reading(), [mine])[mine],
        may_decide=row.merchant_id == mine and CREDITS.allows(row.state, "grant"),
        **{"values": values, "errors": {}, "refusal": None, **shown},
    )
