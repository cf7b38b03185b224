"""Notes about orders and listings over the API."""

from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.shared.answers import Answer, Created, Instant, Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import notes as acts
from marketplace.edge.requests import notes as requests
from marketplace.edge.requests.payments import CursorQuery
from marketplace.exchange.queries.notes import NoteRow
from marketplace.kernel.db import in_unit_of_work, reading

api = Blueprint("api_notes", __name__)

_READ = Permission.TRADE_ORDER_READ
_LIST = Permission.CATALOG_LISTING_EDIT


class NoteAnswer(Answer):
    """A note about an order, an order line or a listing; ``author`` is told to colleagues alone."""

    id: UUID
    company_id: UUID
    company: str
    author: str | None
    about: str
    subject_id: UUID
    shared: bool
    text: str
    at: Instant

    @classmethod
    def of(cls, row: NoteRow) -> "NoteAnswer":
        """Write a note."""
        return cls(
            id=row.id,
            company_id=row.company_id,
            company=row.company,
            author=row.author or None,
            about=row.about.value,
            subject_id=row.subject_id,
            shared=row.is_shared,
            text=row.body,
            at=row.at,
        )


@api.get("/orders/<uuid:order_id>/notes")
@operation(answers={200: Items[NoteAnswer]}, tag="orders", permission=_READ, query=CursorQuery)
def of_order(order_id: UUID, query: CursorQuery) -> tuple[int, Items[NoteAnswer]]:
    """List the notes of one's company about an order and its lines, and those that the other company shared."""
    page = acts.about_order(reading(), order_id, cursor=query.cursor)
    return 200, Items[NoteAnswer](items=[NoteAnswer.of(row) for row in page.items], next=page.next)


@api.post("/orders/<uuid:order_id>/notes")
@operation(answers={201: Created}, tag="orders", permission=_READ, body=requests.OrderNote)
def write_of_order(order_id: UUID, body: requests.OrderNote) -> tuple[int, Created]:
    """Write a note about an order or one of its lines; nobody changes it any more. ``shared``: for both companies."""

    def written(session: Session) -> UUID:
        return acts.write_about_order(session, order_id, body)

    return 201, Created(id=in_unit_of_work(written))


@api.get("/listings/<uuid:listing_id>/notes")
@operation(answers={200: Items[NoteAnswer]}, tag="listings", permission=_LIST, query=CursorQuery)
def of_listing(listing_id: UUID, query: CursorQuery) -> tuple[int, Items[NoteAnswer]]:
    """List the notes of one's company about its own listing."""
    page = acts.about_listing(reading(), listing_id, cursor=query.cursor)
    return 200, Items[NoteAnswer](items=[NoteAnswer.of(row) for row in page.items], next=page.next)


@api.post("/listings/<uuid:listing_id>/notes")
@operation(answers={201: Created}, tag="listings", permission=_LIST, body=requests.ListingNote)
def write_of_listing(listing_id: UUID, body: requests.ListingNote) -> tuple[int, Created]:
    """Write a note about one's own listing, for colleagues."""

    def written(session: Session) -> UUID:
        return acts.write_about_listing(session, listing_id, body)

    return 201, Created(id=in_unit_of_work(written))
