"""Notes about an order."""

from typing import Any
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import notes as acts
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import notes as requests
from marketplace.edge.requests.payments import CursorQuery
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Refused
from marketplace.web.orders.views import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import goods

_READ = Permission.TRADE_ORDER_READ


@pages.get("/orders/<uuid:order_id>/notes")
@requires(_READ, twin="GET /api/v1/orders/{id}/notes")
def notes(order_id: UUID) -> str:
    """Show what one may read about an order, and ask for more."""
    return _notes(order_id)


@pages.post("/orders/<uuid:order_id>/notes")
@requires(_READ, twin="POST /api/v1/orders/{id}/notes")
def write_note(order_id: UUID) -> Any:
    """Write a note, for colleagues or for both companies."""
    try:
        body = parse_form(requests.OrderNote, request.form)
        done = forms.once(lambda session: _written(session, order_id, body))
    except Refused as refusal:
        return forms.reshown(refusal, lambda **shown: _notes(order_id, **shown))
    flash(_("The note is kept."), "good")
    return done


def _written(session: Any, order_id: UUID, body: requests.OrderNote) -> str:
    acts.write_about_order(session, order_id, body)
    return url_for("orders.notes", order_id=order_id)


def _notes(order_id: UUID, **shown: Any) -> str:
    session = reading()
    asked = parse(CursorQuery, {name: request.args[name] for name in ("cursor",) if name in request.args})
    order, lines = acts.order_of(session, order_id)
    page = acts.about_order(session, order_id, cursor=asked.cursor)
    names = {line.id: goods.text(line.titles, line.source_locale) for line in lines}
    return render_template(
        "orders/notes.html",
        title=order.reference,
        back=url_for("orders.one", order_id=order.id),
        action=url_for("orders.write_note", order_id=order.id),
        rows=page.items,
        next=url_for("orders.notes", order_id=order.id, cursor=page.next) if page.next else None,
        first=url_for("orders.notes", order_id=order.id) if asked.cursor else None,
        lines=list(names.items()),
        names=names,
        **{"values": {}, "errors": {}, "refusal": None, **shown},
    )
