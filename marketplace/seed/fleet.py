"""What the demo's carrier drives with: names, plates and numbers are fictitious; one paper ends soon, one has ended."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.actor import Actor
from marketplace.logistics.fleet.models import FleetVehicle
from marketplace.logistics.fleet.queries.fleets import types
from marketplace.logistics.fleet.rules.papers import Kind, Paper, PaperKind
from marketplace.logistics.fleet.services import crews, fleets, papers, rotations
from marketplace.logistics.fleet.services.crews import Crew
from marketplace.logistics.fleet.services.fleets import Build
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.logistics.queries.running import running

_YEAR: Final = 330
# Kind, type of lorry, plates, days for which the inspection still holds.
_VEHICLES: Final = (
    (Kind.TRACTOR, None, {"CN": "渝DEMO1"}, _YEAR),
    (Kind.TRACTOR, None, {"CN": "渝DEMO2"}, 20),
    (Kind.TRACTOR, None, {"VN": "29DEMO3"}, _YEAR),
    (Kind.TRAILER, "SEMI-13.7", {"CN": "渝DEMO4挂", "VN": "29DEMO4"}, _YEAR),
    (Kind.TRAILER, "SEMI-13.7", {"CN": "渝DEMO5挂"}, -3),
    (Kind.TRAILER, "REEFER-13.7", {"CN": "渝DEMO6挂"}, _YEAR),
)
# Name, country of the passport, days for which it still holds.
_DRIVERS: Final = (
    ("Demo Driver One", "CN", _YEAR),
    ("Demo Driver Two", "CN", 6),
    ("Demo Driver Three", "VN", _YEAR),
)
_OUT, _HOME = "EAST", "EAST-N"
# Where the second crew takes over.
_SWAP: Final = "VN-HUUNGHI"


def keep_fleet(session: Session, *, carrier: Actor, operator: Actor, now: datetime) -> None:
    """Enter the carrier's vehicles and drivers, man the next lorry to Hanoi and chain its way home; twice is once."""
    if session.scalar(sa.select(sa.func.count()).select_from(FleetVehicle)):
        return
    kinds = {row.code: row.id for row in types(session)}
    vehicles = [_vehicle(session, carrier, *each, kinds, now) for each in _VEHICLES]
    drivers = [_driver(session, carrier, *each, now) for each in _DRIVERS]
    chain = _chain(session, now)
    if chain is None:
        return
    out, home = chain
    ids = [out.id, home.id]
    rotations.chain(session, actor=operator, vehicle_id=vehicles[3], departure_ids=ids, now=now)
    swap = next(place for place, stop in enumerate(out.stops) if stop.place.code == _SWAP)
    first = Crew(vehicles[0], vehicles[3], (drivers[0],), last_stop=swap)
    then = Crew(vehicles[2], vehicles[3], (drivers[2],), first_stop=swap)
    for crew in (first, then):
        crews.assign(session, actor=operator, departure_id=out.id, crew=crew, now=now)


def _vehicle(
    session: Session,
    carrier: Actor,
    kind: Kind,
    code: str | None,
    plates: dict[str, str],
    days: int,
    kinds: dict[str, UUID],
    now: datetime,
) -> UUID:
    build = Build(kind, kinds[code] if code else None, code == "REEFER-13.7", 6 if kind is Kind.TRACTOR else None)
    made = fleets.add_vehicle(session, actor=carrier, build=build, plates=plates, now=now)
    for paper, left in ((PaperKind.INSPECTION, days), (PaperKind.INSURANCE, _YEAR), (PaperKind.GMS_PERMIT, _YEAR)):
        _show(session, carrier, paper, left, now, vehicle_id=made)
    return made


def _driver(session: Session, carrier: Actor, name: str, country: str, days: int, now: datetime) -> UUID:
    made = fleets.add_driver(session, actor=carrier, name=name, country=country, now=now)
    for paper, left in ((PaperKind.DRIVING_LICENCE, _YEAR), (PaperKind.PASSPORT, days)):
        _show(session, carrier, paper, left, now, driver_id=made)
    return made


def _show(session: Session, carrier: Actor, kind: PaperKind, days: int, now: datetime, **whose: UUID) -> None:
    paper = Paper(kind, None, None, now.date() + timedelta(days=days))
    papers.show(session, actor=carrier, paper=paper, number="DEMO", now=now, **whose)


def _chain(session: Session, now: datetime) -> tuple[DepartureRow, DepartureRow] | None:
    """Return the next lorry out and the first home that it reaches."""
    since = now.date() + timedelta(days=2)
    out = next(iter(running(session, now=now, line_code=_OUT, since=since, is_over=False).items), None)
    if out is None:
        return None
    homes = running(session, now=now, line_code=_HOME, since=out.arrives_at.date(), is_over=False).items
    home = next((row for row in homes if row.departs_at > out.arrives_at), None)
    return None if home is None else (out, home)
