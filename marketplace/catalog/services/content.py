"""A draft's content as the values of a listing's columns, with its places and shelf looked up."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.models import Category, ChangeSet, Commodity, Listing, PriceLadder, Stock
from marketplace.catalog.rules.drafts import ListingDraft, check_draft
from marketplace.catalog.rules.packing import Packing
from marketplace.catalog.rules.places import KINDS, NamedPlace, find_place
from marketplace.catalog.rules.pricing import Ladder, Tier
from marketplace.catalog.rules.states import ChangeState
from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.money import UnitPrice
from marketplace.reference import queries as reference
from marketplace.reference.rules import hs_code

_IDS: Final = frozenset({"category_id", "commodity_id"})
_PACKING: Final = {
    "carton_units": "carton_units",
    "carton_length_mm": "length_mm",
    "carton_width_mm": "width_mm",
    "carton_height_mm": "height_mm",
    "carton_gross_g": "gross_g",
    "carton_net_g": "net_g",
}
COLUMNS: Final = (
    "sku", "titles", "descriptions", "source_locale", "hs_code", "origin", "grade", "unit", "category_id",
    "commodity_id", "moq", "multiple", *_PACKING, "stackable", "lead_days", "hub_code",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Content:
    """A draft that was checked: ladders with the codes of their places, and JSON values by column, ids as text."""

    ladders: tuple[Ladder, ...]
    values: dict[str, Any]


def checked(session: Session, draft: ListingDraft) -> Content:
    """Return a draft's content, its places, category and commodity looked up; Refused names every wrong field."""
    errors: list[FieldError] = []
    try:
        check_draft(draft)
    except Refused as refusal:
        errors += refusal.errors
    places = named_places(session)
    ladders = _placed(draft, places, errors)
    hub = _hub(draft, ladders, places, errors)
    category_id, commodity_id = _shelf(session, draft, errors)
    if errors:
        raise Refused.fields(*errors)
    packing = draft.packing
    return Content(
        ladders,
        {
            "sku": draft.sku,
            "titles": dict(draft.titles),
            "descriptions": dict(draft.descriptions),
            "source_locale": draft.source_locale,
            "hs_code": hs_code(draft.hs),
            "origin": draft.origin,
            "grade": draft.grade,
            "unit": draft.unit,
            "category_id": str(category_id),
            "commodity_id": str(commodity_id) if commodity_id else None,
            "moq": draft.moq,
            "multiple": draft.multiple,
            **{column: getattr(packing, name) if packing else None for column, name in _PACKING.items()},
            "stackable": packing.stackable if packing else True,
            "lead_days": draft.lead_days,
            "hub_code": hub,
        },
    )


def values_of(listing: Listing) -> dict[str, Any]:
    """Return a listing's content as JSON values by column."""
    return {name: to_json(name, getattr(listing, name)) for name in COLUMNS}


def to_json(name: str, value: Any) -> Any:
    """Return a column's value as JSON keeps it."""
    return str(value) if name in _IDS and value is not None else value


def from_json(name: str, value: Any) -> Any:
    """Return what JSON kept as the column's value."""
    return UUID(value) if name in _IDS and value is not None else value


def packing_of(listing: Listing) -> Packing | None:
    """Return a listing's packing, None while it is not known whole."""
    parts = {name: getattr(listing, column) for column, name in _PACKING.items()}
    return None if None in parts.values() else Packing(**parts, stackable=listing.stackable)


def ladders_of(session: Session, listing_id: UUID) -> tuple[Ladder, ...]:
    """Return a listing's ladders in the merchant's order."""
    rows = session.scalars(
        sa.select(PriceLadder).where(PriceLadder.listing_id == listing_id).order_by(PriceLadder.position)
    )
    return tuple(Ladder(row.currency, row.incoterm, row.place_code, tiers(row.tiers, row.currency)) for row in rows)


def tiers(pairs: Iterable[Iterable[int]], currency: str) -> tuple[Tier, ...]:
    """Return tiers from the pairs that JSON keeps."""
    return tuple(Tier(quantity, UnitPrice(micro, currency)) for quantity, micro in pairs)


def write_ladders(session: Session, listing_id: UUID, ladders: tuple[Ladder, ...]) -> None:
    """Put these ladders in the place of the listing's former ones."""
    session.execute(sa.delete(PriceLadder).where(PriceLadder.listing_id == listing_id))
    session.add_all(
        PriceLadder(
            listing_id=listing_id,
            position=position,
            currency=ladder.currency,
            incoterm=ladder.incoterm,
            place_code=ladder.place_code,
            tiers=[[tier.from_quantity, tier.price.micro] for tier in ladder.tiers],
        )
        for position, ladder in enumerate(ladders)
    )
    session.flush()


