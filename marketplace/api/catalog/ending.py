"""What a merchant's goods show that ends, over the API."""

from datetime import date
from uuid import UUID

from flask import Blueprint

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.shared.answers import Answer, Items
from marketplace.api.shared.operations import operation
from marketplace.catalog.queries import ending as queries
from marketplace.catalog.queries.ending import EndingRow
from marketplace.edge.identity import require_actor
from marketplace.edge.requests.payments import CursorQuery
from marketplace.kernel import clock
from marketplace.kernel.db import reading

api = Blueprint("api_ending", __name__)


class EndAnswer(Answer):
    """A certificate by number and issuer, or a licence by its brand, with its last day."""

    name: str
    until: date
    expired: bool


class EndingAnswer(Answer):
    """A part of a listing, ``certificates`` or ``brand``, in which something ends within a month or has ended."""

    listing: UUID
    sku: str
    part: str
    ends: list[EndAnswer]

    @classmethod
    def of(cls, row: EndingRow, today: date) -> "EndingAnswer":
        """Write what ends of a part."""
        ends = [EndAnswer(name=end.name, until=end.until, expired=end.until < today) for end in row.ends]
        return cls(listing=row.listing_id, sku=row.sku, part=row.kind.value, ends=ends)


@api.get("/ending-papers")
@operation(
    answers={200: Items[EndingAnswer]}, tag="catalog", permission=Permission.CATALOG_LISTING_EDIT, query=CursorQuery
)
def ending_papers(query: CursorQuery) -> tuple[int, Items[EndingAnswer]]:
    """List certificates and licences of one's goods that end within a month or have ended, the first first."""
    today = clock.now().date()
    page = queries.of_company(reading(), company_id=require_actor().company, today=today, cursor=query.cursor)
    return 200, Items[EndingAnswer](items=[EndingAnswer.of(row, today) for row in page.items], next=page.next)
