"""Rotations: the departures of a vehicle out and home, with the kilometres that it is empty."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import fleet as acts
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import fleet as requests
from marketplace.edge.requests.payments import CursorQuery
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.logistics.fleet.queries import fleets
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.reference import queries as reference
from marketplace.web.fleet import shown
from marketplace.web.fleet.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import locale, render

_OPERATE = Permission.LOGISTICS_DEPARTURE_OPERATE


@pages.get("/operator/rotations")
@requires(_OPERATE, twin="GET /api/v1/rotations")
def rotations() -> str:
    """List rotations, and begin one."""
    return _rotations()


def _rotations(**given: Any) -> str:
    asked = parse(CursorQuery, request.args.to_dict())
    page = acts.many_rotations(asked.cursor)
    vehicles = fleets.vehicles(reading(), size=acts.MOST).items
    names = acts.keepers(shown.company_ids(*vehicles))
    return render_template(
        "fleet/rotations.html",
        rows=page.items,
        vehicles=[shown.vehicle_choice(row, names[row.company_id]) for row in vehicles],
        departures=[_choice(row) for row in acts.onward(clock.now())],
        next=url_for("fleet.rotations", cursor=page.next) if page.next else None,
        first=url_for("fleet.rotations") if asked.cursor else None,
        **{**shown.BLANK, **given},
    )


@pages.post("/operator/rotations")
@requires(_OPERATE, twin="POST /api/v1/rotations")
def chain() -> Any:
    """Begin a rotation."""

    def work(session: Session) -> str:
        begun = acts.chain(session, parse_form(requests.RotationBody, request.form))
        return url_for("fleet.rotation", rotation_id=begun)

    return _done(work, _("The rotation begins. Add the way home."), _rotations)


@pages.get("/operator/rotations/<uuid:rotation_id>")
@requires(_OPERATE, twin="GET /api/v1/rotations/{id}")
def rotation(rotation_id: UUID) -> str:
    """Show a rotation, and what could come next."""
    return _rotation(rotation_id)


def _rotation(rotation_id: UUID, **given: Any) -> str:
    row = acts.rotation(rotation_id)
    places = reference.places_by_code(reading(), {code for way in row.ways for code in (way.start, way.end)})
    return render_template(
        "fleet/rotation.html",
        row=row,
        zone=row.departures[0].stops[0].place.zone,
        departures={each.reference: each for each in row.departures},
        places={code: place.called(locale.current()) for code, place in places.items()},
        onward=[_choice(each) for each in acts.onward(row.returns_at)],
        **{**shown.BLANK, **given},
    )


@pages.post("/operator/rotations/<uuid:rotation_id>/departures")
@requires(_OPERATE, twin="POST /api/v1/rotations/{id}/departures")
def extend(rotation_id: UUID) -> Any:
    """Go on with a rotation."""

    def work(session: Session) -> str:
        acts.extend(session, rotation_id, parse_form(requests.ExtendBody, request.form))
        return url_for("fleet.rotation", rotation_id=rotation_id)

    return _done(work, _("Added."), lambda **given: _rotation(rotation_id, **given))


@pages.post("/operator/rotations/<uuid:rotation_id>/departures/<uuid:departure_id>/removal")
@requires(_OPERATE, twin="DELETE /api/v1/rotations/{id}/departures/{departure_id}")
def shorten(rotation_id: UUID, departure_id: UUID) -> Any:
    """Take a departure out of a rotation."""

    def work(session: Session) -> str:
        acts.shorten(session, rotation_id, departure_id)
        return url_for("fleet.rotations")

    done = forms.once(work)
    flash(_("Taken out."), "good")
    return done


def _choice(row: DepartureRow) -> tuple[str, str]:
    """Return a departure as a choice: its number, its ends, and when it leaves on the hub's clock."""
    start, end = row.stops[0].place, row.stops[-1].place
    ends = f"{start.called(locale.current())} – {end.called(locale.current())}"
    return str(row.id), f"{render.datetime_in(row.departs_at, start.zone)} · {ends} · {row.reference}"


def _done(work: Callable[[Session], str], said: str, show: Callable[..., Any]) -> Any:
    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, show)
    flash(said, "good")
    return done
