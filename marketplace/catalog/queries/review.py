"""Read a listing as its reviewer sees it."""

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company
from marketplace.catalog.models import Category, ChangeSet, Commodity, Listing, PriceLadder
from marketplace.catalog.queries import details, pictures
from marketplace.catalog.queries.ladders import stored_ladder
from marketplace.catalog.rules.details import DetailKind, flat
from marketplace.catalog.rules.pricing import Ladder
from marketplace.catalog.rules.rows import FieldRow, ReviewRow
from marketplace.kernel.errors import NotFound

_REVIEWED: Final = (
    "source_locale",
    "titles",
    "descriptions",
    "hs_code",
    "origin",
    "grade",
    "unit",
    "moq",
    "multiple",
    "carton_units",
    "carton_length_mm",
    "carton_width_mm",
    "carton_height_mm",
    "carton_gross_g",
    "carton_net_g",
    "lead_days",
    "hub_code",
)
# What a proposal names by its id.
_BY_ID: Final = frozenset(("category_id", "commodity_id"))
_DETAILS: Final = frozenset(kind.value for kind in DetailKind)
_ROWS: Final = (
    sa.select(
        Listing.id,
        Listing.company_id,
        Listing.sku,
        Listing.commodity_id,
        Listing.state,
        *(getattr(Listing, name) for name in _REVIEWED),
        Company.name,
        Category.code,
    )
    .join(Company, Company.id == Listing.company_id)
    .join(Category, Category.id == Listing.category_id)
)
_CHANGES: Final = sa.select(ChangeSet.id, ChangeSet.changes)
_PRICES: Final = sa.select(
    PriceLadder.listing_id, PriceLadder.currency, PriceLadder.incoterm, PriceLadder.place_code, PriceLadder.tiers
).order_by(PriceLadder.listing_id, PriceLadder.position)


def review(session: Session, *, listing_id: UUID, change_id: UUID | None = None) -> ReviewRow:
    """Return a listing for its reviewer: whole, or what a change set would change."""
    found = reviews(session, changes={listing_id: change_id})
    if listing_id not in found:
        raise NotFound("listing")
    return found[listing_id]


def reviews(session: Session, *, changes: Mapping[UUID, UUID | None]) -> dict[UUID, ReviewRow]:
    """Return listings for their reviewer by id, each whole or as its change set would change it."""
    rows = session.execute(_ROWS.where(Listing.id.in_(changes))).all()
    wanted = [change_id for change_id in changes.values() if change_id]
    proposals = {row.id: row.changes for row in session.execute(_CHANGES.where(ChangeSet.id.in_(wanted)))}
    ladders = _ladders(session, changes)
    said = details.documents(session, listing_ids=changes)
    images = pictures.of_listings(session, listing_ids=changes)
    codes = _codes(session, {row.commodity_id for row in rows}, proposals.values())
    return {
        row.id: ReviewRow(
            listing_id=row.id,
            company_id=row.company_id,
            company=row.name,
            sku=row.sku,
            titles=row.titles,
            source_locale=row.source_locale,
            state=row.state,
            fields=_fields(row, said.get(row.id, {}), proposals.get(changes[row.id]), codes),
            ladders=tuple(ladders.get(row.id, ())),
            pictures=images.get(row.id, ()),
        )
        for row in rows
    }


def _codes(
    session: Session, commodities: Collection[UUID | None], proposals: Collection[Mapping[str, Mapping[str, Any]]]
) -> dict[str, str]:
    """Return by their ids the codes of the shelves and shared pages that are named: nobody reads an id."""
    ids = {each for each in commodities if each}
    ids |= {UUID(text) for each in proposals for name in _BY_ID & each.keys() for text in each[name].values() if text}
    if not ids:
        return {}
    shelves = sa.select(Category.id, Category.code).where(Category.id.in_(ids))
    pages = sa.select(Commodity.id, Commodity.slug).where(Commodity.id.in_(ids))
    return {str(row[0]): row[1] for row in session.execute(shelves.union_all(pages))}


def _fields(
    row: Any, said: Mapping[str, Any], proposed: Mapping[str, Mapping[str, Any]] | None, codes: Mapping[str, str]
) -> tuple[FieldRow, ...]:
    shown = {name: getattr(row, name) for name in _REVIEWED}
    shown |= {"category": row.code, "commodity_id": codes.get(str(row.commodity_id)), **said}
    if proposed is None:
        return tuple(FieldRow(name, None, _shown(name, value)) for name, value in shown.items())
    laid = {name: _coded(part, codes) if name in _BY_ID else part for name, part in proposed.items()}
    parts = {name: laid.get(name, {"old": value, "new": value}) for name, value in shown.items()}
    return tuple(
        FieldRow(name, _shown(name, part["old"]), _shown(name, part["new"])) for name, part in {**parts, **laid}.items()
    )


def _coded(part: Mapping[str, Any], codes: Mapping[str, str]) -> dict[str, Any]:
    return {side: codes.get(text or "") for side, text in part.items()}


def _shown(name: str, value: Any) -> Any:
    return flat(value) if name in _DETAILS else value


def _ladders(session: Session, listing_ids: Collection[UUID]) -> dict[UUID, list[Ladder]]:
    found: dict[UUID, list[Ladder]] = {}
    for row in session.execute(_PRICES.where(PriceLadder.listing_id.in_(listing_ids))):
        ladder = stored_ladder(row.currency, row.incoterm, row.place_code, row.tiers)
        found.setdefault(row.listing_id, []).append(ladder)
    return found
