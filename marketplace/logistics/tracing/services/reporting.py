"""Take what carriers and the companies at posts report: signed, about their own lorries, each message once."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.services.vault import Vault
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused, Unauthenticated
from marketplace.kernel.ids import new_id
from marketplace.logistics.models.cargo import Consignment, TransportEvent
from marketplace.logistics.models.departures import Booking, Departure, DepartureStop
from marketplace.logistics.models.network import Line
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import Classifier
from marketplace.logistics.services import tracking
from marketplace.logistics.services.departures import acting
from marketplace.logistics.tracing.models import Report, ReportingKey, TrackingPost
from marketplace.logistics.tracing.rules import signing
from marketplace.logistics.tracing.rules.vocabulary import REPORTED
from marketplace.reference import queries as reference

# No journey is reported or foreseen from further away than this.
_LONGEST: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Message:
    """What came over the wire: the key's name, the sender's id of it, when and by what it is signed, the bytes."""

    key: str
    id: str
    timestamp: str
    signatures: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Said:
    """An event as it is reported: what, how sure, where, when."""

    code: Status
    classifier: Classifier
    place_code: str | None
    event_at: datetime


@dataclass(frozen=True, slots=True)
class About:
    """Which lorry or which cargo a report is about, by the number that its reporter knows."""

    departure: str | None = None
    house_waybill: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a message: the event it made, the withdrawal it made, one of them at least."""

    event_id: UUID | None
    retraction_id: UUID | None


@dataclass(frozen=True, slots=True)
class _Target:
    departure_id: UUID
    booking_id: UUID | None
    posts: frozenset[str]  # places of a post; empty for the carrier, who may name any place


def signer(session: Session, *, message: Message, vault: Vault, now: datetime) -> UUID:
    """Return the key by which a message is signed; Unauthenticated ``signature`` for anything that is not."""
    key = session.scalars(
        sa.select(ReportingKey).where(ReportingKey.name == message.key, ReportingKey.revoked_at.is_(None))
    ).one_or_none()
    if key is None or not signing.is_genuine(
        vault.unseal(key.secret_sealed),
        message_id=message.id,
        timestamp=message.timestamp,
        signatures=message.signatures,
        body=message.body,
        now=now,
    ):
        raise Unauthenticated("signature")
    return key.id


def report(
    session: Session,
    *,
    key_id: UUID,
    message: Message,
    about: About,
    said: Said | None,
    retracts: UUID | None,
    now: datetime,
) -> Taken:
    """Note what a genuine message says, or return what became of it when it first came.

    NotFound for lorries, cargo and events that are not the reporter's; Conflict ``report_differs`` for an id that came
    with another content; Refused for what cannot be so.
    """
    company_id = session.get_one(ReportingKey, key_id).company_id
    sha256 = hashlib.sha256(message.body).hexdigest()
    if found := _before(session, company_id, message.id, sha256):
        return found
    withdrawn = _own_event(session, company_id, retracts) if retracts is not None else None
    target = _target(session, company_id, about, said, withdrawn)
    acting.lock(session, departure_id=target.departure_id)
    # Whoever sent the same at the same time has gone on by now.
    if found := _before(session, company_id, message.id, sha256):
        return found
    taken = Taken(
        retraction_id=tracking.retract(session, event_id=retracts, now=now, reported_by=company_id)
        if retracts is not None
        else None,
        event_id=_note(session, company_id, target, said, now) if said is not None else None,
    )
    session.add(
        Report(
            id=new_id(),
            company_id=company_id,
            message_id=message.id,
            sha256=sha256,
            key_id=key_id,
            event_id=taken.event_id,
            retraction_id=taken.retraction_id,
            recorded_at=now,
        )
    )
    session.flush()
    _audit(session, Actor(None, company_id), target.departure_id, taken, now)
    return taken


def note(session: Session, *, actor: Actor, departure_id: UUID, said: Said, now: datetime) -> UUID:
    """Note what an operator was told about a lorry, by phone or after a withdrawal; its state stays as it is."""
    acting.lock(session, departure_id=departure_id)
    _check_moment(said, now)
    stops = _stops(session, departure_id)
    if said.place_code is not None and said.place_code not in stops:
        raise Refused.field("place", "choice", ", ".join(stops))
    event_id = tracking.note(
        session,
        code=said.code,
        departure_id=departure_id,
        place_code=said.place_code,
        classifier=said.classifier,
        event_at=said.event_at,
        now=now,
        # An estimate of the operator's people is a report of theirs, not one that was worked out here.
        reported_by=None if said.classifier is Classifier.ACTUAL else actor.company,
    )
    _audit(session, actor, departure_id, Taken(event_id, None), now)
    return event_id


def retract(session: Session, *, actor: Actor, departure_id: UUID, event_id: UUID, now: datetime) -> UUID:
    """Withdraw an event of a lorry, or of cargo on it, as its operator; Conflict ``retracted`` for one that is."""
    acting.lock(session, departure_id=departure_id)
    event = session.get(TransportEvent, event_id)
    if event is None or departure_id != _departure_of(session, event):
        raise NotFound("transport_event")
    withdrawal = tracking.retract(session, event_id=event_id, now=now)
    _audit(session, actor, departure_id, Taken(None, withdrawal), now)
    return withdrawal


