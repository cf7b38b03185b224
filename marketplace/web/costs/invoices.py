"""Partners' invoices: the partner's own pages, and the operator's queue."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.distribution.costs.rules.matching import InvoiceState
from marketplace.edge.acts import costs, holds
from marketplace.edge.acts import partner_invoices as acts
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import costs as requests
from marketplace.kernel.errors import Conflict, Refused, TooLarge
from marketplace.web.costs import words
from marketplace.web.costs.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import choices

_SEND = Permission.PARTNER_INVOICE_SEND
_READ = Permission.OPERATOR_COST_READ
_DECIDE = Permission.OPERATOR_COST_DECIDE
# So many empty lines a form offers; an invoice with more of them comes over the API.
_ROWS = 6


@pages.get("/partner/invoices")
@requires(_SEND, twin="GET /api/v1/partner-invoices")
def mine() -> str:
    """Show the invoices of one's company, and the form for another."""
    return _mine()


@pages.post("/partner/invoices")
@requires(_SEND, twin="POST /api/v1/partner-invoices")
def send() -> Any:
    """Write down an invoice."""
    return _written(requests.NewInvoice, "costs.own_invoice", _mine)


@pages.get("/partner/invoices/<uuid:partner_invoice_id>")
@requires(_SEND, twin="GET /api/v1/partner-invoices/{id}")
def own_invoice(partner_invoice_id: UUID) -> str:
    """Show one of one's company's invoices."""
    return _own(partner_invoice_id)


@pages.get("/partner/invoices/<uuid:partner_invoice_id>/file")
@requires(_SEND, twin="GET /api/v1/partner-invoices/{id}/file")
def own_file(partner_invoice_id: UUID) -> Any:
    """Give the file of one of one's company's invoices."""
    return acts.file(partner_invoice_id)


@pages.post("/partner/invoices/<uuid:partner_invoice_id>/submission")
@requires(_SEND, twin="POST /api/v1/partner-invoices/{id}/submission")
def submit(partner_invoice_id: UUID) -> Any:
    """Hand in a draft."""

    def work(session: Any) -> str:
        acts.submit(session, partner_invoice_id)
        return url_for("costs.own_invoice", partner_invoice_id=partner_invoice_id)

    return _done(work, _("Handed in."), lambda **shown: _own(partner_invoice_id, **shown))


@pages.post("/partner/invoices/<uuid:partner_invoice_id>/discard")
@requires(_SEND, twin="POST /api/v1/partner-invoices/{id}/discard")
def discard(partner_invoice_id: UUID) -> Any:
    """Throw a draft away."""

    def work(session: Any) -> str:
        acts.discard(session, partner_invoice_id)
        return url_for("costs.mine")

    return _done(work, _("Thrown away."), lambda **shown: _own(partner_invoice_id, **shown))


@pages.get("/operator/costs/invoices")
@requires(_READ, twin="GET /api/v1/costs/invoices")
def queue() -> Any:
    """Show the invoices that wait for the operator, or those in a state."""
    return _queue()


@pages.post("/operator/costs/invoices")
@requires(_DECIDE, twin="POST /api/v1/costs/invoices")
def send_for() -> Any:
    """Write down a partner's invoice and hand it in for it."""
    return _written(requests.InvoiceOfPartner, "costs.invoice", _queue)


@pages.get("/operator/costs/invoices/<uuid:partner_invoice_id>")
@requires(_READ, twin="GET /api/v1/costs/invoices/{id}")
def invoice(partner_invoice_id: UUID) -> str:
    """Show a partner's invoice and what can be decided about it."""
    return _invoice(partner_invoice_id)


@pages.get("/operator/costs/invoices/<uuid:partner_invoice_id>/file")
@requires(_READ, twin="GET /api/v1/costs/invoices/{id}/file")
def file(partner_invoice_id: UUID) -> Any:
    """Give the file of a partner's invoice."""
    return acts.file(partner_invoice_id)


@pages.post("/operator/costs/invoices/<uuid:partner_invoice_id>/match")
@requires(_DECIDE, twin="POST /api/v1/costs/invoices/{id}/match")
def match(partner_invoice_id: UUID) -> Any:
    """Hold an invoice that waits against the plan."""
    return _decided(partner_invoice_id, acts.match, _("Held against what was planned, as far as it is planned."))


@pages.post("/operator/costs/invoices/<uuid:partner_invoice_id>/acceptance")
@requires(_DECIDE, twin="POST /api/v1/costs/invoices/{id}/acceptance")
def accept(partner_invoice_id: UUID) -> Any:
    """Accept the lines that match."""
    return _decided(partner_invoice_id, acts.accept, _("Accepted; each line is an actual cost now."))


