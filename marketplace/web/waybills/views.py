"""Pages of the carrier's terms, of the papers of an order line, and of its cartons' labels."""

from typing import Any
from uuid import UUID

import segno
from flask import Blueprint, flash, render_template, url_for
from flask import request as http
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from markupsafe import Markup

from marketplace.accounts.rules.permissions import Permission
from marketplace.distribution.waybills.rules.wood import Wood
from marketplace.edge.acts import waybills as acts
from marketplace.edge.parsing import parse_form
from marketplace.edge.permissions import public, requires
from marketplace.edge.requests import waybills as requests
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.papers.rules import carriage_terms
from marketplace.web.shared import acts as forms
from marketplace.web.shared import goods, locale

pages = Blueprint("waybills", __name__)
_WOOD = {
    Wood.NONE: lazy_gettext("No solid wood"),
    Wood.WOOD: lazy_gettext("Pallets, crates or dunnage of solid wood, treated and marked"),
}


@pages.get("/carriage-terms")
@public("whoever books may read the terms before")
def terms() -> str:
    """Show the carrier's terms and liability that a checkout accepts now."""
    version = carriage_terms.LATEST
    spoken = locale.current() if locale.current() in carriage_terms.LOCALES else "en"
    return render_template(
        "waybills/terms.html",
        version=version,
        sha256=carriage_terms.digest(version),
        clauses=carriage_terms.clauses(version),
        spoken=spoken,
    )


@pages.get("/orders/<uuid:order_id>/lines/<uuid:line_id>/papers")
@requires(Permission.TRADE_ORDER_READ, twin="GET /api/v1/order-lines/{id}/papers")
def one(order_id: UUID, line_id: UUID) -> str:
    """Show what the papers of a line say, need and lack."""
    return _one(order_id, line_id)


def _one(order_id: UUID, line_id: UUID, **shown: Any) -> str:
    seen = acts.look(line_id)
    if seen.order.id != order_id:
        raise NotFound("order_line")
    said = seen.statement
    return render_template(
        "waybills/line.html",
        seen=seen,
        goods=goods,
        needs=requests.NEEDS,
        makers=requests.MAKERS,
        woods=[(str(code), word) for code, word in _WOOD.items()],
        **{
            "values": {
                "marks": said.marks,
                "wood": said.wood or "",
                "wood_marks": list(said.wood_marks),
                "shipping_name": said.shipping_name,
            },
            "errors": {},
            "refusal": None,
            **shown,
        },
    )


@pages.post("/orders/<uuid:order_id>/lines/<uuid:line_id>/papers")
@requires(Permission.TRADE_PAPERS_STATE, twin="PUT /api/v1/order-lines/{id}/papers")
def state(order_id: UUID, line_id: UUID) -> Any:
    """Say what the papers of a line shall say."""

    def work(session: Any) -> str:
        form = http.form.copy()
        form.setlist("wood_marks", [mark for text in http.form.getlist("wood_marks") for mark in text.splitlines()])
        acts.state(session, line_id, parse_form(requests.Statement, form))
        return url_for("waybills.one", order_id=order_id, line_id=line_id)

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **shown: _one(order_id, line_id, **shown))
    flash(_("Noted. Papers that name it have their next version."), "good")
    return done


@pages.get("/orders/<uuid:order_id>/lines/<uuid:line_id>/labels")
@requires(Permission.TRADE_ORDER_READ, twin="GET /api/v1/order-lines/{id}/labels")
def labels(order_id: UUID, line_id: UUID) -> str:
    """Show the labels of a packed line's cartons, to print."""
    seen = acts.look(line_id)
    if seen.order.id != order_id:
        raise NotFound("order_line")
    return render_template("waybills/labels.html", seen=seen, goods=goods, labels=acts.labels(line_id), drawn=_drawn)


def _drawn(code: str) -> Markup:
    """Draw a container code as a QR code, in SVG."""
    return Markup(segno.make(code, micro=False).svg_inline(scale=3, border=1))  # noqa: S704  digits alone
