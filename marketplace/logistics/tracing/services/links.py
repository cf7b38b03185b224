"""Make and revoke links that show the way of a booking, for its parties."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.codes import digest
from marketplace.accounts.services.vault import Vault
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.ids import new_id
from marketplace.logistics.models.departures import Booking
from marketplace.logistics.rules.states import CURRENT
from marketplace.logistics.tracing.models import TrackingLink
from marketplace.logistics.tracing.rules import links as rules


@dataclass(frozen=True, slots=True)
class Made:
    """A link's id, and the token that is its secret."""

    id: UUID
    token: str


def make(session: Session, *, actor: Actor, booking_id: UUID, vault: Vault, now: datetime) -> Made:
    """Make a link to a booking that the actor's company sends or receives; NotFound for any other.

    Conflict ``booking_gone`` for one that was given up, ``too_many_links`` beyond twenty that count.
    """
    booking = _of_party(session, actor, booking_id)
    if booking.state not in CURRENT:
        raise Conflict("booking_gone", booking=booking_id)
    count = session.scalars(
        sa.select(sa.func.count())
        .select_from(TrackingLink)
        .where(TrackingLink.booking_id == booking_id, TrackingLink.revoked_at.is_(None))
    ).one()
    if count >= rules.LINKS_A_BOOKING:
        raise Conflict("too_many_links", most=rules.LINKS_A_BOOKING)
    token = secrets.token_urlsafe(rules.TOKEN_BYTES)
    link = TrackingLink(
        id=new_id(),
        booking_id=booking_id,
        company_id=actor.company,
        token_hash=digest(token),
        token_sealed=vault.seal(token),
        made_by=actor.person,
        created_at=now,
    )
    session.add(link)
    session.flush()
    _audit(session, actor, "tracking_link.made", link, now)
    return Made(link.id, token)


def revoke(session: Session, *, actor: Actor, link_id: UUID, now: datetime) -> None:
    """Let a link show nothing any more, whichever party made it; again changes nothing."""
    link = session.scalars(sa.select(TrackingLink).where(TrackingLink.id == link_id).with_for_update()).one_or_none()
    if link is None or not _is_party(session.get_one(Booking, link.booking_id), actor):
        raise NotFound("tracking_link")
    if link.revoked_at is None:
        link.revoked_at = now
        session.flush()
        _audit(session, actor, "tracking_link.revoked", link, now)


def check_party(session: Session, *, actor: Actor, booking_id: UUID) -> None:
    """Let only those who send or receive a booking go on; NotFound for everybody else."""
    _of_party(session, actor, booking_id)


def _of_party(session: Session, actor: Actor, booking_id: UUID) -> Booking:
    booking = session.get(Booking, booking_id)
    if booking is None or not _is_party(booking, actor):
        raise NotFound("booking")
    return booking


def _is_party(booking: Booking, actor: Actor) -> bool:
    return actor.company in (booking.shipper_company_id, booking.consignee_company_id)


def _audit(session: Session, actor: Actor, action: str, link: TrackingLink, now: datetime) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        subject="booking",
        subject_id=link.booking_id,
        facts={"link": link.id},
        now=now,
    )
