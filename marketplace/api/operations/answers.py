"""What the API says of goods on their way."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from marketplace.api.shared.answers import Answer, Instant
from marketplace.distribution.queries import DiscrepancyRow, UnbookedRow
from marketplace.edge.acts.operations import Aboard, Operated, Wait
from marketplace.edge.journeys import name_of
from marketplace.kernel.quantity import Load
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.queries.cargo import ManifestRow, ReceiptRow
from marketplace.logistics.queries.tracking import TransportRow
from marketplace.logistics.tracing.rules.estimating import Times
from marketplace.logistics.tracing.rules.vocabulary import business_step
from marketplace.orders.queries.packing import PackingRow


class PackedLot(Answer):
    """A lot with the numbers of its first and its last carton."""

    number: str
    cartons: int
    first_carton: int
    last_carton: int
    best_before: date | None
    certificate: str | None


class Packed(Answer):
    """How a line was packed: labels are the first and last carton's SSCC, sizes those of one carton."""

    cartons: int
    units: int
    units_per_carton: int
    gross_kg: str
    length_cm: str
    width_cm: str
    height_cm: str
    marks: str
    first_label: str
    last_label: str
    lots: list[PackedLot]
    cartons_handed_over: int
    packed_at: Instant

    @classmethod
    def of(cls, row: PackingRow) -> "Packed":
        """Write a packing."""
        return cls(
            cartons=row.cartons,
            units=row.units,
            units_per_carton=row.carton_units,
            gross_kg=_thousandth(row.gross_g),
            length_cm=_tenth(row.length_mm),
            width_cm=_tenth(row.width_mm),
            height_cm=_tenth(row.height_mm),
            marks=row.marks,
            first_label=row.labels[0],
            last_label=row.labels[1],
            lots=[
                PackedLot(
                    number=one.lot.number,
                    cartons=one.lot.cartons,
                    first_carton=one.first,
                    last_carton=one.last,
                    best_before=one.lot.best_before,
                    certificate=one.lot.certificate or None,
                )
                for one in row.lots
            ],
            cartons_handed_over=row.handed_cartons,
            packed_at=row.packed_at,
        )


class Room(Answer):
    """Room on a lorry in its four dimensions."""

    kg: str
    m3: str
    loading_metres: str
    pallets: int

    @classmethod
    def of(cls, load: Load) -> "Room":
        """Write a load."""
        return cls(kg=f"{load.kg:f}", m3=f"{load.m3:f}", loading_metres=f"{load.ldm:f}", pallets=load.pallets)


class Discrepancy(Answer):
    """Cartons declared and counted, whole and damaged."""

    id: UUID
    order_line_id: UUID
    stage: str
    declared_cartons: int
    counted_cartons: int
    missing_cartons: int
    damaged_cartons: int
    remarks: str
    state: str
    opened_at: Instant

    @classmethod
    def of(cls, row: DiscrepancyRow) -> "Discrepancy":
        """Write a discrepancy."""
        return cls(
            id=row.id,
            order_line_id=row.line_id,
            stage=str(row.stage),
            declared_cartons=row.declared_cartons,
            counted_cartons=row.counted_cartons,
            missing_cartons=row.declared_cartons - row.counted_cartons,
            damaged_cartons=row.damaged_cartons,
            remarks=row.remarks,
            state=str(row.state),
            opened_at=row.opened_at,
        )


class Receipt(Answer):
    """What the consignee's side counted at once; ``by_default`` where nobody did in time."""

    id: UUID
    cartons: int
    damaged_cartons: int
    remarks: str
    received_at: Instant
    by_default: bool

    @classmethod
    def of(cls, row: ReceiptRow) -> "Receipt":
        """Write a receipt."""
        return cls(
            id=row.id,
            cartons=row.cartons,
            damaged_cartons=row.damaged_cartons,
            remarks=row.remarks,
            received_at=row.received_at,
            by_default=row.by_default,
        )


class BookingAboard(Answer):
    """A booking with what was packed, taken in, received and found different; ``claim_id`` of goods that go back."""

    booking_id: UUID
    reference: str
    order_line_id: UUID
    claim_id: UUID | None
    departure: str
    to: str
    state: str
    hold_cause: str | None
    receipt_due_at: Instant | None
    load: Room
    packed: Packed | None
    cartons_taken_in: int
    gross_kg_taken_in: str
    receipts: list[Receipt]
    discrepancies: list[Discrepancy]

    @classmethod
    def of(cls, row: Aboard) -> "BookingAboard":
        """Write a booking."""
        return cls(
            booking_id=row.booking.id,
            reference=row.booking.reference,
            order_line_id=row.line_id,
            claim_id=row.back.id if row.back else None,
            departure=row.booking.departure_reference,
            to=row.booking.to_place,
            state=str(row.booking.state),
            hold_cause=row.booking.hold_cause,
            receipt_due_at=row.booking.receipt_due_at,
            load=Room.of(row.booking.load),
            packed=Packed.of(row.packing) if row.packing else None,
            cartons_taken_in=row.taken_in.cartons if row.taken_in else 0,
            gross_kg_taken_in=_thousandth(row.taken_in.grams if row.taken_in else 0),
            receipts=[Receipt.of(one) for one in row.receipts],
            discrepancies=[Discrepancy.of(one) for one in row.discrepancies],
        )


