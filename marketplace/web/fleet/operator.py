"""Everybody's vehicles and drivers, and the kinds of lorries, for the operator."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import fleet as acts
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import fleet as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Refused
from marketplace.logistics.fleet.queries import fleets
from marketplace.web.fleet import shown
from marketplace.web.fleet.blueprint import pages
from marketplace.web.shared import acts as forms

_OPERATE = Permission.LOGISTICS_DEPARTURE_OPERATE


@pages.get("/operator/fleet")
@requires(_OPERATE, twin="GET /api/v1/fleets/vehicles")
def everything() -> str:
    """Show the vehicles and drivers of every carrier, and the kinds of lorries."""
    asked = parse(requests.Fleet, request.args.to_dict())
    vehicles, drivers = acts.all_vehicles(asked), acts.all_drivers()
    today = accounts.house_day(reading(), now=clock.now())
    return render_template(
        "fleet/everything.html",
        vehicles=vehicles.items,
        drivers=drivers.items,
        types=[_figures(row) for row in acts.vehicle_types()],
        ends={row.id: shown.end(row, today) for row in (*vehicles.items, *drivers.items)},
        names=acts.keepers(shown.company_ids(*vehicles.items, *drivers.items)),
        kinds=shown.KINDS,
        plates=shown.plates,
        next=url_for("fleet.everything", cursor=vehicles.next) if vehicles.next else None,
        first=url_for("fleet.everything") if asked.cursor else None,
    )


@pages.get("/operator/vehicle-types/new")
@requires(_OPERATE)
def new_type() -> str:
    """Ask for a kind of lorry."""
    return _new_type()


@pages.post("/operator/vehicle-types/new")
@requires(_OPERATE, twin="POST /api/v1/vehicle-types")
def add_type() -> Any:
    """Add a kind of lorry."""

    def work(session: Session) -> str:
        return url_for(
            "fleet.vehicle_type", type_id=acts.add_type(session, parse_form(requests.NewTypeBody, request.form))
        )

    try:
        done = forms.once(work)
    except Refused as refusal:
        return forms.reshown(refusal, _new_type)
    flash(_("The kind of lorry is there."), "good")
    return done


def _new_type(**given: Any) -> str:
    return render_template("fleet/new_type.html", **{**shown.BLANK, **given})


@pages.get("/operator/vehicle-types/<uuid:type_id>")
@requires(_OPERATE, twin="GET /api/v1/vehicle-types")
def vehicle_type(type_id: UUID) -> str:
    """Show the figures of a kind of lorry, to be corrected."""
    return _type(type_id)


def _type(type_id: UUID, **given: Any) -> str:
    figures = _figures(fleets.vehicle_type(reading(), type_id=type_id))
    return render_template("fleet/type.html", row=figures, **{**shown.BLANK, "values": figures, **given})


@pages.post("/operator/vehicle-types/<uuid:type_id>")
@requires(_OPERATE, twin="PUT /api/v1/vehicle-types/{id}")
def correct_type(type_id: UUID) -> Any:
    """Correct the figures of a kind of lorry."""

    def work(session: Session) -> str:
        # A browser sends no box that is not ticked.
        form = MultiDict({"is_reefer": ""} | request.form.to_dict())
        acts.correct_type(session, type_id, parse_form(requests.TypeBody, form))
        return url_for("fleet.everything")

    try:
        done = forms.once(work)
    except Refused as refusal:
        return forms.reshown(refusal, lambda **given: _type(type_id, **given))
    flash(_("Saved. Departures that are there keep the room they promised."), "good")
    return done


def _figures(row: fleets.TypeRow) -> dict[str, Any]:
    load = row.capacity
    return {
        "id": row.id,
        "code": row.code,
        "name": row.name,
        "kg": f"{load.kg.normalize():f}",
        "m3": f"{load.m3.normalize():f}",
        "ldm": f"{load.ldm.normalize():f}",
        "pallets": row.pallets,
        "teu": f"{Decimal(row.teu_hundredths) / 100:.2f}",
        "source": row.source,
        "is_reefer": "1" if row.is_reefer else "",
    }
