"""Inspections before shipment as buyer, merchant and inspector see them."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import files as file_acts
from marketplace.edge.acts import inspections as acts
from marketplace.edge.acts import orders
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import inspections as requests
from marketplace.files.rules import Purpose
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.orders.queries.lines import LineRow
from marketplace.orders.rules.sampling import AQLS, Level, shown
from marketplace.web.shared import acts as forms
from marketplace.web.shared import goods

pages = Blueprint("inspections", __name__)
_BLANK: dict[str, Any] = {"values": {}, "errors": {}, "refusal": None}
_POINT = "checklist."


@pages.get("/inspections")
@requires(Permission.TRADE_INSPECTION_READ, twin="GET /api/v1/inspections")
def many() -> str:
    """List the inspections that the reader's company has to do with."""
    search = parse(requests.InspectionsQuery, request.args.to_dict())
    session = reading()
    page = acts.many(session, search)
    return render_template(
        "inspections/many.html", page=page, names=acts.names(session, page.items), search=search, goods=goods
    )


@pages.get("/inspections/<uuid:inspection_id>")
@requires(Permission.TRADE_INSPECTION_READ, twin="GET /api/v1/inspections/{id}")
def one(inspection_id: UUID) -> str:
    """Show an inspection with its plan and what was reported."""
    return _one(inspection_id)


@pages.get("/inspections/<uuid:inspection_id>/photos/<uuid:file_id>")
@requires(Permission.TRADE_INSPECTION_READ, twin="GET /api/v1/inspections/{id}/photos/{id}")
def photo(inspection_id: UUID, file_id: UUID) -> Any:
    """Give a picture or paper of a report."""
    return acts.photo(inspection_id, file_id)


@pages.get("/orders/<uuid:order_id>/lines/<uuid:line_id>/inspections")
@requires(Permission.TRADE_INSPECTION_READ, twin="POST /api/v1/order-lines/{id}/inspections")
def new(order_id: UUID, line_id: UUID) -> str:
    """Show the form that orders or offers an inspection."""
    return _new(order_id, line_id)


@pages.post("/orders/<uuid:order_id>/lines/<uuid:line_id>/inspections")
@requires(Permission.TRADE_INSPECTION_READ, twin="POST /api/v1/order-lines/{id}/inspections")
def ask(order_id: UUID, line_id: UUID) -> Any:
    """Order an inspection as the buyer, offer one as the merchant."""
    _line(order_id, line_id)

    def work(session: Any) -> str:
        return url_for("inspections.one", inspection_id=acts.ask(session, line_id, body))

    try:
        body = parse_form(requests.Inspection, request.form)
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **shown: _new(order_id, line_id, **shown))
    flash(_("The inspection is asked for."), "good")
    return done


@pages.post("/inspections/<uuid:inspection_id>/answer")
@requires(Permission.TRADE_INSPECTION_READ, twin="POST /api/v1/inspections/{id}/answer")
def answer(inspection_id: UUID) -> Any:
    """Take what one was asked, or not."""
    return _act(inspection_id, requests.Answer, acts.answer, _("Your answer is kept."), to="inspections.many")


@pages.post("/inspections/<uuid:inspection_id>/appointment")
@requires(Permission.TRADE_INSPECTION_READ, twin="POST /api/v1/inspections/{id}/appointment")
def appoint(inspection_id: UUID) -> Any:
    """Name another inspector."""
    return _act(inspection_id, requests.Appointment, acts.appoint, _("The inspector is asked."))


@pages.post("/inspections/<uuid:inspection_id>/report")
@requires(Permission.PARTNER_INSPECTION_REPORT, twin="POST /api/v1/inspections/{id}/report")
def report(inspection_id: UUID) -> Any:
    """Report what was found, with its pictures."""
    acts.look(reading(), inspection_id)  # another's takes no file in

    def work(key: str) -> str:  # noqa: ARG001  kept by the caller
        uploads = file_acts.all_received("file", Purpose.EVIDENCE)
        with unit_of_work() as session:
            more = [file_acts.keep(session, each) for each in uploads]
            acts.report(session, inspection_id, body, more=more)
        return url_for("inspections.one", inspection_id=inspection_id)

    try:
        points = {name.removeprefix(_POINT): value for name, value in request.form.items() if name.startswith(_POINT)}
        sent = {name: value for name, value in request.form.items() if not name.startswith(_POINT)}
        body = parse(requests.Report, _without_guards(sent) | {"checklist": points})
        done = forms.once(work, flow=True)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **shown: _one(inspection_id, **shown))
    flash(_("The report is handed in."), "good")
    return done


@pages.post("/inspections/<uuid:inspection_id>/repetition")
@requires(Permission.TRADE_INSPECTION_READ, twin="POST /api/v1/inspections/{id}/repetition")
def repeat(inspection_id: UUID) -> Any:
    """Have the goods inspected again."""

    def work(session: Any) -> str:
        return url_for("inspections.one", inspection_id=acts.repeat(session, inspection_id, body))

    try:
        body = parse_form(requests.Repetition, request.form)
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **shown: _one(inspection_id, **shown))
    flash(_("The goods are inspected again."), "good")
    return done


@pages.post("/inspections/<uuid:inspection_id>/waiver")
@requires(Permission.TRADE_ORDER_ACCEPT, twin="POST /api/v1/inspections/{id}/waiver")
def waive(inspection_id: UUID) -> Any:
    """Let the goods go."""
    return _act(inspection_id, None, acts.waive, _("The goods may go."))


def _act(inspection_id: UUID, model: Any, act: Any, said: str, *, to: str = "inspections.one") -> Any:
    def work(session: Any) -> str:
        act(session, inspection_id, *body)
        # Who declined has no part in it any more.
        return url_for(to) if to == "inspections.many" else url_for(to, inspection_id=inspection_id)

    try:
        body = [parse_form(model, request.form)] if model else []
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **shown: _one(inspection_id, **shown))
    flash(said, "good")
    return done


def _without_guards(sent: dict[str, str]) -> dict[str, Any]:
    return {name: value for name, value in sent.items() if name not in ("csrf_token", "idempotency_key")}


def _one(inspection_id: UUID, **extra: Any) -> str:
    session = reading()
    seen = acts.look(session, inspection_id)
    asked = acts.inspectors(session) if "appoint" in seen.acts else ()
    return render_template(
        "inspections/one.html", seen=seen, inspectors=asked, goods=goods, shown_aql=shown, **{**_BLANK, **extra}
    )


def _line(order_id: UUID, line_id: UUID) -> LineRow:
    for line in orders.look(order_id).lines:
        if line.id == line_id:
            return line
    raise NotFound("order_line")


def _new(order_id: UUID, line_id: UUID, **extra: Any) -> str:
    seen = orders.look(order_id)
    line = _line(order_id, line_id)
    return render_template(
        "inspections/new.html",
        seen=seen,
        line=line,
        inspectors=acts.inspectors(reading()),
        levels=[str(level) for level in Level],
        aqls=[shown(aql) for aql in AQLS],
        goods=goods,
        **{**_BLANK, **extra},
    )
