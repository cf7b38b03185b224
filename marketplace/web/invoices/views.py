"""The register of official invoices: what is to be issued, what is recorded, what each is for."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import invoices as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.messages import field_sentence
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import invoices as requests
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound, Refused, TooLarge
from marketplace.orders.rules.invoices import ALL_TYPES
from marketplace.web.shared import acts as forms
from marketplace.web.shared import choices

pages = Blueprint("invoices", __name__)
_RECORD = Permission.TRADE_INVOICE_RECORD


@pages.get("/account/invoices")
@requires(_RECORD, twin="GET /api/v1/official-invoices")
def many() -> str:
    """Show what is to be issued, what is to come, and what is recorded."""
    return _many()


@pages.post("/account/invoices")
@requires(_RECORD, twin="POST /api/v1/official-invoices")
def record() -> Any:
    """Record an invoice, with its file if there is one."""

    def work(key: str) -> str:  # noqa: ARG001  kept by the caller
        upload = request.files.get("file")
        has_file = bool(upload and upload.filename)
        invoice_id = acts.record_by_form(parse_form(requests.Invoice, request.form), has_file=has_file)
        return url_for("invoices.one", invoice_id=invoice_id)

    try:
        done = forms.once(work, flow=True)
    except (Refused, Conflict, NotFound, TooLarge) as refusal:
        return forms.reshown(refusal, _many)
    flash(_("Recorded. Say below which lines it is for, if that is not right yet."), "good")
    return done


@pages.post("/account/invoices/import")
@requires(_RECORD, twin="POST /api/v1/official-invoices/import")
def bring_in() -> Any:
    """Record the invoices of a sheet, and show the rows that are wrong."""
    try:
        done = acts.bring_in()
    except (Refused, TooLarge) as refusal:
        return forms.reshown(refusal, _many)
    return _many(imported=done)


@pages.get("/account/invoices/to-issue.xlsx")
@requires(_RECORD, twin="GET /api/v1/official-invoices/to-issue.xlsx")
def to_issue() -> Any:
    """Give what is to be invoiced as a workbook."""
    return acts.to_issue()


@pages.get("/account/invoices/<uuid:invoice_id>")
@requires(_RECORD, twin="GET /api/v1/official-invoices/{id}")
def one(invoice_id: UUID) -> str:
    """Show an invoice and what it is for."""
    return _one(invoice_id)


@pages.get("/account/invoices/<uuid:invoice_id>/file")
@requires(_RECORD, twin="GET /api/v1/official-invoices/{id}/file")
def file(invoice_id: UUID) -> Any:
    """Give the file of an invoice."""
    return acts.file(invoice_id)


@pages.post("/account/invoices/<uuid:invoice_id>/lines")
@requires(_RECORD, twin="POST /api/v1/official-invoices/{id}/lines")
def match(invoice_id: UUID) -> Any:
    """Say what an invoice is for."""
    return _done(invoice_id, lambda session: acts.match(session, invoice_id, parse_form(requests.Lines, request.form)))


@pages.post("/account/invoices/<uuid:invoice_id>/cancellation")
@requires(_RECORD, twin="POST /api/v1/official-invoices/{id}/cancellation")
def cancel(invoice_id: UUID) -> Any:
    """Say that an invoice is void."""
    return _done(invoice_id, lambda session: acts.cancel(session, invoice_id))


def _done(invoice_id: UUID, act: Any) -> Any:
    def work(session: Any) -> str:
        act(session)
        return url_for("invoices.one", invoice_id=invoice_id)

    try:
        done = forms.once(work)
    except (Refused, Conflict, NotAllowed) as refusal:
        return forms.reshown(refusal, lambda **shown: _one(invoice_id, **shown))
    flash(_("Written down."), "good")
    return done


def _one(invoice_id: UUID, **shown: Any) -> str:
    seen = acts.look(invoice_id)
    return render_template(
        "invoices/one.html",
        seen=seen,
        names=acts.names([seen.row]),
        may_cancel=require_actor().company in (seen.row.issuer_id, seen.row.recorded_by),
        **{"errors": {}, "refusal": None, "values": {}, **shown},
    )


def _many(**shown: Any) -> str:
    asked = parse(requests.RegisterQuery, request.args.to_dict())
    page = acts.many(asked.cursor)
    to_issue = acts.missing("seller", asked.to_issue)
    to_receive = acts.missing("buyer", asked.to_receive)
    country = choices.home_country()
    return render_template(
        "invoices/many.html",
        page=page,
        to_issue=to_issue,
        to_receive=to_receive,
        names=acts.names([*page.items, *to_issue.items, *to_receive.items]),
        now=clock.now(),
        types=ALL_TYPES,
        countries=choices.countries(),
        currencies=choices.currencies(),
        **{
            "values": {"country": country, "currency": choices.home_currency(country)},
            "errors": {},
            "refusal": None,
            "imported": None,
            "said": field_sentence,
            **shown,
        },
    )
