"""Material edits of listings that are up: proposed, replaced, taken back, confirmed or declined - each once."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.catalog.events import ChangeProposed, ChangeWithdrawn
from marketplace.catalog.models import ChangeSet, Listing, ListingDetail, ListingPicture
from marketplace.catalog.queries import details
from marketplace.catalog.rules.changes import ELSEWHERE
from marketplace.catalog.rules.details import DetailKind
from marketplace.catalog.rules.details.ending import first_end
from marketplace.catalog.rules.states import APPROVED, CHANGE, ChangeState
from marketplace.catalog.services import cards, content
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import write
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.events import record_all
from marketplace.kernel.ids import new_id


def propose(
    session: Session, *, actor: Actor, material: Mapping[UUID, Mapping[str, dict[str, Any]]], now: datetime
) -> set[UUID]:
    """Let changes of listings wait for review in the place of former proposals; return for which anything is new.

    The caller holds the listings' rows. No changes take a waiting proposal back: the merchant wants what is up. What
    is edited elsewhere, pictures and details, stays in a proposal.
    """
    if not material:
        return set()
    waiting = content.pending_changes(session, material)
    wanted = {listing_id: _with_kept(fields, waiting.get(listing_id)) for listing_id, fields in material.items()}
    moved = {
        listing_id: fields
        for listing_id, fields in wanted.items()
        if (waiting[listing_id].changes if listing_id in waiting else {}) != fields
    }
    withdraw(session, listing_ids=moved, now=now)
    proposals = [
        {
            "id": new_id(),
            "listing_id": listing_id,
            "state": ChangeState.PENDING,
            "changes": fields,
            "proposed_by": actor.person_id,
            "proposed_at": now,
        }
        for listing_id, fields in moved.items()
        if fields
    ]
    if proposals:
        session.execute(sa.insert(ChangeSet), proposals)
    record_all(
        session, [ChangeProposed(listing_id=row["listing_id"], change_id=row["id"], at=now) for row in proposals]
    )
    return set(moved)


def propose_part(
    session: Session, *, actor: Actor, listing_id: UUID, name: str, old: Any, new: Any, now: datetime
) -> bool:
    """Let one part of a listing wait beside what waits already; a part that is as it was waits no longer.

    The caller holds the listing's row. Return whether anything is new.
    """
    parts = {listing_id: {name: (old, new)}}
    return bool(propose_parts(session, actor=actor, parts=parts, now=now))


def propose_parts(
    session: Session, *, actor: Actor, parts: Mapping[UUID, Mapping[str, tuple[Any, Any]]], now: datetime
) -> set[UUID]:
    """Do so with parts of many listings, by name what is up and what is wanted; return for which anything is new."""
    if not parts:
        return set()
    waiting = content.pending_changes(session, parts)
    before = {key: dict(waiting[key].changes) if key in waiting else dict[str, Any]() for key in parts}
    wanted: dict[UUID, dict[str, Any]] = {}
    for key, named in parts.items():
        kept = {name: part for name, part in before[key].items() if name not in named}
        wanted[key] = kept | {name: {"old": old, "new": new} for name, (old, new) in named.items() if old != new}
    moved = {key: fields for key, fields in wanted.items() if fields != before[key]}
    # What is taken back of a proposal would be kept by the next one.
    withdraw(session, listing_ids=[key for key, fields in moved.items() if before[key].keys() - fields], now=now)
    propose(session, actor=actor, material=moved, now=now)
    return set(moved)


def _with_kept(fields: Mapping[str, dict[str, Any]], waiting: ChangeSet | None) -> dict[str, dict[str, Any]]:
    kept = {name: part for name, part in waiting.changes.items() if name in ELSEWHERE} if waiting else {}
    return kept | dict(fields)


def withdraw(session: Session, *, listing_ids: Collection[UUID], now: datetime) -> set[UUID]:
    """Take back the proposals that wait for these listings; return the listings that had one."""
    waiting = content.pending_changes(session, listing_ids)
    taken = _resolve(session, [change.id for change in waiting.values()], "withdraw", now)
    back = [ChangeWithdrawn(listing_id=key, change_id=change.id, at=now) for key, change in waiting.items()]
    record_all(session, [event for event in back if event.change_id in taken])
    return {event.listing_id for event in back if event.change_id in taken}


def propose_again(session: Session, *, listing_id: UUID, withdrawn_at: datetime, now: datetime) -> bool:
    """Let wait again what was taken back when a listing was taken down at that moment; False when nothing was.

    The caller holds the row of the listing, of which nothing could be edited meanwhile.
    """
    listing = session.get_one(Listing, listing_id)
    back = session.scalars(
        sa.select(ChangeSet).where(
            ChangeSet.listing_id == listing_id,
            ChangeSet.state == ChangeState.WITHDRAWN,
            ChangeSet.resolved_at == withdrawn_at,
        )
    ).one_or_none()
    if back is None:
        return False
    proposer = Actor(person_id=back.proposed_by, company_id=listing.company_id)
    parts = {name: (part["old"], part["new"]) for name, part in back.changes.items()}
    return bool(propose_parts(session, actor=proposer, parts={listing_id: parts}, now=now))


def decide(session: Session, *, actor: Actor, change_id: UUID, confirm: bool, now: datetime) -> None:
    """Put a waiting proposal live or decline it; Conflict ``state`` when it was resolved before."""
    change = session.get(ChangeSet, change_id)
    if change is None:
        raise NotFound("change")
    listing = session.get_one(Listing, change.listing_id, with_for_update=True)
    action = "confirm" if confirm else "decline"
    if not _resolve(session, [change_id], action, now):
        session.refresh(change)
        raise Conflict("state", thing="change", state=change.state, action=action, possible=[])
    if confirm:
        _apply(session, listing, change.changes, now)
    else:
        _drop_new_pictures(session, change)
    facts = {"change": change_id, "fields": sorted(change.changes)}
    audit.record(
        session, actor=actor, action=f"change.{action}", subject="listing", subject_id=listing.id, facts=facts, now=now
    )


def reinstate(session: Session, *, actor: Actor, change_id: UUID, now: datetime) -> None:
    """Put live what was declined and is granted now, as a new proposal that is confirmed at once.

    Pictures of a declined proposal are gone; Conflict ``change_waits`` when the merchant proposed something else since.
    """
    declined = session.get(ChangeSet, change_id)
    if declined is None:
        raise NotFound("change")
    listing = session.get_one(Listing, declined.listing_id, with_for_update=True)
    if content.pending_changes(session, [listing.id]):
        raise Conflict("change_waits")
    if listing.state not in APPROVED:
        raise Conflict("state", thing="listing", state=listing.state, action="edit", possible=[])
    now_up = content.values_of(listing) | details.documents(session, listing_ids=[listing.id]).get(listing.id, {})
    wanted = {
        name: {"old": now_up.get(name), "new": part["new"]}
        for name, part in declined.changes.items()
        if name != "pictures"
    }
    row = ChangeSet(
        id=new_id(), listing_id=listing.id, state=ChangeState.PENDING, changes=wanted,
        proposed_by=declined.proposed_by, proposed_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    _resolve(session, [row.id], "confirm", now)
    _apply(session, listing, wanted, now)
    facts = {"change": row.id, "declined": change_id, "fields": sorted(wanted)}
    audit.record(
        session, actor=actor, action="change.reinstate", subject="listing", subject_id=listing.id, facts=facts, now=now
    )


def approve_pictures(session: Session, *, listing_ids: Collection[UUID]) -> None:
    """Show every picture of listings that were approved whole."""
    session.execute(sa.update(ListingPicture).where(ListingPicture.listing_id.in_(listing_ids)).values(approved=True))


def _apply(session: Session, listing: Listing, changes: Mapping[str, dict[str, Any]], now: datetime) -> None:
    for name, change in changes.items():
        if name == "pictures":
            approve_pictures(session, listing_ids=[listing.id])
        elif name in ELSEWHERE:
            write_detail(session, listing_id=listing.id, kind=DetailKind(name), document=change["new"], now=now)
        else:
            setattr(listing, name, content.from_json(name, change["new"]))
    listing.version += 1
    listing.changed_at = listing.approved_at = now
    session.flush()
    cards.refresh(session, listings=[listing], now=now)


def write_detail(session: Session, *, listing_id: UUID, kind: DetailKind, document: Any, now: datetime) -> None:
    """Put a document in the place of the one there is; None takes it away. The caller holds the listing's row."""
    write_details(session, documents={(listing_id, kind): document}, now=now)