class Rolled(Answer):
    """A booking on the departure that was chosen for it."""

    booking_id: UUID
    reference: str
    departure_id: UUID
    departure: str
    state: str

    @classmethod
    def of(cls, row: BookingRow) -> "Rolled":
        """Write a booking."""
        return cls(
            booking_id=row.id,
            reference=row.reference,
            departure_id=row.departure_id,
            departure=row.departure_reference,
            state=str(row.state),
        )


class Unbooked(Answer):
    """A line that no lorry takes any more."""

    order_line_id: UUID
    sku: str
    order_id: UUID
    order: str

    @classmethod
    def of(cls, row: UnbookedRow) -> "Unbooked":
        """Write a line."""
        return cls(order_line_id=row.line_id, sku=row.sku, order_id=row.order_id, order=row.order_reference)


class HandedOver(Answer):
    """What the hub took in: the unit's code, and the booking as it stands now."""

    sscc: str
    booking: BookingAboard


class TransportEvent(Answer):
    """A fact or forecast of the journey: UN/ECE Rec. 24 code, how sure, when it happens and when it was noted.

    ``reported``: a carrier or a port says so, not an act of the city. ``epcis_step`` is GS1's bizStep.
    """

    id: UUID
    code: int
    name: str
    epcis_step: str
    classifier: str
    place: str | None
    event_at: Instant
    recorded_at: Instant
    reported: bool

    @classmethod
    def of(cls, row: TransportRow) -> "TransportEvent":
        """Write an event."""
        return cls(
            id=row.id,
            code=row.code,
            name=name_of(row.code),
            epcis_step=business_step(row.code),
            classifier=str(row.classifier),
            place=row.place_code,
            event_at=row.event_at,
            recorded_at=row.recorded_at,
            reported=row.reported_by is not None,
        )


class StopTimes(Answer):
    """When a lorry was to be at a stop, when it is expected, and when it was there; from the hub it left."""

    place: str
    planned_at: Instant
    estimated_at: Instant | None
    actual_at: Instant | None

    @classmethod
    def of(cls, place: str, times: Times) -> "StopTimes":
        """Write the times of a stop."""
        return cls(place=place, planned_at=times.planned, estimated_at=times.estimated, actual_at=times.actual)


class BorderWait(Answer):
    """A stay at a border; ``until`` and ``hours`` are null while it lasts."""

    place: str
    since: Instant
    until: Instant | None
    hours: int | None

    @classmethod
    def of(cls, row: Wait) -> "BorderWait":
        """Write a stay."""
        return cls(
            place=row.place_code,
            since=row.since.event_at,
            until=row.until.event_at if row.until else None,
            hours=row.hours,
        )


class Manifest(Answer):
    """What is on a sealed lorry; ``sha256`` is over the content's canonical JSON."""

    content: dict[str, Any]
    sha256: str
    frozen_at: Instant

    @classmethod
    def of(cls, row: ManifestRow) -> "Manifest":
        """Write a manifest."""
        return cls(content=dict(row.content), sha256=row.sha256, frozen_at=row.frozen_at)


class Operation(Answer):
    """A departure as those who run it see it."""

    id: UUID
    reference: str
    state: str
    hold_cause: str | None
    actions: list[str]
    capacity: Room
    room: Room
    bookings: list[BookingAboard]
    manifest: Manifest | None
    events: list[TransportEvent]
    retracted_events: list[TransportEvent]
    stop_times: list[StopTimes]
    border_waits: list[BorderWait]

    @classmethod
    def of(cls, seen: Operated) -> "Operation":
        """Write a departure."""
        row = seen.departure
        return cls(
            id=row.id,
            reference=row.reference,
            state=str(row.state),
            hold_cause=row.hold_cause,
            actions=list(seen.acts),
            capacity=Room.of(row.capacity),
            room=Room.of(row.room),
            bookings=[BookingAboard.of(one) for one in seen.aboard],
            manifest=Manifest.of(seen.manifest) if seen.manifest else None,
            events=[TransportEvent.of(one) for one in seen.events],
            retracted_events=[TransportEvent.of(one) for one in seen.retracted],
            stop_times=[
                StopTimes.of(stop.place.code, times) for stop, times in zip(row.stops, seen.times, strict=True)
            ],
            border_waits=[BorderWait.of(one) for one in seen.waits],
        )


def _thousandth(value: int) -> str:
    return f"{Decimal(value).scaleb(-3):f}"


def _tenth(value: int) -> str:
    return f"{Decimal(value).scaleb(-1):f}"
