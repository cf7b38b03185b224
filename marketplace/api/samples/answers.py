"""What the API says of samples."""

from uuid import UUID

from marketplace.api.checkout.answers import BundleAnswer, Gone, Problem, Total
from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.catalog.rules.details.samples import SampleOffer
from marketplace.edge.acts.checkout import SampleAsked
from marketplace.edge.acts.samples import SampleSeen
from marketplace.orders.samples.queries import SampleRow


class Offered(Answer):
    """What a merchant offers of samples: the price of a unit, units in one order and for one buyer in all, ways.

    What a sample cost is credited within ``credit_days`` on one bulk order of ``credit_least`` units or more.
    """

    price: Amount
    least: int
    most: int
    per_buyer: int
    ways: list[str]
    courier_fee: Amount | None
    courier_days: int | None
    lead_days: int
    credit_days: int | None
    credit_least: int | None

    @classmethod
    def of(cls, offer: SampleOffer) -> "Offered":
        """Write an offer."""
        return cls(
            price=Amount.of(offer.goods(1)),
            least=offer.least,
            most=offer.most,
            per_buyer=offer.per_buyer,
            ways=list(offer.ways),
            courier_fee=None if offer.courier_fee is None else Amount.of(offer.fee("courier")),
            courier_days=offer.courier_days,
            lead_days=offer.lead_days,
            credit_days=offer.credit_days,
            credit_least=offer.credit_least,
        )


class Quote(Answer):
    """A sample as it would be ordered now; without quantity, way and place only what is offered.

    ``problems`` name what is not said yet: ``quantity_missing``, ``way_missing``, ``destination_missing``.
    """

    offered: Offered
    customs_value: Amount | None
    totals: list[Total]
    bundles: list[BundleAnswer]
    gone: list[Gone]
    problems: list[Problem]

    @classmethod
    def of(cls, asked: SampleAsked) -> "Quote":
        """Write it."""
        seen = asked.seen
        cart = seen.cart if seen else None
        sample = cart.lines[0].sample if cart and cart.lines else None
        return cls(
            offered=Offered.of(asked.offer),
            customs_value=Amount.of(sample.customs) if sample else None,
            totals=[Total.of(total) for total in cart.totals] if cart else [],
            bundles=[BundleAnswer.of(bundle, seen, {}) for bundle in cart.bundles] if cart and seen else [],
            gone=[Gone.of(line) for line in cart.gone] if cart else [],
            problems=[Problem(code=one.code, facts=one.facts) for one in asked.missing],
        )


class Sample(Answer):
    """A sample; until ``deadline_at`` its courier has to be there, or its buyer to decide.

    ``content_hash`` is that of what it is a sample of: a decision binds to it, a contract names it. ``credited`` was
    taken off order ``credited_order_id``; until ``credit_until`` it can be.
    """

    id: UUID
    reference: str
    order_id: UUID
    order_reference: str
    listing_id: UUID
    sku: str
    titles: dict[str, str]
    buyer_id: UUID
    merchant_id: UUID
    quantity: int
    unit: str
    way: str
    goods: Amount
    courier_fee: Amount
    customs_value: Amount
    content_hash: str
    state: str
    line_state: str
    deadline_at: Instant | None
    courier: str
    tracking: str
    sent_at: Instant | None
    received_at: Instant | None
    decided_at: Instant | None
    credit_days: int | None
    credit_least: int | None
    credit_until: Instant | None
    credited: Amount
    credited_order_id: UUID | None
    words: str
    photos: list[UUID]

    @classmethod
    def of(cls, row: SampleRow) -> "Sample":
        """Write a sample."""
        return cls(
            id=row.id,
            reference=row.reference,
            order_id=row.order_id,
            order_reference=row.order_reference,
            listing_id=row.listing_id,
            sku=row.sku,
            titles=row.titles,
            buyer_id=row.buyer_id,
            merchant_id=row.merchant_id,
            quantity=row.quantity,
            unit=row.unit,
            way=str(row.way),
            goods=Amount.of(row.goods),
            courier_fee=Amount.of(row.courier_fee),
            customs_value=Amount.of(row.customs),
            content_hash=row.content_hash,
            state=str(row.state),
            line_state=str(row.line_state),
            deadline_at=row.deadline_at,
            courier=row.courier,
            tracking=row.tracking,
            sent_at=row.sent_at,
            received_at=row.received_at,
            decided_at=row.decided_at,
            credit_days=row.credit_days,
            credit_least=row.credit_least,
            credit_until=row.credit_until,
            credited=Amount.of(row.credited),
            credited_order_id=row.credited_order_id,
            words=row.remark,
            photos=list(row.photos),
        )


class SampleShown(Sample):
    """A sample with what the asker may do now."""

    acts: list[str]

    @classmethod
    def seen(cls, seen: SampleSeen) -> "SampleShown":
        """Write a sample as it is seen."""
        return cls(**Sample.of(seen.row).model_dump(), acts=list(seen.acts))
