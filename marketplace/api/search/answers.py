"""Answers of the search."""

from marketplace.accounts.rules.closures import Notice
from marketplace.api.catalog.answers import Summary
from marketplace.api.catalog.parts import Departure
from marketplace.api.shared.answers import Answer
from marketplace.edge.acts.search import Searched
from marketplace.search.queries.found import FoundRow


class SearchItem(Summary):
    """A live listing that fits; ``delivery`` is the first departure that takes the quantity, with freight.

    It goes to ``to``, or to the place of a price that contains the freight: then none is named.
    ``prohibited_in``: the country there, when it lets nobody bring the goods in; then no delivery is named.
    """

    merchant: str
    origin: str
    unit: str
    delivery: Departure | None
    delivered_to: str | None
    freight_included: bool
    prohibited_in: str | None

    @classmethod
    def found(cls, row: FoundRow, closed: Notice | None) -> "SearchItem":
        """Write a row that was found."""
        return cls(
            **Summary.of(row.card, closed).model_dump(),
            merchant=row.card.merchant,
            origin=row.card.origin,
            unit=row.card.unit,
            delivery=_departure(row),
            delivered_to=row.delivery.to_place if row.delivery else None,
            freight_included=row.is_freight_included,
            prohibited_in=row.banned_in,
        )


def _departure(row: FoundRow) -> Departure | None:
    if row.delivery is None:
        return None
    shown = Departure.of(row.delivery)
    return shown.model_copy(update={"freight": None}) if row.is_freight_included else shown


class SearchAnswer(Answer):
    """A page of what fits; ``partial``: nothing has every word; ``facets`` count what choosing a value would show."""

    items: list[SearchItem]
    next: str | None
    total: int
    total_is_capped: bool
    partial: bool
    to: str | None
    facets: dict[str, dict[str, int]]

    @classmethod
    def of(cls, searched: Searched) -> "SearchAnswer":
        """Write what was found."""
        found = searched.found
        return cls(
            items=[SearchItem.found(row, searched.closed.get(row.card.listing_id)) for row in found.page.items],
            next=found.page.next,
            total=found.total,
            total_is_capped=found.is_more,
            partial=found.is_partial,
            to=searched.to,
            facets={name: dict(counts) for name, counts in found.facets.items()},
        )
