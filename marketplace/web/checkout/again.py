"""A past order once more: what it would be today, and its lines into the cart."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge import messages
from marketplace.edge.acts import again as acts
from marketplace.edge.acts.filling import why
from marketplace.edge.parsing import parse
from marketplace.edge.permissions import requires
from marketplace.edge.requests import filling as requests
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.web.checkout.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import goods, words

_QUANTITY = "quantity."


@pages.get("/orders/<uuid:order_id>/again")
@requires(Permission.TRADE_CART_EDIT, twin="GET /api/v1/orders/{id}/again")
def again(order_id: UUID) -> str:
    """Show the lines of a past order with their prices then and now, and what stands against each."""
    return _again(order_id)


def _again(order_id: UUID, **shown: Any) -> str:
    seen = acts.look(reading(), order_id)
    kept: dict[str, Any] = {"values": {}, "errors": {}, "refusal": None, "reasons": {}, "ticked": None, **shown}
    return render_template(
        "checkout/again.html",
        goods=goods,
        order=seen.order,
        lines=[
            {
                "row": row,
                "why": kept["reasons"].get(row.line.id)
                or (messages.field_sentence(row.obstacle) if row.obstacle and not row.in_cart else None),
                "is_ticked": row.line.id in kept["ticked"]
                if kept["ticked"] is not None
                else row.obstacle is None and not row.in_cart,
            }
            for row in seen.rows
        ],
        **kept,
    )


@pages.post("/orders/<uuid:order_id>/again")
@requires(Permission.TRADE_CART_EDIT, twin="POST /api/v1/orders/{id}/again")
def put_again(order_id: UUID) -> Any:
    """Put the ticked lines into the cart; those that cannot be come back with their reasons."""
    form = request.form
    if not form.getlist("lines"):
        return forms.reshown(Refused("nothing_ticked"), lambda **back: _again(order_id, ticked=(), **back))
    try:
        ticked = [{"line_id": key, "quantity": form.get(_QUANTITY + key)} for key in form.getlist("lines")]
        body = parse(requests.Again, {"lines": ticked})
        done = in_unit_of_work(lambda session: acts.put(session, order_id, body))
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **back: _again(order_id, **back))
    reasons = {each.row.line.id: why(each.refusal)["message"] for each in done if each.refusal is not None}
    if put := len({each.row.line.listing_id for each in done if each.refusal is None}):
        text = words.ngettext("%(num)s line is in the cart.", "%(num)s lines are in the cart.", put)
        flash(text % {"num": put}, "good")
    if not reasons:
        return redirect(url_for("checkout.cart"), 303)
    return _again(order_id, values=form, reasons=reasons, ticked=reasons.keys())
