"""Chain departures out and home into the rotation of a vehicle."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id, new_reference
from marketplace.logistics.fleet.models import FleetRotation, FleetRotationLeg, FleetVehicle
from marketplace.logistics.fleet.queries import rotations as queries
from marketplace.logistics.fleet.rules.rotations import check_chain
from marketplace.logistics.queries.departures import departures_of
from marketplace.logistics.rules.states import DepartureState


def chain(session: Session, *, actor: Actor, vehicle_id: UUID, departure_ids: Sequence[UUID], now: datetime) -> UUID:
    """Let a vehicle run departures one after the other, and return the rotation's id.

    Refused for a vehicle or departure that there is not; Conflict ``rotation_order`` where one leaves before the one
    before it has arrived, ``rotation_taken`` where a rotation of the vehicle has one already.
    """
    actor.must(Permission.LOGISTICS_DEPARTURE_OPERATE)
    vehicle = session.get(FleetVehicle, vehicle_id)
    if vehicle is None or vehicle.retired_at is not None:
        raise Refused.field("vehicle", "unknown")
    rotation = FleetRotation(id=new_id(), reference=new_reference("ROT"), vehicle_id=vehicle_id, created_at=now)
    session.add(rotation)
    session.flush()
    _join(session, rotation, departure_ids, now)
    _audit(session, actor, "rotation.chained", rotation.id, departure_ids, now)
    return rotation.id


def extend(session: Session, *, actor: Actor, rotation_id: UUID, departure_ids: Sequence[UUID], now: datetime) -> None:
    """Add departures to a rotation, in their place by time; the same refusals as ``chain``."""
    rotation = _locked(session, actor, rotation_id)
    _join(session, rotation, departure_ids, now)
    _audit(session, actor, "rotation.extended", rotation.id, departure_ids, now)


def shorten(session: Session, *, actor: Actor, rotation_id: UUID, departure_id: UUID, now: datetime) -> None:
    """Take a departure out of a rotation; with its last the rotation is gone."""
    _locked(session, actor, rotation_id)
    leg = session.get(FleetRotationLeg, (rotation_id, departure_id))
    if leg is None:
        raise NotFound("departure")
    session.delete(leg)
    session.flush()
    left = session.scalar(sa.select(sa.func.count()).where(FleetRotationLeg.rotation_id == rotation_id))
    if not left:
        session.execute(sa.delete(FleetRotation).where(FleetRotation.id == rotation_id))
    _audit(session, actor, "rotation.shortened", rotation_id, [departure_id], now)


def _join(session: Session, rotation: FleetRotation, departure_ids: Sequence[UUID], now: datetime) -> None:
    found = departures_of(session, departure_ids=departure_ids, now=now)
    gone = [each for each in found.values() if each.state is DepartureState.CANCELLED]
    if not departure_ids or len(found) != len(set(departure_ids)) or gone:
        raise Refused.field("departures", "unknown" if departure_ids else "required", "one or more")
    for departure_id in found:
        if not insert_if_new(
            session,
            FleetRotationLeg,
            rotation_id=rotation.id,
            departure_id=departure_id,
            vehicle_id=rotation.vehicle_id,
        ):
            raise Conflict("rotation_taken", departure=departure_id, reference=found[departure_id].reference)
    whole = queries.rotation(session, rotation_id=rotation.id, now=now)
    check_chain(queries.runs_of(session, departures=whole.departures))


def _locked(session: Session, actor: Actor, rotation_id: UUID) -> FleetRotation:
    actor.must(Permission.LOGISTICS_DEPARTURE_OPERATE)
    wanted = sa.select(FleetRotation).where(FleetRotation.id == rotation_id).with_for_update(key_share=True)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound("rotation")
    return found


def _audit(
    session: Session, actor: Actor, action: str, rotation_id: UUID, departure_ids: Sequence[UUID], now: datetime
) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        subject="rotation",
        subject_id=rotation_id,
        facts={"departures": list(departure_ids)},
        now=now,
    )
