"""Read a listing as its reviewer sees it."""

from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company
from marketplace.catalog.models import Category, ChangeSet, Listing, PriceLadder
from marketplace.catalog.queries.ladders import stored_ladder
from marketplace.catalog.queries.pictures import pictures
from marketplace.catalog.rules.changes import fingerprint
from marketplace.catalog.rules.pricing import rises
from marketplace.catalog.rules.rows import FieldRow, ReviewRow
from marketplace.kernel.errors import NotFound

_REVIEWED: Final = (
    "titles",
    "descriptions",
    "hs_code",
    "origin",
    "grade",
    "unit",
    "moq",
    "multiple",
    "carton_units",
    "carton_gross_g",
    "lead_days",
    "hub_code",
)


def review(session: Session, *, listing_id: UUID, change_id: UUID | None = None) -> ReviewRow:
    """Return a listing for its reviewer: whole, or what a change set would change."""
    row = session.execute(
        sa.select(Listing, Company.name, Category.code)
        .join(Company, Company.id == Listing.company_id)
        .join(Category, Category.id == Listing.category_id)
        .where(Listing.id == listing_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound("listing")
    found: Listing = row.Listing
    change = session.get(ChangeSet, change_id) if change_id else None
    shown = {name: getattr(found, name) for name in _REVIEWED} | {"category": row.code}
    proposed = {name: part["new"] for name, part in change.changes.items()} if change else {}
    old: dict[str, Any] = {name: part["old"] for name, part in change.changes.items()} if change else {}
    fields = [
        FieldRow(name, (old.get(name, value) if change else None), proposed.get(name, value))
        for name, value in shown.items()
    ]
    fields += [FieldRow(name, old.get(name), proposed[name]) for name in proposed if name not in shown]
    prices = sa.select(PriceLadder).where(PriceLadder.listing_id == listing_id).order_by(PriceLadder.position)
    ladders = tuple(
        stored_ladder(each.currency, each.incoterm, each.place_code, each.tiers) for each in session.scalars(prices)
    )
    images = pictures(session, listing_id=listing_id)
    return ReviewRow(
        listing_id=found.id,
        company_id=found.company_id,
        company=row.name,
        sku=found.sku,
        titles=found.titles,
        source_locale=found.source_locale,
        state=found.state,
        fields=tuple(fields),
        ladders=ladders,
        pictures=images,
        rises=any(rises(ladder) for ladder in ladders),
        has_packing=found.carton_units is not None,
        price_jumped=found.price_jumped,
        approved_before=_approved_before(session, found),
        fingerprint=fingerprint(
            {
                "fields": [[each.name, each.old, each.new] for each in fields],
                "ladders": [
                    [*each.basis, [[tier.from_quantity, tier.price.micro] for tier in each.tiers]] for each in ladders
                ],
                "pictures": [str(each.file_id) for each in images],
            }
        ),
    )


def _approved_before(session: Session, listing: Listing) -> int:
    """Count the merchant's other listings that were approved: a stranger's goods are looked at more closely."""
    others = sa.select(sa.func.count()).where(
        Listing.company_id == listing.company_id, Listing.id != listing.id, Listing.approved_at.is_not(None)
    )
    return session.execute(others).scalar_one()
