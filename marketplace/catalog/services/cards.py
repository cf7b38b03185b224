"""Cards: what the public sees of a live listing, written anew in the transaction that changes it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.events import ListingPublished, ListingUnpublished
from marketplace.catalog.models import Category, Commodity, Listing, ListingCard, ListingPicture
from marketplace.catalog.rules.pricing import Ladder
from marketplace.catalog.rules.states import ListingState
from marketplace.catalog.services import content
from marketplace.kernel.events import record
from marketplace.merchants import queries as merchants
from marketplace.merchants.events import MerchantApproved, MerchantReinstated, MerchantSuspended
from marketplace.reference import queries as reference


def refresh(session: Session, *, listing: Listing, now: datetime) -> None:
    """Write the card of a live listing of an active merchant, or take it away; tell whoever listens."""
    session.flush()
    card = session.get(ListingCard, listing.id)
    is_public = listing.state is ListingState.LIVE and bool(merchants.active(session, company_ids=[listing.company_id]))
    if not is_public:
        if card is not None:
            session.delete(card)
            session.flush()
            record(session, ListingUnpublished(listing_id=listing.id, at=now))
        return
    card = card or ListingCard(listing_id=listing.id, company_id=listing.company_id, published_at=now)
    _draw(session, card, listing)
    session.add(card)
    session.flush()
    record(session, ListingPublished(listing_id=listing.id, at=now))


def refresh_company(session: Session, *, company_id: UUID, now: datetime) -> int:
    """Write or take away every card of a merchant who was approved or suspended; return how many were looked at."""
    listings = session.scalars(
        sa.select(Listing)
        .where(Listing.company_id == company_id, Listing.state == ListingState.LIVE)
        .order_by(Listing.id)
    ).all()
    for listing in listings:
        refresh(session, listing=listing, now=now)
    return len(listings)


def on_merchant_changed(session: Session, event: MerchantApproved | MerchantReinstated | MerchantSuspended) -> None:
    """Show or hide a merchant's goods as he may sell or not."""
    refresh_company(session, company_id=event.company_id, now=event.at)


def _draw(session: Session, card: ListingCard, listing: Listing) -> None:
    category = session.get_one(Category, listing.category_id)
    commodity = session.get(Commodity, listing.commodity_id) if listing.commodity_id else None
    ladders = content.ladders_of(session, listing.id)
    places = {place.code: dict(place.names) | {"en": place.name} for place in reference.places(session)}
    pictures = session.execute(
        sa.select(ListingPicture.file_id, ListingPicture.alt)
        .where(ListingPicture.listing_id == listing.id, ListingPicture.approved)
        .order_by(ListingPicture.position)
    ).all()
    card.category_id, card.commodity_id = listing.category_id, listing.commodity_id
    card.origin, card.hs_code, card.moq, card.version = listing.origin, listing.hs_code, listing.moq, listing.version
    card.bases = f"|{'|'.join(sorted({ladder.incoterm for ladder in ladders}))}|"
    card.face = {
        "sku": listing.sku,
        "titles": listing.titles,
        "source": listing.source_locale,
        "picture": str(pictures[0].file_id) if pictures else None,
        "drawing": category.drawing,
        "unit": listing.unit,
        "multiple": listing.multiple,
        "lead_days": listing.lead_days,
        "price": ladders[0].lowest.micro,
        "currency": ladders[0].currency,
        "incoterm": ladders[0].incoterm,
        "place": ladders[0].place_code,
        "place_names": places[ladders[0].place_code],
    }
    card.page = {
        "descriptions": listing.descriptions,
        "grade": listing.grade,
        "hub": listing.hub_code,
        "hub_names": places.get(listing.hub_code, {}),
        "fresh": category.fresh,
        "category": {"code": category.code, "names": category.names},
        "commodity": {"slug": commodity.slug, "names": commodity.names} if commodity else None,
        "packing": _packing(listing),
        "ladders": [_ladder(ladder, places) for ladder in ladders],
        "pictures": [{"file": str(file_id), "alt": alt} for file_id, alt in pictures],
    }


def _packing(listing: Listing) -> dict[str, Any] | None:
    packing = content.packing_of(listing)
    if packing is None:
        return None
    return {
        "carton_units": packing.carton_units,
        "length_mm": packing.length_mm,
        "width_mm": packing.width_mm,
        "height_mm": packing.height_mm,
        "gross_g": packing.gross_g,
        "net_g": packing.net_g,
        "stackable": packing.stackable,
    }


def _ladder(ladder: Ladder, places: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    return {
        "currency": ladder.currency,
        "incoterm": ladder.incoterm,
        "place": ladder.place_code,
        "place_names": dict(places[ladder.place_code]),
        "tiers": [[tier.from_quantity, tier.price.micro] for tier in ladder.tiers],
    }
