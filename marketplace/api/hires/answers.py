"""What the API says of whole lorries."""

from typing import Any
from uuid import UUID

from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.distribution.hires.queries import HireRow, RoundRow, ShareRow, WaitRow
from marketplace.edge.acts.hires import Hire as Found


class Share(Answer):
    """What one booking pays of the price; ``by_weight`` is what it would pay alone.

    One that is not ``aboard`` left the lorry and pays by weight on another. ``settled`` once what changed is billed or
    credited. The order is told to who hired the lorry, and to the operator.
    """

    booking: str
    order_id: UUID | None
    order: str | None
    line_id: UUID | None
    to: str
    consignee_id: UUID
    by_weight: Amount
    share: Amount
    aboard: bool
    settled: bool

    @classmethod
    def of(cls, row: ShareRow, *, sees_order: bool) -> "Share":
        """Write a share."""
        return cls(
            booking=row.booking,
            order_id=row.order_id if sees_order else None,
            order=row.order if sees_order else None,
            line_id=row.line_id if sees_order else None,
            to=row.to_place,
            consignee_id=row.consignee_id,
            by_weight=Amount.of(row.by_weight),
            share=Amount.of(row.share),
            aboard=row.is_aboard,
            settled=row.is_settled,
        )


class Round(Answer):
    """One sharing of the price: ``taken``, goods ``left`` or were ``moved`` by the road, or ``smaller`` came."""

    number: int
    why: str
    price: Amount
    at: Instant
    shares: list[Share]

    @classmethod
    def of(cls, row: RoundRow, *, sees_order: bool) -> "Round":
        """Write a round."""
        return cls(
            number=row.number,
            why=str(row.why),
            price=Amount.of(row.price),
            at=row.at,
            shares=[Share.of(one, sees_order=sees_order) for one in row.shares],
        )


class Hire(Answer):
    """A departure that one company hired whole; a started hour of waiting beyond ``free_hours`` costs so much."""

    id: UUID
    departure_id: UUID
    departure: str
    hired_by: UUID
    carrier_id: UUID
    price: Amount
    free_hours: int
    waiting_per_hour: Amount
    taken_at: Instant
    ended_at: Instant | None

    @classmethod
    def of(cls, row: HireRow) -> "Hire":
        """Write a whole lorry."""
        return cls(**_facts(row))


class Wait(Answer):
    """How long the lorry was at a place: ``counted_minutes`` count against its hirer, ``held_minutes`` do not.

    No times where it did not wait for its hirer to be loaded.
    """

    place: str
    loading: bool
    since: Instant | None
    until: Instant | None
    counted_minutes: int
    held_minutes: int

    @classmethod
    def of(cls, row: WaitRow) -> "Wait":
        """Write it."""
        return cls(
            place=row.place_code,
            loading=row.is_loading,
            since=row.began_at,
            until=row.ended_at,
            counted_minutes=row.minutes,
            held_minutes=row.held_minutes,
        )


class HireShown(Hire):
    """A whole lorry with the rounds in which its price was shared, the latest first; that one counts.

    Waiting is counted once it is unloaded at its last place; ``waiting_fee_id`` where that costs something.
    """

    rounds: list[Round]
    waiting: list[Wait]
    waiting_fee_id: UUID | None

    @classmethod
    def shown(cls, found: Found) -> "HireShown":
        """Write a whole lorry and its rounds."""
        rounds = [Round.of(one, sees_order=found.sees_orders) for one in found.rounds]
        waits = [Wait.of(one) for one in found.waits]
        return cls(**_facts(found.row), rounds=rounds, waiting=waits, waiting_fee_id=found.waiting_fee)


def _facts(row: HireRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "departure_id": row.departure_id,
        "departure": row.departure,
        "hired_by": row.company_id,
        "carrier_id": row.carrier_id,
        "price": Amount.of(row.price),
        "free_hours": row.free_minutes // 60,
        "waiting_per_hour": Amount.of(row.waiting),
        "taken_at": row.taken_at,
        "ended_at": row.ended_at,
    }
