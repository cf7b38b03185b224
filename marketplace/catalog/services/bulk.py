"""Make, edit, submit and approve many listings in one unit of work; a single listing is a list of one.

What is wrong with one listing keeps that one as it is, and never its neighbours: everything is judged before anything
is written. Each table is asked and written once for all, so the cost of a listing is its rows.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.audit.services import Act
from marketplace.catalog.events import ListingRewritten, ListingSubmitted, PriceJumped
from marketplace.catalog.models import Listing
from marketplace.catalog.rules.changes import Changed, differences, split
from marketplace.catalog.rules.drafts import ListingDraft
from marketplace.catalog.rules.pricing import Ladder, jumps
from marketplace.catalog.rules.states import APPROVED, ENDED, LISTING, ListingState
from marketplace.catalog.services import cards, changes, content, prices, stock
from marketplace.catalog.services.content import City, Content
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_new
from marketplace.kernel.errors import Conflict, DomainError, NotAllowed, NotFound, Refused
from marketplace.kernel.events import record_all
from marketplace.kernel.ids import new_id
from marketplace.merchants import queries as merchants


def create_listings(
    session: Session, *, actor: Actor, drafts: Sequence[ListingDraft], now: datetime
) -> list[UUID | DomainError]:
    """Write new listings as drafts of the actor's company; return, draft by draft, an id or why there is none."""
    actor.must(Permission.CATALOG_LISTING_EDIT)
    city = content.city_of(session, drafts)
    judged = [_checked(city, draft) for draft in drafts]
    made = {new_id(): (draft, found) for draft, found in zip(drafts, judged, strict=True) if isinstance(found, Content)}
    ids = iter(made)
    done: list[UUID | DomainError] = [next(ids) if isinstance(found, Content) else found for found in judged]
    rows = [_row(listing_id, actor, found, now) for listing_id, (_, found) in made.items()]
    new = insert_new(session, Listing, rows)
    taken = Refused.field("sku", "taken", "an article number you do not use yet")
    made = {listing_id: parts for listing_id, parts in made.items() if listing_id in new}
    content.write_ladders(session, {key: found.ladders for key, (_, found) in made.items()}, replacing=False)
    prices.note(session, {key: ((), found.ladders) for key, (_, found) in made.items()}, now=now)
    lying = {key: draft.stock for key, (draft, _) in made.items() if draft.stock is not None}
    stock.set_all(session, on_hand=lying, now=now)
    _audit(session, actor, (Act("listing.created", listing_id) for listing_id in made), now)
    return [each if isinstance(each, DomainError) or each in new else taken for each in done]


def edit_listings(
    session: Session, *, actor: Actor, drafts: Mapping[UUID, ListingDraft], now: datetime
) -> dict[UUID, Changed | DomainError]:
    """Make listings say what their drafts say; return what that changed of each, or why it stays as it is.

    Of a listing that was approved, material fields wait in a change set; price, stock and the rest go live at once.
    """
    listings = own_locked(session, actor=actor, listing_ids=drafts)
    done: dict[UUID, Changed | DomainError] = {key: NotFound("listing") for key in drafts if key not in listings}
    edits = _planned(session, actor, {key: (listings[key], drafts[key]) for key in listings}, done)
    taken = {
        key for key, edit in edits.items() if "sku" in edit.direct and not _renamed(session, edit, drafts[key].sku)
    }
    done |= {key: Refused.field("sku", "taken", "an article number you do not use yet") for key in taken}
    edits = {key: edit for key, edit in edits.items() if key not in taken}
    stocked = stock.set_all(session, on_hand={key: drafts[key].stock for key in edits}, now=now)
    done |= {key: refusal for key, refusal in stocked.items() if isinstance(refusal, DomainError)}
    edits = {key: edit for key, edit in edits.items() if key not in done}
    restocked = {key for key in edits if stocked[key] and drafts[key].stock is not None}
    for edit in edits.values():
        for name, change in edit.direct.items():
            setattr(edit.listing, name, content.from_json(name, change["new"]))
    _reprice(session, edits.values(), now)
    follow_stock(session, {key: (edits[key].listing, drafts[key].stock or 0) for key in restocked})
    material = {key: edit.waiting for key, edit in edits.items() if edit.listing.state in APPROVED}
    proposed = changes.propose(session, actor=actor, material=material, now=now)
    acts: list[Act] = []
    for key, edit in edits.items():
        fields = (*edit.direct, *(["ladders"] if edit.is_repriced else []), *(["stock"] if key in restocked else []))
        waiting = tuple(sorted(edit.waiting))
        if fields:
            touch(edit.listing, now)
        if fields or key in proposed:
            acts.append(Act("listing.edited", key, {"fields": sorted(fields), "waiting": list(waiting)}))
        done[key] = Changed(bool(fields) or key in proposed, tuple(sorted(fields)), waiting if key in proposed else ())
    shown = [edit.listing for key, edit in edits.items() if cast("Changed", done[key]).fields]
    cards.refresh(session, listings=shown, now=now)
    _audit(session, actor, acts, now)
    # A price or a stock says nothing else of the goods.
    rewritten = [key for key, edit in edits.items() if edit.direct and edit.listing.state is not ListingState.DRAFT]
    record_all(session, [ListingRewritten(listing_id=listing_id, at=now) for listing_id in rewritten])
    return done


