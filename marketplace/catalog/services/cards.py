"""Cards: what the public sees of a live listing, written anew in the transaction that changes it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.events import ListingPublished, ListingUnpublished
from marketplace.catalog.models import Category, Commodity, Listing, ListingCard, ListingNumber, ListingPicture
from marketplace.catalog.queries import details as detail_queries
from marketplace.catalog.queries import goods, variants
from marketplace.catalog.rules.details import DetailKind
from marketplace.catalog.rules.details.attributes import Attribute, drawn
from marketplace.catalog.rules.details.dangerous import hindrance
from marketplace.catalog.rules.details.parts import numbers_of
from marketplace.catalog.rules.details.promises import stands
from marketplace.catalog.rules.pricing import Ladder
from marketplace.catalog.rules.states import ListingState
from marketplace.catalog.services import content
from marketplace.kernel.db import write
from marketplace.kernel.events import record_all
from marketplace.merchants import queries as merchants
from marketplace.merchants.events import MerchantApproved, MerchantReinstated, MerchantSuspended
from marketplace.reference import queries as reference

_BATCH: Final = 500
_TABLE: Final = cast("sa.Table", ListingCard.__table__)


def refresh(session: Session, *, listings: Collection[Listing], now: datetime) -> None:
    """Write the cards of live listings of active merchants, or take them away; tell whoever listens."""
    if not listings:
        return
    session.flush()
    ids = [listing.id for listing in listings]
    up = set(session.scalars(sa.select(ListingCard.listing_id).where(ListingCard.listing_id.in_(ids))))
    sellers = merchants.active(session, company_ids={listing.company_id for listing in listings}, hold=True)
    public = [item for item in listings if item.state is ListingState.LIVE and item.company_id in sellers]
    shown = {listing.id for listing in public}
    gone = [listing_id for listing_id in ids if listing_id not in shown and listing_id in up]
    if gone:
        session.execute(sa.delete(_TABLE).where(_TABLE.c.listing_id.in_(gone)))
    faces = _faces(session, public)
    new: list[dict[str, Any]] = []
    drawn: list[dict[str, Any]] = []
    for listing in public:
        card = _draw(listing, faces)
        if listing.id in up:
            drawn.append({"card_of": listing.id, **card})
        else:
            new.append({"listing_id": listing.id, "company_id": listing.company_id, "published_at": now, **card})
    # Cards are large and written whole: nobody reads what they said before, nor keeps one in this session.
    if drawn:
        session.execute(sa.update(_TABLE).where(_TABLE.c.listing_id == sa.bindparam("card_of")), drawn)
    write(session, ListingCard, new)
    _number(session, public, faces)
    record_all(session, [ListingUnpublished(listing_id=listing_id, at=now) for listing_id in gone])
    record_all(session, [ListingPublished(listing_id=listing.id, at=now) for listing in public])


def _number(session: Session, public: Collection[Listing], faces: "_Faces") -> None:
    """Keep the numbers by which live listings are ordered; those of others went with their cards."""
    if not public:
        return
    ids = [listing.id for listing in public]
    session.execute(
        sa.delete(ListingNumber).where(ListingNumber.listing_id.in_(ids)),
        execution_options={"synchronize_session": False},
    )
    rows = [
        {"listing_id": listing.id, "number": number}
        for listing in public
        for number in numbers_of(listing.sku, faces.details.get(listing.id, {}).get(DetailKind.PARTS.value))
    ]
    write(session, ListingNumber, rows)


def refresh_company(session: Session, *, company_id: UUID, now: datetime) -> int:
    """Write or take away every card of a merchant who was approved or suspended; return how many were looked at."""
    return _refresh_where(session, Listing.company_id == company_id, now)


def refresh_category(session: Session, *, category_id: UUID, now: datetime) -> int:
    """Write the cards of a category anew when it asks for something else; return how many were looked at."""
    return _refresh_where(session, Listing.category_id == category_id, now)


def _refresh_where(session: Session, condition: sa.ColumnElement[bool], now: datetime) -> int:
    """Write the cards of many listings anew from what they say, locked: a card must not say what was said before."""
    wanted = sa.select(Listing).where(condition, Listing.state == ListingState.LIVE).order_by(Listing.id)
    locked = wanted.with_for_update().execution_options(populate_existing=True)
    count = 0
    for batch in session.scalars(locked).partitions(_BATCH):
        refresh(session, listings=batch, now=now)
        count += len(batch)
    return count


def on_merchant_changed(session: Session, event: MerchantApproved | MerchantReinstated | MerchantSuspended) -> None:
    """Show or hide a merchant's goods as he may sell or not."""
    refresh_company(session, company_id=event.company_id, now=event.at)


@dataclass(frozen=True, slots=True)
class _Faces:
    """What cards are drawn from, beside the listings themselves."""

    categories: Mapping[UUID, Category]
    commodities: Mapping[UUID, Commodity]
    ladders: Mapping[UUID, Sequence[Ladder]]
    pictures: Mapping[UUID, Sequence[tuple[UUID, str]]]
    places: Mapping[str, Mapping[str, str]]
    attributes: Mapping[UUID, Sequence[Attribute]]
    details: Mapping[UUID, Mapping[str, Any]]
    groups: Mapping[UUID, UUID]


