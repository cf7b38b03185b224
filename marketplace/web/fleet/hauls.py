"""Ranges of departures that another carrier drives: as they are given away, and as their carrier sees them."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import fleet
from marketplace.edge.acts import hauls as acts
from marketplace.edge.journeys import NAMES
from marketplace.edge.parsing import parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import fleet as crew_requests
from marketplace.edge.requests import hauls as requests
from marketplace.kernel.errors import Conflict, Refused
from marketplace.logistics.fleet.rules.hauls import HaulState
from marketplace.logistics.fleet.rules.papers import Kind
from marketplace.logistics.queries.departures import StopRow
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.tracing.rules.vocabulary import REPORTED
from marketplace.web.fleet import shown
from marketplace.web.fleet.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import locale
from marketplace.web.shared.zones import in_zone

_WORK = Permission.LOGISTICS_ROAD_RECORD
_KEEP = Permission.PARTNER_FLEET_KEEP
STATES: Final[dict[HaulState, Any]] = {
    HaulState.OFFERED: lazy_gettext("offered"),
    HaulState.ACCEPTED: lazy_gettext("accepted"),
    HaulState.DECLINED: lazy_gettext("declined"),
    HaulState.WITHDRAWN: lazy_gettext("taken back"),
}


@pages.get("/lorries/<uuid:departure_id>/hauls")
@requires(_WORK, twin="GET /api/v1/departures/{id}/hauls")
def given_hauls(departure_id: UUID) -> str:
    """Show which ranges of a departure other carriers drive, and the form that offers one."""
    return _given(departure_id)


@pages.post("/lorries/<uuid:departure_id>/hauls")
@requires(_WORK, twin="POST /api/v1/departures/{id}/hauls")
def offer_haul(departure_id: UUID) -> Any:
    """Offer a range to a carrier."""

    def work(session: Session) -> str:
        acts.offer(session, departure_id, parse_form(requests.OfferBody, request.form))
        return url_for("fleet.given_hauls", departure_id=departure_id)

    return _done(work, _("Offered. The carrier sees it among its hauls."), lambda **more: _given(departure_id, **more))


@pages.post("/lorries/<uuid:departure_id>/hauls/<uuid:haul_id>/withdrawal")
@requires(_WORK, twin="POST /api/v1/hauls/{id}/withdrawal")
def withdraw_haul(departure_id: UUID, haul_id: UUID) -> Any:
    """Take a haul back."""

    def work(session: Session) -> str:
        return url_for("fleet.given_hauls", departure_id=acts.withdraw(session, haul_id))

    return _done(work, _("Taken back."), lambda **more: _given(departure_id, **more))


@pages.get("/partner/hauls")
@requires(_KEEP, twin="GET /api/v1/hauls")
def own_hauls() -> str:
    """Show the hauls that were offered to one's company."""
    return render_template(
        "fleet/hauls.html",
        rows=[
            {
                "row": row,
                "reference": departure.reference,
                "start": departure.stops[row.first_stop],
                "way": _way(departure.stops[row.first_stop], departure.stops[row.last_stop]),
                "state": STATES[row.state],
            }
            for row, departure in acts.own()
        ],
    )


@pages.get("/partner/hauls/<uuid:haul_id>")
@requires(_KEEP, twin="GET /api/v1/hauls/{id}")
def haul(haul_id: UUID) -> str:
    """Show a haul with what rides on it."""
    return _haul(haul_id)


@pages.post("/partner/hauls/<uuid:haul_id>/acceptance")
@requires(_KEEP, twin="POST /api/v1/hauls/{id}/acceptance")
def accept_haul(haul_id: UUID) -> Any:
    """Take a haul."""
    return _answer(haul_id, _("Taken. Now assign who drives it."), takes=True)


@pages.post("/partner/hauls/<uuid:haul_id>/refusal")
@requires(_KEEP, twin="POST /api/v1/hauls/{id}/refusal")
def decline_haul(haul_id: UUID) -> Any:
    """Decline a haul."""
    return _answer(haul_id, _("Declined."), takes=False)


