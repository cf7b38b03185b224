"""A draft's content as the values of a listing's columns, with its places and shelf looked up."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.models import Category, ChangeSet, Commodity, Listing, PriceLadder, Stock
from marketplace.catalog.rules.drafts import ListingDraft, check_draft
from marketplace.catalog.rules.packing import Packing
from marketplace.catalog.rules.places import KINDS, NamedPlace, find_place, listed
from marketplace.catalog.rules.pricing import Ladder, Tier
from marketplace.catalog.rules.states import ChangeState
from marketplace.kernel.db import write
from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.ids import new_id
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
_COLUMNS_OF: Final = attrgetter(*COLUMNS)
_PACKING_OF: Final = attrgetter(*_PACKING)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A category as a draft finds it: by its code, or by the HS chapters it takes."""

    id: UUID
    code: str
    hs_chapters: Collection[str]


@dataclass(frozen=True, slots=True)
class City:
    """What the words of drafts are looked up in: places, shelves in order, commodities (id, shelf's id) by slug."""

    places: Sequence[NamedPlace]
    shelves: Sequence[Shelf]
    commodities: Mapping[str, tuple[UUID, UUID]]


@dataclass(frozen=True, slots=True)
class Content:
    """A draft that was checked: ladders with the codes of their places, and JSON values by column, ids as text."""

    ladders: tuple[Ladder, ...]
    values: dict[str, Any]


def city_of(session: Session, drafts: Iterable[ListingDraft]) -> City:
    """Return what these drafts are looked up in."""
    shelves = session.execute(sa.select(Category.id, Category.code, Category.hs_chapters).order_by(Category.position))
    slugs = {draft.commodity for draft in drafts if draft.commodity is not None}
    known = sa.select(Commodity.slug, Commodity.id, Commodity.category_id).where(Commodity.slug.in_(slugs))
    commodities = {row.slug: (row.id, row.category_id) for row in session.execute(known)} if slugs else {}
    return City(named_places(session), [Shelf(*row) for row in shelves], commodities)


def checked(city: City, draft: ListingDraft) -> Content:
    """Return a draft's content, its places, category and commodity looked up; Refused names every wrong field."""
    errors: list[FieldError] = []
    try:
        check_draft(draft)
    except Refused as refusal:
        errors += refusal.errors
    ladders = _placed(draft, city.places, errors)
    hub = _hub(draft, ladders, city.places, errors)
    category_id, commodity_id = _shelf(city, draft, errors)
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
    values: dict[str, Any] = dict(zip(COLUMNS, _COLUMNS_OF(listing), strict=True))
    return values | {name: str(values[name]) for name in _IDS if values[name] is not None}


def from_json(name: str, value: Any) -> Any:
    """Return what JSON kept as the column's value."""
    return UUID(value) if name in _IDS and value is not None else value


def packing_of(listing: Listing) -> Packing | None:
    """Return a listing's packing, None while it is not known whole."""
    parts = _PACKING_OF(listing)
    return None if None in parts else Packing(*parts, stackable=listing.stackable)


def ladders_of(session: Session, listing_ids: Collection[UUID]) -> dict[UUID, tuple[Ladder, ...]]:
    """Return the ladders of listings in their merchant's order."""
    found: dict[UUID, list[Ladder]] = {listing_id: [] for listing_id in listing_ids}
    rows = session.execute(
        sa.select(
            PriceLadder.listing_id,
            PriceLadder.currency,
            PriceLadder.incoterm,
            PriceLadder.place_code,
            PriceLadder.tiers,
        )
        .where(PriceLadder.listing_id.in_(listing_ids))
        .order_by(PriceLadder.listing_id, PriceLadder.position)
    )
    for row in rows:
        found[row.listing_id].append(Ladder(row.currency, row.incoterm, row.place_code, tiers(row.tiers, row.currency)))
    return {listing_id: tuple(ladders) for listing_id, ladders in found.items()}


def tiers(pairs: Iterable[Iterable[int]], currency: str) -> tuple[Tier, ...]:
    """Return tiers from the pairs that JSON keeps."""
    return tuple(Tier(quantity, UnitPrice(micro, currency)) for quantity, micro in pairs)


def write_ladders(session: Session, ladders: Mapping[UUID, tuple[Ladder, ...]], *, replacing: bool = True) -> None:
    """Put these ladders in the place of the listings' former ones; ``replacing`` False where there are none."""
    if not ladders:
        return
    if replacing:
        session.execute(sa.delete(PriceLadder).where(PriceLadder.listing_id.in_(ladders)))
    write(
        session,
        PriceLadder,
        [
            {
                "id": new_id(),
                "listing_id": listing_id,
                "position": position,
                "currency": ladder.currency,
                "incoterm": ladder.incoterm,
                "place_code": ladder.place_code,
                "tiers": [[tier.from_quantity, tier.price.micro] for tier in ladder.tiers],
            }
            for listing_id, offered in ladders.items()
            for position, ladder in enumerate(offered)
        ],
    )


def pending_changes(session: Session, listing_ids: Collection[UUID]) -> dict[UUID, ChangeSet]:
    """Return the edits of these listings that wait, by listing."""
    waiting = sa.select(ChangeSet).where(ChangeSet.listing_id.in_(listing_ids), ChangeSet.state == ChangeState.PENDING)
    newest = waiting.execution_options(populate_existing=True)
    return {change.listing_id: change for change in session.scalars(newest)}


