"""Pages about days of readiness: what was said, what another day means for the lorry, and which are at risk."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from marketplace.accounts.rules.permissions import Permission
from marketplace.distribution.services.readying import Proposals
from marketplace.edge.acts import orders as from_orders
from marketplace.edge.acts import readiness as acts
from marketplace.edge.acts.readiness import DaySeen
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import orders as requests
from marketplace.edge.requests.payments import CursorQuery
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.orders.readiness.rules import AskState, SlipReason, Standing
from marketplace.web.shared import acts as forms
from marketplace.web.shared import goods

pages = Blueprint("readiness", __name__)
REASONS: Final = {
    SlipReason.MATERIAL: lazy_gettext("Material is missing"),
    SlipReason.CAPACITY: lazy_gettext("No capacity in the factory"),
    SlipReason.QUALITY: lazy_gettext("Did not pass our own inspection"),
    SlipReason.POWER: lazy_gettext("Power cut or rationed"),
    SlipReason.WEATHER: lazy_gettext("Weather or disaster"),
    SlipReason.BUYER: lazy_gettext("Something of the buyer is waited for"),
    SlipReason.OTHER: lazy_gettext("Another reason"),
}
STANDINGS: Final = {
    Standing.PROMISED: lazy_gettext("Promised by the lead time, not confirmed"),
    Standing.CONFIRMED: lazy_gettext("Confirmed"),
    Standing.MOVED: lazy_gettext("Moved"),
}
ASKS: Final = {
    AskState.OPEN: lazy_gettext("Waits for an answer"),
    AskState.STANDS: lazy_gettext("It stands"),
    AskState.MOVED: lazy_gettext("Moved"),
    AskState.UNANSWERED: lazy_gettext("Not answered"),
    AskState.OVER: lazy_gettext("The goods were ready before"),
}


@pages.get("/orders/<uuid:order_id>/lines/<uuid:line_id>/ready-date")
@requires(Permission.TRADE_ORDER_READ, twin="GET /api/v1/order-lines/{id}/ready-date")
def one(order_id: UUID, line_id: UUID) -> str:
    """Show the day of a line, and to its merchant what another day would mean."""
    seen = _seen(order_id, line_id)
    asked = parse(requests.OtherDay, request.args.to_dict()).ready_date if seen.may_answer else None
    return _one(seen, asked, values={"ready_date": asked} if asked else {})


def _one(seen: DaySeen, asked: date | None, **shown: Any) -> str:
    then: Proposals | None = acts.proposals(seen.line.id, asked) if asked else None
    before = seen.row.day
    return render_template(
        "orders/ready_date.html",
        seen=seen,
        goods=goods,
        asked=asked,
        then=then,
        is_later=asked is not None and before is not None and asked > before,
        reasons=[(str(code), word) for code, word in REASONS.items()],
        reason_words=REASONS,
        standings=STANDINGS,
        asks=ASKS,
        **{"values": {}, "errors": {}, "refusal": None, **shown},
    )


@pages.post("/orders/<uuid:order_id>/lines/<uuid:line_id>/other-day")
@requires(Permission.TRADE_ORDER_FULFIL, twin="PUT /api/v1/order-lines/{id}/ready-date")
def move(order_id: UUID, line_id: UUID) -> Any:
    """Name another day, with its reason and the lorry chosen for it."""
    seen = _seen(order_id, line_id)
    try:
        body = parse_form(requests.ReadyDate, request.form)
    except Refused as refusal:
        return forms.reshown(refusal, lambda **shown: _one(seen, None, **shown))

    def work(session: Any) -> str:
        from_orders.set_ready_date(session, line_id, body)
        return url_for("readiness.one", order_id=order_id, line_id=line_id)

    return _done(seen, work, _("The ready date is set."), asked=body.ready_date)


@pages.post("/orders/<uuid:order_id>/lines/<uuid:line_id>/ready-date/confirmation")
@requires(Permission.TRADE_ORDER_FULFIL, twin="POST /api/v1/order-lines/{id}/ready-date/confirmation")
def stand(order_id: UUID, line_id: UUID) -> Any:
    """Say that the day stands."""
    seen = _seen(order_id, line_id)

    def work(session: Any) -> str:
        acts.stand(session, line_id)
        return url_for("readiness.one", order_id=order_id, line_id=line_id)

    return _done(seen, work, _("Confirmed: the day stands."))


@pages.get("/operator/ready-dates")
@requires(Permission.LOGISTICS_DEPARTURE_OPERATE, twin="GET /api/v1/ready-dates")
def at_risk() -> str:
    """List the lines whose ready date nobody confirmed."""
    page = acts.at_risk(parse(CursorQuery, request.args.to_dict()).cursor)
    return render_template("orders/ready_dates.html", page=page, merchants=acts.merchants_of(page))


def _seen(order_id: UUID, line_id: UUID) -> DaySeen:
    seen = acts.look(line_id)
    if seen.order.id != order_id:
        raise NotFound("order_line")
    return seen


def _done(seen: DaySeen, work: Any, said: str, *, asked: date | None = None) -> Any:
    try:
        answer = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **shown: _one(seen, asked, **shown))
    flash(said, "good")
    return answer
