"""Papers of vehicles and drivers: shown, withdrawn, and watched until they end."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.files import queries as files
from marketplace.files.rules import Purpose
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.events import record
from marketplace.kernel.ids import new_id
from marketplace.logistics.fleet.events import FleetPapersEnding
from marketplace.logistics.fleet.models import FleetDriver, FleetPaper, FleetPaperNotice, FleetVehicle
from marketplace.logistics.fleet.rules.papers import Kind, Paper, check_paper, stage_of
from marketplace.logistics.fleet.services.fleets import locked_driver, locked_vehicle


def show(
    session: Session,
    *,
    actor: Actor,
    paper: Paper,
    number: str | None,
    vehicle_id: UUID | None = None,
    driver_id: UUID | None = None,
    file_id: UUID | None = None,
    now: datetime,
) -> UUID:
    """Keep a paper of a vehicle or a driver of the actor's company and return its id; earlier ones stay.

    Refused for a kind that such a thing has not, and for a file that was not handed in as a licence or for any use.
    """
    if driver_id is not None:
        kind = Kind.DRIVER
        locked_driver(session, actor, driver_id)
    else:
        kind = locked_vehicle(session, actor, _given(vehicle_id)).kind
    check_paper(kind, paper)
    if file_id is not None:
        _check_file(session, actor, file_id)
    row = FleetPaper(
        id=new_id(),
        vehicle_id=vehicle_id,
        driver_id=driver_id,
        kind=paper.kind,
        number=number,
        country=paper.country,
        valid_from=paper.valid_from,
        valid_until=paper.valid_until,
        file_id=file_id,
        created_at=now,
    )
    session.add(row)
    session.flush()
    facts = {"of": vehicle_id or driver_id, "kind": paper.kind, "until": paper.valid_until}
    audit.record(
        session,
        actor=actor,
        action="fleet_paper.shown",
        subject="fleet_paper",
        subject_id=row.id,
        facts=facts,
        now=now,
    )
    return row.id


def withdraw(session: Session, *, actor: Actor, paper_id: UUID, now: datetime) -> None:
    """Let a paper count no more, such as one that a new one replaces; again changes nothing. NotFound for another's."""
    actor.must(Permission.PARTNER_FLEET_KEEP)
    row = session.get(FleetPaper, paper_id)
    if row is None:
        raise NotFound("fleet_paper")
    try:
        if row.driver_id is not None:
            locked_driver(session, actor, row.driver_id)
        else:
            locked_vehicle(session, actor, _given(row.vehicle_id))
    except NotFound:
        raise NotFound("fleet_paper") from None
    if row.withdrawn_at is not None:
        return
    row.withdrawn_at = now
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="fleet_paper.withdrawn",
        subject="fleet_paper",
        subject_id=row.id,
        facts={"kind": row.kind},
        now=now,
    )


def ending(session: Session, *, today: date, within: date) -> dict[UUID, list[tuple[UUID, int]]]:
    """Return the papers that end up to a day and of whose stage their keeper was not told, by keeper.

    Papers of retired vehicles and drivers, and withdrawn ones, end without a word.
    """
    keeper = sa.func.coalesce(FleetVehicle.company_id, FleetDriver.company_id)
    rows = session.execute(
        sa.select(keeper.label("company_id"), FleetPaper.id, FleetPaper.valid_until)
        .outerjoin(FleetVehicle, FleetVehicle.id == FleetPaper.vehicle_id)
        .outerjoin(FleetDriver, FleetDriver.id == FleetPaper.driver_id)
        .where(
            FleetPaper.withdrawn_at.is_(None),
            FleetPaper.valid_until <= within,
            sa.func.coalesce(FleetVehicle.retired_at, FleetDriver.retired_at).is_(None),
        )
        .order_by(FleetPaper.valid_until, FleetPaper.id)
    ).all()
    notices = session.execute(sa.select(FleetPaperNotice.paper_id, FleetPaperNotice.stage))
    told = {(notice.paper_id, notice.stage) for notice in notices}
    found: dict[UUID, list[tuple[UUID, int]]] = {}
    for row in rows:
        stage = stage_of(row.valid_until, today)
        if stage is not None and (row.id, stage) not in told:
            found.setdefault(row.company_id, []).append((row.id, stage))
    return found


def tell(session: Session, *, company_id: UUID, ends: Sequence[tuple[UUID, int]], now: datetime) -> bool:
    """Tell a keeper once of each stage of its papers' ends, of all of them together; tell whether there was any."""
    new = [
        paper_id
        for paper_id, stage in ends
        if insert_if_new(session, FleetPaperNotice, paper_id=paper_id, stage=stage, at=now)
    ]
    if new:
        record(session, FleetPapersEnding(at=now, company_id=company_id, paper_ids=tuple(new)))
    return bool(new)


def _given(vehicle_id: UUID | None) -> UUID:
    if vehicle_id is None:
        raise NotFound("fleet_vehicle")
    return vehicle_id


def _check_file(session: Session, actor: Actor, file_id: UUID) -> None:
    try:
        file = files.get_file(session, company_id=actor.company, file_id=file_id)
    except NotFound:
        file = None
    if file is None or not file.serves(Purpose.LICENCE):
        raise Refused.field("file_id", "paper_file", "a file of your company handed in with purpose licence")