def drafts_of(session: Session, listings: Collection[Listing]) -> dict[UUID, ListingDraft]:
    """Return listings as the drafts their merchant would edit: what is up, with a waiting edit laid over it."""
    if not listings:
        return {}
    ids = [listing.id for listing in listings]
    ladders, waiting = ladders_of(session, ids), pending_changes(session, ids)
    stock = dict(session.execute(sa.select(Stock.listing_id, Stock.on_hand).where(Stock.listing_id.in_(ids))).all())
    wanted = {listing.id: _wanted(listing, waiting.get(listing.id)) for listing in listings}
    shelves = dict(_codes(session, Category.id, Category.code, {values["category_id"] for values in wanted.values()}))
    slugs = dict(_codes(session, Commodity.id, Commodity.slug, {values["commodity_id"] for values in wanted.values()}))
    return {
        listing.id: ListingDraft(
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
            ladders=ladders[listing.id],
            stock=None if listing.lead_days is not None else stock.get(listing.id, 0),
            lead_days=values["lead_days"],
            packing=packing_of(listing),
            category=shelves[values["category_id"]],
            commodity=slugs.get(values["commodity_id"]),
            hub_code=values["hub_code"],
        )
        for listing in listings
        for values in (wanted[listing.id],)
    }


def _wanted(listing: Listing, waiting: ChangeSet | None) -> dict[str, Any]:
    values = values_of(listing)
    if waiting is not None:
        values |= {name: part["new"] for name, part in waiting.changes.items() if name in COLUMNS}
    return values


def _codes(session: Session, key: Any, code: Any, ids: Collection[str | None]) -> Iterator[tuple[str, str]]:
    rows = session.execute(sa.select(key, code).where(key.in_({UUID(text) for text in ids if text})))
    return ((str(row[0]), row[1]) for row in rows)


def named_places(session: Session) -> list[NamedPlace]:
    """Return the places that a price basis may name, with all their names."""
    return [
        NamedPlace(place.code, str(place.kind), place.country, {**place.names, "en": place.name})
        for place in reference.places(session)
    ]


def _shelf(city: City, draft: ListingDraft, errors: list[FieldError]) -> tuple[UUID | None, UUID | None]:
    if draft.commodity is None:
        return _category(city, draft, errors), None
    found = city.commodities.get(draft.commodity)
    if found is None:
        errors.append(FieldError("commodity", "unknown", "the slug of a commodity of this city"))
        return None, None
    commodity_id, category_id = found
    return category_id, commodity_id


def _category(city: City, draft: ListingDraft, errors: list[FieldError]) -> UUID | None:
    """Find the category by its code, else by the HS chapter, else the one that takes what no other does."""
    if draft.category is not None:
        found = next((shelf.id for shelf in city.shelves if shelf.code == draft.category), None)
    else:
        fitting = [shelf.id for shelf in city.shelves if draft.hs[:2] in shelf.hs_chapters]
        found = next(iter(fitting or [shelf.id for shelf in city.shelves if not shelf.hs_chapters]), None)
    if found is None:
        errors.append(FieldError("category", "choice", ", ".join(shelf.code for shelf in city.shelves)))
    return found


def _placed(draft: ListingDraft, places: Sequence[NamedPlace], errors: list[FieldError]) -> tuple[Ladder, ...]:
    placed: list[Ladder] = []
    for position, ladder in enumerate(draft.ladders):
        kinds = KINDS.get(ladder.incoterm)
        name = f"ladders.{position}"
        if kinds is None:
            errors.append(FieldError(f"{name}.incoterm", "choice", ", ".join(KINDS)))
            continue
        place = find_place(ladder.place_code, places, kinds)
        if place is None:
            facts = {"incoterm": ladder.incoterm}
            errors.append(FieldError(f"{name}.place", "place", listed(places, kinds), facts))
        else:
            placed.append(replace(ladder, place_code=place.code))
    return tuple(placed)


def _hub(
    draft: ListingDraft, ladders: tuple[Ladder, ...], places: Sequence[NamedPlace], errors: list[FieldError]
) -> str | None:
    """Take the hub that is named, else that of the FCA price, else the first in the goods' own country, else any.

    Goods with FCA prices are handed over at one of their places: what the buyer agreed to is where the lorry waits.
    """
    hubs = [place for place in places if place.kind == "hub"]
    priced = [ladder.place_code for ladder in ladders if ladder.incoterm == "FCA"]
    if draft.hub_code is not None:
        named = find_place(draft.hub_code, places, KINDS["FCA"])
        if named is None:
            errors.append(FieldError("hub", "choice", listed(hubs, KINDS["FCA"])))
        elif priced and named.code not in priced:
            errors.append(FieldError("hub", "hub_not_priced", ", ".join(dict.fromkeys(priced))))
        return named.code if named else None
    at_home = [hub.code for hub in hubs if hub.country == draft.origin]
    found = next(iter([*priced, *at_home, *(hub.code for hub in hubs)]), None)
    if found is None:
        errors.append(FieldError("hub", "required", "the hub where the goods are handed over"))
    return found
