"""Make, edit and submit listings, and carry out what their merchant or a reviewer decides."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.catalog.events import ListingSubmitted, ListingWithheld, PriceJumped
from marketplace.catalog.models import Listing
from marketplace.catalog.rules.changes import Changed, differences, split
from marketplace.catalog.rules.drafts import ListingDraft
from marketplace.catalog.rules.pricing import Ladder, jumps
from marketplace.catalog.rules.states import APPROVED, LISTING, MERCHANT_ACTS, ListingState
from marketplace.catalog.services import cards, changes, content, stock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from marketplace.kernel.events import record
from marketplace.kernel.ids import new_id
from marketplace.merchants import queries as merchants


def create(session: Session, *, actor: Actor, draft: ListingDraft, now: datetime) -> UUID:
    """Write a new listing as a draft of the actor's company and return its id; Refused names every wrong field."""
    actor.must(Permission.CATALOG_LISTING_EDIT)
    checked = content.checked(session, draft)
    listing_id = new_id()
    is_new = insert_if_new(
        session,
        Listing,
        id=listing_id,
        company_id=actor.company,
        state=ListingState.DRAFT,
        version=1,
        price_jumped=False,
        created_at=now,
        changed_at=now,
        **{name: content.from_json(name, value) for name, value in checked.values.items()},
    )
    if not is_new:
        raise Refused.field("sku", "taken", "an article number you do not use yet")
    content.write_ladders(session, listing_id, checked.ladders)
    if draft.stock is not None:
        stock.set_on_hand(session, listing_id=listing_id, on_hand=draft.stock, now=now)
    _audit(session, actor, "listing.created", listing_id, now)
    return listing_id


def edit(session: Session, *, actor: Actor, listing_id: UUID, draft: ListingDraft, now: datetime) -> Changed:
    """Make a listing say what the draft says.

    Of a listing that was approved, material fields wait in a change set; price, stock and the rest go live at once.
    """
    listing = own(session, actor=actor, listing_id=listing_id)
    if listing.state is ListingState.DELISTED:
        raise Conflict("state", thing="listing", state=listing.state, action="edit", possible=["reopen"])
    checked = content.checked(session, draft)
    _check_sku(session, listing, draft.sku)
    waiting, direct = split(differences(content.values_of(listing), checked.values))
    if listing.state not in APPROVED:
        direct, waiting = direct | waiting, {}
    fields = _apply(session, listing, direct)
    fields += _reprice(session, listing, checked.ladders, now)
    fields += _restock(session, listing, draft, now)
    proposed = False
    if listing.state in APPROVED:
        proposed = changes.propose(session, actor=actor, listing=listing, material=waiting, now=now)
    if fields:
        _touch(session, listing, now)
        cards.refresh(session, listing=listing, now=now)
    if fields or proposed:
        _audit(session, actor, "listing.edited", listing_id, now, fields=sorted(fields), waiting=sorted(waiting))
    return Changed(bool(fields) or proposed, tuple(sorted(fields)), tuple(sorted(waiting)) if proposed else ())


def find_by_sku(session: Session, *, company_id: UUID, skus: Collection[str]) -> dict[str, UUID]:
    """Return the ids of a company's listings by SKU."""
    rows = session.execute(
        sa.select(Listing.sku, Listing.id).where(Listing.company_id == company_id, Listing.sku.in_(skus))
    )
    return {row.sku: row.id for row in rows}


def draft_of(session: Session, *, actor: Actor, listing_id: UUID, editing: bool = False) -> ListingDraft:
    """Return the actor's listing as the draft to edit: what is up, with a waiting edit laid over it.

    ``editing`` locks it, so that what follows in this unit of work builds on what was read.
    """
    return content.draft_of(session, own(session, actor=actor, listing_id=listing_id, lock=editing))


def submit(session: Session, *, actor: Actor, listing_id: UUID, now: datetime) -> None:
    """Hand a draft in for review; only approved merchants may."""
    listing = own(session, actor=actor, listing_id=listing_id)
    if not merchants.active(session, company_ids=[actor.company]):
        raise NotAllowed("merchant_not_active")
    move(session, listing, "submit")
    listing.submitted_at = now
    _audit(session, actor, "listing.submitted", listing_id, now)
    record(session, ListingSubmitted(listing_id=listing_id, at=now))


