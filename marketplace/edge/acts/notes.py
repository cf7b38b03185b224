"""Notes about orders and listings, by whoever asks."""

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.catalog.queries import own
from marketplace.catalog.rules.rows import OwnRow
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import notes as requests
from marketplace.exchange.queries import notes as queries
from marketplace.exchange.queries.notes import NoteRow
from marketplace.exchange.rules.notes import About
from marketplace.exchange.services import notes as services
from marketplace.kernel import clock
from marketplace.kernel.errors import Refused
from marketplace.kernel.pages import Page
from marketplace.orders.queries import lines as line_queries
from marketplace.orders.queries import orders as order_queries
from marketplace.orders.queries.lines import LineRow
from marketplace.orders.queries.orders import OrderRow


def order_of(session: Session, order_id: UUID) -> tuple[OrderRow, tuple[LineRow, ...]]:
    """Return an order of the asker's company with its lines; NotFound for anybody else's."""
    order = order_queries.order(session, company_id=require_actor().company, order_id=order_id)
    return order, line_queries.lines_for(session, order=order)


def about_order(session: Session, order_id: UUID, *, cursor: str | None) -> Page[NoteRow]:
    """Return what the asker may read about an order of his company."""
    company_id = require_actor().company
    order = order_queries.order(session, company_id=company_id, order_id=order_id)
    return queries.of_order(session, company_id=company_id, order_id=order.id, cursor=cursor)


def write_about_order(session: Session, order_id: UUID, body: requests.OrderNote) -> UUID:
    """Keep a note about an order or one of its lines; Refused ``line_id`` for a line of another."""
    actor = require_actor()
    order, lines = order_of(session, order_id)
    if body.line_id is not None and body.line_id not in {line.id for line in lines}:
        raise Refused.field("line_id", "unknown", ", ".join(str(line.id) for line in lines))
    other = order.merchant_id if actor.company == order.buyer_id else order.buyer_id
    return services.write(
        session,
        actor=actor,
        about=About.ORDER_LINE if body.line_id else About.ORDER,
        subject_id=body.line_id or order.id,
        order_id=order.id,
        text=body.text,
        shared_with=other if body.shared else None,
        now=clock.now(),
    )


def listing_of(session: Session, listing_id: UUID) -> OwnRow:
    """Return a listing of the asker's company; NotFound for anybody else's."""
    return own.own_listing(session, company_id=require_actor().company, listing_id=listing_id)


def about_listing(session: Session, listing_id: UUID, *, cursor: str | None) -> Page[NoteRow]:
    """Return the notes of the asker's company about its listing."""
    row = listing_of(session, listing_id)
    return queries.of_listing(session, company_id=require_actor().company, listing_id=row.listing_id, cursor=cursor)


def write_about_listing(session: Session, listing_id: UUID, body: requests.ListingNote) -> UUID:
    """Keep a note about a listing of the asker's company."""
    row = listing_of(session, listing_id)
    return services.write(
        session,
        actor=require_actor(),
        about=About.LISTING,
        subject_id=row.listing_id,
        order_id=None,
        text=body.text,
        now=clock.now(),
    )
