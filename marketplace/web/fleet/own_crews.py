"""A carrier's own crews on the departures of its lines, and scans of papers."""

from typing import Any
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import fleet
from marketplace.edge.acts import own_crews as acts
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import fleet as requests
from marketplace.edge.requests.payments import CursorQuery
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, Refused
from marketplace.logistics.fleet.rules.papers import Kind
from marketplace.web.fleet import shown
from marketplace.web.fleet.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import cutoffs, locale, render
from marketplace.web.shared.zones import in_zone

_KEEP = Permission.PARTNER_FLEET_KEEP


@pages.get("/partner/fleet/departures")
@requires(_KEEP, twin="GET /api/v1/fleet/departures")
def own_departures() -> str:
    """Show the departures of the company's lines, each with the page of its crews."""
    page = acts.departures(parse(CursorQuery, request.args.to_dict()).cursor)
    return render_template(
        "fleet/own_departures.html",
        departures=page.items,
        now=clock.now(),
        language=locale.current(),
        next=url_for("fleet.own_departures", cursor=page.next) if page.next else None,
        first=url_for("fleet.own_departures") if "cursor" in request.args else None,
    )


@pages.get("/partner/fleet/departures/<uuid:departure_id>/crews")
@requires(_KEEP, twin="GET /api/v1/fleet/departures/{id}/crews")
def own_crews(departure_id: UUID) -> str:
    """Show the company's own crews of a departure, and the form that assigns one."""
    return _crews(departure_id)


@pages.post("/partner/fleet/departures/<uuid:departure_id>/crews")
@requires(_KEEP, twin="POST /api/v1/fleet/departures/{id}/crews")
def assign_own(departure_id: UUID) -> Any:
    """Assign an own crew."""
    zone = acts.manned(departure_id).departure.stops[0].place.zone
    form = MultiDict(request.form)
    if form.get("returns_at"):
        form["returns_at"] = in_zone(request.form.to_dict(), "returns_at", zone)["returns_at"]

    def work(session: Session) -> str:
        acts.assign(session, departure_id, parse_form(requests.CrewBody, form))
        return url_for("fleet.own_crews", departure_id=departure_id)

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _crews(departure_id, **given))
    flash(_("Assigned."), "good")
    return done


@pages.post("/partner/fleet/crews/<uuid:crew_id>/withdrawal")
@requires(_KEEP, twin="POST /api/v1/fleet/crews/{id}/withdrawal")
def withdraw_own(crew_id: UUID) -> Any:
    """Take an own crew off its departure."""
    departure_id = acts.departure_of(crew_id)

    def work(session: Session) -> str:
        return url_for("fleet.own_crews", departure_id=acts.withdraw(session, crew_id))

    try:
        done = forms.once(work)
    except Conflict as refusal:
        return forms.reshown(refusal, lambda **given: _crews(departure_id, **{**given, "values": {}}))
    flash(_("Taken off."), "good")
    return done


@pages.get("/partner/fleet/papers/<uuid:fleet_paper_id>/file")
@requires(_KEEP, twin="GET /api/v1/fleet/papers/{id}/file")
def scan(fleet_paper_id: UUID) -> Any:
    """Give the scan of an own paper."""
    return acts.scan(fleet_paper_id)


@pages.get("/operator/fleet/papers/<uuid:fleet_paper_id>/file")
@requires(Permission.LOGISTICS_DEPARTURE_OPERATE, twin="GET /api/v1/fleets/papers/{id}/file")
def any_scan(fleet_paper_id: UUID) -> Any:
    """Give the scan of anybody's paper."""
    return acts.any_scan(fleet_paper_id)


def _crews(departure_id: UUID, **given: Any) -> str:
    seen = acts.manned(departure_id)
    vehicles = fleet.own_vehicles(requests.Fleet(), size=fleet.MOST).items
    drivers = fleet.own_drivers(size=fleet.MOST).items
    names = fleet.keepers(shown.company_ids(*vehicles, *drivers))
    values = given.get("values", {})
    return render_template(
        "fleet/crews.html",
        own=True,
        row=seen.departure,
        line=seen.departure.line_names.get(locale.current(), seen.departure.line_name),
        crews=[shown.crew(crew, seen) for crew in seen.crews],
        has_dangerous=seen.has_dangerous,
        plates=shown.plates,
        zone=seen.departure.stops[0].place.zone,
        stops=[(stop.place.code, stop.place.called(locale.current())) for stop in seen.departure.stops],
        tractors=[shown.vehicle_choice(row, names[row.company_id]) for row in vehicles if row.kind is Kind.TRACTOR],
        trailers=[shown.vehicle_choice(row, names[row.company_id]) for row in vehicles if row.kind is Kind.TRAILER],
        drivers=[shown.driver_choice(row, names[row.company_id]) for row in drivers],
        chosen=set(values.getlist("drivers")) if isinstance(values, MultiDict) else set(),
        cutoffs=cutoffs.rows(fleet.cutoffs_of(seen.departure), seen.departure.stops[0].place.zone, clock.now()),
        mine=render.own_clock(),
        **{**shown.BLANK, **given},
    )
