"""Change many listings at once, by whoever asks."""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from marketplace.catalog.rules.drafts import ListingDraft
from marketplace.catalog.services import grid
from marketplace.edge.acts.catalog import patched
from marketplace.edge.identity import require_actor
from marketplace.edge.requests.catalog import ListingPatch
from marketplace.edge.requests.grid import FIELDS, Grid, GridRow
from marketplace.kernel import clock
from marketplace.kernel.errors import Refused


def change(session: Session, rows: Sequence[GridRow]) -> list[grid.Done]:
    """Change listings of the asker's company; return row by row what became of it."""
    wanted = [
        grid.Wanted(row.id, row.version, _apply(row), row.stock_was, "low_below" in row.model_fields_set, row.low_below)
        for row in rows
    ]
    return grid.change(session, actor=require_actor(), wanted=wanted, now=clock.now())


def checked(body: Grid) -> Sequence[GridRow]:
    """Return the rows; Refused when a listing is named twice."""
    if len({row.id for row in body.rows}) < len(body.rows):
        raise Refused.field("rows", "row_twice", "each listing once")
    return body.rows


def _apply(row: GridRow) -> Callable[[ListingDraft], ListingDraft]:
    sent = {name: getattr(row, name) for name in FIELDS if name in row.model_fields_set and name != "low_below"}

    def apply(draft: ListingDraft) -> ListingDraft:
        for name in ("price", "moq"):
            if name in sent and sent[name] is None:
                raise Refused.field(name, "required", "a value")
        # Goods lie ready or are made to order: who says the one is not taken to have said that the other is over.
        kept = {
            other: getattr(draft, other)
            for name, other in (("stock", "lead_days"), ("lead_days", "stock"))
            if sent.get(name) is not None and other not in sent and getattr(draft, other)
        }
        given = sent | kept
        # What was parsed already is not parsed again.
        return patched(draft, ListingPatch.model_construct(set(given), **given))

    return apply
