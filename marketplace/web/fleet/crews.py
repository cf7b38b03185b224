"""Who drives a departure: assigned and taken off by the operator, leg by leg."""

from typing import Any
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import fleet as acts
from marketplace.edge.parsing import parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import fleet as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.logistics.fleet.queries import fleets
from marketplace.logistics.fleet.rules.papers import Kind
from marketplace.web.fleet import shown
from marketplace.web.fleet.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import cutoffs, locale, render
from marketplace.web.shared.zones import in_zone

_OPERATE = Permission.LOGISTICS_DEPARTURE_OPERATE


@pages.get("/operator/departures/<uuid:departure_id>/crews")
@requires(_OPERATE, twin="GET /api/v1/departures/{id}/crews")
def crews(departure_id: UUID) -> str:
    """Show who drives a departure, and the form that assigns a crew."""
    return _crews(departure_id)


def _crews(departure_id: UUID, **given: Any) -> str:
    seen, session = acts.manned(departure_id), reading()
    vehicles = fleets.vehicles(session, size=acts.MOST).items
    drivers = fleets.drivers(session, size=acts.MOST).items
    names = acts.keepers(shown.company_ids(*vehicles, *drivers))
    values = given.get("values", {})
    return render_template(
        "fleet/crews.html",
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
        cutoffs=cutoffs.rows(acts.cutoffs_of(seen.departure), seen.departure.stops[0].place.zone, clock.now()),
        mine=render.own_clock(),
        **{**shown.BLANK, **given},
    )


@pages.post("/operator/departures/<uuid:departure_id>/crews")
@requires(_OPERATE, twin="POST /api/v1/departures/{id}/crews")
def assign(departure_id: UUID) -> Any:
    """Assign a crew."""
    zone = acts.manned(departure_id).departure.stops[0].place.zone
    form = MultiDict(request.form)
    if form.get("returns_at"):
        form["returns_at"] = in_zone(request.form.to_dict(), "returns_at", zone)["returns_at"]

    def work(session: Session) -> str:
        acts.assign(session, departure_id, parse_form(requests.CrewBody, form))
        return url_for("fleet.crews", departure_id=departure_id)

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _crews(departure_id, **given))
    flash(_("Assigned."), "good")
    return done


@pages.post("/operator/crews/<uuid:crew_id>/withdrawal")
@requires(_OPERATE, twin="POST /api/v1/crews/{id}/withdrawal")
def withdraw(crew_id: UUID) -> Any:
    """Take a crew off its departure."""
    departure_id = acts.departure_of(crew_id)

    def work(session: Session) -> str:
        return url_for("fleet.crews", departure_id=acts.withdraw(session, crew_id))

    try:
        done = forms.once(work)
    except Conflict as refusal:
        return forms.reshown(refusal, lambda **given: _crews(departure_id, **{**given, "values": {}}))
    flash(_("Taken off."), "good")
    return done
