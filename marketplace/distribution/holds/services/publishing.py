"""Propose who bears what from a day on, and publish it as another person."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.audit.rules import digest
from marketplace.distribution.holds.models import BearingRuleVersion
from marketplace.distribution.holds.rules import bearing as rules
from marketplace.distribution.holds.rules.bearing import RULE, Bearing, RuleState
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.logistics.rules.states import HoldCause
from marketplace.payments.rules.house_money import check_second


def propose(
    session: Session,
    *,
    cause: HoldCause,
    bearing: Bearing,
    valid_from: date,
    today: date,
    source: str,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Propose a rule and return its id: it counts once another person has published it.

    Refused ``valid_from`` for a day that is over, and bearers that cannot be named.
    """
    rules.check(bearing)
    if valid_from < today:
        raise Refused.field("valid_from", "past", f"{today} or later")
    row = BearingRuleVersion(
        id=new_id(),
        cause=cause,
        waiting=bearing.waiting,
        off_loading=bearing.off_loading,
        transfer=bearing.transfer,
        rest=bearing.rest,
        shared_by=bearing.shared_by,
        valid_from=valid_from,
        source=source,
        state=RuleState.PROPOSED,
        person_id=actor.person,
        created_at=now,
    )
    session.add(row)
    session.flush()
    facts = {name: str(getattr(bearing, name)) for name in Bearing.__dataclass_fields__}
    facts |= {"cause": str(cause), "from": valid_from.isoformat(), "source": digest(source)}
    _note(session, row.id, "propose", facts, actor, now)
    return row.id


def publish(session: Session, *, rule_id: UUID, today: date, actor: Actor, now: datetime) -> None:
    """Let a proposed rule count, as another person; one whose day is over counts from today.

    NotFound, Conflict ``same_person`` and ``state``.
    """
    row = _locked(session, rule_id)
    state = RULE.apply(row.state, "publish")
    check_second(person_id=actor.person, first_by=row.person_id)
    row.state, row.decided_at = state, now
    row.valid_from = max(row.valid_from, today)
    session.flush()
    _note(session, rule_id, "publish", {"from": row.valid_from.isoformat()}, actor, now)


def decline(session: Session, *, rule_id: UUID, actor: Actor, now: datetime) -> None:
    """Let a proposed rule never count, as anybody who may publish; NotFound, Conflict ``state``."""
    row = _locked(session, rule_id)
    row.state, row.decided_at = RULE.apply(row.state, "decline"), now
    session.flush()
    _note(session, rule_id, "decline", {}, actor, now)


def _locked(session: Session, rule_id: UUID) -> BearingRuleVersion:
    found = session.scalars(
        sa.select(BearingRuleVersion)
        .where(BearingRuleVersion.id == rule_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("bearing_rule")
    return found


def _note(session: Session, rule_id: UUID, act: str, facts: dict[str, str], actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        actor=actor,
        action=f"bearing_rule.{act}",
        subject="bearing_rule",
        subject_id=rule_id,
        facts=facts,
        now=now,
    )
