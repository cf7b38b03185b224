"""The public page of a tracking link, a company's programs, who reports for which place, links and notes."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import operations, orders
from marketplace.edge.acts import tracking as acts
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import may, public, requires
from marketplace.edge.requests import tracking as requests
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.web.shared import acts as forms
from marketplace.web.shared import goods
from marketplace.web.shared.zones import in_zone
from marketplace.web.tracking import shown

pages = Blueprint("tracking", __name__)

_READ = Permission.LOGISTICS_TRACKING_READ
_CONNECT = Permission.LOGISTICS_TRACKING_CONNECT
_SHARE = Permission.LOGISTICS_TRACKING_SHARE
_OPERATE = Permission.LOGISTICS_DEPARTURE_OPERATE
_REFUSED = (Refused, Conflict)


@pages.get("/track/<token>")
@public("the token is the permission: a party of the booking handed it on", twin="GET /api/v1/track/{token}")
def track(token: str) -> Response:
    """Show where a booking is to whoever has its link: places, times and states."""
    seen = acts.track(token)
    answer = make_response(
        render_template(
            "tracking/public.html", state=shown.STATES[seen.state], stops=shown.way(seen), log=shown.log(seen)
        )
    )
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@pages.get("/account/tracking")
@requires(_READ, twin="GET /api/v1/tracking/events")
def programs() -> str:
    """Show the newest events, and a company's keys, addresses and what was sent there."""
    return _programs()


def _programs(**back: Any) -> str:
    connects = may(_CONNECT)
    return render_template(
        "tracking/programs.html",
        events=shown.events(acts.latest()),
        connects=connects,
        keys=acts.own_keys() if connects else (),
        hooks=acts.own_hooks() if connects else (),
        deliveries=acts.deliveries().items[:20] if connects else (),
        ends=shown.ENDS,
        outcomes=shown.DELIVERIES,
        **{"values": {}, "errors": {}, "refusal": None, "issued": None, "added": None, **back},
    )


@pages.get("/account/tracking/events.csv")
@requires(_READ, twin="GET /api/v1/tracking/events")
def table() -> Response:
    """Give the events of one's bookings as a table."""
    return acts.table(parse(requests.Events, {**request.args.to_dict(), "format": "csv"}))


@pages.post("/account/tracking/keys")
@requires(_CONNECT, twin="POST /api/v1/tracking/keys")
def issue_key() -> Any:
    """Make a reporting key and show it once."""
    try:
        issued = acts.issue_key()
    except _REFUSED as refusal:
        return forms.reshown(refusal, _programs)
    return _programs(issued=issued)


@pages.post("/account/tracking/keys/<uuid:key_id>/revoke")
@requires(_CONNECT, twin="DELETE /api/v1/tracking/keys/{id}")
def revoke_key(key_id: UUID) -> Any:
    """Let a key count no more."""
    return _once(lambda session: acts.revoke_key(session, key_id), url_for("tracking.programs"), _("Revoked."))


@pages.post("/account/tracking/hooks")
@requires(_CONNECT, twin="POST /api/v1/tracking/hooks")
def add_hook() -> Any:
    """Have events sent to an address, and show its secret once."""
    try:
        added = acts.add_hook(parse_form(requests.Address, request.form))
    except _REFUSED as refusal:
        return forms.reshown(refusal, _programs)
    return _programs(added=added)


@pages.post("/account/tracking/hooks/<uuid:hook_id>/end")
@requires(_CONNECT, twin="DELETE /api/v1/tracking/hooks/{id}")
def end_hook(hook_id: UUID) -> Any:
    """Send nothing more to an address."""
    return _once(lambda session: acts.end_hook(session, hook_id), url_for("tracking.programs"), _("Ended."))


@pages.get("/orders/<uuid:order_id>/tracking")
@requires(Permission.TRADE_ORDER_READ, twin="GET /api/v1/orders/{id}")
def order(order_id: UUID) -> str:
    """Show where the goods of each line are, what happened on their way, and the links that show it to others."""
    return _order(order_id)


def _order(order_id: UUID, **back: Any) -> str:
    seen = orders.look(order_id)
    present = {line.id: seen.booking_of(line.id) for line in seen.lines}
    return render_template(
        "tracking/order.html",
        seen=seen,
        present=present,
        ways={line.id: shown.journey(seen, line.id) for line in seen.lines if present[line.id]},
        links=acts.links_of([row.id for row in present.values() if row]) if may(_SHARE) else {},
        shares=may(_SHARE),
        goods=goods,
        **{"values": {}, "errors": {}, "refusal": None, **back},
    )


@pages.post("/orders/<uuid:order_id>/bookings/<uuid:booking_id>/tracking")
@requires(_SHARE, twin="POST /api/v1/bookings/{id}/tracking-links")
def share(order_id: UUID, booking_id: UUID) -> Any:
    """Make a link to a booking of an order."""
    seen = orders.look(order_id)
    if not any(row.id == booking_id for rows in seen.bookings.values() for row in rows):
        raise NotFound("booking")
    said = _("This link shows where the goods are to whoever has it.")
    return _on_order(lambda session: acts.share(session, booking_id), order_id, said)