def act(session: Session, *, actor: Actor, listing_id: UUID, action: str, now: datetime) -> ListingState:
    """Pause, resume, sell out, withdraw from review, delist or reopen a listing of the actor's company."""
    if action not in MERCHANT_ACTS:
        raise Refused.field("action", "choice", ", ".join(MERCHANT_ACTS))
    listing = own(session, actor=actor, listing_id=listing_id)
    move(session, listing, action)
    if action == "delist":
        changes.withdraw(session, listing_id=listing_id, now=now)
    if action == "withdraw":
        record(session, ListingWithheld(listing_id=listing_id, at=now))
    _touch(session, listing, now)
    _audit(session, actor, f"listing.{action}", listing_id, now)
    cards.refresh(session, listing=listing, now=now)
    return listing.state


def set_stock(session: Session, *, actor: Actor, listing_id: UUID, on_hand: int, now: datetime) -> int:
    """Set the units that lie ready and return the difference; zero sells a live listing out, more brings it back."""
    listing = own(session, actor=actor, listing_id=listing_id)
    if listing.lead_days is not None:
        raise Conflict("made_to_order", listing=listing_id)
    difference = stock.set_on_hand(session, listing_id=listing_id, on_hand=on_hand, now=now)
    if difference:
        _follow_stock(session, listing, on_hand, now)
        _audit(session, actor, "listing.stock_set", listing_id, now, on_hand=on_hand, difference=difference)
    return difference


def decide(session: Session, *, actor: Actor, listing_id: UUID, action: str, now: datetime) -> None:
    """Carry out a reviewer's ``approve``, ``request_changes`` or ``decline``, or ``pause`` what is up."""
    listing = lock(session, listing_id)
    move(session, listing, action)
    if listing.state is ListingState.LIVE:
        listing.approved_at = now
        listing.price_jumped = False
        changes.approve_pictures(session, listing_id=listing_id)
    _touch(session, listing, now)
    _audit(session, actor, f"listing.{action}", listing_id, now, version=listing.version)
    cards.refresh(session, listing=listing, now=now)


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


def move(session: Session, listing: Listing, action: str) -> None:
    """Take a drawn transition: the one place that writes a listing's state."""
    listing.state = LISTING.apply(listing.state, action)
    session.flush()


def _check_sku(session: Session, listing: Listing, sku: str) -> None:
    if sku != listing.sku and find_by_sku(session, company_id=listing.company_id, skus=[sku]):
        raise Refused.field("sku", "taken", "an article number you do not use yet")


def _apply(session: Session, listing: Listing, direct: Mapping[str, dict[str, Any]]) -> list[str]:
    for name, change in direct.items():
        setattr(listing, name, content.from_json(name, change["new"]))
    session.flush()
    return list(direct)


def _reprice(session: Session, listing: Listing, ladders: tuple[Ladder, ...], now: datetime) -> list[str]:
    before = content.ladders_of(session, listing.id)
    if before == ladders:
        return []
    content.write_ladders(session, listing.id, ladders)
    if listing.state in APPROVED and jumps(before, ladders):
        listing.price_jumped = True
        record(session, PriceJumped(listing_id=listing.id, at=now))
    return ["ladders"]


def _restock(session: Session, listing: Listing, draft: ListingDraft, now: datetime) -> list[str]:
    if draft.stock is None:
        stock.end_stock(session, listing_id=listing.id, now=now)
        return []
    if not stock.set_on_hand(session, listing_id=listing.id, on_hand=draft.stock, now=now):
        return []
    _follow_stock(session, listing, draft.stock, now)
    return ["stock"]


def _follow_stock(session: Session, listing: Listing, on_hand: int, now: datetime) -> None:
    action = "restock" if on_hand else "sell_out"
    if LISTING.allows(listing.state, action):
        move(session, listing, action)
        cards.refresh(session, listing=listing, now=now)


def _touch(session: Session, listing: Listing, now: datetime) -> None:
    listing.version += 1
    listing.changed_at = now
    session.flush()


def _audit(session: Session, actor: Actor, action: str, listing_id: UUID, now: datetime, **facts: Any) -> None:
    audit.record(session, actor=actor, action=action, subject="listing", subject_id=listing_id, facts=facts, now=now)
