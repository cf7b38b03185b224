"""What the API says of distribution centres and what lies in them."""

from datetime import date
from typing import Any
from uuid import UUID

from marketplace.api.shared.answers import Answer, Instant
from marketplace.distribution.centre_work.queries import WorkRow
from marketplace.distribution.centres.queries import Sold
from marketplace.edge.acts.centres import LotSeen, weight
from marketplace.edge.requests.borders import WEEKDAYS, clock_text
from marketplace.logistics.centres.queries.centres import CentreRow, VersionRow
from marketplace.logistics.centres.queries.lots import LotRow, MovementRow
from marketplace.logistics.centres.queries.papers import ArrivalRow, CountRow, ProofRow, TransferRow
from marketplace.logistics.centres.rules.centres import Figures


class Centre(Answer):
    """A distribution centre: where, kept by whom, open when by its own clock, and until when licensed for bond."""

    id: UUID
    place: str
    name: str
    country: str
    zone: str
    keeper_id: UUID
    version: int
    weekdays: list[str]
    opens: str
    closes: str
    licence_number: str | None
    licence_until: date | None
    source: str
    assumed: bool

    @classmethod
    def of(cls, row: CentreRow) -> "Centre":
        """Write a centre."""
        return cls(
            id=row.id,
            place=row.place.code,
            name=row.place.name,
            country=row.place.country,
            zone=row.place.zone,
            keeper_id=row.company_id,
            version=row.version,
            **_figures(row.figures),
        )


class CentreVersion(Answer):
    """What was said of a centre from an instant on."""

    version: int
    keeper_id: UUID
    weekdays: list[str]
    opens: str
    closes: str
    licence_number: str | None
    licence_until: date | None
    source: str
    assumed: bool
    at: Instant

    @classmethod
    def of(cls, row: VersionRow) -> "CentreVersion":
        """Write a version."""
        return cls(version=row.version, keeper_id=row.company_id, at=row.at, **_figures(row.figures))


class CentreWithHistory(Answer):
    """A centre, and what was said of it before, the latest first."""

    centre: Centre
    history: list[CentreVersion]


class Lot(Answer):
    """What a company has of a listing in a centre under one status; free ones of imports name their declaration."""

    id: UUID
    reference: str
    centre_id: UUID
    owner_id: UUID
    listing_id: UUID
    unit: str
    status: str
    on_hand: int
    promised: int
    kg: str | None
    pieces: int | None
    from_lot_id: UUID | None
    house_waybill: str | None
    broker_id: UUID | None
    entry_number: str | None
    bonded_since: date | None
    bonded_until: date | None
    imported: bool
    declaration_number: str | None
    declaration_line: int | None
    declared_on: date | None
    origin_proof_id: UUID | None

    @classmethod
    def of(cls, row: LotRow) -> "Lot":
        """Write a lot."""
        return cls(
            id=row.id,
            reference=row.reference,
            centre_id=row.centre_id,
            owner_id=row.company_id,
            listing_id=row.listing_id,
            unit=row.unit,
            status=row.status.value,
            on_hand=row.on_hand,
            promised=row.promised,
            kg=weight(row) or None,
            pieces=None if row.pieces is None else row.pieces * row.on_hand,
            from_lot_id=row.from_lot_id,
            house_waybill=row.house_waybill,
            broker_id=row.broker_id,
            entry_number=row.entry_number,
            bonded_since=row.bonded_since,
            bonded_until=row.bonded_until,
            imported=row.is_imported,
            declaration_number=row.declaration_number,
            declaration_line=row.declaration_line,
            declared_on=row.declared_on,
            origin_proof_id=row.proof_id,
        )


class Movement(Answer):
    """A movement: by how much both figures moved."""

    id: UUID
    kind: str
    on_hand: int
    promised: int
    number: str | None
    reason: str | None
    at: Instant

    @classmethod
    def of(cls, row: MovementRow) -> "Movement":
        """Write a movement."""
        return cls.model_validate(row)


class LotWithMovements(Answer):
    """A lot, how many days it may still stay in bond (0: today is the last), and what happened to it."""

    lot: Lot
    days_left: int | None
    movements: list[Movement]

    @classmethod
    def of(cls, seen: LotSeen) -> "LotWithMovements":
        """Write a lot as its reader may see it."""
        return cls(
            lot=Lot.of(seen.row),
            days_left=seen.row.days_left(seen.today),
            movements=[Movement.of(row) for row in seen.movements],
        )


