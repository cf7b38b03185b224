"""Acts on goods under way, and what those who do them see; shared by pages and API."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.distribution import queries as distribution
from marketplace.distribution.onward import queries as rides
from marketplace.distribution.onward.queries import RideRow
from marketplace.distribution.queries import DiscrepancyRow, UnbookedRow
from marketplace.distribution.rules.handover import Counted, Received
from marketplace.distribution.services import access, handover, rebooking, receipts, return_way
from marketplace.edge.acts import arrivals
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import operations as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import FieldError, NotFound, Refused
from marketplace.kernel.pages import Page
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries import cargo, tracking
from marketplace.logistics.queries import departures as departure_queries
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.queries.cargo import ManifestRow, ReceiptRow, ReceivedRow
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.logistics.queries.options import OptionRow
from marketplace.logistics.queries.tracking import TransportRow
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import AT_HUB, BOOKING, DEPARTURE, BookingState, Classifier, DepartureState
from marketplace.logistics.services.departures import closing, journey, loading, moving
from marketplace.logistics.tracing.queries import standing
from marketplace.logistics.tracing.rules.estimating import Times
from marketplace.orders.arrivals.services import Shown
from marketplace.orders.claims import queries as claims
from marketplace.orders.claims.queries import ClaimRow
from marketplace.orders.queries import lines as line_queries
from marketplace.orders.queries import packing as packing_queries
from marketplace.orders.queries.packing import PackingRow, ToShipRow
from marketplace.orders.rules.packed_lots import Lot
from marketplace.orders.rules.packing import Declared
from marketplace.orders.services import fulfilment, production
from marketplace.payments.queries import disputes
from marketplace.payments.rules.disputes import Doubt
from marketplace.reference import queries as reference
from marketplace.reference.queries import PlaceRow

ACTS = (
    *("close", "reopen", "load", "unload", "seal", "depart", "at_border", "clear", "arrive", "strip"),
    *("hold", "resume", "cancel"),
)


@dataclass(frozen=True, slots=True)
class Wait:
    """A stay at a border: since when, until when, None while it lasts."""

    place_code: str
    since: TransportRow
    until: TransportRow | None

    @property
    def hours(self) -> int | None:
        """Whole hours waited."""
        return None if self.until is None else int((self.until.event_at - self.since.event_at).total_seconds() // 3600)


@dataclass(frozen=True, slots=True)
class Aboard:
    """A booking with what was packed, taken in, received and found different."""

    booking: BookingRow
    line_id: UUID  # the goods, whether they go to their buyer, change lorry on the way or go back
    ride: RideRow | None  # of goods that another lorry takes on, or brought here
    back: ClaimRow | None  # goods that go back, for this claim
    packing: PackingRow | None
    taken_in: ReceivedRow | None
    receipts: tuple[ReceiptRow, ...]
    discrepancies: tuple[DiscrepancyRow, ...]

    @property
    def goes_on(self) -> bool:
        """Whether another lorry takes it on from where this one brings it."""
        return self.ride is not None and self.booking.subject == self.line_id

    @property
    def is_second(self) -> bool:
        """Whether another lorry brings it to this one's hub."""
        return self.ride is not None and self.booking.subject == self.ride.id


@dataclass(frozen=True, slots=True)
class Operated:
    """A departure as those who run it see it."""

    departure: DepartureRow
    acts: tuple[str, ...]
    aboard: tuple[Aboard, ...]
    manifest: ManifestRow | None
    events: tuple[TransportRow, ...]
    retracted: tuple[TransportRow, ...]
    times: tuple[Times, ...]  # of each stop
    waits: tuple[Wait, ...]

    @property
    def bound_for(self) -> frozenset[str]:
        """Where cargo leaves the lorry that is on its way."""
        return frozenset(one.booking.to_place for one in self.aboard if one.booking.state is BookingState.IN_TRANSIT)


def mark_ready(session: Session, line_id: UUID) -> None:
    """Say that a line's goods are ready to be packed."""
    production.mark_ready(session, line_id=line_id, actor=require_actor(), now=clock.now())


def pack(session: Session, line_id: UUID, body: requests.Packing) -> PackingRow:
    """Pack a line and return it as it is packed."""
    declared = Declared(
        cartons=body.cartons,
        gross_g=None if body.gross_kg is None else requests.grams(body.gross_kg),
        length_mm=requests.millimetres(body.length_cm),
        width_mm=requests.millimetres(body.width_cm),
        height_mm=requests.millimetres(body.height_cm),
        marks=body.marks or "",
        lots=tuple(Lot(one.number, one.cartons, one.best_before, one.certificate or "") for one in body.lots),
        confirmed=body.confirmed,
    )
    fulfilment.pack(session, line_id=line_id, declared=declared, actor=require_actor(), now=clock.now())
    return packing_queries.packings(session, line_ids=[line_id])[line_id]


