"""A carrier's own vehicles and drivers, with their papers."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from marketplace.accounts.queries import closures
from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import files
from marketplace.edge.acts import fleet as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import fleet as requests
from marketplace.files.rules import Purpose
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.logistics.fleet.queries import fleets
from marketplace.logistics.fleet.queries.fleets import DriverRow, VehicleRow
from marketplace.logistics.fleet.rules.papers import Kind
from marketplace.web.fleet import shown
from marketplace.web.fleet.blueprint import pages
from marketplace.web.shared import acts as forms

_KEEP = Permission.PARTNER_FLEET_KEEP


@pages.get("/partner/fleet")
@requires(_KEEP, twin="GET /api/v1/fleet/vehicles")
def own() -> str:
    """Show the company's vehicles and drivers, with what ends first."""
    asked = parse(requests.Fleet, request.args.to_dict())
    vehicles, drivers = acts.own_vehicles(asked), acts.own_drivers()
    today = _today()
    return render_template(
        "fleet/own.html",
        vehicles=vehicles.items,
        drivers=drivers.items,
        ends={row.id: shown.end(row, today) for row in (*vehicles.items, *drivers.items)},
        names=acts.keepers(shown.company_ids(*vehicles.items, *drivers.items)),
        kinds=shown.KINDS,
        plates=shown.plates,
        next=url_for("fleet.own", cursor=vehicles.next) if vehicles.next else None,
        first=url_for("fleet.own") if asked.cursor else None,
    )


@pages.get("/partner/fleet/vehicles")
@requires(_KEEP)
def new_vehicle() -> str:
    """Ask for a vehicle."""
    return _new_vehicle()


def _new_vehicle(**given: Any) -> str:
    return render_template(
        "fleet/new_vehicle.html",
        kinds=[(str(kind), shown.KINDS[kind]) for kind in (Kind.TRACTOR, Kind.TRAILER)],
        types=shown.type_choices(acts.vehicle_types()),
        contractors=[(str(row.id), row.name) for row in acts.contractors()],
        **{**shown.BLANK, **given},
    )


@pages.post("/partner/fleet/vehicles")
@requires(_KEEP, twin="POST /api/v1/fleet/vehicles")
def add_vehicle() -> Any:
    """Enter a vehicle."""

    def work(session: Session) -> str:
        added = acts.add_vehicle(session, parse_form(requests.VehicleBody, request.form))
        return url_for("fleet.vehicle", vehicle_id=added)

    return _done(work, _("The vehicle is there. Enter its papers."), _new_vehicle)


@pages.get("/partner/fleet/drivers")
@requires(_KEEP)
def new_driver() -> str:
    """Ask for a driver."""
    return _new_driver()


def _new_driver(**given: Any) -> str:
    return render_template(
        "fleet/new_driver.html",
        people=[(str(row.person_id), row.display_name) for row in acts.members()],
        contractors=[(str(row.id), row.name) for row in acts.contractors()],
        **{**shown.BLANK, **given},
    )


@pages.post("/partner/fleet/drivers")
@requires(_KEEP, twin="POST /api/v1/fleet/drivers")
def add_driver() -> Any:
    """Enter a driver."""

    def work(session: Session) -> str:
        added = acts.add_driver(session, parse_form(requests.DriverBody, request.form))
        return url_for("fleet.driver", driver_id=added)

    return _done(work, _("The driver is there. Enter the papers."), _new_driver)


@pages.get("/partner/fleet/vehicles/<uuid:vehicle_id>")
@requires(_KEEP, twin="GET /api/v1/fleet/vehicles/{id}")
def vehicle(vehicle_id: UUID) -> str:
    """Show a vehicle with its papers."""
    return _vehicle(vehicle_id)


def _vehicle(vehicle_id: UUID, **given: Any) -> str:
    row = fleets.vehicle(reading(), vehicle_id=vehicle_id, company_id=require_actor().company)
    return render_template(
        "fleet/vehicle.html",
        row=row,
        kind=shown.KINDS[row.kind],
        plates=shown.plates(row),
        show=url_for("fleet.show_vehicle_paper", vehicle_id=vehicle_id),
        **_papers(row, row.kind),
        **{**shown.BLANK, **given},
    )