class Arrival(Answer):
    """Goods that are announced to a centre."""

    id: UUID
    reference: str
    centre_id: UUID
    owner_id: UUID
    listing_id: UUID
    unit: str
    quantity: int
    house_waybill: str | None
    announced_at: Instant

    @classmethod
    def of(cls, row: ArrivalRow) -> "Arrival":
        """Write an announcement."""
        return cls(
            id=row.id,
            reference=row.reference,
            centre_id=row.centre_id,
            owner_id=row.company_id,
            listing_id=row.listing_id,
            unit=row.unit,
            quantity=row.quantity,
            house_waybill=row.house_waybill,
            announced_at=row.announced_at,
        )


class CentreTask(Answer):
    """Something to be done in a centre, with the id of what it is done to: of an announcement, transfer, sale, ...

    ``at``: since when it waits, until when it is due, or when its lorry is expected. ``last_day``: in bond.
    """

    task: str
    id: UUID
    reference: str
    centre_id: UUID
    listing_id: UUID | None
    quantity: int | None
    unit: str | None
    owner_id: UUID | None
    number: str | None
    departure_id: UUID | None
    departure: str | None
    at: Instant | None
    last_day: date | None

    @classmethod
    def of(cls, row: WorkRow) -> "CentreTask":
        """Write a task."""
        return cls(
            task=row.task.value,
            id=row.id,
            reference=row.reference,
            centre_id=row.centre_id,
            listing_id=row.listing_id,
            quantity=row.quantity,
            unit=row.unit,
            owner_id=row.owner_id,
            number=row.number,
            departure_id=row.departure_id,
            departure=row.departure,
            at=row.at,
            last_day=row.day,
        )


class CentreTransfer(Answer):
    """Units on their way to another centre."""

    id: UUID
    reference: str
    lot_id: UUID
    from_centre_id: UUID
    to_centre_id: UUID
    listing_id: UUID
    unit: str
    quantity: int
    transit_reference: str | None
    sent_at: Instant

    @classmethod
    def of(cls, row: TransferRow) -> "CentreTransfer":
        """Write a transfer."""
        return cls(
            id=row.id,
            reference=row.reference,
            lot_id=row.lot_id,
            from_centre_id=row.from_centre_id,
            to_centre_id=row.to_centre_id,
            listing_id=row.listing_id,
            unit=row.unit,
            quantity=row.quantity,
            transit_reference=row.transit_reference,
            sent_at=row.sent_at,
        )


class Received(Answer):
    """The lot that a transfer became, null where nothing arrived."""

    lot_id: UUID | None


class CountLine(Answer):
    """A lot on a sheet: what the books say, and what was found."""

    lot_id: UUID
    reference: str
    expected: int
    counted: int | None
    reason: str | None


class Count(Answer):
    """A count sheet that is open, or waits for a second person."""

    id: UUID
    reference: str
    centre_id: UUID
    state: str
    lots: list[CountLine]

    @classmethod
    def of(cls, row: CountRow) -> "Count":
        """Write a sheet."""
        return cls(
            id=row.id,
            reference=row.reference,
            centre_id=row.centre_id,
            state=row.state.value,
            lots=[
                CountLine(
                    lot_id=line.lot_id,
                    reference=line.reference,
                    expected=line.expected,
                    counted=line.counted,
                    reason=line.reason.value if line.reason else None,
                )
                for line in row.lines
            ],
        )


class CountEntered(Answer):
    """``booked``, or ``waiting`` for a second person."""

    state: str


class OriginProof(Answer):
    """An origin proof and for how many units it still counts."""

    id: UUID
    kind: str
    number: str
    origin: str
    listing_id: UUID
    issued_on: date
    valid_until: date
    quantity: int
    remaining: int

    @classmethod
    def of(cls, row: ProofRow) -> "OriginProof":
        """Write a proof."""
        return cls(
            id=row.id,
            kind=row.kind.value,
            number=row.number,
            origin=row.origin,
            listing_id=row.listing_id,
            issued_on=row.issued_on,
            valid_until=row.valid_until,
            quantity=row.quantity,
            remaining=row.remaining,
        )


class CentreOffer(Answer):
    """From which centre a listing is sold, under which status, and how many units are left."""

    listing_id: UUID
    centre_id: UUID
    status: str
    currency: str
    incoterm: str
    left: int

    @classmethod
    def of(cls, row: Sold) -> "CentreOffer":
        """Write an offer."""
        return cls(
            listing_id=row.listing_id,
            centre_id=row.centre_id,
            status=row.status.value,
            currency=row.currency,
            incoterm=row.incoterm,
            left=row.left,
        )


def _figures(figures: Figures) -> dict[str, Any]:
    return {
        "weekdays": [day for bit, day in enumerate(WEEKDAYS) if figures.days >> bit & 1],
        "opens": clock_text(figures.opens),
        "closes": clock_text(figures.closes),
        "licence_number": figures.licence_number,
        "licence_until": figures.licence_until,
        "source": figures.source,
        "assumed": figures.is_assumed,
    }