def _faces(session: Session, listings: Collection[Listing]) -> _Faces:
    ids = [listing.id for listing in listings]
    categories = {listing.category_id for listing in listings}
    commodities = {listing.commodity_id for listing in listings if listing.commodity_id}
    pictures: dict[UUID, list[tuple[UUID, str]]] = {}
    shown = (
        sa.select(ListingPicture.listing_id, ListingPicture.file_id, ListingPicture.alt)
        .where(ListingPicture.listing_id.in_(ids), ListingPicture.approved)
        .order_by(ListingPicture.listing_id, ListingPicture.position)
    )
    for row in session.execute(shown):
        pictures.setdefault(row.listing_id, []).append((row.file_id, row.alt))
    return _Faces(
        {each.id: each for each in session.scalars(sa.select(Category).where(Category.id.in_(categories)))},
        {each.id: each for each in session.scalars(sa.select(Commodity).where(Commodity.id.in_(commodities)))},
        content.ladders_of(session, ids),
        pictures,
        {place.code: dict(place.names) | {"en": place.name} for place in reference.places(session)},
        goods.attributes_of(session, category_ids=categories),
        detail_queries.documents(session, listing_ids=ids),
        variants.groups(session, listing_ids=ids),
    )


def _draw(listing: Listing, faces: _Faces) -> dict[str, Any]:
    category = faces.categories[listing.category_id]
    commodity = faces.commodities[listing.commodity_id] if listing.commodity_id else None
    ladders, pictures = faces.ladders[listing.id], faces.pictures.get(listing.id, ())
    first = ladders[0]
    return {
        "category_id": listing.category_id,
        "commodity_id": listing.commodity_id,
        "origin": listing.origin,
        "hs_code": listing.hs_code,
        "moq": listing.moq,
        "version": listing.version,
        "visibility": listing.price_visibility,
        "bases": f"|{'|'.join(sorted({ladder.incoterm for ladder in ladders}))}|",
        "face": {
            "sku": listing.sku,
            "titles": listing.titles,
            "source": listing.source_locale,
            "picture": str(pictures[0][0]) if pictures else None,
            "drawing": category.drawing,
            "unit": listing.unit,
            "multiple": listing.multiple,
            "lead_days": listing.lead_days,
            "price": first.lowest.micro,
            "currency": first.currency,
            "incoterm": first.incoterm,
            "place": first.place_code,
            "place_names": faces.places[first.place_code],
            "centres": listing.said.get("centres", 0),
        },
        "page": {
            "descriptions": listing.descriptions,
            "grade": listing.grade,
            "hub": listing.hub_code,
            "hub_names": faces.places.get(listing.hub_code, {}),
            "fresh": category.fresh,
            "category": {"code": category.code, "names": category.names},
            "commodity": {"slug": commodity.slug, "names": commodity.names} if commodity else None,
            "packing": _packing(listing),
            "ladders": [_ladder(ladder, faces.places) for ladder in ladders],
            "pictures": [{"file": str(file_id), "alt": alt} for file_id, alt in pictures],
            "said": listing.said,
            "details": _details(listing, faces),
            "hindrance": _hindrance(listing, faces),
            "group": str(faces.groups[listing.id]) if listing.id in faces.groups else None,
            "certified_until": _certified_until(listing, faces),
        },
    }


def _details(listing: Listing, faces: _Faces) -> dict[str, Any]:
    """Return what the public reads beside the offer, each with the names that it is shown by; not who signed it."""
    said = dict(faces.details.get(listing.id, {}))
    values = said.pop(DetailKind.ATTRIBUTES.value, {})
    shown: dict[str, Any] = {"attributes": drawn(values, faces.attributes.get(listing.category_id, ())), **said}
    if answer := shown.get(DetailKind.DANGEROUS.value):
        shown[DetailKind.DANGEROUS.value] = {name: part for name, part in answer.items() if name != "signed_by"}
    pallet = shown.get(DetailKind.PALLET.value)
    if pallet and not stands(pallet["units"], carton_units=listing.carton_units, multiple=listing.multiple):
        # Carton or step of sale changed since: a pallet that no longer works out is not shown.
        del shown[DetailKind.PALLET.value]
    return {name: part for name, part in shown.items() if part}


def _hindrance(listing: Listing, faces: _Faces) -> str | None:
    answer = faces.details.get(listing.id, {}).get(DetailKind.DANGEROUS.value)
    return hindrance(answer, is_asked=faces.categories[listing.category_id].asks_dangerous)


def _certified_until(listing: Listing, faces: _Faces) -> str | None:
    """Return the first day, as text, on which one of the certificates ends."""
    shown = faces.details.get(listing.id, {}).get(DetailKind.CERTIFICATES.value, {"items": []})
    return min((each["valid_until"] for each in shown["items"] if each["valid_until"]), default=None)


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
