"""Orders, bought and sold."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.distribution.rules.freight import vehicle_of
from marketplace.edge.acts import centre_sales, changes, fees, holds, payouts, samples
from marketplace.edge.acts import orders as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import orders as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.merchants.rules.payees import masked
from marketplace.orders.rules.cancelling import Stage, alone
from marketplace.orders.rules.states import OrderKind
from marketplace.payments.rules.terms import Subject, SubjectKind
from marketplace.web.orders import timeline
from marketplace.web.shared import acts as forms
from marketplace.web.shared import fees as fee_words
from marketplace.web.shared import freight, goods, plans, waiting
from marketplace.web.shared import holds as held_words

pages = Blueprint("orders", __name__)
# The reason beside each line's tick, and what guards the form.
_REASON = "reason_"
_READ_APART = frozenset({"rejected", "csrf_token", "idempotency_key"})


@pages.get("/orders")
@requires(Permission.TRADE_ORDER_READ, twin="GET /api/v1/orders")
def many() -> str:
    """List orders, latest first."""
    search = parse(requests.OrderSearch, request.args.to_dict())
    page = acts.many(search)
    return render_template(
        "orders/many.html",
        page=page,
        names=acts.names(page.items),
        side=search.side,
        waits=search.waits,
        cursor=search.cursor,
        waiting=_waiting(search),
        company_id=require_actor().company,
    )


def _waiting(search: requests.OrderSearch) -> Any:
    """What waits stands above the first page of the side it is about; a list of what waits needs no second."""
    if search.cursor or search.waits:
        return None
    return waiting.selling() if search.side == "merchant" else waiting.buying()


@pages.get("/orders/<uuid:order_id>")
@requires(Permission.TRADE_ORDER_READ, twin="GET /api/v1/orders/{id}")
def one(order_id: UUID) -> str:
    """Show an order with the four axes of each line."""
    return show_one(order_id)


def show_one(order_id: UUID, **shown: Any) -> str:
    """Show an order's page, with what was typed and refused where something was."""
    seen = acts.read(order_id)
    # Fees of inspections are of the order, whatever is paid for it and to whom.
    about = {Subject(SubjectKind.ORDER, order_id), *(row.subject for row in seen.payments)}
    returns = payouts.returns_about(reading(), about)
    return render_template(
        "orders/one.html",
        seen=seen,
        goods=goods,
        plan_words=plans,
        sample=samples.of_order(reading(), order_id) if seen.order.kind is OrderKind.SAMPLE else None,
        masked=masked,
        changes=() if seen.side == "seller" else changes.of_order(reading(), order_id),
        returns=returns,
        fees=payouts.fees_among(reading(), returns),
        axes={line.id: timeline.axes(seen, line) for line in seen.lines},
        from_centre=centre_sales.of_order(order_id) if seen.order.centre_id else (),
        freight_parts=freight.parts,
        vehicle_of=vehicle_of,
        held_charges=holds.of_order(order_id),
        held_words=held_words,
        now=clock.now(),
        **{"values": {}, "errors": {}, "refusal": None, **shown},
    )


@pages.post("/orders/<uuid:order_id>/confirmation")
@requires(Permission.TRADE_ORDER_CONFIRM, twin="POST /api/v1/orders/{id}/confirmation")
def confirm(order_id: UUID) -> Any:
    """Accept an order as its merchant, without the lines that are ticked."""
    form = request.form
    data: dict[str, Any] = {
        name: value for name, value in form.items() if not name.startswith(_REASON) and name not in _READ_APART
    }
    data["rejected_lines"] = [
        {"line": line, "reason": form.get(f"{_REASON}{line}", "")} for line in form.getlist("rejected")
    ]
    try:
        body = parse(requests.OrderConfirmation, data)
    except Refused as refusal:
        return forms.reshown(refusal, lambda **shown: _ask_to_confirm(order_id, **shown))
    said = (
        _("The order is confirmed without what you rejected.") if body.rejected_lines else _("The order is confirmed.")
    )
    if len({one.line for one in body.rejected_lines}) == len(
        [line for line in acts.look(order_id).lines if line.units]
    ):
        said = _("All lines are rejected, so the order is.")
    return _act(order_id, lambda session: acts.confirm(session, order_id, body), said)


@pages.get("/orders/<uuid:order_id>/confirmation")
@requires(Permission.TRADE_ORDER_CONFIRM, twin="GET /api/v1/orders/{id}")
def ask_to_confirm(order_id: UUID) -> Any:
    """Let a merchant tick the lines that he cannot deliver before he confirms the rest."""
    if "confirm" not in acts.look(order_id).acts:
        return redirect(url_for("orders.one", order_id=order_id), 303)
    return _ask_to_confirm(order_id)


def _ask_to_confirm(order_id: UUID, **shown: Any) -> str:
    ticked = request.form.getlist("rejected")
    return render_template(
        "orders/confirm.html",
        seen=acts.look(order_id),
        goods=goods,
        ticked=ticked,
        **{"values": {}, "errors": {}, "refusal": None, **shown},
    )


@pages.get("/orders/<uuid:order_id>/cancellation")
@requires(Permission.TRADE_ORDER_READ, twin="GET /api/v1/orders/{id}")
def ask_to_cancel(order_id: UUID) -> Any:
    """Say what ending an order does to goods, room and money, before it is done."""
    seen = acts.look(order_id)
    if not {"cancel", "cancel_late", "propose_cancel"} & set(seen.acts):
        return redirect(url_for("orders.one", order_id=order_id), 303)
    return render_template(
        "orders/cancel.html",
        seen=seen,
        goes_back=acts.goes_back(seen),
        goods=goods,
        plan_words=plans,
        fee_rules=fees.shown(),
        fee_words=fee_words,
        is_late="cancel_late" in seen.acts,
        is_alone=bool({"cancel", "cancel_late"} & set(seen.acts)),
        rules=[(stage, alone(stage, is_forfeit=seen.is_forfeit)) for stage in Stage if stage is not Stage.GONE],
    )


@pages.post("/orders/<uuid:order_id>/cancellation")
@requires(Permission.TRADE_ORDER_READ, twin="POST /api/v1/orders/{id}/cancellation")
def cancel(order_id: UUID) -> Any:
    """End an order before its goods are packed; for being late, until they are handed over."""
    try:
        body = parse_form(requests.Cancellation, request.form)
    except Refused as refusal:
        return forms.reshown(refusal, lambda **shown: show_one(order_id, **shown))
    return _act(order_id, lambda session: acts.cancel(session, order_id, body), _("The order is cancelled."))


@pages.post("/orders/<uuid:order_id>/lines/<uuid:line_id>/ready-date")
@requires(Permission.TRADE_ORDER_FULFIL, twin="PUT /api/v1/order-lines/{id}/ready-date")
def set_ready_date(order_id: UUID, line_id: UUID) -> Any:
    """Name the day on which goods made to order will be ready."""
    if line_id not in {line.id for line in acts.look(order_id).lines}:
        raise NotFound("order_line")
    try:
        body = parse_form(requests.ReadyDate, request.form)
    except Refused as refusal:
        return forms.reshown(refusal, lambda **shown: show_one(order_id, **shown))
    return _act(order_id, lambda session: acts.set_ready_date(session, line_id, body), _("The ready date is set."))


def _act(order_id: UUID, work: Any, said: str) -> Any:
    def done(session: Any) -> str:
        work(session)
        return url_for("orders.one", order_id=order_id)

    try:
        answer = forms.once(done)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **shown: show_one(order_id, **shown))
    flash(said, "good")
    return answer
