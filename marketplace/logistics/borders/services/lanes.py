"""Rules of the lanes of crossings."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.logistics.borders.models import BorderLaneRule
from marketplace.logistics.borders.rules.lanes import LaneRule
from marketplace.logistics.borders.services.telling import crossing_of, tell


def add_rule(
    session: Session,
    *,
    actor: Actor,
    crossing_id: UUID,
    lane: str,
    rule: LaneRule,
    valid_from: date,
    valid_to: date | None,
    source: str,
    is_assumed: bool,
    now: datetime,
) -> UUID:
    """Let a lane of a crossing take only what a rule allows, on these days; ``checked_parameters`` gives its rest."""
    crossing_of(session, crossing_id)
    if valid_to is not None and valid_to < valid_from:
        raise Refused.field("valid_to", "day_within", f"{valid_from} or later")
    row = BorderLaneRule(
        id=new_id(),
        crossing_id=crossing_id,
        lane=lane,
        code=rule.code,
        parameters=dict(rule.parameters),
        valid_from=valid_from,
        valid_to=valid_to,
        source=source,
        is_assumed=is_assumed,
    )
    session.add(row)
    session.flush()
    facts = {"rule": row.id, "code": str(rule.code)}
    tell(session, "border.rule_set", "border_crossing", crossing_id, actor=actor, now=now, **facts)
    return row.id


def end_rule(session: Session, *, actor: Actor, rule_id: UUID, last_day: date, now: datetime) -> UUID:
    """Let a rule hold until a day, the last; return the crossing. Refused ``last_day`` before it begins."""
    row = session.get(BorderLaneRule, rule_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("border_lane_rule")
    if last_day < row.valid_from:
        raise Refused.field("last_day", "day_within", f"{row.valid_from} or later")
    row.valid_to = last_day
    session.flush()
    tell(session, "border.rule_ended", "border_crossing", row.crossing_id, actor=actor, now=now, rule=row.id)
    return row.crossing_id
