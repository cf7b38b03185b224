"""Price lists: prices of a merchant's listings for some buyers, from an instant until another.

What was ordered keeps its price whatever becomes of the list.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.catalog.customer_prices.models import PriceList, PriceListEntry
from marketplace.catalog.customer_prices.rules.terms import check_name, check_period
from marketplace.catalog.customer_prices.services import audiences
from marketplace.catalog.customer_prices.services.audiences import Named
from marketplace.catalog.models import Listing
from marketplace.catalog.rules.places import KINDS, find_place, listed
from marketplace.catalog.rules.pricing import Ladder, check_ladders
from marketplace.catalog.services import content
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, FieldError, NotFound, Refused
from marketplace.kernel.ids import new_id

MOST_ENTRIES: Final = 10_000


@dataclass(frozen=True, slots=True)
class NewList:
    """A price list as its merchant states it; the place by its code or name."""

    name: str
    currency: str
    incoterm: str
    place: str
    valid_from: datetime
    valid_until: datetime | None
    named: Named


@dataclass(frozen=True, slots=True)
class NewEntry:
    """Prices of one listing by its article number, as a ladder on the basis of the list."""

    sku: str
    ladder: Ladder


def create(session: Session, *, new: NewList, actor: Actor, now: datetime) -> UUID:
    """Make a price list and return its id; Refused names every wrong field."""
    actor.must(Permission.CATALOG_LISTING_EDIT)
    name = check_name(new.name)
    check_period(new.valid_from, new.valid_until)
    audiences.check(session, named=new.named, actor=actor)
    made: dict[str, Any] = {
        "id": new_id(),
        "merchant_id": actor.company,
        "name": name,
        "currency": new.currency,
        "incoterm": new.incoterm,
        "place_code": _place(session, new),
        "valid_from": new.valid_from,
        "valid_until": new.valid_until,
        "version": 1,
        "created_at": now,
    }
    if not insert_if_new(session, PriceList, **made):
        raise Refused.field("name", "name_used", "a name that is not in use yet")
    audiences.add(session, subject=made["id"], named=new.named)
    _audit(session, actor, "price_list.made", made["id"], now)
    return made["id"]


def change(
    session: Session,
    *,
    list_id: UUID,
    name: str,
    valid_from: datetime,
    valid_until: datetime | None,
    version: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Give a list another name or another period; Conflict ``list_changed`` when it is not at ``version`` any more."""
    found = own(session, actor=actor, list_id=list_id, version=version)
    check_period(valid_from, valid_until)
    trimmed = check_name(name)
    try:
        with session.begin_nested():
            found.name, found.valid_from, found.valid_until = trimmed, valid_from, valid_until
            session.flush()
    except IntegrityError:
        raise Refused.field("name", "name_used", "a name that is not in use yet") from None
    _touch(session, found, actor, "price_list.changed", now)


def end(session: Session, *, list_id: UUID, actor: Actor, now: datetime) -> None:
    """Let a list hold no longer than until now; Conflict ``list_over`` when it is over."""
    found = own(session, actor=actor, list_id=list_id)
    if found.valid_until is not None and found.valid_until <= now:
        raise Conflict("list_over", price_list=list_id)
    found.valid_from = min(found.valid_from, now)
    found.valid_until = now
    _touch(session, found, actor, "price_list.ended", now)


def put(session: Session, *, list_id: UUID, entries: Mapping[int, NewEntry], actor: Actor, now: datetime) -> None:
    """Write prices of listings onto a list, in the place of those it had; all of them, or Refused and none.

    Refused names ``entries.<position>.<part>``: an article number not the merchant's, tiers that do not rise.
    """
    found = own(session, actor=actor, list_id=list_id)
    known = _own_skus(session, entries, actor)
    if errors := _faults(entries, known):
        raise Refused.fields(*errors)
    ids = [known[entry.sku] for entry in entries.values()]
    session.execute(
        sa.delete(PriceListEntry).where(PriceListEntry.list_id == list_id, PriceListEntry.listing_id.in_(ids))
    )
    if _count(session, list_id) + len(entries) > MOST_ENTRIES:
        raise Conflict("price_list_full", most=MOST_ENTRIES)
    session.execute(
        sa.insert(PriceListEntry),
        [
            {
                "listing_id": known[entry.sku],
                "list_id": list_id,
                "tiers": [[tier.from_quantity, tier.price.micro] for tier in entry.ladder.tiers],
            }
            for entry in entries.values()
        ],
    )
    _touch(session, found, actor, "price_list.priced", now, entries=len(entries))


