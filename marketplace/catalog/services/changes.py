"""Material edits of listings that are up: proposed, replaced, taken back, confirmed or declined - each once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.catalog.events import ChangeProposed, ChangeWithdrawn
from marketplace.catalog.models import ChangeSet, Listing, ListingPicture
from marketplace.catalog.rules.states import CHANGE, ChangeState
from marketplace.catalog.services import cards, content
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.events import record
from marketplace.kernel.ids import new_id


def propose(
    session: Session, *, actor: Actor, listing: Listing, material: Mapping[str, dict[str, Any]], now: datetime
) -> bool:
    """Let these changes wait for review in the place of a former proposal; tell whether anything is new.

    No changes take a waiting proposal back: the merchant wants what is up. New pictures stay in a proposal.
    """
    waiting = content.pending_change(session, listing.id)
    wanted = dict(material)
    if waiting is not None and "pictures" in waiting.changes and "pictures" not in wanted:
        wanted["pictures"] = waiting.changes["pictures"]
    if waiting is not None and waiting.changes == wanted:
        return False
    withdrew = withdraw(session, listing_id=listing.id, now=now)
    if not wanted:
        return withdrew
    change_id = new_id()
    is_new = insert_if_new(
        session,
        ChangeSet,
        id=change_id,
        listing_id=listing.id,
        state=ChangeState.PENDING,
        changes=wanted,
        proposed_by=actor.person_id,
        proposed_at=now,
    )
    if not is_new:
        raise Conflict("change_waiting", listing=listing.id)
    record(session, ChangeProposed(listing_id=listing.id, change_id=change_id, at=now))
    return True


def withdraw(session: Session, *, listing_id: UUID, now: datetime) -> bool:
    """Take the waiting proposal back; tell whether there was one."""
    waiting = content.pending_change(session, listing_id)
    if waiting is None or not _resolve(session, waiting.id, "withdraw", now):
        return False
    record(session, ChangeWithdrawn(listing_id=listing_id, change_id=waiting.id, at=now))
    return True


def decide(session: Session, *, actor: Actor, change_id: UUID, confirm: bool, now: datetime) -> None:
    """Put a waiting proposal live or decline it; Conflict ``state`` when it was resolved before."""
    change = session.get(ChangeSet, change_id)
    if change is None:
        raise NotFound("change")
    listing = session.get_one(Listing, change.listing_id, with_for_update=True)
    action = "confirm" if confirm else "decline"
    if not _resolve(session, change_id, action, now):
        raise Conflict("state", thing="change", state=change.state, action=action, possible=[])
    if confirm:
        _apply(session, listing, change.changes, now)
    else:
        _drop_new_pictures(session, change)
    facts = {"change": change_id, "fields": sorted(change.changes)}
    audit.record(
        session, actor=actor, action=f"change.{action}", subject="listing", subject_id=listing.id, facts=facts, now=now
    )


def approve_pictures(session: Session, *, listing_id: UUID) -> None:
    """Show every picture of a listing that was approved whole."""
    session.execute(sa.update(ListingPicture).where(ListingPicture.listing_id == listing_id).values(approved=True))


def _apply(session: Session, listing: Listing, changes: Mapping[str, dict[str, Any]], now: datetime) -> None:
    for name, change in changes.items():
        if name == "pictures":
            approve_pictures(session, listing_id=listing.id)
        else:
            setattr(listing, name, content.from_json(name, change["new"]))
    listing.version += 1
    listing.changed_at = listing.approved_at = now
    session.flush()
    cards.refresh(session, listing=listing, now=now)


def _drop_new_pictures(session: Session, change: ChangeSet) -> None:
    if "pictures" in change.changes:
        session.execute(
            sa.delete(ListingPicture).where(
                ListingPicture.listing_id == change.listing_id, ListingPicture.approved.is_(False)
            )
        )


def _resolve(session: Session, change_id: UUID, action: str, now: datetime) -> bool:
    """Resolve a waiting proposal: the one place that writes its state; tell whether it still waited."""
    statement = (
        sa.update(ChangeSet)
        .where(ChangeSet.id == change_id, ChangeSet.state == ChangeState.PENDING)
        .values(state=CHANGE.apply(ChangeState.PENDING, action), resolved_at=now)
    )
    resolved = cast("sa.CursorResult[Any]", session.execute(statement)).rowcount == 1
    session.expire_all()
    return resolved