def hand_over(session: Session, line_id: UUID, body: requests.Handover) -> tuple[str, Aboard]:
    """Take cartons into the hub; return the code of the unit and the booking as it stands then."""
    given = counted(body)
    code = handover.hand_over(session, line_id=line_id, counted=given, actor=require_actor(), now=clock.now())
    booking = booking_queries.bookings(session, subjects=[line_id])[line_id][-1]
    return code, aboard(session, (booking,))[0]


def counted(body: requests.Handover) -> Counted:
    """Return what a hub counted, weighed and measured: all three sides, or the volume."""
    sides = (body.length_cm, body.width_cm, body.height_cm)
    if body.m3 is None and None in sides:
        missing = [name for name in ("length_cm", "width_cm", "height_cm") if getattr(body, name) is None]
        raise Refused.fields(*(FieldError(name, "sides_or_volume", "all three sides, or m3") for name in missing))
    length, width, height = (requests.millimetres(side) for side in sides) if body.m3 is None else (None, None, None)
    return Counted(
        cartons=body.cartons_received,
        grams=requests.grams(body.gross_kg),
        length_mm=length,
        width_mm=width,
        height_mm=height,
        volume_cm3=requests.cubic_centimetres(body.m3),
        remarks=body.remarks or "",
        override_reason=body.override_reason or "",
        complete=body.complete,
    )


def receive(session: Session, booking_id: UUID, body: requests.Receipt, shown: Shown | None = None) -> UUID:
    """Record what arrived of a booking, and how it came: ``shown`` with files, else what the request says."""
    received = Received(body.cartons, body.damaged or 0, body.remarks or "", body.complete, body.confirmed)
    if goes_back(session, booking_id):
        return return_way.receive(
            session,
            booking_id=booking_id,
            received=received,
            received_at=body.received_at,
            actor=require_actor(),
            now=clock.now(),
        )
    return receipts.receive(
        session,
        booking_id=booking_id,
        received=received,
        received_at=body.received_at,
        shown=shown or arrivals.shown(body),
        actor=require_actor(),
        now=clock.now(),
    )


def close(session: Session, departure_id: UUID) -> None:
    """Take no more bookings."""
    closing.close(session, actor=require_actor(), departure_id=departure_id, now=clock.now())


def reopen(session: Session, departure_id: UUID) -> None:
    """Take bookings again."""
    closing.reopen(session, actor=require_actor(), departure_id=departure_id, now=clock.now())


def hold(session: Session, departure_id: UUID, body: requests.Holding) -> None:
    """Stop a lorry."""
    journey.hold(session, actor=require_actor(), departure_id=departure_id, cause=body.cause, now=clock.now())


def resume(session: Session, departure_id: UUID) -> None:
    """Let a stopped lorry go on."""
    journey.resume(session, actor=require_actor(), departure_id=departure_id, now=clock.now())


def roll(session: Session, booking_id: UUID, body: requests.Rolling) -> BookingRow:
    """Move a booking to a later departure; return what it became."""
    return moving.roll_booking(
        session, actor=require_actor(), booking_id=booking_id, departure_id=body.departure, now=clock.now()
    )


def decline(session: Session, booking_id: UUID, body: requests.Declining) -> None:
    """Give a booking up for the road."""
    moving.decline_booking(session, actor=require_actor(), booking_id=booking_id, reason=body.reason, now=clock.now())


def book_again(session: Session, line_id: UUID, body: requests.BookingAgain) -> BookingRow:
    """Book a line that lost its booking on a departure; return the booking."""
    return rebooking.book_again(
        session, line_id=line_id, departure_id=body.departure, actor=require_actor(), now=clock.now()
    )


def bookable_again(line_id: UUID) -> tuple[OptionRow, ...]:
    """Return the departures on which the asker may book a line again; NotFound for a line of others."""
    return rebooking.options(reading(), line_id=line_id, actor=require_actor(), now=clock.now())


def unbooked() -> tuple[UnbookedRow, ...]:
    """Return the lines that no lorry takes any more."""
    return distribution.unbooked(reading())


def load(session: Session, departure_id: UUID, body: requests.Loading) -> None:
    """Load what is at the hub, or the named bookings of it."""
    loading.load(
        session, actor=require_actor(), departure_id=departure_id, booking_ids=body.bookings or None, now=clock.now()
    )


def unload(session: Session, departure_id: UUID, body: requests.Unloading) -> None:
    """Take the named bookings off the lorry."""
    loading.unload(
        session, actor=require_actor(), departure_id=departure_id, booking_ids=body.bookings, now=clock.now()
    )