@pages.post("/partner/hauls/<uuid:haul_id>/crews")
@requires(_KEEP, twin="POST /api/v1/hauls/{id}/crews")
def man_haul(haul_id: UUID) -> Any:
    """Assign an own crew to a haul."""
    form = MultiDict(request.form)
    if form.get("returns_at"):
        zone = acts.seen(haul_id).stops[0].place.zone
        form["returns_at"] = in_zone(request.form.to_dict(), "returns_at", zone)["returns_at"]

    def work(session: Session) -> str:
        acts.man(session, haul_id, parse_form(crew_requests.CrewBody, form))
        return url_for("fleet.haul", haul_id=haul_id)

    return _done(work, _("Assigned."), lambda **more: _haul(haul_id, **more))


@pages.post("/partner/hauls/<uuid:haul_id>/events")
@requires(_KEEP, twin="POST /api/v1/hauls/{id}/events")
def report_haul(haul_id: UUID) -> Any:
    """Report an event at a stop of a haul."""
    zones = {stop.place.code: stop.place.zone for stop in acts.seen(haul_id).stops}
    form = request.form.to_dict()
    form = in_zone(form, "event_at", zones.get(form.get("place", ""), "UTC"))

    def work(session: Session) -> str:
        acts.report(session, haul_id, parse_form(requests.EventBody, MultiDict(form)))
        return url_for("fleet.haul", haul_id=haul_id)

    return _done(work, _("Noted."), lambda **more: _haul(haul_id, **more))


def _answer(haul_id: UUID, said: str, *, takes: bool) -> Any:
    def work(session: Session) -> str:
        acts.answer(session, haul_id, takes=takes)
        return url_for("fleet.haul", haul_id=haul_id)

    return _done(work, said, lambda **more: _haul(haul_id, **more))


def _done(work: Callable[[Session], str], said: str, show: Callable[..., Any]) -> Any:
    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, show)
    flash(said, "good")
    return done


def _given(departure_id: UUID, **more: Any) -> str:
    found = acts.given(departure_id)
    row = found.departure
    return render_template(
        "fleet/given_hauls.html",
        row=row,
        line=row.line_names.get(locale.current(), row.line_name),
        hauls=[
            {
                "row": each,
                "carrier": found.names[each.company_id],
                "way": _way(row.stops[each.first_stop], row.stops[each.last_stop]),
                "state": STATES[each.state],
            }
            for each in found.hauls
        ],
        carriers=[(each.id, f"{each.name} ({each.country})") for each in acts.carriers(row)],
        stops=_stops(row.stops),
        **{**shown.BLANK, **more},
    )


def _haul(haul_id: UUID, **more: Any) -> str:
    seen = acts.seen(haul_id)
    vehicles = fleet.own_vehicles(crew_requests.Fleet(), size=fleet.MOST).items
    drivers = fleet.own_drivers(size=fleet.MOST).items
    names = fleet.keepers(shown.company_ids(*vehicles, *drivers, *seen.trailers))
    trailers = {row.id: row for row in (*vehicles, *seen.trailers) if row.kind is Kind.TRAILER}
    values = more.get("values", {})
    return render_template(
        "fleet/haul.html",
        seen=seen,
        state=STATES[seen.haul.state],
        way=_way(seen.stops[0], seen.stops[-1]),
        names={stop.place.code: stop.place.called(locale.current()) for stop in seen.departure.stops},
        crews=[shown.crew(crew, _manned(seen)) for crew in seen.crews],
        plates=shown.plates,
        stops=_stops(seen.stops),
        tractors=[shown.vehicle_choice(row, names[row.company_id]) for row in vehicles if row.kind is Kind.TRACTOR],
        trailers=[shown.vehicle_choice(row, names[row.company_id]) for row in trailers.values()],
        drivers=[shown.driver_choice(row, names[row.company_id]) for row in drivers],
        chosen=set(values.getlist("drivers")) if isinstance(values, MultiDict) else set(),
        codes=[(int(code), str(NAMES[code])) for code in Status if code in REPORTED],
        **{**shown.BLANK, **more},
    )


def _manned(seen: acts.Seen) -> fleet.Manned:
    return fleet.Manned(seen.departure, seen.crews, seen.vehicles, seen.drivers, seen.has_dangerous)


def _way(start: StopRow, end: StopRow) -> str:
    return f"{start.place.called(locale.current())} – {end.place.called(locale.current())}"


def _stops(stops: tuple[StopRow, ...]) -> list[tuple[str, str]]:
    return [(stop.place.code, stop.place.called(locale.current())) for stop in stops]
