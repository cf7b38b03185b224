"""Read what about an offer, or a waiting edit of it, says how closely to look at it."""

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.models import ChangeSet, Listing, PriceLadder
from marketplace.catalog.queries import details, goods
from marketplace.catalog.rules.details import DetailKind
from marketplace.catalog.rules.details.brand import may_name, named
from marketplace.catalog.rules.pricing import is_rising
from marketplace.catalog.rules.rows import NoticedRow
from marketplace.kernel import clock

_ROWS: Final = sa.select(
    Listing.id,
    Listing.company_id,
    Listing.hs_code,
    Listing.titles,
    Listing.descriptions,
    Listing.carton_units,
    Listing.price_jumped,
    Listing.approved_at,
)
_CHANGES: Final = sa.select(ChangeSet.id, ChangeSet.changes)
_TIERS: Final = sa.select(PriceLadder.listing_id, PriceLadder.tiers)


def noticed(session: Session, *, changes: Mapping[UUID, UUID | None]) -> dict[UUID, NoticedRow]:
    """Return what is noticed about listings by id, each whole or as its change set would change it."""
    rows = session.execute(_ROWS.where(Listing.id.in_(changes))).all()
    wanted = [change_id for change_id in changes.values() if change_id]
    proposals = {row.id: row.changes for row in session.execute(_CHANGES.where(ChangeSet.id.in_(wanted)))}
    tiers = session.execute(_TIERS.where(PriceLadder.listing_id.in_(changes)))
    rising = {row.listing_id for row in tiers if is_rising([price for _, price in row.tiers])}
    approved = _approved(session, {row.company_id for row in rows})
    laid = {row.id: proposals.get(changes[row.id]) or {} for row in rows}
    brands = _brands(session, {row.id: (row, laid[row.id]) for row in rows})
    return {
        row.id: NoticedRow(
            company_id=row.company_id,
            hs_code=laid[row.id].get("hs_code", {"new": row.hs_code})["new"],
            changed=frozenset(
                name for name, part in laid[row.id].items() if part["old"] is not None and part["old"] != part["new"]
            ),
            rises=row.id in rising,
            has_packing=row.carton_units is not None,
            price_jumped=row.price_jumped,
            # A stranger's goods are looked at more closely: the merchant's other listings count.
            approved_before=approved.get(row.company_id, 0) - (row.approved_at is not None),
            brands=brands.get(row.id, ()),
        )
        for row in rows
    }


def _brands(
    session: Session, offers: Mapping[UUID, tuple[Any, Mapping[str, Mapping[str, Any]]]]
) -> dict[UUID, tuple[str, ...]]:
    """Return the registered brands that the texts of offers name and their merchants say nothing of."""
    looks = goods.brand_looks(session)
    if not looks:
        return {}
    said = details.documents(session, listing_ids=offers)
    today = clock.now().date()
    found: dict[UUID, tuple[str, ...]] = {}
    for listing_id, (row, parts) in offers.items():
        laid = {name: part["new"] for name, part in parts.items()}
        texts = [*laid.get("titles", row.titles).values(), *laid.get("descriptions", row.descriptions).values()]
        relation = laid.get(DetailKind.BRAND.value, said.get(listing_id, {}).get(DetailKind.BRAND.value))
        unsaid = {look: name for look, name in looks.items() if not may_name(relation, look, today)}
        found[listing_id] = named(texts, unsaid)
    return found


def _approved(session: Session, company_ids: Collection[UUID]) -> dict[UUID, int]:
    """Count the listings of companies that were ever approved."""
    counts = (
        sa.select(Listing.company_id, sa.func.count())
        .where(Listing.company_id.in_(company_ids), Listing.approved_at.is_not(None))
        .group_by(Listing.company_id)
    )
    return dict(session.execute(counts).all())
