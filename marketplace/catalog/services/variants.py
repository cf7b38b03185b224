"""Put listings together as variants, take them apart, and make another one. What they differ by goes live at once."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.catalog.models import Listing, ListingVariant, VariantGroup
from marketplace.catalog.queries import variants as queries
from marketplace.catalog.rules.states import APPROVED
from marketplace.catalog.rules.variants import MOST_VARIANTS, Group, Member, check_group, free_name, moved
from marketplace.catalog.services import bulk, cards, details, listings
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, FieldError, Refused
from marketplace.kernel.ids import new_id


def put(session: Session, *, actor: Actor, listing_id: UUID, group: Group, now: datetime) -> None:
    """Let the actor's listing be one of this group, in the place of the group it was in; again changes nothing.

    Refused ``members`` for an article number that is not the company's, or is in another group; ``name`` for one that
    another group has.
    """
    own = listings.own(session, actor=actor, listing_id=listing_id, lock=False)
    checked = check_group(group, own=own.sku)
    _axes, before = queries.group_of(session, listing_id=listing_id)
    skus = [each.sku for each in checked.members]
    known = bulk.find_by_sku(session, company_id=actor.company, skus=skus)
    if unknown := [sku for sku in skus if sku not in known]:
        raise Refused.field("members", "variant_unknown", "article numbers of your own", unknown=", ".join(unknown))
    ids = [known[sku] for sku in skus]
    old = {row.listing_id for row in before}
    # Who puts the same listings together at the same moment waits here, and then finds them in a group.
    locked = bulk.own_locked(session, actor=actor, listing_ids={*ids, *old})
    _check_unmoved(session, listing_id, (_axes, before))
    elsewhere = queries.groups(session, listing_ids=[each for each in ids if each not in old])
    if elsewhere:
        taken = ", ".join(sku for sku in skus if known[sku] in elsewhere)
        raise Refused.field("members", "variant_elsewhere", "article numbers in no other group", taken=taken)
    called = queries.name_of(session, listing_id=listing_id)
    name = checked.name or called or free_name(skus[0], queries.names_of(session, company_id=actor.company))
    if (called, _axes, [(row.listing_id, row.values) for row in before]) == (
        name,
        checked.axes,
        [(known[each.sku], each.values) for each in checked.members],
    ):
        return
    _clear(session, old)
    made = new_id()
    named = {"company_id": actor.company, "name": name, "axes": list(checked.axes)}
    if not insert_if_new(session, VariantGroup, id=made, **named):
        raise Refused.field("name", "taken", "a name that no other group of yours has")
    session.add_all(
        ListingVariant(listing_id=known[each.sku], group_id=made, position=position, values=list(each.values))
        for position, each in enumerate(checked.members)
    )
    _seen(session, actor, listing_id, list(locked.values()), len(ids), now)


def _check_unmoved(
    session: Session, listing_id: UUID, before: tuple[tuple[str, ...], tuple[queries.VariantRow, ...]]
) -> None:
    """Refuse to go on where somebody changed the group before its listings were locked: Conflict ``raced``."""
    if queries.group_of(session, listing_id=listing_id) != before:
        raise Conflict("raced")


def part(session: Session, *, actor: Actor, listing_id: UUID, now: datetime) -> None:
    """Take the group of the actor's listing apart; the listings stay."""
    listings.own(session, actor=actor, listing_id=listing_id, lock=False)
    _axes, before = queries.group_of(session, listing_id=listing_id)
    if not before:
        return
    locked = bulk.own_locked(session, actor=actor, listing_ids={row.listing_id for row in before})
    _check_unmoved(session, listing_id, (_axes, before))
    _clear(session, locked)
    _seen(session, actor, listing_id, list(locked.values()), 0, now)


def add(
    session: Session,
    *,
    actor: Actor,
    listing_id: UUID,
    sku: str,
    values: tuple[str, ...],
    percent: Decimal = Decimal(0),
    alone: tuple[Sequence[str], Sequence[str]] = ((), ()),
    now: datetime,
) -> UUID:
    """Write another variant as a draft: what the listing says, its prices moved by so many per cent, no stock.

    ``alone`` says of a listing in no group by what the two differ, and its own values; Refused ``axes`` and ``own``
    where it has to. Packing, details and texts are the listing's and can be edited like any other's.
    """
    own = listings.own(session, actor=actor, listing_id=listing_id)
    axes, rows = queries.group_of(session, listing_id=listing_id)
    before = [Member(row.sku, row.values) for row in rows]
    if not before:
        lacking = [name for name, texts in zip(("axes", "own"), alone, strict=True) if not texts]
        if lacking:
            raise Refused.fields(*(FieldError(name, "required", "a value") for name in lacking))
        axes, before = tuple(alone[0]), [Member(own.sku, tuple(alone[1]))]
    if len(before) >= MOST_VARIANTS:
        raise Refused.field("sku", "variant_count", f"2 to {MOST_VARIANTS}")
    draft = listings.draft_of(session, actor=actor, listing_id=listing_id)
    stock = None if draft.stock is None else 0
    changed = replace(draft, sku=sku, ladders=moved(draft.ladders, percent), stock=stock)
    made = listings.create(session, actor=actor, draft=changed, now=now)
    for kind, document in details.said_of(session, own).items():
        details.copy(session, listing_id=made, kind=kind, document=document, now=now)
    group = Group(axes, (*before, Member(sku, values)))
    put(session, actor=actor, listing_id=listing_id, group=group, now=now)
    return made


def _clear(session: Session, listing_ids: Collection[UUID]) -> None:
    groups = set(queries.groups(session, listing_ids=listing_ids).values())
    session.execute(sa.delete(ListingVariant).where(ListingVariant.group_id.in_(groups)))
    session.execute(sa.delete(VariantGroup).where(VariantGroup.id.in_(groups)))


def _seen(session: Session, actor: Actor, listing_id: UUID, touched: list[Listing], count: int, now: datetime) -> None:
    """Write down what was done, and the cards of what is up."""
    session.flush()
    facts = {"variants": count}
    audit.record(
        session, actor=actor, action="listing.variants_set", subject="listing", subject_id=listing_id, facts=facts,
        now=now,
    )  # fmt: skip
    shown = [listing for listing in touched if listing.state in APPROVED]
    for listing in shown:
        bulk.touch(listing, now)
    cards.refresh(session, listings=shown, now=now)
