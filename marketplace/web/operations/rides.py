"""Goods that change lorry: handed from the first carrier to the second, and another second lorry where one was lost."""

from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import operations, running
from marketplace.edge.acts import rides as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse_form
from marketplace.edge.permissions import may, requires
from marketplace.edge.requests import rides as requests
from marketplace.web.operations import shown
from marketplace.web.operations.blueprint import pages
from marketplace.web.operations.lines import done
from marketplace.web.shared import goods, locale
from marketplace.web.shared.zones import in_zone

_OPERATE = Permission.LOGISTICS_DEPARTURE_OPERATE


@pages.get("/operator/rides")
@requires(_OPERATE, twin="GET /api/v1/rides")
def riding() -> str:
    """List what changes lorry, those that wait for a second one first."""
    rows = acts.riding()
    return render_template(
        "operations/rides.html",
        rows=rows,
        cargo=running.cargo_of({row.ride.line_id for row in rows}),
        places=running.places({code for row in rows for code in (row.ride.change_at, row.ride.to_place)}),
        goods=goods,
        locale=locale.current(),
    )


@pages.get("/rides/<uuid:ride_id>")
@requires(Permission.LOGISTICS_HANDOVER_RECORD, twin="GET /api/v1/rides/{id}")
def ride(ride_id: UUID) -> str:
    """Show a ride, with the form to take its goods over, or to choose another second lorry."""
    return _ride(ride_id)


def _ride(ride_id: UUID, **typed: Any) -> str:
    row = acts.one(ride_id)
    is_lost = row.ride.state == "lost"
    waits = may(_OPERATE) and (is_lost or row.second.state == "confirmed") and not row.may_change
    return render_template(
        "operations/ride.html",
        row=row,
        places=running.places({row.ride.change_at, row.ride.to_place}),
        zone=operations.zone_of(row.ride.change_at),
        options=shown.later(acts.choices(ride_id)) if waits else [],
        waits=waits,
        may_override=operations.may_override(),
        locale=locale.current(),
        **{"values": {}, "errors": {}, "refusal": None, **typed},
    )


@pages.post("/rides/<uuid:ride_id>/change")
@requires(Permission.LOGISTICS_HANDOVER_RECORD, twin="POST /api/v1/rides/{id}/change")
def change(ride_id: UUID) -> Any:
    """Take goods over from the first lorry."""
    zone = operations.zone_of(acts.one(ride_id).ride.change_at)

    def work(session: Any) -> str:
        form = in_zone(request.form.to_dict(), "happened_at", zone)
        acts.change(session, ride_id, parse_form(requests.Change, MultiDict(form)))
        return url_for("operations.ride", ride_id=ride_id)

    return done(work, _("Taken over: the second lorry has the goods."), lambda **typed: _ride(ride_id, **typed), zone)


@pages.post("/rides/<uuid:ride_id>/booking")
@requires(_OPERATE, twin="POST /api/v1/rides/{id}/booking")
def find(ride_id: UUID) -> Any:
    """Book the second half on another departure."""

    def work(session: Any) -> str:
        acts.find(session, ride_id, parse_form(requests.Onward, request.form))
        return url_for("operations.riding")

    return done(work, _("Booked: this lorry takes the goods on."), lambda **typed: _ride(ride_id, **typed))


@pages.get("/orders/<uuid:order_id>/lines/<uuid:line_id>/second-lorry")
@requires(Permission.TRADE_ORDER_READ, twin="GET /api/v1/order-lines/{id}/second-lorry")
def onward(order_id: UUID, line_id: UUID) -> str:
    """Show both sides how goods go on that change lorry, and the buyer the other lorries that take them."""
    return _onward(order_id, line_id)


def _onward(order_id: UUID, line_id: UUID, **typed: Any) -> str:
    acts.must_be_of(order_id, line_id)
    seen = acts.onward(line_id)
    return render_template(
        "operations/onward.html",
        order_id=order_id,
        line_id=line_id,
        seen=seen,
        zone=operations.zone_of(seen.second.hub_code),
        is_buyer=require_actor().company == seen.second.consignee_company_id,
        **{"values": {}, "errors": {}, "refusal": None, **typed},
    )


@pages.post("/orders/<uuid:order_id>/lines/<uuid:line_id>/second-lorry")
@requires(Permission.TRADE_ORDER_PLACE, twin="PUT /api/v1/order-lines/{id}/second-lorry")
def choose(order_id: UUID, line_id: UUID) -> Any:
    """Let goods go on by another lorry."""

    def work(session: Any) -> str:
        acts.must_be_of(order_id, line_id)
        acts.choose(session, line_id, parse_form(requests.Onward, request.form))
        return url_for("operations.onward", order_id=order_id, line_id=line_id)

    said = _("The goods go on by this lorry now.")
    return done(work, said, lambda **typed: _onward(order_id, line_id, **typed))
