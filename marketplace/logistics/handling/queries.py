"""Read the acts of a departure, and what they come to."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.exports import rows as exported
from marketplace.logistics.handling.models import HandlingAct, HandlingFile, HandlingRemark
from marketplace.logistics.handling.rules.acts import ABOUT_CARTONS, Kind, Outcome
from marketplace.logistics.handling.rules.merging import Difference, Lot, differences
from marketplace.logistics.models.cargo import HandlingUnit, Seal, TransportEvent
from marketplace.logistics.rules.cargo import Status


@dataclass(frozen=True, slots=True)
class ActRow:
    """An act as it was sent, with its remarks and the files that came with it."""

    id: UUID
    departure_id: UUID
    booking_id: UUID | None
    kind: Kind
    device: str
    company_id: UUID
    done_at: datetime
    recorded_at: datetime
    number: int
    content: Mapping[str, Any]
    outcome: Outcome
    refusal: str | None
    remarks: str
    photos: tuple[UUID, ...]
    signature: UUID | None


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """Two acts that differ: about which booking, what was done, what counts and what does not."""

    booking_id: UUID
    kind: Kind
    difference: Difference


def acts(session: Session, *, departure_id: UUID) -> tuple[ActRow, ...]:
    """Return the acts of a departure as they were heard, the newest first."""
    found = session.execute(
        sa.select(HandlingAct, HandlingRemark.body)
        .outerjoin(HandlingRemark, HandlingRemark.act_id == HandlingAct.id)
        .where(HandlingAct.departure_id == departure_id)
        .order_by(HandlingAct.recorded_at.desc(), HandlingAct.id.desc())
    ).all()
    files = _files(session, [row.id for row, _ in found])
    return tuple(
        ActRow(
            id=row.id,
            departure_id=row.departure_id,
            booking_id=row.booking_id,
            kind=row.kind,
            device=row.device,
            company_id=row.company_id,
            done_at=row.done_at,
            recorded_at=row.recorded_at,
            number=row.number,
            content=row.content,
            outcome=row.outcome,
            refusal=row.refusal,
            remarks=remarks or "",
            photos=tuple(file.file_id for file in files.get(row.id, ()) if not file.is_signature),
            signature=next((file.file_id for file in files.get(row.id, ()) if file.is_signature), None),
        )
        for row, remarks in found
    )


def version(session: Session, *, departure_id: UUID) -> int:
    """Return the turn of the last act of a departure that was applied, 0 before the first."""
    return (
        session.scalar(sa.select(sa.func.max(HandlingAct.number)).where(HandlingAct.departure_id == departure_id)) or 0
    )


def lots(
    session: Session, *, kind: Kind, subject: UUID | None = None, booking_id: UUID | None = None
) -> tuple[Lot, ...]:
    """Return the applied acts about cartons: of what was received by its subject, else of a booking."""
    wanted = sa.select(HandlingAct).where(
        HandlingAct.kind == kind, HandlingAct.outcome == Outcome.APPLIED, *_not_undone(kind)
    )
    about = HandlingAct.subject == subject if booking_id is None else HandlingAct.booking_id == booking_id
    return tuple(map(lot_of, session.scalars(wanted.where(about).order_by(HandlingAct.id))))


def lots_on(session: Session, *, booking_ids: Collection[UUID], kind: Kind) -> dict[UUID, tuple[Lot, ...]]:
    """Return the applied acts about cartons of these bookings; a booking without any is missing."""
    found: dict[UUID, list[Lot]] = {}
    rows = session.scalars(
        sa.select(HandlingAct)
        .where(
            HandlingAct.booking_id.in_(booking_ids),
            HandlingAct.kind == kind,
            HandlingAct.outcome == Outcome.APPLIED,
            *_not_undone(kind),
        )
        .order_by(HandlingAct.id)
    )
    for row in rows:
        if row.booking_id is not None:
            found.setdefault(row.booking_id, []).append(lot_of(row))
    return {booking_id: tuple(mine) for booking_id, mine in found.items()}


def _not_undone(kind: Kind) -> tuple[sa.ColumnElement[bool], ...]:
    """Leave out the cartons that were put on a lorry before all of their booking was taken off it again."""
    if kind is not Kind.LOAD:
        return ()
    taken_off = sa.select(TransportEvent.id).where(
        TransportEvent.booking_id == HandlingAct.booking_id,
        TransportEvent.code == int(Status.UNLOADED),
        TransportEvent.event_at >= HandlingAct.done_at,
    )
    return (~taken_off.exists(),)


def lot_of(row: HandlingAct) -> Lot:
    """Return an act about cartons as the rules know it."""
    said = row.content
    return Lot(
        id=row.id,
        done_at=row.done_at,
        first=said["first"],
        pieces=said["pieces"],
        grams=said.get("grams", 0),
        cm3=said.get("cm3", 0),
        damaged=said.get("damaged", 0),
        device=row.device,
        number=row.number,
        base=row.base,
        after_seal=said.get("after_seal", False),
    )


def conflicts(session: Session, *, departure_id: UUID) -> tuple[ConflictRow, ...]:
    """Return what phones said differently about the same cartons, in the order of bookings and kinds."""
    rows = session.scalars(
        sa.select(HandlingAct)
        .where(
            HandlingAct.departure_id == departure_id,
            HandlingAct.kind.in_(ABOUT_CARTONS),
            HandlingAct.outcome == Outcome.APPLIED,
        )
        .order_by(HandlingAct.booking_id, HandlingAct.kind, HandlingAct.id)
    ).all()
    groups: dict[tuple[UUID, Kind], list[Lot]] = {}
    for row in rows:
        if row.booking_id is not None:
            groups.setdefault((row.booking_id, row.kind), []).append(lot_of(row))
    return tuple(
        ConflictRow(booking_id, kind, difference)
        for (booking_id, kind), found in groups.items()
        for difference in differences(found)
    )


def unit_cartons(session: Session, *, sscc: str) -> tuple[UUID, tuple[int, ...]] | None:
    """Return of which booking a hub's unit is, and the numbers of its cartons where they are known."""
    found = session.execute(
        sa.select(HandlingUnit.booking_id, HandlingAct.owns)
        .outerjoin(HandlingAct, HandlingAct.unit_id == HandlingUnit.id)
        .where(HandlingUnit.sscc == sscc)
    ).first()
    return None if found is None else (found.booking_id, tuple(found.owns or ()))


