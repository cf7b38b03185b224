"""Write down what listings cost from when on, and never change it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.catalog.models import PriceHistory
from marketplace.catalog.rules.pricing import Ladder
from marketplace.kernel.db import write
from marketplace.kernel.ids import new_id

Ladders = tuple[Ladder, ...]


def note(session: Session, changes: Mapping[UUID, tuple[Ladders, Ladders]], *, now: datetime) -> None:
    """Note the ladders that are new or say something else than before, and the bases that were given up."""
    rows: list[dict[str, Any]] = []
    for listing_id, (before, after) in changes.items():
        known = {ladder.basis: ladder for ladder in before}
        kept = {ladder.basis for ladder in after}
        rows += [_row(listing_id, ladder, now) for ladder in after if known.get(ladder.basis) != ladder]
        rows += [{**_row(listing_id, ladder, now), "tiers": []} for basis, ladder in known.items() if basis not in kept]
    write(session, PriceHistory, rows)


def _row(listing_id: UUID, ladder: Ladder, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "listing_id": listing_id,
        "at": now,
        "currency": ladder.currency,
        "incoterm": ladder.incoterm,
        "place_code": ladder.place_code,
        "tiers": [[tier.from_quantity, tier.price.micro] for tier in ladder.tiers],
    }
