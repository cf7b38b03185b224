"""Order samples, carry them, approve or refuse them over the API."""

from typing import Any
from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.checkout import answers as checkout_answers
from marketplace.api.samples import answers
from marketplace.api.shared.answers import Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import checkout as checkout_acts
from marketplace.edge.acts import samples as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import samples as requests
from marketplace.kernel.db import reading
from marketplace.orders.queries import orders

api = Blueprint("api_samples", __name__)


@api.get("/listings/<uuid:listing_id>/sample")
@operation(
    answers={200: answers.Quote}, tag="samples", permission=Permission.TRADE_ORDER_PLACE, query=requests.SampleQuery
)
def quote(listing_id: UUID, query: requests.SampleQuery) -> tuple[int, answers.Quote]:
    """Show what a listing says of its samples, and with quantity, way and place what one would cost now."""
    return 200, answers.Quote.of(checkout_acts.ask_for_sample(listing_id, query))


@api.post("/listings/<uuid:listing_id>/sample-orders")
@operation(
    answers={201: checkout_answers.Checkout, 202: checkout_answers.Checkout},
    tag="samples",
    permission=Permission.TRADE_ORDER_PLACE,
    body=requests.SampleCheckout,
    idempotent_flow=True,
)
def order(listing_id: UUID, body: requests.SampleCheckout, key: str) -> tuple[int, checkout_answers.Checkout]:
    """Order a sample, an order of its own paid in full; 202 with a payment page when a card is needed."""
    outcome = checkout_acts.place(body, key=key, sample=body.wish(listing_id))
    if outcome.group_id is None:
        return 202, checkout_answers.Checkout.of(outcome, ())
    group = orders.group(reading(), company_id=require_actor().company, group_id=outcome.group_id)
    return 201, checkout_answers.Checkout.of(outcome, group.order_ids)


@api.get("/samples")
@operation(
    answers={200: Items[answers.Sample]},
    tag="samples",
    permission=Permission.TRADE_ORDER_READ,
    query=requests.SamplesQuery,
)
def many(query: requests.SamplesQuery) -> tuple[int, Items[answers.Sample]]:
    """List the samples that one's company buys or sells, latest first."""
    page = acts.many(reading(), query).map(answers.Sample.of)
    return 200, Items[answers.Sample](items=list(page.items), next=page.next)


@api.get("/samples/<uuid:sample_id>")
@operation(answers={200: answers.SampleShown}, tag="samples", permission=Permission.TRADE_ORDER_READ)
def one(sample_id: UUID) -> tuple[int, answers.SampleShown]:
    """Show a sample: where it is, what was said of it, what became of its credit."""
    return 200, _shown(reading(), sample_id)


@api.get("/samples/<uuid:sample_id>/photos/<uuid:file_id>")
@operation(answers={200: None}, tag="samples", permission=Permission.TRADE_ORDER_READ)
def photo(sample_id: UUID, file_id: UUID) -> tuple[int, Any]:
    """Give a picture by which a sample was approved or refused."""
    return 200, acts.photo(sample_id, file_id)


@api.post("/samples/<uuid:sample_id>/dispatch")
@operation(
    answers={200: answers.SampleShown},
    tag="samples",
    permission=Permission.TRADE_ORDER_FULFIL,
    body=requests.Dispatch,
    idempotent=True,
)
def send(sample_id: UUID, body: requests.Dispatch, session: Session) -> tuple[int, answers.SampleShown]:
    """Hand a packed sample to a courier, as its merchant: it is under way from then on."""
    acts.send(session, sample_id, body)
    return 200, _shown(session, sample_id)


@api.post("/samples/<uuid:sample_id>/receipt")
@operation(answers={200: answers.SampleShown}, tag="samples", permission=Permission.TRADE_ORDER_READ, idempotent=True)
def arrive(sample_id: UUID, session: Session) -> tuple[int, answers.SampleShown]:
    """Say that a courier's sample is there: its buyer has it, or its merchant was told so by the courier."""
    acts.arrive(session, sample_id)
    return 200, _shown(session, sample_id)


@api.post("/samples/<uuid:sample_id>/decision")
@operation(
    answers={200: answers.SampleShown},
    tag="samples",
    permission=Permission.TRADE_ORDER_ACCEPT,
    body=requests.Decision,
    idempotent=True,
)
def decide(sample_id: UUID, body: requests.Decision, session: Session) -> tuple[int, answers.SampleShown]:
    """Approve or refuse a sample that came, as its buyer; contracts of later orders name one that was approved."""
    acts.decide(session, sample_id, body)
    return 200, _shown(session, sample_id)


def _shown(session: Session, sample_id: UUID) -> answers.SampleShown:
    return answers.SampleShown.seen(acts.look(session, sample_id))
