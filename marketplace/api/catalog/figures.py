"""How often one's own goods were looked at and ordered, over the API."""

from datetime import date
from uuid import UUID

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.catalog.commodities import api
from marketplace.api.shared.answers import Answer, Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import figures as acts
from marketplace.edge.requests.figures import Sight
from marketplace.reports.queries.figures import GoodsRow, Numbers, Seen

_EDIT = Permission.CATALOG_LISTING_EDIT


class Counted(Answer):
    """Product pages that people saw, carts that took goods in, distinct orders.

    ``conversion_bp``: orders for each view in hundredths of a per cent, null while nobody looked.
    """

    views: int
    carts: int
    orders: int
    conversion_bp: int | None

    @classmethod
    def of(cls, row: Numbers) -> "Counted":
        """Write numbers."""
        return cls(views=row.views, carts=row.carts, orders=row.orders, conversion_bp=row.conversion)


class Period(Counted):
    """The numbers of the last so many days, today among them."""

    days: int


class Day(Counted):
    """The numbers of a day."""

    day: date


class Figures(Answer):
    """Numbers by period and by day, the last ninety, on the clock of ``zone``."""

    zone: str
    periods: list[Period]
    days: list[Day]

    @classmethod
    def of(cls, seen: Seen) -> "Figures":
        """Write what became of looks."""
        return cls(
            zone=seen.zone,
            periods=[Period(days=days, **dict(Counted.of(row))) for days, row in seen.periods.items()],
            days=[Day(day=day, **dict(Counted.of(row))) for day, row in seen.days],
        )


class Goods(Counted):
    """A listing with its numbers over the days that were asked for."""

    id: UUID
    sku: str
    titles: dict[str, str]
    source_locale: str
    state: str

    @classmethod
    def of_row(cls, row: GoodsRow) -> "Goods":
        """Write a listing's numbers."""
        return cls(
            id=row.listing_id,
            sku=row.sku,
            titles=dict(row.titles),
            source_locale=row.source_locale,
            state=row.state,
            **dict(Counted.of(row.numbers)),
        )


@api.get("/figures")
@operation(answers={200: Figures}, tag="catalog", permission=_EDIT)
def figures() -> tuple[int, Figures]:
    """Show how often all of one's goods were looked at, put into carts and ordered."""
    return 200, Figures.of(acts.company())


@api.get("/figures/listings")
@operation(answers={200: Items[Goods]}, tag="catalog", permission=_EDIT, query=Sight)
def figures_of_goods(query: Sight) -> tuple[int, Items[Goods]]:
    """List one's goods by views, carts, orders, conversion or article number over 7, 30 or 90 days."""
    page = acts.goods(query)
    return 200, Items[Goods](items=[Goods.of_row(row) for row in page.items], next=page.next)


@api.get("/listings/<uuid:listing_id>/figures")
@operation(answers={200: Figures}, tag="catalog", permission=_EDIT)
def figures_of_listing(listing_id: UUID) -> tuple[int, Figures]:
    """Show how often one of one's own listings was looked at, put into carts and ordered."""
    return 200, Figures.of(acts.listing(listing_id))