def pending_change(session: Session, listing_id: UUID) -> ChangeSet | None:
    """Return the listing's waiting edit."""
    return session.scalars(
        sa.select(ChangeSet).where(ChangeSet.listing_id == listing_id, ChangeSet.state == ChangeState.PENDING)
    ).one_or_none()


def draft_of(session: Session, listing: Listing) -> ListingDraft:
    """Return a listing as the draft its merchant would edit: what is up, with a waiting edit laid over it."""
    values = values_of(listing)
    if change := pending_change(session, listing.id):
        values |= {name: part["new"] for name, part in change.changes.items() if name in COLUMNS}
    category = session.get_one(Category, UUID(values["category_id"]))
    commodity = session.get_one(Commodity, UUID(values["commodity_id"])) if values["commodity_id"] else None
    stock = session.get(Stock, listing.id)
    return ListingDraft(
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
        ladders=ladders_of(session, listing.id),
        stock=None if listing.lead_days is not None else stock.on_hand if stock else 0,
        lead_days=values["lead_days"],
        packing=packing_of(listing),
        category=category.code,
        commodity=commodity.slug if commodity else None,
        hub_code=values["hub_code"],
    )


def named_places(session: Session) -> list[NamedPlace]:
    """Return the places that a price basis may name, with all their names."""
    return [
        NamedPlace(place.code, str(place.kind), place.country, {**place.names, "en": place.name})
        for place in reference.places(session)
    ]


def _shelf(session: Session, draft: ListingDraft, errors: list[FieldError]) -> tuple[UUID | None, UUID | None]:
    if draft.commodity is None:
        return _category(session, draft, errors), None
    commodity = session.scalars(sa.select(Commodity).where(Commodity.slug == draft.commodity)).one_or_none()
    if commodity is None:
        errors.append(FieldError("commodity", "unknown", "the slug of a commodity of this city"))
        return None, None
    return commodity.category_id, commodity.id


def _category(session: Session, draft: ListingDraft, errors: list[FieldError]) -> UUID | None:
    """Find the category by its code, else by the HS chapter, else the one that takes what no other does."""
    rows = session.execute(
        sa.select(Category.id, Category.code, Category.hs_chapters).order_by(Category.position)
    ).all()
    if draft.category is not None:
        found = next((row.id for row in rows if row.code == draft.category), None)
    else:
        fitting = [row.id for row in rows if draft.hs[:2] in row.hs_chapters]
        found = next(iter(fitting or [row.id for row in rows if not row.hs_chapters]), None)
    if found is None:
        errors.append(FieldError("category", "choice", ", ".join(row.code for row in rows)))
    return found


def _placed(draft: ListingDraft, places: list[NamedPlace], errors: list[FieldError]) -> tuple[Ladder, ...]:
    placed: list[Ladder] = []
    for position, ladder in enumerate(draft.ladders):
        kinds = KINDS.get(ladder.incoterm)
        name = f"ladders.{position}"
        if kinds is None:
            errors.append(FieldError(f"{name}.incoterm", "choice", ", ".join(KINDS)))
            continue
        place = find_place(ladder.place_code, places, kinds)
        if place is None:
            accepted = ", ".join(sorted(found.code for found in places if found.kind in kinds))
            errors.append(FieldError(f"{name}.place", "place", accepted, {"incoterm": ladder.incoterm}))
        else:
            placed.append(replace(ladder, place_code=place.code))
    return tuple(placed)


def _hub(
    draft: ListingDraft, ladders: tuple[Ladder, ...], places: list[NamedPlace], errors: list[FieldError]
) -> str | None:
    """Take the hub that is named, else that of the FCA price, else the first in the goods' own country, else any."""
    hubs = [place for place in places if place.kind == "hub"]
    if draft.hub_code is not None:
        named = find_place(draft.hub_code, places, KINDS["FCA"])
        if named is None:
            errors.append(FieldError("hub", "choice", ", ".join(sorted(hub.code for hub in hubs))))
        return named.code if named else None
    priced = [ladder.place_code for ladder in ladders if ladder.incoterm == "FCA"]
    at_home = [hub.code for hub in hubs if hub.country == draft.origin]
    found = next(iter([*priced, *at_home, *(hub.code for hub in hubs)]), None)
    if found is None:
        errors.append(FieldError("hub", "required", "the hub where the goods are handed over"))
    return found