def seal(session: Session, departure_id: UUID, body: requests.Sealing) -> str:
    """Seal the doors; return the hash of the manifest."""
    return loading.seal(
        session, actor=require_actor(), departure_id=departure_id, seal_number=body.seal_number, now=clock.now()
    )


def depart(session: Session, departure_id: UUID, body: requests.Passing) -> None:
    """Let the lorry go."""
    journey.depart(
        session, actor=require_actor(), departure_id=departure_id, happened_at=body.happened_at, now=clock.now()
    )


def at_border(session: Session, departure_id: UUID, body: requests.Passing) -> None:
    """Note the arrival at a border."""
    journey.at_border(
        session,
        actor=require_actor(),
        departure_id=departure_id,
        place_code=body.place,
        happened_at=body.happened_at,
        now=clock.now(),
    )


def clear(session: Session, departure_id: UUID, body: requests.Passing) -> None:
    """Note that the lorry is cleared and crosses."""
    journey.clear(
        session, actor=require_actor(), departure_id=departure_id, happened_at=body.happened_at, now=clock.now()
    )


def arrive(session: Session, departure_id: UUID, body: requests.Passing) -> None:
    """Note the arrival at the end of the line or at a place on the way."""
    journey.arrive(
        session,
        actor=require_actor(),
        departure_id=departure_id,
        place_code=body.place,
        happened_at=body.happened_at,
        now=clock.now(),
    )


def strip(session: Session, departure_id: UUID, body: requests.Passing) -> None:
    """Unload the lorry."""
    journey.strip(
        session, actor=require_actor(), departure_id=departure_id, happened_at=body.happened_at, now=clock.now()
    )


def cancel(session: Session, departure_id: UUID, body: requests.Cancelling) -> None:
    """Cancel a departure."""
    closing.cancel(session, actor=require_actor(), departure_id=departure_id, reason=body.reason, now=clock.now())


def operated(departure_id: UUID) -> Operated:
    """Return a departure with all that is aboard, for the operator's staff."""
    session, now = reading(), clock.now()
    departure = departure_queries.departure(session, departure_id=departure_id, now=now)
    told = tracking.events_of(session, departure_id=departure_id, with_retracted=True)
    events = tuple(row for row in told if not row.is_retracted)
    return Operated(
        departure=departure,
        acts=tuple(act for act in ACTS if _is_possible(departure, act)),
        aboard=aboard(session, booking_queries.bookings_on(session, departure_id=departure_id)),
        manifest=cargo.manifest(session, departure_id=departure_id),
        events=events,
        retracted=tuple(row for row in told if row.is_retracted),
        times=standing.times(departure.stops, events),
        waits=waits(departure, events),
    )


def may_decline(row: Aboard) -> bool:
    """Tell whether the road can give a booking up."""
    return any(BOOKING.allows(row.booking.state, act) for act in ("decline", "reject"))


def booking_aboard(booking_id: UUID) -> Aboard:
    """Return a booking for the operator's staff."""
    session = reading()
    return aboard(session, (booking_queries.booking(session, booking_id=booking_id),))[0]


def later_for(booking: BookingRow) -> tuple[OptionRow, ...]:
    """Return the later departures that a booking may be rolled to."""
    return moving.later_for(reading(), booking=booking, now=clock.now())


def consignments(cursor: str | None) -> Page[Aboard]:
    """Return the bookings on the lines of the asker's company that are confirmed and not delivered yet."""
    session = reading()
    page = booking_queries.bookings_of_carrier(session, carrier_id=require_actor().company, cursor=cursor)
    return Page(aboard(session, page.items), page.next)


def to_ship() -> tuple[ToShipRow, ...]:
    """Return what the asker's company has to make ready, pack and bring to the hub."""
    return packing_queries.lines_to_ship(reading(), merchant_id=require_actor().company)


def doubts(rows: Sequence[ToShipRow]) -> Mapping[UUID, Doubt]:
    """Return the lines of whose money, as it would be the asker's, a card's bank holds or took some."""
    company_id = require_actor().company
    return disputes.doubts(reading(), payee_id=company_id, line_ids=[row.line.id for row in rows])


def carried(rows: Sequence[ToShipRow]) -> Mapping[UUID, BookingRow]:
    """Return the present bookings of lines to ship, by line."""
    found = booking_queries.bookings(reading(), subjects=[row.line.id for row in rows])
    return {line_id: bookings[-1] for line_id, bookings in found.items()}


def hubs_of(bookings: Iterable[BookingRow]) -> Mapping[str, PlaceRow]:
    """Return the hubs that these bookings leave from, by code."""
    return reference.places_by_code(reading(), (row.hub_code for row in bookings))


