"""Another kind of lorry for a departure over the API: what it would do, and that it is done."""

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.fleet.answers import VehicleType
from marketplace.api.logistics.answers import Room
from marketplace.api.operations.answers import Rolled
from marketplace.api.operations.views import api
from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.api.shared.operations import operation
from marketplace.distribution.shares.queries import ShareAhead
from marketplace.edge.acts import other_lorry as acts
from marketplace.edge.answers import problem
from marketplace.edge.requests import operations as requests
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.services.departures.substituting import Going

_OPERATE = Permission.LOGISTICS_DEPARTURE_OPERATE


class Booked(Answer):
    """A booking that stays on a departure, or that waits for the operator."""

    booking_id: UUID
    reference: str
    state: str
    to: str

    @classmethod
    def of(cls, row: BookingRow) -> "Booked":
        """Write a booking."""
        return cls(booking_id=row.id, reference=row.reference, state=str(row.state), to=row.to_place)


class MovesOn(Booked):
    """A booking that would move on, and the departure it would move to; null where it needs the operator."""

    departure_id: UUID | None
    departure: str | None
    departs_at: Instant | None
    arrives_at: Instant | None

    @classmethod
    def of_going(cls, row: Going) -> "MovesOn":
        """Write a booking that moves on."""
        return cls(
            **Booked.of(row.booking).model_dump(),
            departure_id=row.to.departure_id if row.to else None,
            departure=row.to.reference if row.to else None,
            departs_at=row.to.departs_at if row.to else None,
            arrives_at=row.to.arrives_at if row.to else None,
        )


class Share(Answer):
    """What a booking's freight falls to when the lorry leaves as full as it counts now, and as it would count then."""

    booking_id: UUID
    agreed: Amount
    now: Amount
    then: Amount

    @classmethod
    def of(cls, row: ShareAhead) -> "Share":
        """Write a share."""
        return cls(
            booking_id=row.booking_id,
            agreed=Amount.of(row.agreed),
            now=Amount.of(row.now),
            then=Amount.of(row.then),
        )


class Hindrance(Answer):
    """What stands in the way, as the act would be refused."""

    type: str
    detail: str


class OtherKind(Answer):
    """What one kind of lorry would do: what is sold of it, who stays, who moves on, what shares fall to."""

    vehicle_type: VehicleType
    sold: Room
    filled_percent: int
    stay: list[Booked]
    go: list[MovesOn]
    shares: list[Share]
    refusals: list[Hindrance]

    @classmethod
    def of(cls, row: acts.Choice) -> "OtherKind":
        """Write what a kind of lorry would do."""
        problems = [problem(one) for one in row.outlook.refusals]
        return cls(
            vehicle_type=VehicleType.of(row.outlook.kind),
            sold=Room.of(row.outlook.room),
            filled_percent=row.outlook.percent,
            stay=[Booked.of(one) for one in row.outlook.stay],
            go=[MovesOn.of_going(one) for one in row.outlook.go],
            shares=[Share.of(one) for one in row.shares],
            refusals=[Hindrance(type=one["type"], detail=one["detail"]) for one in problems],
        )


class Lorry(Answer):
    """The kind of lorry of a departure; ``choices`` is empty once it is being loaded.

    ``filled_percent`` is how full it counts for shares of the freight: never less than with a lorry before.
    ``beyond`` was sold beyond what it holds, and nothing else takes it.
    """

    departure_id: UUID
    vehicle_type: VehicleType
    sold: Room
    filled_percent: int
    beyond: list[Booked]
    choices: list[OtherKind]


class LorryChanged(Answer):
    """The kind of lorry that drives now, and what moved on, as it is booked now."""

    vehicle_type: UUID
    rolled: list[Rolled]


@api.get("/departures/<uuid:departure_id>/vehicle")
@operation(answers={200: Lorry}, tag="logistics", permission=_OPERATE)
def lorry(departure_id: UUID) -> tuple[int, Lorry]:
    """Show the kind of lorry of a departure, and what each other kind would do to what is booked on it."""
    seen = acts.changing(departure_id)
    return 200, Lorry(
        departure_id=departure_id,
        vehicle_type=VehicleType.of(seen.kind),
        sold=Room.of(seen.departure.capacity),
        filled_percent=seen.percent,
        beyond=[Booked.of(one) for one in seen.beyond],
        choices=[OtherKind.of(one) for one in seen.choices],
    )


@api.post("/departures/<uuid:departure_id>/vehicle")
@operation(answers={200: LorryChanged}, tag="logistics", permission=_OPERATE, body=requests.OtherLorry, idempotent=True)
def change_lorry(departure_id: UUID, body: requests.OtherLorry, session: Session) -> tuple[int, LorryChanged]:
    """Let another kind of lorry drive: who stays is the published rule's to say, the others move on."""
    moved = acts.change(session, departure_id, body)
    return 200, LorryChanged(vehicle_type=body.vehicle_type, rolled=[Rolled.of(one) for one in moved])