def submit_listings(session: Session, *, actor: Actor, listing_ids: Collection[UUID], now: datetime) -> None:
    """Hand drafts of the actor's company in for review; only approved merchants may, Conflict ``state`` for others.

    NotFound when one of them is unknown or foreign: then none is handed in.
    """
    actor.must(Permission.CATALOG_LISTING_EDIT)
    if not listing_ids:
        return
    mine = (
        sa.select(Listing.id, Listing.state)
        .where(Listing.id.in_(listing_ids), Listing.company_id == actor.company)
        .order_by(Listing.id)
        .with_for_update()
    )
    states = {row.id: row.state for row in session.execute(mine)}
    if len(states) < len(set(listing_ids)):
        raise NotFound("listing")
    if not merchants.active(session, company_ids=[actor.company]):
        raise NotAllowed("merchant_not_active")
    move(session, states, "submit", submitted_at=now)
    _audit(session, actor, (Act("listing.submitted", listing_id) for listing_id in listing_ids), now)
    record_all(session, [ListingSubmitted(listing_id=listing_id, at=now) for listing_id in listing_ids])


def decide_listings(
    session: Session, *, actor: Actor, listing_ids: Collection[UUID], action: str, now: datetime
) -> None:
    """Carry out a reviewer's ``approve``, ``request_changes`` or ``decline``, ``pause`` or ``take_down`` what is up.

    ``restore`` puts back up what was declined or taken down; goods without a unit are sold out then.
    """
    listings = locked(session, listing_ids)
    if len(listings) < len(set(listing_ids)):
        raise NotFound("listing")
    move(session, {key: listing.state for key, listing in listings.items()}, action)
    live = [listing for listing in listings.values() if listing.state is ListingState.LIVE]
    for listing in live:
        listing.approved_at = now
    if action == "restore":
        # Nobody has looked at a price that jumped before the goods went off the shelf.
        record_all(session, [PriceJumped(listing_id=each.id, at=now) for each in live if each.price_jumped])
    else:
        for listing in live:
            listing.price_jumped = False
    changes.approve_pictures(session, listing_ids=[listing.id for listing in live])
    if action == "take_down":
        changes.withdraw(session, listing_ids=listing_ids, now=now)
    if action == "restore":
        lying = stock.on_hand(session, listing_ids=[listing.id for listing in live if listing.lead_days is None])
        follow_stock(session, {listing.id: (listing, lying[listing.id]) for listing in live if listing.id in lying})
    for listing in listings.values():
        touch(listing, now)
    acts = (Act(f"listing.{action}", key, {"version": listing.version}) for key, listing in listings.items())
    _audit(session, actor, acts, now)
    cards.refresh(session, listings=listings.values(), now=now)


def own_locked(session: Session, *, actor: Actor, listing_ids: Collection[UUID]) -> dict[UUID, Listing]:
    """Return those of these listings that are the actor's company's, locked for writing in order of id."""
    actor.must(Permission.CATALOG_LISTING_EDIT)
    return _locked(session, Listing.id.in_(listing_ids), Listing.company_id == actor.company)


def locked(session: Session, listing_ids: Collection[UUID]) -> dict[UUID, Listing]:
    """Return any listings, locked for writing in order of id."""
    return _locked(session, Listing.id.in_(listing_ids))


def hold(session: Session, listing_ids: Collection[UUID]) -> None:
    """Lock any listings in order of id without reading them.

    Rows that point at a listing hold its key on PostgreSQL: two who have written such rows would wait for one another
    for ever, if each wanted the key alone, too. Nobody changes it.
    """
    found = sa.select(Listing.id).where(Listing.id.in_(listing_ids)).order_by(Listing.id)
    session.execute(found.with_for_update(key_share=True))


def move(session: Session, states: Mapping[UUID, ListingState], action: str, **values: Any) -> None:
    """Take a drawn transition for listings that are locked: the one place that writes a listing's state."""
    session.flush()
    after = {key: LISTING.apply(state, action) for key, state in states.items()}
    for state in set(after.values()):
        there = [key for key, reached in after.items() if reached is state]
        session.execute(
            sa.update(Listing)
            .where(Listing.id.in_(there))
            .values(state=state, **values)
            .execution_options(synchronize_session=False)
        )
    for key, state in after.items():
        known = session.identity_map.get(identity_key(Listing, key))
        for name, value in ({"state": state} | values).items() if known is not None else ():
            set_committed_value(known, name, value)


