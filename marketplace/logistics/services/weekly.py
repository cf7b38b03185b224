"""Weekly services of lines, begun and ended by the operator."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotFound, Refused
from marketplace.logistics.models.network import Line, ServicePattern, VehicleType
from marketplace.logistics.services import network, timetable


def begin(
    session: Session,
    *,
    actor: Actor,
    line_code: str,
    vehicle_code: str,
    weekday: int,
    minute_of_day: int,
    now: datetime,
) -> UUID:
    """Let a line run every week on a day (Monday is 0) at a minute of its hub's day, and plan its departures.

    One that ended runs again. Refused ``line`` and ``vehicle`` that name none, ``time`` at which the line runs already.
    """
    actor.must(Permission.OPERATOR_NETWORK_EDIT)
    line_id = session.scalars(
        sa.select(Line.id).where(Line.code == line_code, sa.or_(Line.ended_at.is_(None), Line.ended_at > now))
    ).one_or_none()
    if line_id is None:
        raise Refused.field("line", "choice", "the code of a line")
    vehicle_id = session.scalars(sa.select(VehicleType.id).where(VehicleType.code == vehicle_code)).one_or_none()
    if vehicle_id is None:
        raise Refused.field("vehicle", "choice", "the code of a kind of lorry")
    there = session.scalars(
        sa.select(ServicePattern)
        .where(
            ServicePattern.line_id == line_id,
            ServicePattern.weekday == weekday,
            ServicePattern.minute_of_day == minute_of_day,
        )
        .with_for_update()
    ).one_or_none()
    if there is not None and (there.ended_at is None or there.ended_at > now):
        raise Refused.field("time", "taken", "a time at which the line does not run yet")
    if there is None:
        pattern_id = network.add_service(
            session, line_id=line_id, vehicle_type_id=vehicle_id, weekday=weekday, minute_of_day=minute_of_day
        )
    else:
        pattern_id, there.ended_at, there.vehicle_type_id = there.id, None, vehicle_id
        session.flush()
    facts = {"line": line_id, "weekday": weekday, "minute": minute_of_day, "vehicle": vehicle_id}
    _audit(session, actor, "begun", pattern_id, facts, now)
    timetable.roll(session, now=now)
    return pattern_id


def end(session: Session, *, actor: Actor, pattern_id: UUID, now: datetime) -> None:
    """Plan no more departures of a weekly service; those that are there run. Again changes nothing; NotFound."""
    actor.must(Permission.OPERATOR_NETWORK_EDIT)
    row = session.get(ServicePattern, pattern_id, with_for_update=True)
    if row is None:
        raise NotFound("service")
    if row.ended_at is None or row.ended_at > now:
        row.ended_at = now
        session.flush()
        _audit(session, actor, "ended", pattern_id, {"line": row.line_id}, now)


def _audit(session: Session, actor: Actor, act: str, pattern_id: UUID, facts: dict[str, Any], now: datetime) -> None:
    audit.record(
        session,
        actor=actor,
        action=f"service.{act}",
        subject="service_pattern",
        subject_id=pattern_id,
        facts=facts,
        now=now,
    )
