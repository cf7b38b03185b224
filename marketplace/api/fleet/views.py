"""Vehicles, drivers and papers of a carrier; crews and rotations by the operator; cut-offs for everybody."""

from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.fleet import answers
from marketplace.api.shared.answers import Created, Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import fleet as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import fleet as requests
from marketplace.edge.requests.payments import CursorQuery
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.logistics.fleet.queries import fleets
from marketplace.logistics.queries import departures

api = Blueprint("api_fleet", __name__)

_KEEP = Permission.PARTNER_FLEET_KEEP
_OPERATE = Permission.LOGISTICS_DEPARTURE_OPERATE


@api.get("/fleet/vehicles")
@operation(answers={200: Items[answers.Vehicle]}, tag="fleet", permission=_KEEP, query=requests.Fleet)
def vehicles(query: requests.Fleet) -> tuple[int, Items[answers.Vehicle]]:
    """List the tractors and trailers of one's company."""
    page = acts.own_vehicles(query).map(answers.Vehicle.of)
    return 200, Items[answers.Vehicle](items=list(page.items), next=page.next)


@api.post("/fleet/vehicles")
@operation(answers={201: Created}, tag="fleet", permission=_KEEP, body=requests.VehicleBody, idempotent=True)
def add_vehicle(body: requests.VehicleBody, session: Session) -> tuple[int, Created]:
    """Enter a tractor or trailer."""
    return 201, Created(id=acts.add_vehicle(session, body))


@api.get("/fleet/vehicles/<uuid:vehicle_id>")
@operation(answers={200: answers.Vehicle}, tag="fleet", permission=_KEEP)
def vehicle(vehicle_id: UUID) -> tuple[int, answers.Vehicle]:
    """Show a vehicle with its papers."""
    row = fleets.vehicle(reading(), vehicle_id=vehicle_id, company_id=require_actor().company)
    return 200, answers.Vehicle.of(row)


@api.post("/fleet/vehicles/<uuid:vehicle_id>/retirement")
@operation(answers={204: None}, tag="fleet", permission=_KEEP, idempotent=True)
def retire_vehicle(vehicle_id: UUID, session: Session) -> tuple[int, None]:
    """Assign a vehicle no more; ``fleet_in_use`` while it has a departure ahead or under way."""
    acts.retire_vehicle(session, vehicle_id)
    return 204, None


@api.post("/fleet/vehicles/<uuid:vehicle_id>/papers")
@operation(answers={201: Created}, tag="fleet", permission=_KEEP, body=requests.PaperBody, idempotent=True)
def show_vehicle_paper(vehicle_id: UUID, body: requests.PaperBody, session: Session) -> tuple[int, Created]:
    """Enter a paper of a vehicle."""
    return 201, Created(id=acts.show_paper(session, body, vehicle_id=vehicle_id))


@api.get("/fleet/drivers")
@operation(answers={200: Items[answers.Driver]}, tag="fleet", permission=_KEEP, query=CursorQuery)
def drivers(query: CursorQuery) -> tuple[int, Items[answers.Driver]]:
    """List the drivers of one's company."""
    page = acts.own_drivers(query.cursor).map(answers.Driver.of)
    return 200, Items[answers.Driver](items=list(page.items), next=page.next)


@api.post("/fleet/drivers")
@operation(answers={201: Created}, tag="fleet", permission=_KEEP, body=requests.DriverBody, idempotent=True)
def add_driver(body: requests.DriverBody, session: Session) -> tuple[int, Created]:
    """Enter a driver."""
    return 201, Created(id=acts.add_driver(session, body))


@api.get("/fleet/drivers/<uuid:driver_id>")
@operation(answers={200: answers.Driver}, tag="fleet", permission=_KEEP)
def driver(driver_id: UUID) -> tuple[int, answers.Driver]:
    """Show a driver with the papers."""
    row = fleets.driver(reading(), driver_id=driver_id, company_id=require_actor().company)
    return 200, answers.Driver.of(row)


@api.post("/fleet/drivers/<uuid:driver_id>/retirement")
@operation(answers={204: None}, tag="fleet", permission=_KEEP, idempotent=True)
def retire_driver(driver_id: UUID, session: Session) -> tuple[int, None]:
    """Assign a driver no more, and erase name, numbers and scans; ``fleet_in_use`` with a departure ahead."""
    acts.retire_driver(session, driver_id)
    return 204, None


@api.post("/fleet/drivers/<uuid:driver_id>/papers")
@operation(answers={201: Created}, tag="fleet", permission=_KEEP, body=requests.PaperBody, idempotent=True)
def show_driver_paper(driver_id: UUID, body: requests.PaperBody, session: Session) -> tuple[int, Created]:
    """Enter a paper of a driver."""
    return 201, Created(id=acts.show_paper(session, body, driver_id=driver_id))


@api.post("/fleet/papers/<uuid:fleet_paper_id>/withdrawal")
@operation(answers={204: None}, tag="fleet", permission=_KEEP, idempotent=True)
def withdraw_paper(fleet_paper_id: UUID, session: Session) -> tuple[int, None]:
    """Let a paper count no more."""
    acts.withdraw_paper(session, fleet_paper_id)
    return 204, None


@api.get("/fleets/vehicles")
@operation(answers={200: Items[answers.Vehicle]}, tag="fleet", permission=_OPERATE, query=requests.Fleet)
def all_vehicles(query: requests.Fleet) -> tuple[int, Items[answers.Vehicle]]:
    """List the vehicles of every carrier."""
    page = acts.all_vehicles(query).map(answers.Vehicle.of)
    return 200, Items[answers.Vehicle](items=list(page.items), next=page.next)