def follow_stock(session: Session, lying: Mapping[UUID, tuple[Listing, int]]) -> list[Listing]:
    """Sell out live listings without units, bring those back that have some; return the listings that moved."""
    moved: list[Listing] = []
    for action, is_wanted in (("sell_out", False), ("restock", True)):
        going = [
            listing
            for listing, units in lying.values()
            if bool(units) is is_wanted and LISTING.allows(listing.state, action)
        ]
        move(session, {listing.id: listing.state for listing in going}, action)
        moved += going
    return moved


def touch(listing: Listing, now: datetime) -> None:
    """Note that a listing says something else now."""
    listing.version += 1
    listing.changed_at = now


def find_by_sku(session: Session, *, company_id: UUID, skus: Collection[str]) -> dict[str, UUID]:
    """Return the ids of a company's listings by SKU."""
    rows = session.execute(
        sa.select(Listing.sku, Listing.id).where(Listing.company_id == company_id, Listing.sku.in_(skus))
    )
    return {row.sku: row.id for row in rows}


@dataclass(slots=True)
class _Edit:
    """What an edit changes at once, what of it waits for review if the listing was approved, and its prices."""

    listing: Listing
    direct: Mapping[str, dict[str, Any]]
    waiting: Mapping[str, dict[str, Any]]
    before: tuple[Ladder, ...]
    ladders: tuple[Ladder, ...]

    @property
    def is_repriced(self) -> bool:
        """Tell whether its prices change."""
        return self.before != self.ladders


def _planned(
    session: Session,
    actor: Actor,
    wanted: Mapping[UUID, tuple[Listing, ListingDraft]],
    done: dict[UUID, Changed | DomainError],
) -> dict[UUID, _Edit]:
    """Judge edits; those that are refused go to ``done``."""
    city = content.city_of(session, (draft for _, draft in wanted.values()))
    ladders = content.ladders_of(session, wanted)
    renamed = [draft.sku for listing, draft in wanted.values() if draft.sku != listing.sku]
    taken = set(find_by_sku(session, company_id=actor.company, skus=renamed)) if renamed else set[str]()
    edits: dict[UUID, _Edit] = {}
    for key, (listing, draft) in wanted.items():
        if listing.state in ENDED:
            done[key] = Conflict("state", thing="listing", state=listing.state, action="edit", possible=["reopen"])
            continue
        found = _checked(city, draft)
        if isinstance(found, DomainError):
            done[key] = found
            continue
        if draft.sku != listing.sku and draft.sku in taken:
            done[key] = Refused.field("sku", "taken", "an article number you do not use yet")
            continue
        taken.add(draft.sku)
        waiting, direct = split(differences(content.values_of(listing), found.values))
        if listing.state not in APPROVED:
            direct, waiting = direct | waiting, {}
        edits[key] = _Edit(listing, direct, waiting, ladders[key], found.ladders)
    return edits


def _renamed(session: Session, edit: _Edit, sku: str) -> bool:
    """Take an article number; whoever takes the same one at this moment is waited for, and one of both is told."""
    try:
        with session.begin_nested():
            session.execute(
                sa.update(Listing)
                .where(Listing.id == edit.listing.id)
                .values(sku=sku)
                .execution_options(synchronize_session=False)
            )
    except IntegrityError:
        return False
    return True


def _checked(city: City, draft: ListingDraft) -> Content | DomainError:
    try:
        return content.checked(city, draft)
    except Refused as refusal:
        return refusal


def _row(listing_id: UUID, actor: Actor, found: Content, now: datetime) -> dict[str, Any]:
    return {
        "id": listing_id,
        "company_id": actor.company,
        "state": ListingState.DRAFT,
        "version": 1,
        "price_jumped": False,
        "created_at": now,
        "changed_at": now,
        **{name: content.from_json(name, value) for name, value in found.values.items()},
    }


def _reprice(session: Session, edits: Iterable[_Edit], now: datetime) -> None:
    repriced = [edit for edit in edits if edit.is_repriced]
    content.write_ladders(session, {edit.listing.id: edit.ladders for edit in repriced})
    prices.note(session, {edit.listing.id: (edit.before, edit.ladders) for edit in repriced}, now=now)
    jumped = [edit.listing for edit in repriced if edit.listing.state in APPROVED and jumps(edit.before, edit.ladders)]
    for listing in jumped:
        listing.price_jumped = True
    record_all(session, [PriceJumped(listing_id=listing.id, at=now) for listing in jumped])


def _locked(session: Session, *where: sa.ColumnElement[bool]) -> dict[UUID, Listing]:
    query = sa.select(Listing).where(*where).order_by(Listing.id).with_for_update()
    newest = session.scalars(query.execution_options(populate_existing=True))
    return {listing.id: listing for listing in newest}


def _audit(session: Session, actor: Actor, acts: Iterable[Act], now: datetime) -> None:
    audit.record_all(session, actor=actor, subject="listing", acts=acts, now=now)