@pages.get("/partner/fleet/drivers/<uuid:driver_id>")
@requires(_KEEP, twin="GET /api/v1/fleet/drivers/{id}")
def driver(driver_id: UUID) -> str:
    """Show a driver with the papers."""
    return _driver(driver_id)


def _driver(driver_id: UUID, **given: Any) -> str:
    row = fleets.driver(reading(), driver_id=driver_id, company_id=require_actor().company)
    return render_template(
        "fleet/driver.html",
        row=row,
        show=url_for("fleet.show_driver_paper", driver_id=driver_id),
        **_papers(row, Kind.DRIVER),
        **{**shown.BLANK, **given},
    )


def _papers(row: VehicleRow | DriverRow, kind: Kind) -> dict[str, Any]:
    today = _today()
    return {
        "papers": [shown.paper(each, today) for each in row.papers],
        "paper_kinds": shown.paper_kinds(kind),
        "contractor": acts.keepers(shown.company_ids(row)).get(row.contractor_id) if row.contractor_id else None,
    }


@pages.post("/partner/fleet/vehicles/<uuid:vehicle_id>/papers")
@requires(_KEEP, twin="POST /api/v1/fleet/vehicles/{id}/papers")
def show_vehicle_paper(vehicle_id: UUID) -> Any:
    """Enter a paper of a vehicle."""

    def work(session: Session) -> str:
        _show(session, vehicle_id=vehicle_id)
        return url_for("fleet.vehicle", vehicle_id=vehicle_id)

    return _done(work, _("The paper counts."), lambda **given: _vehicle(vehicle_id, **given))


@pages.post("/partner/fleet/drivers/<uuid:driver_id>/papers")
@requires(_KEEP, twin="POST /api/v1/fleet/drivers/{id}/papers")
def show_driver_paper(driver_id: UUID) -> Any:
    """Enter a paper of a driver."""

    def work(session: Session) -> str:
        _show(session, driver_id=driver_id)
        return url_for("fleet.driver", driver_id=driver_id)

    return _done(work, _("The paper counts."), lambda **given: _driver(driver_id, **given))


def _show(session: Session, **whose: UUID) -> None:
    """Keep a paper, and the scan that may come with it."""
    body = parse_form(requests.PaperBody, request.form)
    acts.show_paper(session, body, received=files.all_received("scan", Purpose.LICENCE)[:1], **whose)


@pages.post("/partner/fleet/papers/<uuid:fleet_paper_id>/withdrawal")
@requires(_KEEP, twin="POST /api/v1/fleet/papers/{id}/withdrawal")
def withdraw_paper(fleet_paper_id: UUID) -> Any:
    """Let a paper count no more."""

    def work(session: Session) -> str:
        acts.withdraw_paper(session, fleet_paper_id)
        return url_for("fleet.own")

    done = forms.once(work)
    flash(_("The paper counts no more."), "good")
    return done


@pages.post("/partner/fleet/vehicles/<uuid:vehicle_id>/retirement")
@requires(_KEEP, twin="POST /api/v1/fleet/vehicles/{id}/retirement")
def retire_vehicle(vehicle_id: UUID) -> Any:
    """Assign a vehicle no more."""

    def work(session: Session) -> str:
        acts.retire_vehicle(session, vehicle_id)
        return url_for("fleet.own")

    return _done(work, _("Retired."), lambda **given: _vehicle(vehicle_id, **{**given, "values": {}}))


@pages.post("/partner/fleet/drivers/<uuid:driver_id>/retirement")
@requires(_KEEP, twin="POST /api/v1/fleet/drivers/{id}/retirement")
def retire_driver(driver_id: UUID) -> Any:
    """Assign a driver no more, and forget the name."""

    def work(session: Session) -> str:
        acts.retire_driver(session, driver_id)
        return url_for("fleet.own")

    def again(**given: Any) -> str:
        return _driver(driver_id, **{**given, "values": {}})

    return _done(work, _("Retired, and the name is erased."), again)


def _done(work: Callable[[Session], str], said: str, show: Callable[..., Any]) -> Any:
    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, show)
    flash(said, "good")
    return done


def _today() -> Any:
    """Return the day on the clock of the asker's company."""
    return closures.day_of(reading(), company_id=require_actor().company, now=clock.now())
