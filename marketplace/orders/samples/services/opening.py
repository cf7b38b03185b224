"""A sample begins with the order that it is."""

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict
from marketplace.orders.rules.placing import PlacedGroup, PlacedOrder
from marketplace.orders.rules.samples import SampleState, content_hash
from marketplace.orders.samples.models import SampleOrder
from marketplace.orders.samples.services.moving import note


def begin(session: Session, *, group: PlacedGroup, order: PlacedOrder, actor: Actor, now: datetime) -> None:
    """Keep what an order that was just written is a sample of; Conflict ``sample_open`` while another one is open."""
    sample, (line,) = order.sample, order.lines
    if sample is None:
        return
    is_new = insert_if_new(
        session,
        SampleOrder,
        id=sample.id,
        reference=sample.reference,
        order_id=order.id,
        line_id=line.id,
        buyer_id=group.buyer_id,
        merchant_id=order.merchant_id,
        listing_id=line.listing_id,
        content_hash=content_hash(
            {
                "sample": sample.reference,
                "listing": str(line.listing_id),
                "version": line.listing_version,
                "sku": line.sku,
                "titles": line.titles,
                "hs_code": line.hs_code,
                "origin": line.origin,
                "unit": line.unit,
                "quantity": line.quantity,
            }
        ),
        way=sample.way,
        quantity=line.quantity,
        currency=order.currency,
        goods_minor=sample.goods.minor,
        courier_minor=sample.courier.minor,
        customs_minor=sample.customs.minor,
        lead_days=sample.lead_days,
        courier_days=sample.courier_days,
        credit_days=sample.credit_days,
        credit_least=sample.credit_least,
        state=SampleState.ORDERED,
        courier="",
        tracking="",
        credited_minor=0,
        placed_at=now,
    )
    if not is_new:
        raise Conflict("sample_open", sample=line.listing_id)
    note(session, session.get_one(SampleOrder, sample.id), "order", actor=actor, now=now)
