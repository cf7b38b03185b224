"""Acts about the cartons of a booking: received at the hub, put on the lorry, counted at their end."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.distribution.handling.services import aboard, numbering, surcharging, taking_over
from marketplace.distribution.onward.services import keeping as onward
from marketplace.distribution.rules.handover import Counted, Received
from marketplace.distribution.services import access, handover, receipts
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.quantity import Load
from marketplace.logistics.handling import queries
from marketplace.logistics.handling.models import HandlingAct
from marketplace.logistics.handling.rules.acts import Kind
from marketplace.logistics.handling.rules.merging import Lot, deciding, sums, with_unnumbered
from marketplace.logistics.handling.services import journal, stops, units
from marketplace.logistics.handling.services.journal import Sent
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries import departures
from marketplace.logistics.rules.states import DEPARTURE, TAKES_CARGO, BookingState, DepartureState
from marketplace.logistics.services.space import rolling
from marketplace.orders.arrivals.services import Shown

_LONGEST_REASON: Final = 200  # why a unit came late


def receive(session: Session, act: HandlingAct, sent: Sent, actor: Actor, happened: datetime, now: datetime) -> None:
    """Take cartons in; those that another act brought already are only measured anew, by what was done last.

    Once the lorry is sealed, what was weighed is kept beside what it left with; neither that nor the freight changes.
    A booking that its payer has to agree to comes off the lorry until then. Goods that another lorry brought are
    counted only.
    """
    booking_id, line_id = numbering.of_cartons(act)
    cartons = numbering.cartons(session, booking_id)
    if cartons.is_taken_over:
        taking_over.receive(session, act, sent, cartons, actor, happened, now)
        return
    packing = cartons.packing
    numbered = deciding(queries.lots(session, kind=Kind.RECEIVE, subject=line_id))
    there = with_unnumbered(numbered, packing.handed_cartons, cartons=packing.cartons)
    numbering.number(
        session, act, next((n for n in range(1, packing.cartons + 1) if n not in there), 1), packing.cartons, None
    )
    mine = queries.lot_of(act)
    if mine.grams < 1 or mine.cm3 < 1:
        raise Refused.field("gross_kg" if mine.grams < 1 else "length_cm", "required", "weighed and measured")
    new = sorted(set(mine.cartons) - there)
    journal.applied(session, act=act, sent=sent, actor=actor, now=now)
    departure = departures.departure(session, departure_id=act.departure_id, now=now)
    if not new and departure.state not in TAKES_CARGO:
        act.content = act.content | {"after_seal": True}
        session.flush()
        return
    if new:
        units.unload(session, departure_id=act.departure_id, booking_id=booking_id, actor=actor, now=now)
        sscc = handover.hand_over(
            session, line_id=line_id, counted=_counted(act, mine, new, sent), happened_at=happened, actor=actor, now=now
        )
        units.own(session, act=act, sscc=sscc, cartons=new)
    decided = deciding(queries.lots(session, kind=Kind.RECEIVE, subject=line_id))
    units.put_right(session, subject=line_id, decided=decided, actor=actor, now=now)
    _make_room(session, booking_id, now)
    surcharging.consider(session, line_id=line_id, booking_id=booking_id, now=now)
    if stops.stopped(session, booking_ids=[booking_id]):
        units.unload(session, departure_id=act.departure_id, booking_id=booking_id, actor=actor, now=now)
    aboard.load_if_all(session, booking_id=booking_id, actor=actor, happened=happened, now=now)


def load(session: Session, act: HandlingAct, sent: Sent, actor: Actor, happened: datetime, now: datetime) -> None:
    """Note which cartons are on the lorry; the booking is loaded when all that the hub has of it are.

    What another phone has received and not sent yet waits for that. Conflict ``state`` unless the lorry takes cargo,
    ``loading_stopped`` while its payer has not agreed to what it is above its booking.
    """
    booking_id, _subject = numbering.of_cartons(act)
    packing = numbering.cartons(session, booking_id).packing
    if stops.stopped(session, booking_ids=[booking_id]):
        raise Conflict("loading_stopped", bookings=booking_queries.booking(session, booking_id=booking_id).reference)
    state = departures.departure(session, departure_id=act.departure_id, now=now).state
    if state is not DepartureState.LOADING:
        DEPARTURE.apply(state, "load")
    numbering.number(session, act, 1, packing.cartons, packing.cartons)
    journal.applied(session, act=act, sent=sent, actor=actor, now=now)
    aboard.load_if_all(session, booking_id=booking_id, actor=actor, happened=happened, now=now)


def count(session: Session, act: HandlingAct, sent: Sent, actor: Actor, happened: datetime, now: datetime) -> None:
    """Count cartons at their end; those that another act counted already are not counted again.

    The receipt is the last one when all that was loaded is counted, or when somebody says that nothing more comes.
    Conflict ``state`` before the goods arrived.
    """
    booking_id, _subject = numbering.of_cartons(act)
    booking, _ = access.booking_to_receive(session, booking_id=booking_id, actor=actor, now=now)
    if booking.state not in (BookingState.ARRIVED, BookingState.COMPLETED):
        raise Conflict("state", thing="booking", state=str(booking.state), action="receipt", possible=[])
    loaded, before = receipts.counts(session, booking_id)
    counted = sum(row.cartons for row in before)
    numbered = deciding(queries.lots(session, kind=Kind.RECEIPT, booking_id=booking_id))
    packed = numbering.cartons(session, booking_id).packing.cartons
    there = with_unnumbered(numbered, counted, cartons=packed)
    free = next((n for n in range(1, packed + 1) if n not in there), 1)
    numbering.number(session, act, free, packed, loaded - len(there) or loaded)
    mine = queries.lot_of(act)
    if not 0 <= mine.damaged <= mine.pieces:
        raise Refused.field("damaged", "range", f"0 to {mine.pieces}")
    new = sorted(set(mine.cartons) - there)
    ends = bool(act.content.get("complete")) or len(there) + len(new) >= loaded
    journal.applied(session, act=act, sent=sent, actor=actor, now=now)
    if not new and not (ends and _is_open(session, booking_id)):
        return
    hurt = mine.damaged if len(new) == mine.pieces else sum(mine.share(number, mine.damaged) for number in new)
    received = Received(len(new), hurt, sent.remarks, complete=ends, confirmed=bool(act.content.get("confirmed")))
    act.receipt_id = receipts.receive(
        session,
        booking_id=booking_id,
        received=received,
        received_at=happened,
        shown=Shown(tuple(sent.photos)) if sent.photos else None,
        actor=actor,
        now=now,
    )
    session.flush()


def _counted(act: HandlingAct, mine: Lot, new: list[int], sent: Sent) -> Counted:
    """Return what came new of a lot: all of it with its sides, or its cartons' share of weight and volume."""
    sides = act.content.get("sides")
    whole = len(new) == mine.pieces
    found = sums(dict.fromkeys(new, mine))
    length, width, height = sides if sides and whole else (None, None, None)
    return Counted(
        cartons=len(new),
        grams=max(1, found.grams),
        length_mm=length,
        width_mm=width,
        height_mm=height,
        volume_cm3=None if length else max(1, found.cm3),
        remarks=sent.remarks,
        override_reason=sent.remarks[:_LONGEST_REASON] if act.content.get("after_cutoff") else "",
        complete=bool(act.content.get("complete")),
    )


def _make_room(session: Session, booking_id: UUID, now: datetime) -> None:
    """Let a booking be what was measured last once all is there; until then it only grows.

    Conflict ``capacity`` where the lorry has no room for the surplus.
    """
    booking = booking_queries.booking(session, booking_id=booking_id)
    came = units.taken_in(session, booking_id=booking_id)
    load = booking.load
    packing = numbering.cartons(session, booking_id).packing
    least = Load() if packing.handed_cartons == packing.cartons else load
    found = Load(max(least.grams, came.grams), max(least.cm3, came.cm3), load.ldm_mm, load.pallets)
    rolling.adjust(session, booking_id=booking_id, load=found, now=now)
    onward.measure(session, line_id=booking.subject, now=now)


def _is_open(session: Session, booking_id: UUID) -> bool:
    return booking_queries.booking(session, booking_id=booking_id).state is BookingState.ARRIVED
