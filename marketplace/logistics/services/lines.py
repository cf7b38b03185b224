"""Lines as operators keep them: made, named anew, led another way from a day on, ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, FieldError, NotFound, Refused
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.models.network import BorderCrossing, Line, LineSuccession, ServicePattern
from marketplace.logistics.pricing.queries.versions import versions
from marketplace.logistics.rules import lines as rules
from marketplace.logistics.rules.states import CURRENT, DepartureState
from marketplace.logistics.services import freight, network, timetable
from marketplace.logistics.services.departures import acting, closing
from marketplace.logistics.services.network import LegPlan
from marketplace.reference import queries as reference
from marketplace.reference.rules import PlaceKind


@dataclass(frozen=True, slots=True)
class LineDraft:
    """A line as it is put in; the crossing of each leg is found from its two ends."""

    code: str
    name: str
    names: Mapping[str, str]
    hub_code: str
    carrier_company_id: UUID
    legs: Sequence[LegPlan]
    first_day: date


def make(session: Session, *, actor: Actor, draft: LineDraft, now: datetime) -> UUID:
    """Make a line that runs from a day on, by the clock of its hub; weekly services and tariffs are put in after.

    Refused names each field that is wrong: see ``rules.lines.errors_of``, and ``code``, ``carrier``, ``first_day``.
    """
    actor.must(Permission.OPERATOR_NETWORK_EDIT)
    ground = _ground(session)
    errors = [*_taken(session, draft.code), *_wrong(draft.hub_code, draft.legs, ground)]
    carriers = accounts.companies_of_kind(session, kind=CompanyKind.CARRIER)
    if draft.carrier_company_id not in {company.id for company in carriers}:
        errors.append(FieldError("carrier", "choice", "the id of a carrier"))
    zone = _zone(session, draft.hub_code)
    if zone is not None and draft.first_day < now.astimezone(zone).date():
        errors.append(_day_over("first_day", now, zone))
    if errors or zone is None:
        raise Refused.fields(*errors)
    return _add(session, actor, draft, ground, _begin(draft.first_day, zone, now), None, now)


def rename(
    session: Session, *, actor: Actor, line_id: UUID, name: str, names: Mapping[str, str], now: datetime
) -> None:
    """Let a line be called otherwise, from now on and everywhere. NotFound."""
    line = _locked(session, actor, line_id)
    if (line.name, dict(line.names)) == (name, dict(names)):
        return
    line.name, line.names = name, dict(names)
    session.flush()
    _audit(session, actor, "renamed", line_id, {}, now)


def lead(
    session: Session, *, actor: Actor, line_id: UUID, code: str, legs: Sequence[LegPlan], first_day: date, now: datetime
) -> UUID:
    """Lead a line another way from a day on, and return the line that goes on from there under another code.

    Whatever is booked keeps the legs that it was promised on: departures with bookings run as they stand, those
    without are cancelled from that day on. The new line has the weekly services of the old one, and its prices to the
    places that both bring goods to. Refused as for ``make``; Conflict ``line_ended``; NotFound.
    """
    line = _running(session, actor, line_id)
    ground = _ground(session)
    zone = ZoneInfo(reference.get_place(session, line.hub_code).zone)
    errors = [*_taken(session, code), *_wrong(line.hub_code, legs, ground)]
    if first_day < now.astimezone(zone).date():
        errors.append(_day_over("first_day", now, zone))
    if errors:
        raise Refused.fields(*errors)
    begins_at = _begin(first_day, zone, now)
    draft = LineDraft(code, line.name, line.names, line.hub_code, line.carrier_company_id, legs, first_day)
    made = _add(session, actor, draft, ground, begins_at, line_id, now)
    _end(session, actor, line, begins_at, now)
    for pattern in session.scalars(
        sa.select(ServicePattern)
        .where(
            ServicePattern.line_id == line_id,
            sa.or_(ServicePattern.ended_at.is_(None), ServicePattern.ended_at > begins_at),
        )
        .order_by(ServicePattern.weekday, ServicePattern.minute_of_day)
    ).all():
        network.add_service(
            session,
            line_id=made,
            vehicle_type_id=pattern.vehicle_type_id,
            weekday=pattern.weekday,
            minute_of_day=pattern.minute_of_day,
        )
    _reprice(session, actor, line_id, made, {leg.to_code for leg in legs}, now)
    timetable.roll(session, now=now)
    return made


def end(session: Session, *, actor: Actor, line_id: UUID, last_day: date, now: datetime) -> None:
    """Let a line run to a day, the last, by the clock of its hub; later departures without bookings are cancelled.

    Refused ``last_day`` that is over; Conflict ``line_ended`` when its end is set already; NotFound.
    """
    line = _running(session, actor, line_id)
    zone = ZoneInfo(reference.get_place(session, line.hub_code).zone)
    if last_day < now.astimezone(zone).date():
        raise Refused.fields(_day_over("last_day", now, zone))
    ends_at = datetime.combine(last_day + timedelta(days=1), time(), zone).astimezone(UTC)
    if line.begins_at is not None and ends_at <= line.begins_at:
        raise Refused.field("last_day", "too_small", f"{line.begins_at.astimezone(zone).date()} or later")
    _end(session, actor, line, ends_at, now)


def _end(session: Session, actor: Actor, line: Line, ends_at: datetime, now: datetime) -> None:
    line.ended_at = ends_at
    session.flush()
    _audit(session, actor, "ended", line.id, {"ends_at": ends_at.isoformat()}, now)
    later = session.scalars(
        sa.select(Departure.id)
        .where(
            Departure.line_id == line.id,
            Departure.departs_at >= ends_at,
            Departure.state.in_((DepartureState.PLANNED, DepartureState.OPEN)),
        )
        .order_by(Departure.id)
    ).all()
    acting.lock_all(session, departure_ids=later)
    booked = set(
        session.scalars(
            sa.select(Booking.departure_id).where(Booking.departure_id.in_(later), Booking.state.in_(CURRENT))
        )
    )
    for departure_id in later:
        if departure_id not in booked:
            closing.cancel(session, actor=actor, departure_id=departure_id, reason="the line ended", now=now)


def _add(
    session: Session,
    actor: Actor,
    draft: LineDraft,
    ground: rules.Ground,
    begins_at: datetime,
    follows_id: UUID | None,
    now: datetime,
) -> UUID:
    starts = (draft.hub_code, *(leg.to_code for leg in draft.legs))
    legs = [
        replace(leg, crossing=ground.crossing(start, leg.to_code))
        for start, leg in zip(starts, draft.legs, strict=False)
    ]
    line_id = network.add_line(
        session,
        actor=actor,
        code=draft.code,
        name=draft.name,
        names=draft.names,
        hub_code=draft.hub_code,
        carrier_company_id=draft.carrier_company_id,
        legs=legs,
        now=now,
    )
    line = session.get_one(Line, line_id)
    line.begins_at = begins_at
    if follows_id is not None:
        session.add(LineSuccession(line_id=line_id, follows_id=follows_id))
    session.flush()
    return line_id


def _reprice(session: Session, actor: Actor, old: UUID, new: UUID, places: set[str], now: datetime) -> None:
    """Let a line charge what the one before it charges and will charge."""
    found = [row for row in versions(session, line_id=old) if row.valid_to is None or row.valid_to > now]
    for row in sorted(found, key=lambda each: (each.to_place, each.valid_from)):
        if row.to_place in places:
            freight.set_tariff(
                session,
                actor=actor,
                line_id=new,
                to_place=row.to_place,
                rates=row.rates,
                valid_from=max(row.valid_from, now),
                note=row.note,
                now=now,
            )


def _locked(session: Session, actor: Actor, line_id: UUID) -> Line:
    actor.must(Permission.OPERATOR_NETWORK_EDIT)
    line = session.get(Line, line_id, with_for_update=True, populate_existing=True)
    if line is None:
        raise NotFound("line")
    return line


def _running(session: Session, actor: Actor, line_id: UUID) -> Line:
    line = _locked(session, actor, line_id)
    if line.ended_at is not None:
        raise Conflict("line_ended", line=line.id, ended_at=line.ended_at.isoformat())
    return line


def _ground(session: Session) -> rules.Ground:
    crossings = session.execute(sa.select(BorderCrossing.code, BorderCrossing.one_side, BorderCrossing.other_side))
    return rules.Ground(
        {row.code: rules.Site(row.country, row.kind is PlaceKind.BORDER_SIDE) for row in reference.places(session)},
        {row.code: frozenset((row.one_side, row.other_side)) for row in crossings},
    )


def _wrong(hub_code: str, legs: Sequence[LegPlan], ground: rules.Ground) -> list[FieldError]:
    return rules.errors_of(hub_code, [rules.Call(leg.to_code, leg.minutes) for leg in legs], ground)


def _taken(session: Session, code: str) -> list[FieldError]:
    if errors := rules.errors_of_code(code):
        return errors
    there = session.scalars(sa.select(Line.id).where(Line.code == code)).one_or_none()
    return [FieldError("code", "taken")] if there is not None else []


def _zone(session: Session, hub_code: str) -> ZoneInfo | None:
    found = reference.places_by_code(session, (hub_code,)).get(hub_code)
    return ZoneInfo(found.zone) if found is not None else None


def _day_over(field: str, now: datetime, zone: ZoneInfo) -> FieldError:
    return FieldError(field, "day_over", f"{now.astimezone(zone).date().isoformat()} or later")


def _begin(first_day: date, zone: ZoneInfo, now: datetime) -> datetime:
    """Return when a day begins by the clock of a hub; for today, now."""
    return max(datetime.combine(first_day, time(), zone).astimezone(UTC), now)


def _audit(session: Session, actor: Actor, act: str, line_id: UUID, facts: dict[str, str], now: datetime) -> None:
    audit.record(session, actor=actor, action=f"line.{act}", subject="line", subject_id=line_id, facts=facts, now=now)
