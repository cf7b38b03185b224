"""A merchant's listings as drafts, many at a time: what the rows of a sheet are compared with."""

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.models import Category, ChangeSet, Commodity, Listing, PriceLadder, Stock
from marketplace.catalog.rules.drafts import ListingDraft
from marketplace.catalog.rules.imported import Surroundings
from marketplace.catalog.rules.pricing import Ladder
from marketplace.catalog.rules.states import ChangeState
from marketplace.catalog.services import content


def surroundings(session: Session, *, locale: str) -> Surroundings:
    """Return what every row is read against."""
    return Surroundings(content.named_places(session), frozenset(session.scalars(sa.select(Category.code))), locale)


def drafts_by_sku(session: Session, *, company_id: UUID, skus: Collection[str]) -> dict[str, tuple[UUID, ListingDraft]]:
    """Return id and draft of a company's listings by article number: what ``content.draft_of`` says of each."""
    listings = session.scalars(sa.select(Listing).where(Listing.company_id == company_id, Listing.sku.in_(skus))).all()
    if not listings:
        return {}
    ids = [listing.id for listing in listings]
    ladders = _ladders(session, ids)
    stock = dict(session.execute(sa.select(Stock.listing_id, Stock.on_hand).where(Stock.listing_id.in_(ids))).all())
    pending = dict(
        session.execute(
            sa.select(ChangeSet.listing_id, ChangeSet.changes).where(
                ChangeSet.listing_id.in_(ids), ChangeSet.state == ChangeState.PENDING
            )
        ).all()
    )
    categories = {str(row.id): row.code for row in session.execute(sa.select(Category.id, Category.code))}
    commodities = {str(row.id): row.slug for row in session.execute(sa.select(Commodity.id, Commodity.slug))}
    found: dict[str, tuple[UUID, ListingDraft]] = {}
    for listing in listings:
        values = content.values_of(listing)
        changes = pending.get(listing.id, {})
        values |= {name: part["new"] for name, part in changes.items() if name in content.COLUMNS}
        found[listing.sku] = (
            listing.id,
            ListingDraft(
                sku=values["sku"],
                titles=values["titles"],
                descriptions=values["descriptions"],
                source_locale=values["source_locale"],
                hs=values["hs_code"],
                origin=values["origin"],
                grade=values["grade"],
                unit=values["unit"],
                moq=values["moq"],
                multiple=values["multiple"],
                ladders=ladders.get(listing.id, ()),
                stock=None if listing.lead_days is not None else stock.get(listing.id, 0),
                lead_days=values["lead_days"],
                packing=content.packing_of(listing),
                category=categories[values["category_id"]],
                commodity=commodities.get(values["commodity_id"] or ""),
                hub_code=values["hub_code"],
            ),
        )
    return found


def _ladders(session: Session, ids: Collection[UUID]) -> dict[UUID, tuple[Ladder, ...]]:
    found: dict[UUID, tuple[Ladder, ...]] = {}
    query = sa.select(PriceLadder).where(PriceLadder.listing_id.in_(ids))
    for row in session.scalars(query.order_by(PriceLadder.listing_id, PriceLadder.position)):
        ladder = Ladder(row.currency, row.incoterm, row.place_code, content.tiers(row.tiers, row.currency))
        found[row.listing_id] = (*found.get(row.listing_id, ()), ladder)
    return found
