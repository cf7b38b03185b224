"""Acts of those who handle cargo, in batches that may be sent again, and the list that they work by."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.shared.answers import Answer, Instant
from marketplace.api.shared.operations import operation
from marketplace.distribution.onward.queries import Partner
from marketplace.edge.acts import handling as acts
from marketplace.edge.acts.handling import Item, Told, Work
from marketplace.edge.answers import problem
from marketplace.edge.requests import handling as requests
from marketplace.logistics.handling.queries import ActRow, ConflictRow
from marketplace.logistics.handling.rules.merging import Difference, Lot

api = Blueprint("api_handling", __name__)

_HANDLE = Permission.LOGISTICS_HANDOVER_RECORD


class HandlingLot(Answer):
    """What one phone said about cartons ``first`` to ``first + pieces - 1``, and when it was done."""

    act: UUID
    device: str
    done_at: Instant
    first: int
    pieces: int
    gross_kg: str
    m3: str
    damaged: int

    @classmethod
    def of(cls, lot: Lot) -> "HandlingLot":
        """Write what a phone said."""
        return cls(
            act=lot.id,
            device=lot.device,
            done_at=lot.done_at,
            first=lot.first,
            pieces=lot.pieces,
            gross_kg=f"{lot.grams / 1_000:.3f}",
            m3=f"{lot.cm3 / 1_000_000:.6f}",
            damaged=lot.damaged,
        )


class HandlingDifference(Answer):
    """Two that say different things about the same cartons: what was done last counts, of what came before the seal."""

    counts: HandlingLot
    other: HandlingLot

    @classmethod
    def of(cls, found: Difference) -> "HandlingDifference":
        """Write a difference."""
        return cls(counts=HandlingLot.of(found.counts), other=HandlingLot.of(found.other))


class HandlingTold(Answer):
    """What became of an act: applied, already_applied, conflict (it is kept beside another), refused with a problem.

    ``elsewhere``: later departures with room for what this one has no room for.
    """

    id: str
    answer: str
    problem: dict[str, Any] | None
    difference: HandlingDifference | None
    elsewhere: list[UUID] | None

    @classmethod
    def of(cls, told: Told) -> "HandlingTold":
        """Write what became of an act."""
        return cls(
            id=told.id,
            answer=str(told.answer),
            problem=problem(told.refusal) if told.refusal else None,
            difference=HandlingDifference.of(told.difference) if told.difference else None,
            elsewhere=None if told.elsewhere is None else [option.departure_id for option in told.elsewhere],
        )


class HandlingAnswers(Answer):
    """The answers to a batch, in its order."""

    answers: list[HandlingTold]


class HandlingPartner(Answer):
    """The other lorry of goods that change lorry, at which place they do, and how their booking there stands."""

    departure_id: UUID
    departure: str
    booking: str
    state: str
    change_at: str

    @classmethod
    def of(cls, partner: Partner) -> "HandlingPartner":
        """Write the other half of a booking."""
        return cls(
            departure_id=partner.booking.departure_id,
            departure=partner.booking.departure_reference,
            booking=partner.booking.reference,
            state=str(partner.booking.state),
            change_at=partner.ride.change_at,
        )


class HandlingItem(Answer):
    """A booking on the list; ``labels`` are the first and last carton's, ``next`` the first number not received.

    ``comes_by``, ``goes_on_by``: the other lorry of goods that change lorry, at this one's hub or at its end.
    """

    booking_id: UUID
    booking: str
    state: str
    to: str
    cartons: int | None
    labels: list[str]
    received: int
    loaded: int
    counted: int
    gross_kg: str
    next: int
    comes_by: "HandlingPartner | None"
    goes_on_by: "HandlingPartner | None"

    @classmethod
    def of(cls, item: Item) -> "HandlingItem":
        """Write a booking on the list."""
        partner = item.partner
        return cls(
            booking_id=item.booking.id,
            booking=item.booking.reference,
            state=str(item.booking.state),
            to=item.booking.to_place,
            cartons=item.cartons,
            labels=list(item.packing.labels) if item.packing else [],
            received=item.received,
            loaded=item.loaded,
            counted=item.counted,
            gross_kg=f"{item.grams / 1_000:.3f}",
            next=item.next_number,
            comes_by=HandlingPartner.of(partner) if partner and partner.is_first else None,
            goes_on_by=HandlingPartner.of(partner) if partner and not partner.is_first else None,
        )


class HandlingDone(Answer):
    """An act as it was sent: when it was done by the device's clock, and when the city heard of it."""

    id: UUID
    kind: str
    booking_id: UUID | None
    device: str
    done_at: Instant
    recorded_at: Instant
    outcome: str
    refusal: str | None
    content: dict[str, Any]
    remarks: str
    photos: list[UUID]
    signature: UUID | None

    @classmethod
    def of(cls, row: ActRow) -> "HandlingDone":
        """Write an act."""
        return cls(
            id=row.id,
            kind=str(row.kind),
            booking_id=row.booking_id,
            device=row.device,
            done_at=row.done_at,
            recorded_at=row.recorded_at,
            outcome=str(row.outcome),
            refusal=row.refusal,
            content=dict(row.content),
            remarks=row.remarks,
            photos=list(row.photos),
            signature=row.signature,
        )


