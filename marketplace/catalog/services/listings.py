"""Make, edit and submit listings, and carry out what their merchant or a reviewer decides."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.catalog.events import ListingWithheld
from marketplace.catalog.models import Listing
from marketplace.catalog.queries import details, goods
from marketplace.catalog.rules import low
from marketplace.catalog.rules.changes import Changed
from marketplace.catalog.rules.details import DetailKind
from marketplace.catalog.rules.details.attributes import missing
from marketplace.catalog.rules.drafts import ListingDraft
from marketplace.catalog.rules.states import MERCHANT_ACTS, ListingState
from marketplace.catalog.services import bulk, cards, changes, content, stock
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, DomainError, NotFound, Refused
from marketplace.kernel.events import record

Result = TypeVar("Result")


def create(session: Session, *, actor: Actor, draft: ListingDraft, now: datetime) -> UUID:
    """Write a new listing as a draft of the actor's company and return its id; Refused names every wrong field."""
    (made,) = bulk.create_listings(session, actor=actor, drafts=[draft], now=now)
    return _or_raise(made)


def edit(session: Session, *, actor: Actor, listing_id: UUID, draft: ListingDraft, now: datetime) -> Changed:
    """Make a listing say what the draft says.

    Of a listing that was approved, material fields wait in a change set; price, stock and the rest go live at once.
    """
    return _or_raise(bulk.edit_listings(session, actor=actor, drafts={listing_id: draft}, now=now)[listing_id])


def draft_of(session: Session, *, actor: Actor, listing_id: UUID) -> ListingDraft:
    """Return the actor's listing as the draft to edit: what is up, with a waiting edit laid over it."""
    listing = own(session, actor=actor, listing_id=listing_id, lock=False)
    return content.drafts_of(session, [listing])[listing_id]


def draft_to_edit(session: Session, *, actor: Actor, listing_id: UUID, version: int | None = None) -> ListingDraft:
    """Return the draft, its listing and stock locked, so that what follows in this unit of work builds on it.

    Conflict ``listing_changed`` when the listing is no longer at the ``version`` that was looked at.
    """
    listing = own(session, actor=actor, listing_id=listing_id)
    if version is not None and version != listing.version:
        raise Conflict("listing_changed", listing=listing_id, version=listing.version)
    # Goods that leave meanwhile would be put back on the shelf by the units that were read.
    stock.lock(session, listing_id=listing_id)
    return content.drafts_of(session, [listing])[listing_id]


def submit(session: Session, *, actor: Actor, listing_id: UUID, now: datetime) -> None:
    """Hand a draft in for review; only approved merchants may.

    Conflict ``attributes_missing`` while something that its category requires is not stated.
    """
    own(session, actor=actor, listing_id=listing_id)
    if lacks := lacking(session, listing_ids=[listing_id]):
        raise Conflict("attributes_missing", missing=", ".join(lacks[listing_id]))
    bulk.submit_listings(session, actor=actor, listing_ids=[listing_id], now=now)


def lacking(session: Session, *, listing_ids: Collection[UUID]) -> dict[UUID, tuple[str, ...]]:
    """Return what is not stated of listings though their category requires it, for those that lack anything."""
    shelves = dict(session.execute(sa.select(Listing.id, Listing.category_id).where(Listing.id.in_(listing_ids))).all())
    asked = goods.attributes_of(session, category_ids=set(shelves.values()))
    strict = {key for key, shelf in shelves.items() if any(each.is_required for each in asked.get(shelf, ()))}
    if not strict:
        return {}
    stated = details.documents(session, listing_ids=strict)
    found = {
        key: missing(stated.get(key, {}).get(DetailKind.ATTRIBUTES.value, {}), asked[shelves[key]]) for key in strict
    }
    return {key: codes for key, codes in found.items() if codes}


def act(session: Session, *, actor: Actor, listing_id: UUID, action: str, now: datetime) -> ListingState:
    """Pause, resume, sell out, withdraw from review, delist or reopen a listing of the actor's company."""
    if action not in MERCHANT_ACTS:
        raise Refused.field("action", "choice", ", ".join(MERCHANT_ACTS))
    listing = own(session, actor=actor, listing_id=listing_id)
    bulk.move(session, {listing_id: listing.state}, action)
    if action == "delist":
        changes.withdraw(session, listing_ids=[listing_id], now=now)
    if action in {"withdraw", "reopen"}:
        record(session, ListingWithheld(listing_id=listing_id, at=now))
    bulk.touch(listing, now)
    _audit(session, actor, f"listing.{action}", listing_id, now)
    cards.refresh(session, listings=[listing], now=now)
    return listing.state


def set_stock(session: Session, *, actor: Actor, listing_id: UUID, on_hand: int, now: datetime) -> int:
    """Set the units that lie ready and return the difference; zero sells a live listing out, more brings it back."""
    listing = own(session, actor=actor, listing_id=listing_id)
    if listing.lead_days is not None:
        raise Conflict("made_to_order", listing=listing_id)
    difference = stock.set_on_hand(session, listing_id=listing_id, on_hand=on_hand, now=now)
    if difference:
        cards.refresh(session, listings=bulk.follow_stock(session, {listing_id: (listing, on_hand)}), now=now)
        _audit(session, actor, "listing.stock_set", listing_id, now, on_hand=on_hand, difference=difference)
    return difference


def set_low(session: Session, *, actor: Actor, listing_id: UUID, low_below: int | None, now: datetime) -> None:
    """Say below how many free units a listing runs low, None for the city's setting; Refused ``low_below``.

    Nobody but its merchant reads it, so the listing says nothing new: its version stays.
    """
    low.check(low_below)
    listing = own(session, actor=actor, listing_id=listing_id)
    if listing.low_below != low_below:
        listing.low_below = low_below
        session.flush()
        _audit(session, actor, "listing.low_set", listing_id, now, low_below=low_below)


def decide(session: Session, *, actor: Actor, listing_id: UUID, action: str, now: datetime) -> None:
    """Carry out what a reviewer decided: see `bulk.decide_listings`."""
    bulk.decide_listings(session, actor=actor, listing_ids=[listing_id], action=action, now=now)


def clear_price_flag(session: Session, *, actor: Actor, listing_id: UUID, now: datetime) -> None:
    """Note that somebody looked at a price that jumped."""
    listing = lock(session, listing_id)
    listing.price_jumped = False
    _audit(session, actor, "listing.price_seen", listing_id, now)


def own(session: Session, *, actor: Actor, listing_id: UUID, lock: bool = True) -> Listing:
    """Return the actor's company's listing, locked for writing; NotFound for unknown and foreign ids alike."""
    actor.must(Permission.CATALOG_LISTING_EDIT)
    query = sa.select(Listing).where(Listing.id == listing_id, Listing.company_id == actor.company)
    listing = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if listing is None:
        raise NotFound("listing")
    return listing


def lock(session: Session, listing_id: UUID) -> Listing:
    """Return any listing, locked for writing."""
    listing = session.get(Listing, listing_id, with_for_update=True)
    if listing is None:
        raise NotFound("listing")
    return listing


def _or_raise(done: Result | DomainError) -> Result:
    if isinstance(done, DomainError):
        raise done
    return done


def _audit(session: Session, actor: Actor, action: str, listing_id: UUID, now: datetime, **facts: Any) -> None:
    audit.record(session, actor=actor, action=action, subject="listing", subject_id=listing_id, facts=facts, now=now)
