"""Read tracking links: those of a booking for its parties, and what one shows to whoever has it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.codes import digest
from marketplace.kernel.errors import NotFound
from marketplace.logistics.models.departures import Booking
from marketplace.logistics.queries import tracking
from marketplace.logistics.queries.departures import StopRow, stops_of
from marketplace.logistics.queries.tracking import TransportRow
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import BookingState, Classifier
from marketplace.logistics.tracing.models import TrackingLink
from marketplace.logistics.tracing.rules import links as rules
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting

# A booking that was rolled more often than there are days ahead would have gone round in a circle.
_MOST_ROLLS: Final = 100
_DELIVERED: Final = frozenset({Status.DELIVERED, Status.DELIVERED_AS_INSTRUCTED})


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link as the parties of its booking see it; ``token`` sealed."""

    id: UUID
    booking_id: UUID
    company_id: UUID
    token_sealed: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Tracked:
    """What a link shows: the state, the stops as planned, and what happened and is expected."""

    state: BookingState
    to_place: str
    stops: tuple[StopRow, ...]
    events: tuple[TransportRow, ...]

    @property
    def happened(self) -> tuple[TransportRow, ...]:
        """What happened, the latest first; of what was reported of the same only the city's own note."""
        own = {(row.code, row.place_code) for row in self.events if self._is_fact(row) and row.reported_by is None}
        found = [
            row
            for row in self.events
            if self._is_fact(row) and (row.reported_by is None or (row.code, row.place_code) not in own)
        ]
        return tuple(sorted(found, key=lambda row: (row.event_at, row.id), reverse=True))

    @staticmethod
    def _is_fact(row: TransportRow) -> bool:
        return row.classifier is Classifier.ACTUAL


def links_of(session: Session, *, booking_ids: Collection[UUID]) -> dict[UUID, tuple[LinkRow, ...]]:
    """Return the links of these bookings that were not revoked, the newest first."""
    rows = session.scalars(
        sa.select(TrackingLink)
        .where(TrackingLink.booking_id.in_(booking_ids), TrackingLink.revoked_at.is_(None))
        .order_by(TrackingLink.id.desc())
    )
    found: dict[UUID, list[LinkRow]] = {}
    for row in rows:
        found.setdefault(row.booking_id, []).append(
            LinkRow(row.id, row.booking_id, row.company_id, row.token_sealed, row.created_at)
        )
    return {booking_id: tuple(links) for booking_id, links in found.items()}


def tracked(session: Session, *, token: str, now: datetime) -> Tracked:
    """Return what a link shows, of the booking that its own became; NotFound for a link that is none any more."""
    link = session.execute(
        sa.select(TrackingLink.booking_id, TrackingLink.revoked_at).where(TrackingLink.token_hash == digest(token))
    ).one_or_none()
    if link is None:
        raise NotFound("tracking_link")
    booking = _present(session, link.booking_id)
    events = tracking.timeline(session, booking_ids=[booking.id]).get(booking.id, ())
    delivered = [
        row.event_at
        for row in events
        if row.code in _DELIVERED and row.classifier is Classifier.ACTUAL and row.reported_by is None
    ]
    if not rules.is_shown(
        state=booking.state,
        delivered_at=max(delivered, default=None),
        revoked_at=link.revoked_at,
        days=reference.setting(session, Setting.TRACKING_LINK_DAYS, at=now),
        now=now,
    ):
        raise NotFound("tracking_link")
    stops = stops_of(session, [booking.departure_id])[booking.departure_id]
    return Tracked(booking.state, booking.to_place, stops, events)


def _present(session: Session, booking_id: UUID) -> Booking:
    """Return the booking that one became, itself where it was not rolled."""
    booking = session.get_one(Booking, booking_id)
    for _ in range(_MOST_ROLLS):
        if booking.rolled_to is None:
            break
        booking = session.get_one(Booking, booking.rolled_to)
    return booking
