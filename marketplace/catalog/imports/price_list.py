"""A merchant's listings in the columns of the import: brought in again, they change nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.imports import beside, grouping
from marketplace.catalog.models import Listing, PriceLadder
from marketplace.catalog.rules import sheet_variants
from marketplace.catalog.rules.drafts import ListingDraft
from marketplace.catalog.rules.pricing import Ladder
from marketplace.catalog.rules.sheet_details import cells_of
from marketplace.catalog.rules.texts import LANGUAGES
from marketplace.catalog.services import content

_COLUMNS: Final = (
    "sku", "title", *(f"title_{language}" for language in LANGUAGES), "hs", "origin", "category", "commodity", "grade",
    "unit", "currency", "price", "moq", "multiple", "incoterm", "place", "stock", "lead_days", "carton_units",
    "carton_l", "carton_w", "carton_h", "gross_kg", "net_kg", "description",
    *(f"description_{language}" for language in LANGUAGES),
)  # fmt: skip
_LONGEST_TOLD: Final = 80


def count(session: Session, *, company_id: UUID, since: datetime | None) -> int:
    """Count the listings of a company, those changed since an instant."""
    return session.scalar(sa.select(sa.func.count()).select_from(_wanted(company_id, since).subquery())) or 0


def columns(session: Session, *, company_id: UUID) -> tuple[str, ...]:
    """Return the columns of a company's list: each quantity from which one of its prices holds has its own.

    Behind them stand groups of variants where there are any, and what is said beside the offers, as far as any of them
    says it or is asked for it.
    """
    tiers = session.scalars(
        sa.select(PriceLadder.tiers)
        .join(Listing, Listing.id == PriceLadder.listing_id)
        .where(Listing.company_id == company_id)
        .execution_options(yield_per=500)
    )
    quantities = sorted({int(quantity) for ladder in tiers for quantity, _ in ladder})
    return (
        *_COLUMNS,
        *(f"price@{quantity}" for quantity in quantities),
        *grouping.columns_of(session, company_id=company_id),
        *beside.columns_of(session, company_id=company_id),
    )


def portion(
    session: Session, *, company_id: UUID, since: datetime | None, after: UUID | None, size: int
) -> list[tuple[UUID, dict[str, str]]]:
    """Return the next listings in order of id, each with the cells of its row, a further one a price basis."""
    wanted = _wanted(company_id, since).order_by(Listing.id).limit(size)
    listings = session.scalars(wanted if after is None else wanted.where(Listing.id > after)).all()
    drafts = beside.laid_beside(session, listings, content.drafts_of(session, listings))
    groups = grouping.found(session, company_id=company_id, skus=[listing.sku for listing in listings])
    drafts = {key: replace(draft, variant=groups.of(draft.sku)) for key, draft in drafts.items()}
    return [(listing.id, cells) for listing in listings for cells in rows_of(drafts[listing.id])]


def rows_of(draft: ListingDraft) -> list[dict[str, str]]:
    """Return a listing as the cells of rows: all of it with its first price basis, then the prices on each further."""
    further = [{"sku": draft.sku} | _prices(ladder, draft.moq) for ladder in draft.ladders[1:]]
    return [_cells_of(draft), *({name: str(cell) for name, cell in row.items()} for row in further)]


def changes(before: ListingDraft, after: ListingDraft) -> list[list[str]]:
    """Return what differs between two states of a listing: column, text before and after; prices without end zeros.

    A price basis other than the first is named before its columns, as in ``USD FCA CN-NANPENG price``.
    """
    old, new = _told(before), _told(after)
    names = dict.fromkeys((*new, *old))
    return [[name, old.get(name, ""), new.get(name, "")] for name in names if old.get(name, "") != new.get(name, "")]


def _told(draft: ListingDraft) -> dict[str, str]:
    first, *further = rows_of(draft)
    named = ((" ".join(row[name] for name in ("currency", "incoterm", "place")), row) for row in further)
    cells = first | {
        f"{basis} {name}": cell for basis, row in named for name, cell in row.items() if name.startswith("price")
    }
    return {name: _shorter(name, cell) for name, cell in cells.items()}


def _shorter(name: str, cell: str) -> str:
    if "price" in name and cell.partition(".")[2].isdecimal():
        return f"{Decimal(cell).normalize():f}"
    return cell if len(cell) <= _LONGEST_TOLD else f"{cell[: _LONGEST_TOLD - 1]}…"


def _cells_of(draft: ListingDraft) -> dict[str, str]:
    cells: dict[str, object] = {
        "sku": draft.sku, "hs": draft.hs, "origin": draft.origin, "category": draft.category,
        "commodity": draft.commodity, "grade": draft.grade, "unit": draft.unit, "moq": draft.moq,
        "multiple": draft.multiple, "stock": draft.stock, "lead_days": draft.lead_days,
    }  # fmt: skip
    cells |= _texts("title", draft.titles, draft.source_locale)
    cells |= _texts("description", draft.descriptions, draft.source_locale)
    if draft.ladders:
        cells |= _prices(draft.ladders[0], draft.moq)
    if (packing := draft.packing) is not None:
        sides = (packing.length_mm, packing.width_mm, packing.height_mm)
        cells |= {"carton_units": packing.carton_units, "gross_kg": _kg(packing.gross_g), "net_kg": _kg(packing.net_g)}
        cells |= dict(
            zip(("carton_l", "carton_w", "carton_h"), (f"{mm / Decimal(10):.1f}" for mm in sides), strict=True)
        )
    cells |= sheet_variants.cells_of(draft.variant)
    cells |= cells_of(draft.beside) if draft.beside is not None else {}
    return {name: str(cell) for name, cell in cells.items() if cell not in (None, "")}


def _wanted(company_id: UUID, since: datetime | None) -> sa.Select[Listing]:
    wanted = sa.select(Listing).where(Listing.company_id == company_id)
    return wanted if since is None else wanted.where(Listing.changed_at >= since)


def _texts(name: str, texts: Mapping[str, str], leading: str) -> dict[str, str]:
    return {name if language == leading else f"{name}_{language}": text for language, text in texts.items()}


def _prices(ladder: Ladder, moq: int) -> dict[str, str]:
    tiers: Sequence[tuple[int, str]] = [
        # Six places always: three would read as thousands in some countries.
        (tier.from_quantity, f"{Decimal(tier.price.micro).scaleb(-6):.6f}")
        for tier in ladder.tiers
    ]
    cells = {"currency": ladder.currency, "incoterm": ladder.incoterm, "place": ladder.place_code}
    # A price without a quantity holds from the minimum on.
    if tiers[0][0] == moq:
        cells["price"] = tiers[0][1]
        tiers = tiers[1:]
    return cells | {f"price@{quantity}": price for quantity, price in tiers}


def _kg(grams: int) -> str:
    return f"{Decimal(grams).scaleb(-3):.4f}"
