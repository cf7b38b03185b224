"""Change prices, quantities and supply of many listings at once: each row is taken or refused by itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.audit.services import Act
from marketplace.catalog.models import Listing, Stock
from marketplace.catalog.rules import low
from marketplace.catalog.rules.drafts import ListingDraft
from marketplace.catalog.rules.imported import in_sheet
from marketplace.catalog.services import bulk, content
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import DomainError, FieldError, Refused


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to become of a listing that was looked at in a version, with so many units on the shelf if that counts.

    ``apply`` returns the draft as it is wanted, or refuses by field. With ``sets_low`` the listing runs low below
    ``low_below`` free units, None for the city's setting.
    """

    listing_id: UUID
    version: int
    apply: Callable[[ListingDraft], ListingDraft]
    stock_was: int | None = None
    sets_low: bool = False
    low_below: int | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What became of it: the version it has now, the fields that changed, or why it stays as it is."""

    listing_id: UUID
    version: int
    fields: tuple[str, ...] = ()
    errors: tuple[FieldError, ...] = ()


def change(session: Session, *, actor: Actor, wanted: Sequence[Wanted], now: datetime) -> list[Done]:
    """Make listings of the actor's company say what is wanted; return row by row what became of it.

    A listing that says so already is left alone, whatever version was looked at: the same grid twice is one change.
    """
    listings = bulk.own_locked(session, actor=actor, listing_ids=[each.listing_id for each in wanted])
    # Goods that leave meanwhile would be put back on the shelf by the units that were read.
    lying = sa.select(Stock.listing_id).where(Stock.listing_id.in_(listings)).order_by(Stock.listing_id)
    session.execute(lying.with_for_update())
    drafts = content.drafts_of(session, list(listings.values()))
    edits, lows, errors = _judged(wanted, listings, drafts)
    done = bulk.edit_listings(session, actor=actor, drafts=edits, now=now) if edits else {}
    changed: dict[UUID, tuple[str, ...]] = {}
    for key, outcome in done.items():
        if isinstance(outcome, DomainError):
            refused = tuple(map(in_sheet, outcome.errors))
            errors[key] = refused or (_conflict(outcome),)
        else:
            changed[key] = outcome.fields
    for key, low_below in lows.items():
        if key not in errors:
            listings[key].low_below = low_below
            changed[key] = (*changed.get(key, ()), "low_below")
    acts = [Act("listing.low_set", key, {"low_below": lows[key]}) for key in lows if key not in errors]
    audit.record_all(session, actor=actor, subject="listing", acts=acts, now=now)
    session.flush()
    return [
        Done(
            each.listing_id,
            listings[each.listing_id].version if each.listing_id in listings else each.version,
            changed.get(each.listing_id, ()),
            errors.get(each.listing_id, ()),
        )
        for each in wanted
    ]


def _judged(
    wanted: Sequence[Wanted], listings: Mapping[UUID, Listing], drafts: Mapping[UUID, ListingDraft]
) -> tuple[dict[UUID, ListingDraft], dict[UUID, int | None], dict[UUID, tuple[FieldError, ...]]]:
    """Return, by listing, the drafts to write, the new bounds of stock that runs low, and what is refused."""
    errors: dict[UUID, tuple[FieldError, ...]] = {}
    edits: dict[UUID, ListingDraft] = {}
    lows: dict[UUID, int | None] = {}
    for each in wanted:
        draft = drafts.get(each.listing_id)
        if draft is None:
            errors[each.listing_id] = (FieldError("id", "unknown", "a listing of your company"),)
            continue
        try:
            made = each.apply(draft)
            low.check(each.low_below)
        except Refused as refusal:
            errors[each.listing_id] = tuple(map(in_sheet, refusal.errors))
            continue
        is_moved = each.sets_low and each.low_below != listings[each.listing_id].low_below
        if made == draft and not is_moved:
            continue
        if late := _late(each, draft, made, listings[each.listing_id].version):
            errors[each.listing_id] = (late,)
            continue
        if made != draft:
            edits[each.listing_id] = made
        if is_moved:
            lows[each.listing_id] = each.low_below
    return edits, lows, errors


def _conflict(outcome: DomainError) -> FieldError:
    if outcome.code == "stock_promised":
        promised = outcome.facts["promised"]
        return FieldError("stock", outcome.code, f"{promised} or more", {"promised": promised})
    return FieldError("id", outcome.code, "another state of the listing")


def _late(wanted: Wanted, draft: ListingDraft, made: ListingDraft, version: int) -> FieldError | None:
    """Return why what is wanted was decided on something that is no longer so."""
    if version != wanted.version:
        return FieldError("version", "row_changed", "the listing as it is now")
    if wanted.stock_was is not None and draft.stock not in {made.stock, wanted.stock_was}:
        return FieldError("stock", "stock_moved", str(draft.stock or 0))
    return None
