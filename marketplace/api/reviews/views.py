"""Reviews of received goods over the API."""

from uuid import UUID

from flask import Blueprint

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.reviews import answers
from marketplace.api.shared.answers import Created, Items
from marketplace.api.shared.operations import operation
from marketplace.catalog.queries import shelf
from marketplace.edge.acts import reviews as acts
from marketplace.edge.acts import sellers
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import reviews as requests
from marketplace.edge.requests.payments import CursorQuery
from marketplace.exchange.queries import reviews
from marketplace.kernel.db import in_unit_of_work, reading

api = Blueprint("api_reviews", __name__)

_WRITE = Permission.TRADE_ORDER_ACCEPT
_ANSWER = Permission.EXCHANGE_ANSWER_WRITE
_PUBLIC = "what buyers say of goods is there to be read"


@api.get("/listings/<uuid:listing_id>/reviews")
@operation(answers={200: Items[answers.PublicReview]}, tag="reviews", public_because=_PUBLIC, query=CursorQuery)
def about(listing_id: UUID, query: CursorQuery) -> tuple[int, Items[answers.PublicReview]]:
    """List the reviews of a live listing, newest first: only who received the goods wrote one."""
    session = reading()
    shelf.listing(session, listing_id=listing_id, viewer=None)
    return 200, _public(reviews.shown(session, listing_id=listing_id, cursor=query.cursor, size=reviews.PAGE))


@api.get("/merchants/<uuid:company_id>/reviews")
@operation(answers={200: Items[answers.PublicReview]}, tag="reviews", public_because=_PUBLIC, query=CursorQuery)
def of_merchant(company_id: UUID, query: CursorQuery) -> tuple[int, Items[answers.PublicReview]]:
    """List the reviews of a merchant's goods, newest first."""
    session = reading()
    sellers.seller(session, company_id=company_id)
    return 200, _public(reviews.shown(session, merchant_id=company_id, cursor=query.cursor, size=reviews.PAGE))


@api.get("/reviews")
@operation(answers={200: Items[answers.Review]}, tag="reviews", permission=_WRITE, query=CursorQuery)
def mine(query: CursorQuery) -> tuple[int, Items[answers.Review]]:
    """List what the company received and may review, with its reviews."""
    page = reviews.mine(reading(), company_id=require_actor().company, cursor=query.cursor)
    return 200, Items[answers.Review](items=[answers.Review.of(row) for row in page.items], next=page.next)


@api.put("/order-lines/<uuid:line_id>/review")
@operation(answers={200: Created}, tag="reviews", permission=_WRITE, body=requests.Review)
def write(line_id: UUID, body: requests.Review) -> tuple[int, Created]:
    """Review what was received of an order line, or change that review; the version before is kept.

    ``version`` is the one that was looked at, 0 for none: another is a colleague's, and refused with 409.
    """
    return 200, Created(id=in_unit_of_work(lambda session: acts.write(session, line_id, body)))


@api.get("/reviews/received")
@operation(answers={200: Items[answers.Received]}, tag="reviews", permission=_ANSWER, query=CursorQuery)
def received(query: CursorQuery) -> tuple[int, Items[answers.Received]]:
    """List the reviews of the company's goods, newest first."""
    page = reviews.received(reading(), merchant_id=require_actor().company, cursor=query.cursor)
    return 200, Items[answers.Received](items=[answers.Received.of(row) for row in page.items], next=page.next)


@api.post("/reviews/<uuid:review_id>/reply")
@operation(answers={204: None}, tag="reviews", permission=_ANSWER, body=requests.Reply)
def reply(review_id: UUID, body: requests.Reply) -> tuple[int, None]:
    """Reply to a review of the company's goods, once, in public."""
    in_unit_of_work(lambda session: acts.reply(session, review_id, body))
    return 204, None


def _public(page: reviews.Page[reviews.ShownReview]) -> Items[answers.PublicReview]:
    return Items[answers.PublicReview](items=[answers.PublicReview.of(row) for row in page.items], next=page.next)