@pages.post("/operator/costs/invoices/<uuid:partner_invoice_id>/settlement")
@requires(_DECIDE, twin="POST /api/v1/costs/invoices/{id}/settlement")
def settle(partner_invoice_id: UUID) -> Any:
    """Note that what was accepted is paid."""
    return _decided(partner_invoice_id, acts.settle, _("Noted as paid."))


@pages.post("/operator/costs/invoice-lines/<uuid:line_id>/decision")
@requires(_DECIDE, twin="POST /api/v1/costs/invoice-lines/{id}/decision")
def decide(line_id: UUID) -> Any:
    """Decide about a line."""
    partner_invoice_id = acts.invoice_of(line_id)

    def work(session: Any) -> str:
        acts.decide(session, line_id, parse_form(requests.LineDecision, request.form))
        return url_for("costs.invoice", partner_invoice_id=partner_invoice_id)

    return _done(work, _("Decided."), lambda **shown: _invoice(partner_invoice_id, at=line_id, **shown))


def _written(model: Any, endpoint: str, show: Callable[..., Any]) -> Any:
    """Write down the invoice that a form describes, with its file if there is one."""

    def work(key: str) -> str:  # noqa: ARG001  kept by the caller
        upload = request.files.get("file")
        has_file = bool(upload and upload.filename)
        partner_invoice_id = acts.by_form(parse_form(model, request.form), has_file=has_file)
        return url_for(endpoint, partner_invoice_id=partner_invoice_id)

    try:
        done = forms.once(work, flow=True)
    except (Refused, Conflict, TooLarge) as refusal:
        return forms.reshown(refusal, show)
    flash(_("The invoice is written down."), "good")
    return done


def _decided(partner_invoice_id: UUID, act: Callable[[Any, UUID], None], said: str) -> Any:
    def work(session: Any) -> str:
        act(session, partner_invoice_id)
        return url_for("costs.invoice", partner_invoice_id=partner_invoice_id)

    return _done(work, said, lambda **shown: _invoice(partner_invoice_id, **shown))


def _done(work: Callable[[Any], str], said: str, show: Callable[..., Any]) -> Any:
    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, show)
    flash(said, "good")
    return done


def _form(**shown: Any) -> dict[str, Any]:
    """Return what the form of an invoice is drawn from: empty lines, or those that were typed."""
    typed = shown.get("values")
    lists = [typed.getlist(name) if typed else [] for name in ("departures", "kinds", "amounts")]
    rows = [*zip(*lists, strict=False)] if typed else []
    return {
        "rows": [*rows, *[("", "", "")] * (_ROWS - len(rows))],
        "kinds": [(kind.value, word) for kind, word in words.KINDS.items()],
        "currencies": choices.currencies(),
        "values": {"currency": choices.home_currency(choices.home_country())},
        "errors": {},
        "refusal": None,
        **shown,
    }


def _mine(**shown: Any) -> str:
    asked = requests.InvoicesQuery() if shown else parse(requests.InvoicesQuery, request.args.to_dict())
    return render_template("costs/mine.html", page=acts.mine(asked), **_form(**shown))


def _own(partner_invoice_id: UUID, **shown: Any) -> str:
    page = {"errors": {}, "refusal": None, "values": {}, **shown}
    return render_template("costs/own.html", row=acts.look(partner_invoice_id), words=words, **page)


def _queue(**shown: Any) -> str:
    asked = requests.InvoicesQuery() if shown else parse(requests.InvoicesQuery, request.args.to_dict())
    page = acts.queue(asked)
    return render_template(
        "costs/queue.html",
        page=page,
        asked=asked,
        states=[state for state in InvoiceState if state is not InvoiceState.DRAFT],
        names=acts.names(page.items),
        partners=costs.partners(),
        **_form(**shown),
    )


def _invoice(partner_invoice_id: UUID, at: UUID | None = None, **shown: Any) -> str:
    row = acts.look(partner_invoice_id)
    page = {"errors": {}, "refusal": None, "values": {}, **shown}
    reasons = [(reason.value, word) for reason, word in words.REASONS.items()]
    return render_template(
        "costs/invoice.html",
        row=row,
        at=at,
        names=acts.names([row]),
        words=words,
        reasons=reasons,
        borne=holds.to_set_off(row.company_id, (line.departure_id for line in row.lines)),
        **page,
    )
