"""Keep cold goods cold: set points, pre-cooling, what loggers measured, and cases of what stood too warm or cold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.logistics.events import ExcursionOpened
from marketplace.logistics.queries.bookings import booking as booking_row
from marketplace.logistics.queries.departures import departure
from marketplace.logistics.road.models.lorries import BookingCooling, PreCooling, ReeferExcursion, ReeferReading
from marketplace.logistics.road.queries import aboard
from marketplace.logistics.road.queries import cooling as queries
from marketplace.logistics.road.rules import reefers as rules
from marketplace.logistics.road.rules.reefers import Excursion, Range, Reading
from marketplace.logistics.road.services import access
from marketplace.logistics.road.services.access import Hat
from marketplace.logistics.rules.states import AT_HUB, DepartureState
from marketplace.logistics.services import tracking
from marketplace.logistics.services.departures import acting
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting

_BEFORE_SEALING: Final = (DepartureState.OPEN, DepartureState.CLOSED, DepartureState.LOADING)


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What a file brought: how many readings it has, how many of them were new, how many cases it opened."""

    read: int
    added: int
    opened: int


def set_range(session: Session, *, actor: Actor, booking_id: UUID, set_point: int, kept: Range, now: datetime) -> None:
    """Say at which temperature (tenths of °C) a consignment is kept, and between which it may be.

    NotFound ``booking`` for anybody but the operator; Refused by field; Conflict ``state`` once it is on the lorry.
    """
    row = booking_row(session, booking_id=booking_id)
    try:
        access.must_be(session, Hat.OPERATOR, actor=actor, departure_id=row.departure_id)
    except NotFound:
        raise NotFound("booking") from None
    if row.state not in AT_HUB:
        raise Conflict("state", thing="booking", state=str(row.state), action="cool", possible=[])
    rules.check_cooling(set_point, kept)
    session.merge(BookingCooling(booking_id=booking_id, set_point=set_point, least=kept.least, most=kept.most))
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="booking.cooled",
        subject="booking",
        subject_id=booking_id,
        facts={"set_point": set_point, "least": kept.least, "most": kept.most},
        now=now,
    )


def pre_cool(
    session: Session,
    *,
    actor: Actor,
    departure_id: UUID,
    tenths: int,
    logger: str,
    happened_at: datetime | None = None,
    now: datetime,
) -> UUID:
    """Record that the empty trailer was cooled down, to how many tenths of °C, and which logger rides in it.

    NotFound ``departure`` for anybody but the operator and its carrier; Refused by field; Conflict ``too_late_to_cool``
    once the lorry is sealed.
    """
    access.must_be(session, Hat.OPERATOR, Hat.CARRIER, actor=actor, departure_id=departure_id)
    acting.lock(session, departure_id=departure_id)
    if departure(session, departure_id=departure_id, now=now).state not in _BEFORE_SEALING:
        raise Conflict("too_late_to_cool", departure=departure_id)
    if not rules.COLDEST <= tenths <= rules.WARMEST:
        raise Refused.field("celsius", "range", f"{rules.COLDEST / 10:g} to {rules.WARMEST / 10:g}")
    number = rules.check_logger(logger)
    made = PreCooling(
        id=new_id(),
        departure_id=departure_id,
        tenths=tenths,
        logger=number,
        company_id=actor.company,
        happened_at=tracking.checked(happened_at, field="happened_at", now=now),
        recorded_at=now,
    )
    session.add(made)
    session.flush()
    _audit(session, actor, "departure.pre_cooled", departure_id, {"pre_cooling": made.id, "tenths": tenths}, now)
    return made.id


def upload(
    session: Session, *, actor: Actor, departure_id: UUID, content: bytes, logger: str = "", now: datetime
) -> Uploaded:
    """Keep what a logger measured, each instant once, and open cases for what stood outside its range for too long.

    Times without a zone are on the clock of the hub; without a column ``logger`` the file is of ``logger``, or of the
    one that was noted at pre-cooling. NotFound ``departure`` for anybody but the operator and its carrier; Refused
    ``readings`` by line.
    """
    access.must_be(session, Hat.OPERATOR, Hat.CARRIER, actor=actor, departure_id=departure_id)
    acting.lock(session, departure_id=departure_id)
    row = departure(session, departure_id=departure_id, now=now)
    number = rules.check_logger(logger) if logger else queries.logger_of(session, departure_id=departure_id)
    found = rules.parse(content, zone=ZoneInfo(row.stops[0].place.zone), logger=number, now=now)
    added = sum(
        insert_if_new(
            session, ReeferReading, departure_id=departure_id, logger=one.logger, at=one.at, tenths=one.tenths
        )
        for one in found
    )
    opened = _open_cases(session, departure_id, now) if added else 0
    facts = {"read": len(found), "added": added, "opened": opened}
    _audit(session, actor, "departure.readings_kept", departure_id, facts, now)
    return Uploaded(len(found), added, opened)