def faults(session: Session, *, entries: Mapping[int, NewEntry], actor: Actor) -> list[FieldError]:
    """Return why ``put`` would refuse entries; a caller that refuses others of one request names these along."""
    return _faults(entries, _own_skus(session, entries, actor))


def take(session: Session, *, list_id: UUID, listing_id: UUID, actor: Actor, now: datetime) -> None:
    """Take a listing off a list; NotFound when it is not on it."""
    found = own(session, actor=actor, list_id=list_id)
    entry = session.get(PriceListEntry, (listing_id, list_id))
    if entry is None:
        raise NotFound("price_list_entry")
    session.delete(entry)
    _touch(session, found, actor, "price_list.taken", now, listing=listing_id)


def name(session: Session, *, list_id: UUID, named: Named, actor: Actor, now: datetime) -> None:
    """Let a list be for these companies and groups too."""
    found = own(session, actor=actor, list_id=list_id)
    audiences.check(session, named=named, actor=actor)
    audiences.add(session, subject=list_id, named=named)
    _touch(session, found, actor, "price_list.named", now)


def forget(session: Session, *, list_id: UUID, audience_id: UUID, actor: Actor, now: datetime) -> None:
    """Let a list be for one of them no more; NotFound."""
    found = own(session, actor=actor, list_id=list_id)
    audiences.remove(session, subject=list_id, audience_id=audience_id)
    _touch(session, found, actor, "price_list.forgot", now)


def own(session: Session, *, actor: Actor, list_id: UUID, version: int | None = None) -> PriceList:
    """Return the actor's company's list, locked; NotFound for unknown and foreign ids alike."""
    actor.must(Permission.CATALOG_LISTING_EDIT)
    query = sa.select(PriceList).where(PriceList.id == list_id, PriceList.merchant_id == actor.company)
    found = session.scalars(query.with_for_update()).one_or_none()
    if found is None:
        raise NotFound("price_list")
    if version is not None and version != found.version:
        raise Conflict("list_changed", price_list=list_id, version=found.version)
    return found


def _own_skus(session: Session, entries: Mapping[int, NewEntry], actor: Actor) -> dict[str, UUID]:
    skus = {entry.sku for entry in entries.values()}
    query = sa.select(Listing.sku, Listing.id).where(Listing.company_id == actor.company, Listing.sku.in_(skus))
    return {row.sku: row.id for row in session.execute(query)}


def _faults(entries: Mapping[int, NewEntry], known: dict[str, UUID]) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[str] = set()
    for position, entry in entries.items():
        at = f"entries.{position}"
        if entry.sku not in known:
            errors.append(FieldError(f"{at}.sku", "unknown", "an article number of yours"))
        elif entry.sku in seen:
            errors.append(FieldError(f"{at}.sku", "twice", "each article number once"))
        seen.add(entry.sku)
        errors += [
            replace(error, field=error.field.replace("ladders.0", at, 1)) for error in check_ladders([entry.ladder])
        ]
    return errors


def _place(session: Session, new: NewList) -> str:
    kinds = KINDS.get(new.incoterm)
    if kinds is None:
        raise Refused.field("incoterm", "choice", ", ".join(KINDS))
    places = content.named_places(session)
    place = find_place(new.place, places, kinds)
    if place is None:
        raise Refused.fields(FieldError("place", "place", listed(places, kinds), {"incoterm": new.incoterm}))
    return place.code


def _count(session: Session, list_id: UUID) -> int:
    return session.scalar(sa.select(sa.func.count()).where(PriceListEntry.list_id == list_id)) or 0


def _touch(session: Session, found: PriceList, actor: Actor, action: str, now: datetime, **facts: Any) -> None:
    found.version += 1
    session.flush()
    _audit(session, actor, action, found.id, now, **facts)


def _audit(session: Session, actor: Actor, action: str, list_id: UUID, now: datetime, **facts: Any) -> None:
    audit.record(session, actor=actor, action=action, subject="price_list", subject_id=list_id, facts=facts, now=now)
