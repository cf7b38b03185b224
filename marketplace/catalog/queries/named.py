"""Find live listings by the numbers that buyers order by."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company
from marketplace.catalog.models import Listing, ListingNumber
from marketplace.catalog.rules.details.parts import lookup
from marketplace.catalog.rules.rows import NamedRow


def by_number(session: Session, *, numbers: Collection[str]) -> dict[str, tuple[NamedRow, ...]]:
    """Return the live listings that go by each of these numbers as written, by merchant's name, in one query."""
    kept = {number: lookup(number) for number in numbers}
    if not kept:
        return {}
    wanted = (
        sa.select(ListingNumber.number, Listing.id, Listing.sku, Listing.company_id, Company.name)
        .join(Listing, Listing.id == ListingNumber.listing_id)
        .join(Company, Company.id == Listing.company_id)
        .where(ListingNumber.number.in_(set(kept.values())))
        .order_by(Company.name, Listing.sku, Listing.id)
    )
    found: dict[str, list[NamedRow]] = {}
    for number, listing_id, sku, merchant_id, merchant in session.execute(wanted):
        found.setdefault(number, []).append(NamedRow(listing_id, sku, merchant_id, merchant))
    return {number: tuple(found.get(key, ())) for number, key in kept.items()}
