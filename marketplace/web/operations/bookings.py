"""The operator's acts on one booking before it is loaded: rolled to a later departure, or declined."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import operations as acts
from marketplace.edge.acts import returning, running
from marketplace.edge.parsing import parse_form
from marketplace.edge.permissions import may, requires
from marketplace.edge.requests import operations as requests
from marketplace.web.operations import shown
from marketplace.web.operations.blueprint import pages
from marketplace.web.operations.lines import done
from marketplace.web.shared import goods, locale

_OPERATE = Permission.LOGISTICS_DEPARTURE_OPERATE


@pages.get("/operator/bookings/<uuid:booking_id>")
@requires(_OPERATE, twin="GET /api/v1/departures/{id}/operations")
def booking(booking_id: UUID) -> str:
    """Show a booking, where it may be rolled to, and the form to decline it."""
    return _booking(booking_id)


def _booking(booking_id: UUID, **typed: Any) -> str:
    row = acts.booking_aboard(booking_id)
    return render_template(
        "operations/booking.html",
        row=row,
        cargo_of=running.cargo_of([row.booking.subject]).get(row.booking.subject),
        place=running.destinations([row])[row.booking.to_place].called(locale.current()),
        goods=goods,
        movable=row.booking.state in acts.AT_HUB,
        declinable=acts.may_decline(row),
        later=shown.later(acts.later_for(row.booking)),
        **{"values": {}, "errors": {}, "refusal": None, **typed},
    )


@pages.post("/operator/bookings/<uuid:booking_id>/roll")
@requires(_OPERATE, twin="POST /api/v1/bookings/{id}/roll")
def roll(booking_id: UUID) -> Any:
    """Move a booking, with its cargo, to a later departure."""

    def work(session: Any) -> str:
        new = acts.roll(session, booking_id, parse_form(requests.Rolling, request.form))
        return url_for("operations.departure", departure_id=new.departure_id)

    return done(work, _("Rolled; it is on this departure now."), _again(booking_id))


@pages.post("/operator/bookings/<uuid:booking_id>/decline")
@requires(_OPERATE, twin="POST /api/v1/bookings/{id}/decline")
def decline(booking_id: UUID) -> Any:
    """Give a booking up for the road."""
    departure_id = acts.booking_aboard(booking_id).booking.departure_id

    def work(session: Any) -> str:
        acts.decline(session, booking_id, parse_form(requests.Declining, request.form))
        return url_for("operations.departure", departure_id=departure_id)

    return done(work, _("Declined. Its line is booked again by hand."), _again(booking_id))


@pages.get("/operator/unbooked")
@requires(_OPERATE, twin="GET /api/v1/order-lines/unbooked")
def unbooked() -> str:
    """List the lines that no lorry takes any more."""
    rows = acts.unbooked()
    cargo = running.cargo_of([row.line_id for row in rows])
    return render_template(
        "operations/unbooked.html", rows=rows, cargo=cargo, goods=goods, stranded=returning.stranded()
    )


@pages.get("/lines/<uuid:line_id>/booking")
@requires(Permission.LOGISTICS_BOOKING_RENEW, twin="POST /api/v1/order-lines/{id}/booking")
def rebooking(line_id: UUID) -> str:
    """Ask on which departure a line that lost its booking goes."""
    return _rebooking(line_id)


def _rebooking(line_id: UUID, **typed: Any) -> str:
    options = shown.later(acts.bookable_again(line_id))
    shown_again = {"values": {}, "errors": {}, "refusal": None, **typed}
    return render_template("operations/rebooking.html", line_id=line_id, options=options, **shown_again)


@pages.post("/lines/<uuid:line_id>/booking")
@requires(Permission.LOGISTICS_BOOKING_RENEW, twin="POST /api/v1/order-lines/{id}/booking")
def book_again(line_id: UUID) -> Any:
    """Book a line again on a departure."""

    def work(session: Any) -> str:
        new = acts.book_again(session, line_id, parse_form(requests.BookingAgain, request.form))
        if may(_OPERATE):
            return url_for("operations.departure", departure_id=new.departure_id)
        return url_for("orders.one", order_id=acts.order_of(line_id))

    return done(work, _("Booked again."), lambda **typed: _rebooking(line_id, **typed))


def _again(booking_id: UUID) -> Callable[..., str]:
    return lambda **typed: _booking(booking_id, **typed)
