"""What the API says of goods side by side."""

from typing import Any
from uuid import UUID

from marketplace.api.catalog.parts import PackingAnswer, Rating
from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.edge import messages
from marketplace.edge.acts.comparison import Compared
from marketplace.edge.acts.comparison import Comparison as Found


class Unsold(Answer):
    """Why the quantity asked for is not sold, and what is."""

    message: str
    accepted: str


class Item(Answer):
    """One listing: its price for ``quantity``, which is the next that is sold where the one asked for is not.

    ``freight`` is None where the price contains it or nobody knows it; ``delivered`` is goods and freight together.
    """

    listing_id: UUID
    titles: dict[str, str]
    merchant_id: UUID
    merchant: str
    merchant_country: str
    quantity: int
    unsold: Unsold | None
    unit: str
    unit_price: Amount | None
    amount: Amount | None
    incoterm: str
    place: str
    moq: int
    multiple: int
    stock: int | None
    lead_days: int | None
    cartons: int | None
    packing: PackingAnswer | None
    hs: str
    origin: str
    grade: str
    freight_included: bool
    goes_elsewhere: bool
    arrives_at: Instant | None
    freight: Amount | None
    delivered: Amount | None
    rating: Rating | None

    @classmethod
    def of(cls, row: Compared) -> "Item":
        """Write a listing."""
        listing, offer = row.listing, row.listing.offer
        plain: dict[str, Any] = {
            name: getattr(offer, name) for name in ("listing_id", "merchant_id", "unit", "moq", "multiple", "origin")
        }
        wrong = row.unsold
        return cls(
            **plain,
            titles=dict(offer.titles),
            merchant=listing.merchant,
            merchant_country=listing.merchant_country,
            quantity=row.quantity,
            unsold=Unsold(message=messages.field_sentence(wrong), accepted=wrong.accepted) if wrong else None,
            unit_price=Amount.of(row.unit_price) if row.unit_price else None,
            amount=Amount.of(row.amount) if row.amount else None,
            incoterm=row.basis[1],
            place=row.basis[2],
            stock=offer.available,
            lead_days=offer.lead_days,
            cartons=row.cartons,
            packing=PackingAnswer.of(offer.packing) if offer.packing else None,
            hs=offer.hs_code,
            grade=listing.grade,
            freight_included=row.is_freight_included,
            goes_elsewhere=row.is_elsewhere,
            arrives_at=row.option.arrives_at if row.option else None,
            freight=Amount.of(row.freight) if row.freight else None,
            delivered=Amount.of(row.delivered) if row.delivered else None,
            rating=Rating.of(listing.said),
        )


class Comparison(Answer):
    """Listings in the order asked for; ``missing``: ids of which nothing is offered."""

    goods: list[Item]
    missing: list[str]
    quantity: int | None
    to: str | None

    @classmethod
    def of(cls, found: Found) -> "Comparison":
        """Write a comparison."""
        items = [Item.of(row) for row in found.items]
        return cls(goods=items, missing=list(found.missing), quantity=found.quantity, to=found.to)
