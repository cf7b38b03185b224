"""The lines of a cart or of a past order onto a list."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import lists as acts
from marketplace.edge.acts.filling import why
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import lists as requests
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.web.lists.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import goods, locale, words

_EDIT = Permission.TRADE_CART_EDIT


@pages.get("/account/lists/adding")
@requires(_EDIT, twin="GET /api/v1/lists")
def adding() -> str:
    """Ask onto which list the lines of the cart, or of an order, shall go."""
    names = requests.Source.model_fields
    asked = parse(requests.Source, {name: request.args[name] for name in names if name in request.args})
    return _adding(values={"order": asked.order or ""})


def _adding(**back: Any) -> str:
    rows = acts.mine(reading())
    kept: dict[str, Any] = {"values": {}, "errors": {}, "refusal": None, "left": (), **back}
    return render_template("lists/adding.html", lists=[(each.id, each.name) for each in rows], **kept)


@pages.post("/account/lists/adding")
@requires(_EDIT, twin="POST /api/v1/lists/{id}/items")
def add() -> Any:
    """Put the lines on a list, or on a new one; those that cannot be saved come back with their reasons."""
    try:
        body = parse_form(requests.Adding, request.form)
        list_id, done = in_unit_of_work(lambda session: _added(session, body))
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, _adding)
    if put := len(done.put):
        text = words.ngettext("%(num)s line is on the list.", "%(num)s lines are on the list.", put)
        flash(text % {"num": put}, "good")
    if not done.left:
        return redirect(url_for("lists.one", list_id=list_id), 303)
    left = [
        {"title": goods.text(each.titles, each.source_locale) if each.titles else "–", **why(each.refusal)}
        for each in done.left
    ]
    # Sent again it goes onto the same list, not onto another new one.
    return _adding(values={"list": list_id, "order": body.order or "", "name": ""}, left=left)


def _added(session: Any, body: requests.Adding) -> tuple[UUID, acts.Saved]:
    # A name is typed for a new list alone, whichever was chosen before.
    list_id = None if body.name else body.list
    if list_id is None:
        list_id = acts.create(session, requests.NewList(name=body.name or _("Saved goods")))
    source = requests.Source(order=body.order)
    return list_id, acts.add(session, list_id, source, language=locale.current())
