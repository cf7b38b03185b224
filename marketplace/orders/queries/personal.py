"""What is kept of a person about orders, for that person."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.exports import rows
from marketplace.orders.models import Acceptance, Cart, CartLine, ClaimText, InspectionRemark, Order, OrderGroup
from marketplace.orders.samples.models import SampleRemark


def of_person(session: Session, *, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return the cart, the orders placed, the acceptances and the words about claims and goods, earliest first."""
    return {
        "cart": rows(
            session,
            sa.select(Cart.company_id, Cart.destination, CartLine.listing_id, CartLine.quantity, CartLine.added_at)
            .join(CartLine, CartLine.cart_id == Cart.id)
            .where(Cart.person_id == person_id)
            .order_by(CartLine.added_at, CartLine.listing_id),
        ),
        "orders_placed": rows(
            session,
            sa.select(Order.id, Order.reference, Order.buyer_id, Order.purchase_order_number, Order.placed_at)
            .join(OrderGroup, OrderGroup.id == Order.group_id)
            .where(OrderGroup.person_id == person_id)
            .order_by(Order.id),
        ),
        "acceptances": rows(
            session,
            sa.select(Acceptance.line_id, Acceptance.quantity, Acceptance.content_hash, Acceptance.at)
            .where(Acceptance.person_id == person_id)
            .order_by(Acceptance.id),
        ),
        "claim_texts": rows(
            session,
            sa.select(ClaimText.claim_id, ClaimText.company_id, ClaimText.body, ClaimText.at)
            .where(ClaimText.person_id == person_id)
            .order_by(ClaimText.id),
        ),
        "inspection_remarks": rows(
            session,
            sa.select(InspectionRemark.inspection_id, InspectionRemark.body)
            .where(InspectionRemark.person_id == person_id)
            .order_by(InspectionRemark.inspection_id),
        ),
        "sample_remarks": rows(
            session,
            sa.select(SampleRemark.sample_id, SampleRemark.body)
            .where(SampleRemark.person_id == person_id)
            .order_by(SampleRemark.sample_id),
        ),
    }