def write_details(session: Session, *, documents: Mapping[tuple[UUID, DetailKind], Any], now: datetime) -> None:
    """Do so with many."""
    for kind in {kind for _, kind in documents}:
        ids = [listing_id for listing_id, each in documents if each is kind]
        session.execute(
            sa.delete(ListingDetail).where(ListingDetail.kind == kind, ListingDetail.listing_id.in_(ids)),
            execution_options={"synchronize_session": False},
        )
    rows = [
        {
            "listing_id": listing_id,
            "kind": kind,
            "document": document,
            "changed_at": now,
            "ends_on": first_end(kind, document),
        }
        for (listing_id, kind), document in documents.items()
        if document is not None
    ]
    write(session, ListingDetail, rows)


def _drop_new_pictures(session: Session, change: ChangeSet) -> None:
    if "pictures" in change.changes:
        session.execute(
            sa.delete(ListingPicture).where(
                ListingPicture.listing_id == change.listing_id, ListingPicture.approved.is_(False)
            )
        )


def _resolve(session: Session, change_ids: Collection[UUID], action: str, now: datetime) -> set[UUID]:
    """Resolve waiting proposals: the one place that writes their state; return those that still waited."""
    if not change_ids:
        return set()
    statement = (
        sa.update(ChangeSet)
        .where(ChangeSet.id.in_(change_ids), ChangeSet.state == ChangeState.PENDING)
        .values(state=CHANGE.apply(ChangeState.PENDING, action), resolved_at=now)
        .returning(ChangeSet.id)
        .execution_options(synchronize_session=False)
    )
    return set(session.scalars(statement))
