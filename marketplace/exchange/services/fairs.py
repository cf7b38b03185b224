"""Plan fairs, register people - who comes first is served first - let them in at the door."""

import secrets
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.events import PersonErased
from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.exchange.models.fairs import Fair, FairGuest, FairMerchant, FairSeat
from marketplace.exchange.models.showroom import Hall
from marketplace.exchange.queries import fairs as queries
from marketplace.exchange.rules.fairs import FAIR, SEAT, TAKING, FairState, Plan, SeatState, check_act, check_plan
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.mail import services as mail
from marketplace.mail.rules import Channel
from marketplace.merchants import queries as merchants
from marketplace.reference import queries as reference

_RUN: Final = Permission.OPERATOR_SHOWROOM_RUN
LETTERS: Final = {
    SeatState.CONFIRMED: "fair_confirmed",
    SeatState.WAITING: "fair_waiting",
    SeatState.CANCELLED: "fair_cancelled",
}


def plan(session: Session, *, actor: Actor, given: Plan, now: datetime) -> UUID:
    """Write a fair as a draft and return its id."""
    actor.must(_RUN)
    check_plan(given, now=now)
    if given.place_code not in reference.places_by_code(session, [given.place_code]):
        raise Refused.field("place", "unknown")
    hall = session.get(Hall, given.hall_id, with_for_update=True) if given.hall_id is not None else None
    if given.hall_id is not None and (hall is None or hall.retired_at is not None):
        raise Refused.field("hall_id", "unknown")
    wanted = dict.fromkeys(given.merchants)
    if wanted.keys() - merchants.active(session, company_ids=wanted):
        raise Refused.field("merchants", "no_merchant", "merchants that may sell")
    fair = Fair(
        id=new_id(),
        kind=given.kind,
        state=FairState.DRAFT,
        titles=dict(given.titles),
        texts=dict(given.texts),
        place_code=given.place_code,
        hall_id=given.hall_id,
        country=given.country,
        starts_at=given.starts_at,
        ends_at=given.ends_at,
        register_until=given.register_until,
        capacity=given.capacity,
        taken=0,
        created_at=now,
    )
    session.add(fair)
    session.flush()
    session.add_all(FairMerchant(fair_id=fair.id, company_id=company_id) for company_id in wanted)
    session.flush()
    _audit(session, actor, "fair.planned", "fair", fair.id, now)
    return fair.id


def act(session: Session, *, actor: Actor, fair_id: UUID, action: str, reason: str, now: datetime) -> None:
    """Open or close the registration, say that the fair was held, or cancel it, of which everybody is told."""
    actor.must(_RUN)
    fair = _locked(session, fair_id)
    check_act(action, reason)
    _move(session, fair, action)
    if action == "cancel":
        fair.reason = reason.strip()
        for row in queries.seats(session, fair_id=fair_id):
            if row.state in (SeatState.CONFIRMED, SeatState.WAITING):
                _end(session, row.id, "cancel", now)
                _write(session, row, SeatState.CANCELLED, now, reason=fair.reason)
        fair.taken = 0
        session.flush()
    _audit(session, actor, f"fair.{action}", "fair", fair_id, now)


def register(
    session: Session, *, actor: Actor, fair_id: UUID, name: str, email: str, may_follow_up: bool, locale: str,
    now: datetime,
) -> str:  # fmt: skip
    """Register somebody of the actor's company and return the ticket: a seat, or a place on the waiting list.

    Conflict ``registration_over`` when nobody is registered any more, ``registered`` for the same address again.
    """
    actor.must(Permission.TRADE_EVENT_REGISTER)
    fair = _locked(session, fair_id)
    if fair.state is FairState.DRAFT:
        raise NotFound("fair")
    if fair.state not in TAKING or now >= fair.register_until:
        raise Conflict("registration_over")
    same = sa.exists().where(
        FairGuest.fair_id == fair_id, FairGuest.company_id == actor.company, FairGuest.email == email
    )
    if session.scalar(sa.select(same)):
        raise Conflict("registered")
    state = SeatState.CONFIRMED if _take_seat(session, fair) else SeatState.WAITING
    known = accounts.find_person(session, login=email)
    code = secrets.token_urlsafe(12)
    seat = FairSeat(
        id=new_id(),
        fair_id=fair_id,
        company_id=actor.company,
        state=state,
        code=code,
        registered_by=actor.person_id,
        registered_at=now,
        changed_at=now,
    )
    session.add(seat)
    session.flush()
    guest = {"name": name.strip(), "email": email, "locale": locale, "may_follow_up": may_follow_up}
    session.add(
        FairGuest(
            seat_id=seat.id,
            fair_id=fair_id,
            company_id=actor.company,
            person_id=known.id if known else None,
            **guest,
        )
    )
    session.flush()
    _write(session, queries.seat(session, code=code), state, now)
    _audit(session, actor, "fair.registered", "registration", seat.id, now, fair=fair_id)
    return code


