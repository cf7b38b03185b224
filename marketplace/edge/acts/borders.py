"""Acts of operators on borders and legs, for pages and API alike."""

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from marketplace.edge.identity import require_actor
from marketplace.edge.requests import borders as requests
from marketplace.edge.requests.borders import WEEKDAYS
from marketplace.kernel import clock
from marketplace.logistics.borders.queries import crossings
from marketplace.logistics.borders.queries.crossings import CrossingRow
from marketplace.logistics.borders.rules.hours import Hours
from marketplace.logistics.borders.rules.lanes import LaneRule, checked_parameters
from marketplace.logistics.borders.services import closures, hours, lanes, legs
from marketplace.logistics.borders.services.legs import LegChange
from marketplace.logistics.services import weekly


def add_hours(session: Session, crossing_id: UUID, body: requests.HoursBody) -> UUID:
    """Let a side be open at these hours."""
    return hours.add_hours(
        session,
        actor=require_actor(),
        crossing_id=crossing_id,
        place_code=body.place,
        hours=Hours(
            sum(1 << WEEKDAYS.index(day) for day in set(body.weekdays)),
            body.opens,
            body.closes,
            body.valid_from,
            body.valid_to,
        ),
        source=body.source,
        is_assumed=body.assumed,
        replaces=body.replaces,
        now=clock.now(),
    )


def end_hours(session: Session, hours_id: UUID, body: requests.LastDayBody) -> UUID:
    """Let hours hold until a day; return their crossing."""
    return hours.end_hours(session, actor=require_actor(), hours_id=hours_id, last_day=body.last_day, now=clock.now())


def close(session: Session, crossing_id: UUID, body: requests.ClosureBody) -> UUID:
    """Close a side or a whole crossing for a time; return the closure."""
    now = clock.now()
    zone = _clock(crossings.crossing(session, crossing_id=crossing_id, now=now), body.place)
    return closures.enter(
        session,
        actor=require_actor(),
        crossing_id=crossing_id,
        place_code=body.place,
        starts_at=_there(body.starts_at, zone),
        ends_at=_there(body.ends_at, zone),
        reason=body.reason,
        source=body.source,
        now=now,
    )


def propose(session: Session, crossing_id: UUID) -> int:
    """Propose closures of a crossing from public holidays; return how many are new."""
    return closures.propose(session, actor=require_actor(), crossing_id=crossing_id, now=clock.now())


def decide(session: Session, closure_id: UUID, action: str) -> None:
    """Confirm or drop a proposed closure, or withdraw one that counts."""
    act = {"confirm": closures.confirm, "drop": closures.drop, "withdraw": closures.withdraw}[action]
    act(session, actor=require_actor(), closure_id=closure_id, now=clock.now())


def add_rule(session: Session, crossing_id: UUID, body: requests.RuleBody) -> UUID:
    """Let a lane take only what a rule allows."""
    parameters = checked_parameters(body.rule, hours=body.hours, chapters=body.chapters)
    return lanes.add_rule(
        session,
        actor=require_actor(),
        crossing_id=crossing_id,
        lane=body.lane,
        rule=LaneRule(body.rule, parameters),
        valid_from=body.valid_from,
        valid_to=body.valid_to,
        source=body.source,
        is_assumed=body.assumed,
        now=clock.now(),
    )


def end_rule(session: Session, rule_id: UUID, body: requests.LastDayBody) -> UUID:
    """Let a rule hold until a day; return its crossing."""
    return lanes.end_rule(session, actor=require_actor(), rule_id=rule_id, last_day=body.last_day, now=clock.now())


def change_leg(session: Session, leg_id: UUID, body: requests.LegBody) -> None:
    """Let a leg have other figures for departures planned from now on."""
    change = LegChange(
        mode=body.transport,
        carriage=body.carriage,
        lane=body.lane,
        minutes=round(body.hours * 60),
        km=body.km,
        source=body.source,
        is_assumed=body.assumed,
    )
    legs.change_leg(session, actor=require_actor(), leg_id=leg_id, change=change, now=clock.now())


def _clock(row: CrossingRow, place_code: str | None) -> str:
    """Return the zone of a side, that of the first where none or an unknown one is named."""
    zones = {side.place.code: side.place.zone for side in row.sides}
    return zones.get(place_code or "", row.sides[0].place.zone)


def _there(moment: datetime, zone: str) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def begin_service(session: Session, body: requests.ServiceBody) -> UUID:
    """Let a line run every week; return the service."""
    return weekly.begin(
        session,
        actor=require_actor(),
        line_code=body.line,
        vehicle_code=body.vehicle,
        weekday=WEEKDAYS.index(body.weekday),
        minute_of_day=body.time,
        now=clock.now(),
    )


def end_service(session: Session, service_id: UUID) -> None:
    """Plan no more departures of a weekly service."""
    weekly.end(session, actor=require_actor(), pattern_id=service_id, now=clock.now())
