"""What a merchant's parts fit as a file, a row each vehicle: brought in again it changes nothing."""

from collections.abc import Collection, Iterator
from typing import IO, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.imports import written
from marketplace.catalog.models import Listing
from marketplace.catalog.queries import details as queries
from marketplace.catalog.rules.details import DetailKind
from marketplace.catalog.rules.fitment_rows import COLUMNS

_AT_ONCE: Final = 500
_NUMBERS: Final = frozenset({"year_from", "year_to"})


def known(session: Session, *, company_id: UUID, skus: Collection[str]) -> frozenset[str]:
    """Return which of these article numbers a company has."""
    return frozenset(
        session.scalars(sa.select(Listing.sku).where(Listing.company_id == company_id, Listing.sku.in_(skus)))
    )


def write(session: Session, *, company_id: UUID, shape: written.Shape, target: IO[bytes]) -> None:
    """Write what every listing of a company fits, as its merchant edits it, from a session that sees one instant."""
    written.write_rows(COLUMNS, _portions(session, company_id), shape, target, sheet="fitment", numbers=_NUMBERS)


def _portions(session: Session, company_id: UUID) -> Iterator[list[dict[str, str]]]:
    wanted = sa.select(Listing.id, Listing.sku).where(Listing.company_id == company_id).order_by(Listing.id)
    after: UUID | None = None
    while rows := session.execute(
        (wanted if after is None else wanted.where(Listing.id > after)).limit(_AT_ONCE)
    ).all():
        after = rows[-1].id
        said = queries.edited(session, listing_ids=[row.id for row in rows], kind=DetailKind.FITMENT)
        yield [
            {"sku": row.sku} | {name: str(part) for name, part in vehicle.items() if part not in (None, "")}
            for row in rows
            for vehicle in said.get(row.id, {"vehicles": []})["vehicles"]
        ]