def line_to_pack(line_id: UUID) -> ToShipRow:
    """Return a line that the asker's company has to bring to the hub; NotFound for any other."""
    found = next((row for row in to_ship() if row.line.id == line_id), None)
    if found is None:
        raise NotFound("order_line")
    return found


def to_take_in(line_id: UUID) -> Aboard:
    """Return the booking of a line whose cargo the asker takes in; NotFound for any other."""
    session = reading()
    booking = access.booking_of_line(session, line_id=line_id, actor=require_actor(), now=clock.now())
    return aboard(session, (booking,))[0]


def to_receive(booking_id: UUID) -> Aboard:
    """Return a booking whose arrival the asker may count."""
    session = reading()
    if goes_back(session, booking_id):
        booking = booking_queries.booking(session, booking_id=booking_id)
        access.may_count(session, booking, require_actor(), clock.now())
        return aboard(session, (booking,))[0]
    booking, _line = access.booking_to_receive(session, booking_id=booking_id, actor=require_actor(), now=clock.now())
    return aboard(session, (booking,))[0]


def goes_back(session: Session, booking_id: UUID) -> bool:
    """Tell whether a booking is of goods that go back; False for one that there is not."""
    subject = booking_queries.subject_of(session, booking_id=booking_id)
    return subject is not None and bool(claims.some(session, claim_ids=[subject]))


def zone_of(place_code: str) -> str:
    """Return the clock of a place."""
    return reference.get_place(reading(), place_code).zone


def order_of(line_id: UUID) -> UUID:
    """Return the order of a line that was read before."""
    return line_queries.order_of(reading(), line_id=line_id)


def may_override() -> bool:
    """Tell whether the asker may take cargo in after the cut-off."""
    return require_actor().may(Permission.LOGISTICS_DEPARTURE_OPERATE)


def takes_cargo(row: Aboard) -> bool:
    """Tell whether the hub can take in more of a booking; what goes back it takes in at once."""
    if row.back is not None:
        return row.booking.state is BookingState.CONFIRMED
    if row.is_second:  # the first carrier brings it
        return False
    return row.booking.state in AT_HUB and row.packing is not None and row.packing.missing > 0


def waits(departure: DepartureRow, events: tuple[TransportRow, ...]) -> tuple[Wait, ...]:
    """Pair each actual arrival at a border with the clearance that followed it."""
    borders = {stop.place.code for stop in departure.stops if stop.is_border}
    return waits_in(events, borders)


def waits_in(events: Sequence[TransportRow], borders: Collection[str]) -> tuple[Wait, ...]:
    """Return the stays at these places that a journey's events tell of, an unfinished one last."""
    happened = sorted(
        (row for row in events if row.classifier is Classifier.ACTUAL), key=lambda row: (row.event_at, row.id)
    )
    found: list[Wait] = []
    for row in happened:
        if row.code == Status.ARRIVED and row.place_code in borders:
            found.append(Wait(str(row.place_code), row, None))
        elif row.code == Status.CLEARED and found and found[-1].until is None:
            found[-1] = replace(found[-1], until=row)
    return tuple(found)


def _is_possible(departure: DepartureRow, act: str) -> bool:
    if act == "resume":
        return departure.state is DepartureState.HELD
    if act == "at_border" and not departure.border_ahead:
        return False
    return DEPARTURE.allows(departure.state, act)


def aboard(session: Session, bookings: tuple[BookingRow, ...]) -> tuple[Aboard, ...]:
    """Return bookings with what is known of their cargo."""
    ids, subjects = [row.id for row in bookings], [row.subject for row in bookings]
    back = claims.some(session, claim_ids=subjects)
    line_of = rides.lines_of(session, subjects=subjects)
    riding = rides.of_lines(session, line_ids=line_of.values())
    lines = list(line_of.values())
    packings = packing_queries.packings(session, line_ids=lines)
    taken_in = cargo.received(session, booking_ids=ids)
    found = cargo.receipts(session, booking_ids=ids)
    differing: Mapping[UUID, tuple[DiscrepancyRow, ...]] = distribution.discrepancies(session, line_ids=lines)
    return tuple(
        Aboard(
            booking=row,
            line_id=back[row.subject].line_id if row.subject in back else line_of[row.subject],
            ride=riding.get(line_of[row.subject]),
            back=back.get(row.subject),
            packing=packings.get(line_of[row.subject]),
            taken_in=taken_in.get(row.id),
            receipts=found.get(row.id, ()),
            discrepancies=differing.get(line_of[row.subject], ()),
        )
        for row in bookings
    )