def _before(session: Session, company_id: UUID, message_id: str, sha256: str) -> Taken | None:
    found = session.execute(
        sa.select(Report.sha256, Report.event_id, Report.retraction_id).where(
            Report.company_id == company_id, Report.message_id == message_id
        )
    ).one_or_none()
    if found is None:
        return None
    if found.sha256 != sha256:
        raise Conflict("report_differs")
    return Taken(found.event_id, found.retraction_id)


def _own_event(session: Session, company_id: UUID, event_id: UUID) -> TransportEvent:
    event = session.get(TransportEvent, event_id)
    if event is None or event.reported_by != company_id or event.retracts is not None:
        raise NotFound("transport_event")
    return event


def _target(
    session: Session, company_id: UUID, about: About, said: Said | None, withdrawn: TransportEvent | None
) -> _Target:
    """Return what a report is about; a mere withdrawal is about what it withdraws."""
    if withdrawn is not None and said is None:
        return _Target(_departure_of(session, withdrawn), withdrawn.booking_id, frozenset())
    wanted = (
        sa.select(Departure.id, Line.carrier_company_id)
        .join(Line, Line.id == Departure.line_id)
        .where(Departure.reference == about.departure)
    )
    booking_id: UUID | None = None
    if about.house_waybill is not None:
        booking = session.execute(
            sa.select(Booking.id, Booking.departure_id)
            .join(Consignment, Consignment.booking_id == Booking.id)
            .where(Consignment.house_waybill == about.house_waybill)
        ).one_or_none()
        if booking is None:
            raise NotFound("consignment")
        booking_id = booking.id
        wanted = (
            sa.select(Departure.id, Line.carrier_company_id)
            .join(Line, Line.id == Departure.line_id)
            .where(Departure.id == booking.departure_id)
        )
    thing = "departure" if booking_id is None else "consignment"
    found = session.execute(wanted).one_or_none()
    if found is None:
        raise NotFound(thing)
    if found.carrier_company_id == company_id:
        return _Target(found.id, booking_id, frozenset())
    posts = session.scalars(
        sa.select(TrackingPost.place_code).where(
            TrackingPost.company_id == company_id, TrackingPost.place_code.in_(_stops(session, found.id))
        )
    ).all()
    if not posts:
        raise NotFound(thing)
    return _Target(found.id, booking_id, frozenset(posts))


def _note(session: Session, company_id: UUID, target: _Target, said: Said, now: datetime) -> UUID:
    if said.code not in REPORTED:
        raise Refused.field("code", "choice", ", ".join(str(int(code)) for code in sorted(REPORTED)))
    _check_moment(said, now)
    if target.posts and said.place_code not in target.posts:
        raise Refused.field("place", "choice", ", ".join(sorted(target.posts)))
    if said.place_code is not None and not reference.places_by_code(session, [said.place_code]):
        raise Refused.field("place", "choice", ", ".join(_stops(session, target.departure_id)))
    return tracking.note(
        session,
        code=said.code,
        departure_id=None if target.booking_id else target.departure_id,
        booking_id=target.booking_id,
        place_code=said.place_code,
        classifier=said.classifier,
        event_at=said.event_at,
        now=now,
        reported_by=company_id,
    )


def _check_moment(said: Said, now: datetime) -> None:
    """Refuse what happened later than now, as clocks may differ, and what is years away."""
    latest = now + (signing.SKEW if said.classifier is Classifier.ACTUAL else _LONGEST)
    if said.event_at > latest:
        is_fact = said.classifier is Classifier.ACTUAL
        code = "in_the_future" if is_fact else "too_large"
        raise Refused.field("event_at", code, f"{latest.isoformat(timespec='seconds')} or earlier")
    if said.event_at < now - _LONGEST:
        raise Refused.field("event_at", "too_small", f"{(now - _LONGEST).isoformat(timespec='seconds')} or later")


def _stops(session: Session, departure_id: UUID) -> tuple[str, ...]:
    return tuple(
        session.scalars(
            sa.select(DepartureStop.place_code)
            .where(DepartureStop.departure_id == departure_id)
            .order_by(DepartureStop.position)
        )
    )


def _departure_of(session: Session, event: TransportEvent) -> UUID:
    if event.departure_id is not None:
        return event.departure_id
    return session.scalars(sa.select(Booking.departure_id).where(Booking.id == event.booking_id)).one()


def _audit(session: Session, actor: Actor, departure_id: UUID, taken: Taken, now: datetime) -> None:
    for action, event_id in (("retracted", taken.retraction_id), ("noted", taken.event_id)):
        if event_id is not None:
            audit.record(
                session,
                actor=actor,
                action=f"transport.{action}",
                subject="departure",
                subject_id=departure_id,
                facts={"event": event_id},
                now=now,
            )
