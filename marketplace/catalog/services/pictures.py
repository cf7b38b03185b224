"""Pictures of listings: attached from the company's files, removed, ordered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.catalog.events import ListingRewritten
from marketplace.catalog.models import Listing, ListingPicture
from marketplace.catalog.rules.states import APPROVED
from marketplace.catalog.services import cards, changes
from marketplace.catalog.services.listings import own
from marketplace.files import queries as files
from marketplace.files.rules import Purpose
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.events import record
from marketplace.kernel.ids import new_id

MOST_PICTURES: Final = 12
_ALT_LETTERS: Final = 160


def add(session: Session, *, actor: Actor, listing_id: UUID, file_id: UUID, alt: str, now: datetime) -> UUID:
    """Attach a picture of the actor's company; on a listing that is up it waits for review. Again is the same."""
    listing = own(session, actor=actor, listing_id=listing_id)
    file = files.get_file(session, company_id=actor.company, file_id=file_id)
    if not file.serves(Purpose.PICTURE):
        raise Refused.field("file_id", "file_purpose", "a file handed in as picture")
    if len(alt) > _ALT_LETTERS:
        raise Refused.field("alt", "too_long", f"at most {_ALT_LETTERS} characters")
    rows = _rows(session, listing_id)
    for row in rows:
        if row.file_id == file_id:
            return row.id
    if len(rows) >= MOST_PICTURES:
        raise Conflict("pictures_full", most=MOST_PICTURES)
    picture_id = new_id()
    is_reviewed = listing.state in APPROVED
    session.add(
        ListingPicture(
            id=picture_id,
            listing_id=listing_id,
            file_id=file_id,
            position=max((row.position for row in rows), default=0) + 1,
            alt=alt,
            approved=not is_reviewed,
        )
    )
    session.flush()
    if is_reviewed:
        _propose(session, actor, listing, now)
    else:
        record(session, ListingRewritten(listing_id=listing_id, at=now))
    _audit(session, actor, "listing.picture_added", listing_id, file_id, now)
    return picture_id


def remove(session: Session, *, actor: Actor, listing_id: UUID, picture_id: UUID, now: datetime) -> None:
    """Take a picture away, at once: less is shown, nothing new."""
    listing = own(session, actor=actor, listing_id=listing_id)
    row = _row(session, listing_id, picture_id)
    file_id, was_waiting = row.file_id, not row.approved
    session.delete(row)
    session.flush()
    if was_waiting:
        _propose(session, actor, listing, now)
    cards.refresh(session, listings=[listing], now=now)
    record(session, ListingRewritten(listing_id=listing_id, at=now))
    _audit(session, actor, "listing.picture_removed", listing_id, file_id, now)


def is_full(session: Session, *, listing_id: UUID) -> bool:
    """Tell whether a listing has as many pictures as it may."""
    return len(_rows(session, listing_id)) >= MOST_PICTURES


def show_first(session: Session, *, actor: Actor, listing_id: UUID, file_ids: Sequence[UUID], now: datetime) -> None:
    """Show the pictures of these files first, in their order; those that stand so already are left alone."""
    listing = own(session, actor=actor, listing_id=listing_id)
    rows = _rows(session, listing_id)
    place = {file_id: number for number, file_id in enumerate(file_ids)}
    wanted = sorted(rows, key=lambda row: place.get(row.file_id, len(place)))
    if wanted == rows:
        return
    for position, row in enumerate(wanted, start=1):
        row.position = position
    session.flush()
    if any(not row.approved for row in rows):
        _propose(session, actor, listing, now)
    cards.refresh(session, listings=[listing], now=now)
    _audit(session, actor, "listing.pictures_arranged", listing_id, wanted[0].file_id, now)


def lead(session: Session, *, actor: Actor, listing_id: UUID, picture_id: UUID, now: datetime) -> None:
    """Show an approved picture first."""
    listing = own(session, actor=actor, listing_id=listing_id)
    row = _row(session, listing_id, picture_id)
    if not row.approved:
        raise Conflict("picture_waiting")
    row.position = min(other.position for other in _rows(session, listing_id)) - 1
    session.flush()
    cards.refresh(session, listings=[listing], now=now)
    _audit(session, actor, "listing.picture_led", listing_id, row.file_id, now)


def arrange(
    session: Session,
    *,
    actor: Actor,
    listing_id: UUID,
    picture_id: UUID,
    alt: str | None = None,
    position: int | None = None,
    now: datetime,
) -> None:
    """Say what a picture shows, or put it to a place from 1; both are seen at once, the picture once it is approved."""
    listing = own(session, actor=actor, listing_id=listing_id)
    row = _row(session, listing_id, picture_id)
    rows = _rows(session, listing_id)
    if alt is not None and len(alt) > _ALT_LETTERS:
        raise Refused.field("alt", "too_long", f"at most {_ALT_LETTERS} characters")
    if position is not None and not 1 <= position <= len(rows):
        raise Refused.field("position", "range", f"1 to {len(rows)}")
    before = [(each.id, each.alt) for each in rows]
    if position is not None:
        rows.remove(row)
        rows.insert(position - 1, row)
        for place, each in enumerate(rows, start=1):
            each.position = place
    if alt is not None:
        row.alt = " ".join(alt.split())
    if [(each.id, each.alt) for each in rows] == before:
        return
    session.flush()
    cards.refresh(session, listings=[listing], now=now)
    _audit(session, actor, "listing.picture_arranged", listing_id, row.file_id, now)


def _rows(session: Session, listing_id: UUID) -> list[ListingPicture]:
    return list(
        session.scalars(
            sa.select(ListingPicture).where(ListingPicture.listing_id == listing_id).order_by(ListingPicture.position)
        )
    )


def _row(session: Session, listing_id: UUID, picture_id: UUID) -> ListingPicture:
    row = session.get(ListingPicture, picture_id)
    if row is None or row.listing_id != listing_id:
        raise NotFound("picture")
    return row


def _propose(session: Session, actor: Actor, listing: Listing, now: datetime) -> None:
    """Put the pictures that wait into the change set, beside what waits there already."""
    rows = _rows(session, listing.id)
    old = [str(row.file_id) for row in rows if row.approved]
    new = [str(row.file_id) for row in rows]
    changes.propose_part(session, actor=actor, listing_id=listing.id, name="pictures", old=old, new=new, now=now)


def _audit(session: Session, actor: Actor, action: str, listing_id: UUID, file_id: UUID, now: datetime) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        subject="listing",
        subject_id=listing_id,
        facts={"file": file_id},
        now=now,
    )