def seals(session: Session, *, departure_id: UUID) -> tuple[str, ...]:
    """Return the numbers of the seals on a lorry, as they were put on."""
    return tuple(
        session.scalars(
            sa.select(Seal.number).where(Seal.departure_id == departure_id).order_by(Seal.affixed_at, Seal.id)
        )
    )


def departure_of_file(session: Session, *, act_id: UUID, file_id: UUID) -> UUID | None:
    """Return the departure of an act with this file; None where there is no such."""
    return session.scalars(
        sa.select(HandlingAct.departure_id)
        .join(HandlingFile, HandlingFile.act_id == HandlingAct.id)
        .where(HandlingAct.id == act_id, HandlingFile.file_id == file_id)
    ).one_or_none()


def of_person(session: Session, *, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return the acts that a person did, with what he remarked, earliest first."""
    return {
        "handling_acts": exported(
            session,
            sa.select(
                HandlingAct.id,
                HandlingAct.departure_id,
                HandlingAct.kind,
                HandlingAct.device,
                HandlingAct.done_at,
                HandlingRemark.body.label("remarks"),
            )
            .outerjoin(HandlingRemark, HandlingRemark.act_id == HandlingAct.id)
            .where(HandlingAct.person_id == person_id)
            .order_by(HandlingAct.id),
        )
    }


def _files(session: Session, act_ids: Collection[UUID]) -> dict[UUID, list[HandlingFile]]:
    found: dict[UUID, list[HandlingFile]] = {}
    for row in session.scalars(
        sa.select(HandlingFile).where(HandlingFile.act_id.in_(act_ids)).order_by(HandlingFile.file_id)
    ):
        found.setdefault(row.act_id, []).append(row)
    return found
