"""Vehicles, drivers and crews as templates want them."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from flask_babel import lazy_gettext as _

from marketplace.edge.acts.fleet import Manned
from marketplace.edge.requests.fleet import PAPERS
from marketplace.logistics.fleet.queries.crews import CrewRow
from marketplace.logistics.fleet.queries.fleets import DriverRow, PaperRow, TypeRow, VehicleRow
from marketplace.logistics.fleet.rules.papers import Kind, kinds_of, stage_of
from marketplace.logistics.fleet.rules.vehicles import written_plates
from marketplace.web.shared import locale

BLANK: Final[dict[str, Any]] = {"values": {}, "errors": {}, "refusal": None}
KINDS: Final[dict[Kind, Any]] = {Kind.TRACTOR: _("Tractor"), Kind.TRAILER: _("Trailer"), Kind.DRIVER: _("Driver")}


def plates(row: VehicleRow) -> str:
    """Return a vehicle's numbers with their countries."""
    return written_plates(dict(row.plates))


def vehicle_choice(row: VehicleRow, keeper: str) -> tuple[str, str]:
    """Return a vehicle as a choice: its reference and numbers, and whose it is."""
    return str(row.id), f"{row.reference} · {plates(row)} · {keeper}"


def driver_choice(row: DriverRow, keeper: str) -> tuple[str, str]:
    """Return a driver as a choice."""
    return str(row.id), f"{row.name or row.reference} · {row.country} · {keeper}"


def paper_kinds(kind: Kind) -> list[tuple[str, Any]]:
    """Return the papers that such a thing has, as choices."""
    return [(str(each), PAPERS[each]) for each in kinds_of(kind)]


def paper(row: PaperRow, today: date) -> dict[str, Any]:
    """Return a paper with how near its end is."""
    state = "expired" if row.valid_until < today else "ending" if stage_of(row.valid_until, today) else "valid"
    return {"row": row, "name": PAPERS[row.kind], "state": state}


def end(row: VehicleRow | DriverRow, today: date) -> dict[str, Any] | None:
    """Return the paper of a vehicle or driver that ends first, None where there is none."""
    return paper(row.papers[0], today) if row.papers else None


def type_choices(rows: tuple[TypeRow, ...]) -> list[tuple[str, str]]:
    """Return kinds of lorries as choices."""
    return [(str(row.id), f"{row.name} ({row.code})") for row in rows]


def crew(row: CrewRow, seen: Manned) -> dict[str, Any]:
    """Return a crew with the stops between which it drives."""
    first, last = seen.departure.stops[row.span.first].place, seen.departure.stops[row.span.last].place
    people = [seen.drivers[driver_id] for driver_id in row.driver_ids]
    return {
        "id": row.id,
        "start": first.called(locale.current()),
        "end": last.called(locale.current()),
        "tractor": seen.vehicles[row.tractor_id],
        "trailer": seen.vehicles[row.trailer_id],
        "drivers": ", ".join(each.name or each.reference for each in people),
        "returns_at": row.returns_at,
        "zone": first.zone,
        "is_cooled": row.is_cooled,
        "is_dangerous": row.is_dangerous,
    }


def company_ids(*rows: VehicleRow | DriverRow) -> set[UUID]:
    """Return whose these are, and from whom they are hired."""
    return {each for row in rows for each in (row.company_id, row.contractor_id) if each is not None}
