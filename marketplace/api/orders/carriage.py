"""How the lines of an order travel: bookings, second lorries, and the contracts of their freight."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.api.shared.freight import Component
from marketplace.distribution.onward.queries import RideRow
from marketplace.distribution.queries import FreightLineRow, FreightRow
from marketplace.distribution.rules.freight import vehicle_of
from marketplace.distribution.rules.shipments import components_of
from marketplace.edge.acts.orders import OrderSeen
from marketplace.logistics.queries.bookings import BookingRow


class Booking(Answer):
    """A booking of a line; ``hold_cause`` while its lorry stands, ``receipt_due_at`` when it counts as received.

    A line that changes lorry has two: ``ride_id`` is of the one that takes it on.
    """

    id: UUID
    reference: str
    order_line_id: UUID
    ride_id: UUID | None
    departure_id: UUID
    departure: str
    to: str
    state: str
    expires_at: Instant | None
    departs_at: Instant
    arrives_at: Instant
    cutoff_cargo_at: Instant
    hold_cause: str | None
    decline_reason: str | None
    receipt_due_at: Instant | None

    @classmethod
    def of(cls, row: BookingRow, line_id: UUID) -> "Booking":
        """Write a booking of a line."""
        return cls(
            id=row.id,
            reference=row.reference,
            order_line_id=line_id,
            ride_id=None if row.subject == line_id else row.subject,
            departure_id=row.departure_id,
            departure=row.departure_reference,
            to=row.to_place,
            state=str(row.state),
            expires_at=row.expires_at,
            departs_at=row.departs_at,
            arrives_at=row.arrives_at,
            cutoff_cargo_at=row.cutoff_cargo_at,
            hold_cause=row.hold_cause,
            decline_reason=row.decline_reason,
            receipt_due_at=row.receipt_due_at,
        )


class Ride(Answer):
    """The second half of a line that changes lorry at ``change_at``: stands, lost (no second lorry yet) or ended."""

    id: UUID
    order_line_id: UUID
    change_at: str
    to: str
    state: str
    changed_at: Instant | None

    @classmethod
    def of(cls, row: RideRow) -> "Ride":
        """Write a ride."""
        return cls(
            id=row.id,
            order_line_id=row.line_id,
            change_at=row.change_at,
            to=row.to_place,
            state=str(row.state),
            changed_at=row.changed_at,
        )


class FreightOfLine(Answer):
    """The freight of a line and what it was made up of by the tariff that its contract froze.

    ``amount`` is less than its components where the freight fell since: of a lorry that left fuller, of fewer goods.
    """

    line_id: UUID
    amount: Amount
    chargeable_kg: str
    binding: str
    components: list[Component]

    @classmethod
    def of(cls, row: FreightLineRow, terms: Mapping[str, Any]) -> "FreightOfLine":
        """Write the freight of a line."""
        return cls(
            line_id=row.line_id,
            amount=Amount.of(row.amount),
            chargeable_kg=f"{Decimal(row.chargeable_g).scaleb(-3):f}",
            binding=row.binding,
            components=[
                Component(kind=one.kind, amount=Amount.of(one.amount))
                for one in components_of(terms, row.line_id, row.chargeable_g)
            ],
        )


class WholeLorryTaken(Answer):
    """The whole lorry that a contract is for: its price, all in, and what a started hour beyond the free ones costs."""

    departure_id: UUID
    price: Amount
    free_hours: int
    waiting_per_hour: Amount

    @classmethod
    def of(cls, terms: Mapping[str, Any]) -> "WholeLorryTaken | None":
        """Write it, None for a contract by weight."""
        found = vehicle_of(terms)
        if found is None:
            return None
        return cls(
            departure_id=found.departure_id,
            price=Amount.of(found.price),
            free_hours=found.free_minutes // 60,
            waiting_per_hour=Amount.of(found.waiting),
        )


class Freight(Answer):
    """A freight contract of this order, for payer and carrier; ``claim_id`` where it is of goods that go back.

    With a ``whole_lorry`` its amounts are shares of the price of that one; the components say what each would be by
    weight.
    """

    id: UUID
    reference: str
    payer_id: UUID
    carrier_id: UUID
    carrier: str
    amount: Amount
    state: str
    claim_id: UUID | None
    whole_lorry: WholeLorryTaken | None
    lines: list[FreightOfLine]

    @classmethod
    def of(cls, row: FreightRow, seen: OrderSeen) -> "Freight":
        """Write a freight contract."""
        return cls(
            id=row.id,
            reference=row.reference,
            payer_id=row.payer_id,
            carrier_id=row.carrier_id,
            carrier=seen.companies[row.carrier_id],
            amount=Amount.of(row.total),
            state=str(row.state),
            claim_id=row.claim_id,
            whole_lorry=WholeLorryTaken.of(row.terms),
            lines=[FreightOfLine.of(one, row.terms) for one in row.lines],
        )
