"""Let many listings be what they are to be in their groups; a group that is not there is begun. It is live at once."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.audit.services import Act
from marketplace.catalog.models import ListingVariant, VariantGroup
from marketplace.catalog.rules.sheet_variants import InGroup
from marketplace.catalog.rules.states import APPROVED
from marketplace.catalog.services import bulk, cards
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_new
from marketplace.kernel.ids import new_id


def begin(session: Session, *, actor: Actor, places: Collection[InGroup]) -> None:
    """Begin those groups of the actor's company that are not there.

    Whoever begins one of the same name at this moment is waited for: then it is there, with articles of its own.
    """
    axes = {place.group: place.axes for place in places}
    there = sa.select(VariantGroup.name).where(VariantGroup.company_id == actor.company, VariantGroup.name.in_(axes))
    new = [
        {"id": new_id(), "company_id": actor.company, "name": name, "axes": list(axes[name])}
        for name in sorted(axes.keys() - set(session.scalars(there)))
    ]
    insert_new(session, VariantGroup, new)


def stand(session: Session, *, actor: Actor, places: Mapping[UUID, InGroup], now: datetime) -> set[UUID]:
    """Let listings of the actor's company be this in groups that are there; return those that now are.

    The places were settled (``rules.sheet_variants``) with these groups held. Left out is a listing whose group has
    gone since, or has other axes, or that is in another one.
    """
    listings = bulk.own_locked(session, actor=actor, listing_ids=places)
    groups = _groups(session, actor, places)
    standing = {
        row.listing_id: row
        for row in session.scalars(sa.select(ListingVariant).where(ListingVariant.listing_id.in_(listings)))
    }
    last = dict(
        session.execute(
            sa.select(ListingVariant.group_id, sa.func.max(ListingVariant.position))
            .where(ListingVariant.group_id.in_({group.id for group in groups.values()}))
            .group_by(ListingVariant.group_id)
        ).all()
    )
    done: dict[UUID, str] = {}
    for key in (key for key in places if key in listings):
        place, before = places[key], standing.get(key)
        group = groups.get(place.group)
        if group is None or tuple(group.axes) != place.axes or (before is not None and before.group_id != group.id):
            continue
        if before is None:
            position = last[group.id] = last.get(group.id, -1) + 1
            made = ListingVariant(listing_id=key, group_id=group.id, position=position, values=list(place.values))
            session.add(made)
        else:
            before.values = list(place.values)
        done[key] = place.group
    session.flush()
    acts = [Act("listing.variant_set", key, {"group": str(groups[name].id)}) for key, name in done.items()]
    audit.record_all(session, actor=actor, subject="listing", acts=acts, now=now)
    shown = [listings[key] for key in done if listings[key].state in APPROVED]
    for listing in shown:
        bulk.touch(listing, now)
    cards.refresh(session, listings=shown, now=now)
    return set(done)


def _groups(session: Session, actor: Actor, places: Mapping[UUID, InGroup]) -> dict[str, VariantGroup]:
    """Return the groups by name, held until the end of this unit of work."""
    names = {place.group for place in places.values()}
    held = (
        sa.select(VariantGroup)
        .where(VariantGroup.company_id == actor.company, VariantGroup.name.in_(names))
        .order_by(VariantGroup.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {group.name: group for group in session.scalars(held)}