class HandlingConflict(HandlingDifference):
    """A difference between phones, with the booking that it is about."""

    booking_id: UUID
    kind: str

    @classmethod
    def told(cls, row: ConflictRow) -> "HandlingConflict":
        """Write a difference."""
        counts, other = HandlingLot.of(row.difference.counts), HandlingLot.of(row.difference.other)
        return cls(booking_id=row.booking_id, kind=str(row.kind), counts=counts, other=other)


class HandlingWork(Answer):
    """What is to be done with a departure, what was done, and where phones differ; ``version`` is an act's base.

    ``waiting_for_consent``: bookings that are not loaded until their payer agrees to more freight.
    """

    departure_id: UUID
    departure: str
    state: str
    departs_at: Instant
    version: int
    possible: list[str]
    cargo: list[HandlingItem]
    seals: list[str]
    waiting_for_consent: list[UUID]
    conflicts: list[HandlingConflict]
    acts: list[HandlingDone]

    @classmethod
    def of(cls, work: Work) -> "HandlingWork":
        """Write the list of a departure."""
        departs_at: datetime = work.departure.departs_at
        return cls(
            departure_id=work.departure.id,
            departure=work.departure.reference,
            state=str(work.departure.state),
            departs_at=departs_at,
            version=work.version,
            possible=[str(kind) for kind in work.kinds],
            cargo=[HandlingItem.of(item) for item in work.items],
            seals=list(work.seals),
            waiting_for_consent=[row.booking_id for row in work.surcharges],
            conflicts=[HandlingConflict.told(row) for row in work.conflicts],
            acts=[HandlingDone.of(row) for row in work.acts],
        )


@api.get("/departures/<uuid:departure_id>/work")
@operation(answers={200: HandlingWork}, tag="logistics", permission=_HANDLE)
def work(departure_id: UUID) -> tuple[int, HandlingWork]:
    """Read what is to be done with a departure, as the operator's staff or its carrier."""
    return 200, HandlingWork.of(acts.work(departure_id))


@api.post("/handling-acts")
@operation(
    answers={200: HandlingAnswers},
    tag="logistics",
    permission=_HANDLE,
    body=requests.HandlingActs,
    idempotent_flow=True,
)
def send(body: requests.HandlingActs, key: str) -> tuple[int, HandlingAnswers]:  # noqa: ARG001  kept by the caller
    """Send what was done, perhaps offline and perhaps not for the first time; each act has its own answer.

    An act counts once under its id. What is about cartons that another phone handled, too, is put together with that.
    """
    return 200, HandlingAnswers(answers=[HandlingTold.of(told) for told in acts.send(body)])


@api.get("/handling-acts/<uuid:act_id>/files/<uuid:file_id>")
@operation(answers={200: None}, tag="logistics", permission=_HANDLE)
def file(act_id: UUID, file_id: UUID) -> tuple[int, Response]:
    """Read a picture or a signature that came with an act."""
    return 200, acts.file(act_id, file_id)