def give_back(session: Session, *, actor: Actor | None, code: str, now: datetime) -> None:
    """Give a seat back; who waits longest gets it. Whoever has the ticket may, and its name and address are gone."""
    row = queries.seat(session, code=code)
    fair = _locked(session, row.fair_id)
    row = queries.seat(session, code=code)
    _end(session, row.id, "cancel", now)
    _audit(session, actor or SYSTEM, "fair.given_back", "registration", row.id, now, fair=fair.id)
    if row.state is SeatState.WAITING:
        return
    waiting = [each for each in queries.seats(session, fair_id=fair.id) if each.state is SeatState.WAITING]
    if waiting and now < fair.starts_at:
        _seat(session, waiting[0].id, "confirm", now)
        _write(session, waiting[0], SeatState.CONFIRMED, now)
        return
    fair.taken -= 1
    session.flush()
    if fair.state is FairState.FULL:
        _move(session, fair, "free")


def check_in(session: Session, *, actor: Actor, fair_id: UUID, code: str, now: datetime) -> UUID:
    """Let somebody in by the ticket and return the registration; Conflict ``state`` for who came in already."""
    actor.must(_RUN)
    row = session.scalars(
        sa.select(FairSeat).where(FairSeat.fair_id == fair_id, FairSeat.code == code.strip())
    ).one_or_none()
    if row is None:
        raise Refused.field("code", "unknown")
    _locked(session, fair_id)
    _seat(session, row.id, "attend", now)
    _audit(session, actor, "fair.checked_in", "registration", row.id, now, fair=fair_id)
    return row.id


def close(session: Session, *, fair_id: UUID, now: datetime) -> bool:
    """Close the registration of a fair whose time to register is over; False where it was closed before."""
    fair = _locked(session, fair_id)
    if fair.state not in TAKING or now < fair.register_until:
        return False
    _move(session, fair, "close")
    _audit(session, SYSTEM, "fair.close", "fair", fair_id, now)
    return True


def on_person_erased(session: Session, event: PersonErased) -> None:
    """Delete a person's name and address; the seat stays taken by nobody known."""
    session.execute(sa.delete(FairGuest).where(FairGuest.person_id == event.person_id))


def _locked(session: Session, fair_id: UUID) -> Fair:
    """Lock a fair: its seats are given one after the other."""
    fair = session.get(Fair, fair_id, with_for_update=True, populate_existing=True)
    if fair is None:
        raise NotFound("fair")
    return fair


def _take_seat(session: Session, fair: Fair) -> bool:
    """Take a seat where one is free; the table's own condition would refuse one too many."""
    free = sa.update(Fair).where(Fair.id == fair.id, Fair.taken < Fair.capacity).values(taken=Fair.taken + 1)
    taken = session.scalars(free.returning(Fair.taken).execution_options(synchronize_session=False)).one_or_none()
    session.refresh(fair)
    if taken is not None and taken == fair.capacity:
        _move(session, fair, "fill")
    return taken is not None


def _move(session: Session, fair: Fair, action: str) -> None:
    """Take a drawn transition: the one place that writes a fair's state."""
    fair.state = FAIR.apply(fair.state, action)
    session.flush()


def _seat(session: Session, seat_id: UUID, action: str, now: datetime) -> None:
    """Take a drawn transition: the one place that writes a registration's state."""
    seat = session.get_one(FairSeat, seat_id, with_for_update=True, populate_existing=True)
    seat.state, seat.changed_at = SEAT.apply(seat.state, action), now
    session.flush()


def _end(session: Session, seat_id: UUID, action: str, now: datetime) -> None:
    """End a registration and forget whose it was."""
    _seat(session, seat_id, action, now)
    session.execute(sa.delete(FairGuest).where(FairGuest.seat_id == seat_id))


def _write(session: Session, row: queries.SeatRow, state: SeatState, now: datetime, *, reason: str = "") -> None:
    if not row.email:
        return
    fair = queries.fair(session, fair_id=row.fair_id)
    context = {
        "name": row.name,
        "title": fair.titles.get(row.locale, fair.titles["en"]),
        "starts_at": f"{fair.starts_at.astimezone(ZoneInfo(fair.zone)):%Y-%m-%d %H:%M} ({fair.zone})",
        "place": fair.place_names.get(row.locale, fair.place_names["en"]),
        "path": f"/events/tickets/{row.code}",
        "code": row.code,
        "reason": reason,
    }
    mail.send(
        session,
        to=row.email,
        channel=Channel.MAIL,
        template=LETTERS[state],
        locale=row.locale,
        context=context,
        now=now,
    )


def _audit(
    session: Session, actor: Actor, action: str, subject: str, subject_id: UUID, now: datetime, **facts: Any
) -> None:
    audit.record(session, actor=actor, action=action, subject=subject, subject_id=subject_id, facts=facts, now=now)