def close_case(session: Session, *, actor: Actor, excursion_id: UUID, now: datetime) -> None:
    """Be done with a case; again changes nothing. NotFound ``excursion`` for anybody but the operator."""
    case = session.get(ReeferExcursion, excursion_id)
    if case is None:
        raise NotFound("excursion")
    departure_id = booking_row(session, booking_id=case.booking_id).departure_id
    try:
        access.must_be(session, Hat.OPERATOR, actor=actor, departure_id=departure_id)
    except NotFound:
        raise NotFound("excursion") from None
    if case.closed_at is None:
        case.closed_at = now
        session.flush()
        facts = {"booking": case.booking_id, "excursion": excursion_id}
        _audit(session, actor, "excursion.closed", departure_id, facts, now)


def _open_cases(session: Session, departure_id: UUID, now: datetime) -> int:
    """Open a case for each consignment and time outside its range while it was aboard, and prolong open ones."""
    tolerance = timedelta(minutes=reference.setting(session, Setting.REEFER_TOLERANCE_MINUTES, at=now))
    by_logger: dict[str, list[Reading]] = {}
    for one in queries.readings_of(session, departure_id=departure_id):
        by_logger.setdefault(one.logger, []).append(one)
    stays = {stay.booking_id: stay for stay in aboard.stays_on(session, departure_id=departure_id)}
    return sum(
        _keep(session, booking_id, logger, fresh, now)
        for booking_id, kept in queries.ranges_of(session, booking_ids=stays).items()
        for logger, readings in by_logger.items()
        for one in rules.excursions(
            readings,
            kept.range,
            tolerance=tolerance,
            since=stays[booking_id].since,
            until=stays[booking_id].until,
        )
        for fresh in rules.unsettled(one, readings, kept.range, settled=_settled(session, booking_id, logger))
    )


def _settled(session: Session, booking_id: UUID, logger: str) -> list[tuple[datetime, datetime]]:
    """Return the spans of cases that are closed: what lies beyond them is a case of its own."""
    rows = session.execute(
        sa.select(ReeferExcursion.began_at, ReeferExcursion.last_at).where(
            ReeferExcursion.booking_id == booking_id,
            ReeferExcursion.logger == logger,
            ReeferExcursion.closed_at.is_not(None),
        )
    )
    return [(row.began_at, row.last_at) for row in rows]


def _keep(session: Session, booking_id: UUID, logger: str, one: Excursion, now: datetime) -> bool:
    """Keep an excursion and tell whether it is a new one: those that it grew together with become one."""
    met = _meeting(session, booking_id, logger, one)
    if not met:
        case_id = new_id()
        session.add(
            ReeferExcursion(
                id=case_id,
                booking_id=booking_id,
                logger=logger,
                began_at=one.began_at,
                ended_at=one.ended_at,
                last_at=one.last_at,
                worst=one.worst,
                opened_at=now,
            )
        )
        session.flush()
        events.record(session, ExcursionOpened(at=now, excursion_id=case_id))
        return True
    first = met[0]
    for other in met[1:]:
        session.delete(other)
    session.flush()
    first.began_at, first.ended_at, first.last_at, first.worst = one.began_at, one.ended_at, one.last_at, one.worst
    session.flush()
    return False


def _meeting(session: Session, booking_id: UUID, logger: str, one: Excursion) -> Sequence[ReeferExcursion]:
    return session.scalars(
        sa.select(ReeferExcursion)
        .where(
            ReeferExcursion.booking_id == booking_id,
            ReeferExcursion.logger == logger,
            ReeferExcursion.closed_at.is_(None),
            ReeferExcursion.began_at <= one.last_at,
            ReeferExcursion.last_at >= one.began_at,
        )
        .order_by(ReeferExcursion.began_at)
    ).all()


def _audit(
    session: Session, actor: Actor, action: str, departure_id: UUID, facts: Mapping[str, object], now: datetime
) -> None:
    audit.record(
        session, actor=actor, action=action, subject="departure", subject_id=departure_id, facts=facts, now=now
    )
