"""Pages of floor plans, which the operator's staff draw, move and print and a carrier sees; and of kinds of lorries."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import floor as acts
from marketplace.edge.parsing import parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import floor as requests
from marketplace.logistics.floor.queries import VehicleRow
from marketplace.logistics.floor.rules.states import PlanState
from marketplace.web.operations import floor_shown as shown
from marketplace.web.operations.blueprint import pages
from marketplace.web.operations.lines import done

_OPERATE = Permission.LOGISTICS_DEPARTURE_OPERATE
_BLANK: dict[str, Any] = {"values": {}, "errors": {}, "refusal": None}
_WEIGHTS = ("front_axle_limit_g", "rear_axle_limit_g", "tare_g")
_LENGTHS = ("inner_length_mm", "inner_width_mm", "inner_height_mm", "front_axle_mm", "rear_axle_mm")


@pages.get("/operator/departures/<uuid:departure_id>/floor-plan")
@requires(_OPERATE, twin="GET /api/v1/departures/{id}/floor-plan")
def floor_plan(departure_id: UUID) -> str:
    """Show where everything stands in a lorry, and let it be packed and moved."""
    return _floor_plan(departure_id)


@pages.get("/operator/departures/<uuid:departure_id>/floor-plan/print")
@requires(_OPERATE, twin="GET /api/v1/departures/{id}/floor-plan")
def floor_plan_print(departure_id: UUID) -> str:
    """Show the plan as it is printed and hung up at the dock."""
    return _floor_plan(departure_id, template="operations/floor_plan_print.html")


@pages.get("/partner/departures/<uuid:departure_id>/floor-plan")
@requires(Permission.LOGISTICS_HANDOVER_RECORD, twin="GET /api/v1/departures/{id}/floor-plan")
def partner_floor_plan(departure_id: UUID) -> str:
    """Show the carrier of a line where everything stands."""
    return _floor_plan(departure_id, reads_only=True)


@pages.post("/operator/departures/<uuid:departure_id>/floor-plan")
@requires(_OPERATE, twin="POST /api/v1/departures/{id}/floor-plan")
def pack_floor(departure_id: UUID) -> Any:
    """Have the cargo packed by a job."""

    def work(session: Any) -> str:
        acts.pack(session, departure_id, parse_form(requests.Packing, request.form))
        return _here(departure_id)

    return done(work, _("It is being packed."), lambda **typed: _floor_plan(departure_id, **typed))


@pages.post("/operator/departures/<uuid:departure_id>/floor-plan/moves")
@requires(_OPERATE, twin="POST /api/v1/departures/{id}/floor-plan/moves")
def move_on_floor(departure_id: UUID) -> Any:
    """Put a unit elsewhere, or pin it."""

    def work(session: Any) -> str:
        acts.move(session, departure_id, parse_form(requests.Moving, request.form))
        return _here(departure_id)

    return done(work, _("Done; the plan was checked again."), lambda **typed: _floor_plan(departure_id, **typed))


@pages.post("/operator/departures/<uuid:departure_id>/floor-plan/stackable")
@requires(_OPERATE, twin="POST /api/v1/departures/{id}/floor-plan/stackable")
def stack_on_floor(departure_id: UUID) -> Any:
    """Say whether others may stand on a unit."""

    def work(session: Any) -> str:
        acts.stack(session, departure_id, parse_form(requests.Stacking, request.form))
        return _here(departure_id)

    said = _("Noted; the next plan takes it into account.")
    return done(work, said, lambda **typed: _floor_plan(departure_id, **typed))


@pages.get("/operator/vehicle-types")
@requires(_OPERATE, twin="GET /api/v1/vehicle-types/measures")
def vehicle_types() -> str:
    """List the kinds of lorries with their insides and axles."""
    return render_template("operations/vehicle_types.html", rows=acts.vehicle_types())


@pages.get("/operator/vehicle-types/<uuid:vehicle_type_id>/measures")
@requires(_OPERATE, twin="GET /api/v1/vehicle-types/measures")
def vehicle_type(vehicle_type_id: UUID) -> str:
    """Show the form for a lorry's inside and axles."""
    return _vehicle_type(vehicle_type_id)


@pages.post("/operator/vehicle-types/<uuid:vehicle_type_id>/measures")
@requires(_OPERATE, twin="POST /api/v1/vehicle-types/{id}/measures")
def measure_vehicle(vehicle_type_id: UUID) -> Any:
    """Write down a lorry's inside and axles."""

    def work(session: Any) -> str:
        acts.measure(session, vehicle_type_id, parse_form(requests.Measuring, request.form))
        return url_for("operations.vehicle_types")

    said = _("Written down; the next plan goes by it.")
    return done(work, said, lambda **typed: _vehicle_type(vehicle_type_id, **typed))


def _floor_plan(
    departure_id: UUID, *, template: str = "operations/floor_plan.html", reads_only: bool = False, **typed: Any
) -> str:
    seen = acts.floor_of(departure_id)
    letters = shown.stops(seen)
    asked = request.args.get("move", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else None
    begun = shown.typed(seen.plan, number) if seen.plan else {}
    return render_template(
        template,
        seen=seen,
        letters=letters,
        pictures=shown.pictures(seen.plan, letters) if seen.plan else None,
        rows=shown.rows(seen, letters),
        loads=shown.loads(seen.plan) if seen.plan else [],
        choices=shown.choices(seen.plan) if seen.plan else [],
        packing=seen.latest is not None and seen.latest.state is PlanState.PACKING,
        failure=shown.failure_of(seen.latest.failure) if seen.latest and seen.latest.failure else None,
        left=shown.without_place(seen.left),
        reads_only=reads_only or not seen.may_change,
        by_carrier=reads_only,
        **{**_BLANK, "values": begun, **typed},
    )


def _vehicle_type(vehicle_type_id: UUID, **typed: Any) -> str:
    row = acts.vehicle_type(vehicle_type_id)
    return render_template("operations/vehicle_type.html", row=row, **{**_BLANK, "values": _written(row), **typed})


def _written(row: VehicleRow) -> dict[str, str]:
    """Return what the form begins with; weights in kilograms."""
    lengths = {name: str(getattr(row, name)) for name in _LENGTHS if getattr(row, name) is not None}
    weights = {
        f"{name[:-2]}_kg": f"{Decimal(getattr(row, name)).scaleb(-3).normalize():f}"
        for name in _WEIGHTS
        if getattr(row, name) is not None
    }
    return lengths | weights | {"source": row.source}


def _here(departure_id: UUID) -> str:
    return url_for("operations.floor_plan", departure_id=departure_id)