@api.get("/fleets/drivers")
@operation(answers={200: Items[answers.Driver]}, tag="fleet", permission=_OPERATE, query=CursorQuery)
def all_drivers(query: CursorQuery) -> tuple[int, Items[answers.Driver]]:
    """List the drivers of every carrier."""
    page = acts.all_drivers(query.cursor).map(answers.Driver.of)
    return 200, Items[answers.Driver](items=list(page.items), next=page.next)


@api.get("/departures/<uuid:departure_id>/cutoffs")
@operation(answers={200: Items[answers.Cutoff]}, tag="logistics", public_because="a timetable is there to be read")
def cutoffs(departure_id: UUID) -> tuple[int, Items[answers.Cutoff]]:
    """List until when a departure takes what, earliest first."""
    row = departures.departure(reading(), departure_id=departure_id, now=clock.now())
    zone = row.stops[0].place.zone
    found = [answers.Cutoff(kind=kind, at=at, zone=zone) for kind, at in acts.cutoffs_of(row)]
    return 200, Items[answers.Cutoff](items=found)


@api.get("/departures/<uuid:departure_id>/crews")
@operation(answers={200: answers.Crews}, tag="fleet", permission=_OPERATE)
def crews(departure_id: UUID) -> tuple[int, answers.Crews]:
    """Show who drives a departure, leg by leg."""
    seen = acts.manned(departure_id)
    found = [answers.Crew.of(row, seen.departure) for row in seen.crews]
    return 200, answers.Crews(departure_id=departure_id, has_dangerous=seen.has_dangerous, crews=found)


@api.post("/departures/<uuid:departure_id>/crews")
@operation(answers={201: Created}, tag="fleet", permission=_OPERATE, body=requests.CrewBody, idempotent=True)
def assign(departure_id: UUID, body: requests.CrewBody, session: Session) -> tuple[int, Created]:
    """Assign a tractor, a trailer and drivers; refused with the paper and the day, or with what they drive then."""
    return 201, Created(id=acts.assign(session, departure_id, body))


@api.post("/crews/<uuid:crew_id>/withdrawal")
@operation(answers={204: None}, tag="fleet", permission=_OPERATE, idempotent=True)
def withdraw(crew_id: UUID, session: Session) -> tuple[int, None]:
    """Take a crew off its departure before it has driven."""
    acts.withdraw(session, crew_id)
    return 204, None


@api.get("/rotations")
@operation(answers={200: Items[answers.Rotation]}, tag="fleet", permission=_OPERATE, query=CursorQuery)
def rotations(query: CursorQuery) -> tuple[int, Items[answers.Rotation]]:
    """List rotations, the latest first."""
    page = acts.many_rotations(query.cursor).map(answers.Rotation.of)
    return 200, Items[answers.Rotation](items=list(page.items), next=page.next)


@api.post("/rotations")
@operation(answers={201: Created}, tag="fleet", permission=_OPERATE, body=requests.RotationBody, idempotent=True)
def chain(body: requests.RotationBody, session: Session) -> tuple[int, Created]:
    """Let a vehicle run departures one after the other, out and home."""
    return 201, Created(id=acts.chain(session, body))


@api.get("/rotations/<uuid:rotation_id>")
@operation(answers={200: answers.Rotation}, tag="fleet", permission=_OPERATE)
def rotation(rotation_id: UUID) -> tuple[int, answers.Rotation]:
    """Show a rotation with its empty kilometres and planned return."""
    return 200, answers.Rotation.of(acts.rotation(rotation_id))


@api.post("/rotations/<uuid:rotation_id>/departures")
@operation(answers={204: None}, tag="fleet", permission=_OPERATE, body=requests.ExtendBody, idempotent=True)
def extend(rotation_id: UUID, body: requests.ExtendBody, session: Session) -> tuple[int, None]:
    """Add departures to a rotation."""
    acts.extend(session, rotation_id, body)
    return 204, None


@api.delete("/rotations/<uuid:rotation_id>/departures/<uuid:departure_id>")
@operation(answers={204: None}, tag="fleet", permission=_OPERATE)
def shorten(rotation_id: UUID, departure_id: UUID) -> tuple[int, None]:
    """Take a departure out of a rotation; with its last the rotation is gone."""
    in_unit_of_work(lambda session: acts.shorten(session, rotation_id, departure_id))
    return 204, None


@api.get("/vehicle-types")
@operation(answers={200: Items[answers.VehicleType]}, tag="fleet", public_because="a timetable is there to be read")
def vehicle_types() -> tuple[int, Items[answers.VehicleType]]:
    """List the kinds of lorries with what they hold and where the figures come from."""
    return 200, Items[answers.VehicleType](items=[answers.VehicleType.of(row) for row in acts.vehicle_types()])


@api.post("/vehicle-types")
@operation(answers={201: Created}, tag="fleet", permission=_OPERATE, body=requests.NewTypeBody, idempotent=True)
def add_type(body: requests.NewTypeBody, session: Session) -> tuple[int, Created]:
    """Add a kind of lorry, for departures made from now on."""
    return 201, Created(id=acts.add_type(session, body))


@api.put("/vehicle-types/<uuid:type_id>")
@operation(answers={204: None}, tag="fleet", permission=_OPERATE, body=requests.TypeBody)
def correct_type(type_id: UUID, body: requests.TypeBody) -> tuple[int, None]:
    """Correct the figures of a kind of lorry; departures that are there keep the room they promised."""
    in_unit_of_work(lambda session: acts.correct_type(session, type_id, body))
    return 204, None