@pages.post("/orders/<uuid:order_id>/tracking/<uuid:link_id>/revoke")
@requires(_SHARE, twin="DELETE /api/v1/tracking-links/{id}")
def revoke_link(order_id: UUID, link_id: UUID) -> Any:
    """Let a link show nothing any more."""
    orders.look(order_id)
    said = _("The link shows nothing any more.")
    return _on_order(lambda session: acts.revoke_link(session, link_id), order_id, said)


@pages.get("/operator/tracking")
@requires(_OPERATE, twin="GET /api/v1/tracking/posts")
def posts() -> str:
    """Show who reports for which place."""
    return _posts()


def _posts(**back: Any) -> str:
    return render_template(
        "tracking/posts.html",
        posts=acts.posts(),
        companies=shown.companies(),
        places=shown.places(),
        place_names=dict(shown.places()),
        **{"values": {}, "errors": {}, "refusal": None, **back},
    )


@pages.post("/operator/tracking")
@requires(_OPERATE, twin="POST /api/v1/tracking/posts")
def post() -> Any:
    """Let a company report for a place."""
    try:
        body = parse_form(requests.Post, request.form)
        done = forms.once(lambda session: _then(acts.post(session, body), url_for("tracking.posts")))
    except _REFUSED as refusal:
        return forms.reshown(refusal, _posts)
    flash(_("It may report now. It makes its own key under its account."), "good")
    return done


@pages.post("/operator/tracking/<uuid:post_id>/withdraw")
@requires(_OPERATE, twin="DELETE /api/v1/tracking/posts/{id}")
def withdraw_post(post_id: UUID) -> Any:
    """Let a company report for a place no more."""
    return _once(lambda session: acts.withdraw_post(session, post_id), url_for("tracking.posts"), _("Ended."))


@pages.get("/operator/departures/<uuid:departure_id>/tracking")
@requires(_OPERATE, twin="GET /api/v1/departures/{id}/operations")
def departure(departure_id: UUID) -> str:
    """Let an operator note what was learned of a departure."""
    return _departure(departure_id)


def _departure(departure_id: UUID, **back: Any) -> str:
    seen = operations.operated(departure_id)
    names = dict(shown.places())
    return render_template(
        "tracking/departure.html",
        row=seen.departure,
        codes=shown.codes(),
        sureness=shown.sureness(),
        stops=[(stop.place.code, names[stop.place.code]) for stop in seen.departure.stops],
        **{"values": {}, "errors": {}, "refusal": None, **back},
    )


@pages.post("/operator/departures/<uuid:departure_id>/events")
@requires(_OPERATE, twin="POST /api/v1/departures/{id}/events")
def note(departure_id: UUID) -> Any:
    """Note what was learned of a departure, by the clock of its place."""
    seen = operations.operated(departure_id).departure
    zones = {stop.place.code: stop.place.zone for stop in seen.stops}
    back = url_for("operations.departure", departure_id=departure_id)
    try:
        zone = zones.get(request.form.get("place", ""), seen.stops[0].place.zone)
        body = parse_form(requests.Note, in_zone(request.form.to_dict(), "event_at", zone))
        done = forms.once(lambda session: _then(acts.note(session, departure_id, body), back))
    except _REFUSED as refusal:
        return forms.reshown(refusal, lambda **typed: _departure(departure_id, **typed))
    flash(_("Noted."), "good")
    return done


@pages.post("/operator/departures/<uuid:departure_id>/events/<uuid:event_id>/retraction")
@requires(_OPERATE, twin="POST /api/v1/departures/{id}/events/{id}/retraction")
def retract(departure_id: UUID, event_id: UUID) -> Any:
    """Withdraw an event."""
    back = url_for("operations.departure", departure_id=departure_id)
    try:
        done = forms.once(lambda session: _then(acts.retract(session, departure_id, event_id), back))
    except _REFUSED as refusal:
        return forms.reshown(refusal, lambda **typed: _departure(departure_id, **typed))
    flash(_("Withdrawn. It stays to be read here, and nobody else sees it."), "good")
    return done


def _on_order(work: Callable[[Any], Any], order_id: UUID, said: str) -> Any:
    try:
        done = forms.once(lambda session: _then(work(session), url_for("tracking.order", order_id=order_id)))
    except Conflict as refusal:
        return forms.reshown(refusal, lambda **typed: _order(order_id, **typed))
    flash(said, "good")
    return done


def _once(work: Callable[[Any], None], back: str, said: str) -> Any:
    done = forms.once(lambda session: _then(work(session), back))
    flash(said, "good")
    return done


def _then(_done: Any, back: str) -> str:
    return back
