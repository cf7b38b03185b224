"""Acts on lorries on the road, and what those who work on them see; shared by pages and API."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.distribution.services import held as choosing
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import road as requests
from marketplace.edge.requests.payments import money
from marketplace.edge.requests.road import tenths
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import FieldError, NotFound, Refused
from marketplace.kernel.pages import Page
from marketplace.logistics.fleet.queries import crews, fleets
from marketplace.logistics.fleet.queries.crews import CrewRow
from marketplace.logistics.fleet.queries.fleets import DriverRow, VehicleRow
from marketplace.logistics.models.departures import Booking
from marketplace.logistics.queries import departures, tracking
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.logistics.road.queries import bulk as bulk_queries
from marketplace.logistics.road.queries import cooling, declarations, held, lorries, movements
from marketplace.logistics.road.queries.bulk import BulkRow
from marketplace.logistics.road.queries.cooling import CoolingRow, ExcursionRow, PreCoolingRow
from marketplace.logistics.road.queries.declarations import BrokerRow, DeclarationRow
from marketplace.logistics.road.queries.held import ChoiceRow, OnwardRow
from marketplace.logistics.road.queries.lorries import CargoRow, HandoverRow
from marketplace.logistics.road.queries.movements import MovementRow
from marketplace.logistics.road.rules.held import Quoted, may_end, quotes
from marketplace.logistics.road.rules.reefers import Range, Reading
from marketplace.logistics.road.rules.transit import Security
from marketplace.logistics.road.services import access, bulk, crossing, declaring, expecting, holding, moving, swapping
from marketplace.logistics.road.services import cooling as keeping
from marketplace.logistics.road.services.access import Hat, Reach
from marketplace.logistics.road.services.cooling import Uploaded
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import DepartureState
from marketplace.logistics.tracing.queries import standing
from marketplace.logistics.tracing.rules.estimating import Times
from marketplace.logistics.tracing.rules.vocabulary import REPORTED

_KNOWN: Final = frozenset(int(code) for code in REPORTED)
_CODES = {
    requests.Bulk.TOLD: Status.CONSIGNEE_INFORMED,
    requests.Bulk.TO_CENTRE: Status.UNLOADED,
    requests.Bulk.OUT_FOR_DELIVERY: Status.EN_ROUTE,
}


@dataclass(frozen=True, slots=True)
class Lorry:
    """A lorry as the asker sees it; what it has nothing to do with is empty."""

    departure: DepartureRow
    reach: Reach
    cargo: tuple[CargoRow, ...]
    brokers: tuple[BrokerRow, ...]
    declarations: Mapping[UUID, tuple[DeclarationRow, ...]]
    movements: tuple[MovementRow, ...]
    times: tuple[Times, ...]  # of each stop
    may_resume: bool
    seals: tuple[str, ...]
    handovers: tuple[HandoverRow, ...]
    crews: tuple[CrewRow, ...]
    ranges: Mapping[UUID, CoolingRow]
    pre_coolings: tuple[PreCoolingRow, ...]
    readings: tuple[Reading, ...]
    cases: tuple[ExcursionRow, ...]
    choices: tuple[ChoiceRow, ...]


@dataclass(frozen=True, slots=True)
class HeldOption:
    """What may be chosen for one consignment of a held lorry, with the lorries that take it on."""

    cargo: CargoRow
    quotes: tuple[Quoted, ...]
    onward: tuple[OnwardRow, ...]


def lorries_at_work(asked: requests.Lorries) -> Page[DepartureRow]:
    """Return the lorries that the asker works on."""
    actor = require_actor()
    company_id = None if actor.may(Permission.LOGISTICS_DEPARTURE_OPERATE) else actor.company
    return lorries.lorries_of(reading(), company_id=company_id, now=clock.now(), cursor=asked.cursor)


def lorry(departure_id: UUID) -> Lorry:
    """Return a lorry, a carrier's without customs, a broker's without crews; NotFound for who has no part in it."""
    session = reading()
    found = access.reach(session, actor=require_actor(), departure_id=departure_id)
    customs, road = found.hat is not Hat.CARRIER, found.hat is not Hat.BROKER
    cargo = lorries.cargo_of(session, departure_id=departure_id)
    keys = [row.booking_id for row in cargo]
    runs = found.hat is Hat.OPERATOR
    row = departures.departure(session, departure_id=departure_id, now=clock.now())
    is_own = row.held_by == require_actor().company
    return Lorry(
        departure=row,
        reach=found,
        times=standing.times(row.stops, tracking.events_of(session, departure_id=departure_id)),
        may_resume=row.state is DepartureState.HELD and may_end(runs=runs, is_own=is_own),
        cargo=cargo,
        brokers=declarations.brokers_of(session, departure_id=departure_id) if runs else (),
        declarations=_declared(session, keys, found) if customs else {},
        movements=movements.movements_of(session, departure_id=departure_id) if customs else (),
        seals=lorries.seals_of(session, departure_id=departure_id),
        handovers=lorries.handovers_of(session, departure_id=departure_id) if road else (),
        crews=_crews(session, departure_id) if road else (),
        ranges=cooling.ranges_of(session, booking_ids=keys) if road else {},
        pre_coolings=cooling.pre_coolings_of(session, departure_id=departure_id) if road else (),
        readings=cooling.readings_of(session, departure_id=departure_id) if road else (),
        cases=cooling.cases_on(session, departure_id=departure_id) if road else (),
        choices=held.choices_of(session, departure_id=departure_id) if runs else (),
    )


def _declared(session: Session, keys: list[UUID], found: Reach) -> dict[UUID, tuple[DeclarationRow, ...]]:
    """Return the declarations of the sides that are the asker's."""
    rows = declarations.declarations_of(session, booking_ids=keys)
    return {key: tuple(one for one in many if found.declares(one.side)) for key, many in rows.items()}


def _crews(session: Session, departure_id: UUID) -> tuple[CrewRow, ...]:
    return crews.crews_of(session, departure_ids=[departure_id]).get(departure_id, ())


def fleet_of(seen: Lorry) -> tuple[tuple[VehicleRow, ...], tuple[DriverRow, ...]]:
    """Return the vehicles and drivers that the asker may put on: its own, every keeper's for the operator."""
    company_id = None if seen.reach.hat is Hat.OPERATOR else require_actor().company
    vehicles = fleets.vehicles(reading(), company_id=company_id, size=500)
    return vehicles.items, fleets.drivers(reading(), company_id=company_id, size=500).items


def transit(movement_id: UUID) -> MovementRow:
    """Return a movement for its operator and brokers; NotFound for others."""
    row = movements.movement(reading(), movement_id=movement_id)
    try:
        access.must_be(reading(), Hat.OPERATOR, Hat.BROKER, actor=require_actor(), departure_id=row.departure_id)
    except NotFound:
        raise NotFound("transit") from None
    return row


def overdue() -> tuple[MovementRow, ...]:
    """Return the movements that were to be discharged by now."""
    return movements.overdue(reading(), now=clock.now())


def own_cases() -> tuple[ExcursionRow, ...]:
    """Return the cases of what the asker's company sends or receives."""
    return cooling.cases_of_company(reading(), company_id=require_actor().company)


def open_cases() -> tuple[ExcursionRow, ...]:
    """Return the cases that are open."""
    return cooling.open_cases(reading())


def held_options(departure_id: UUID, asked: requests.HeldOptions) -> tuple[HeldOption, ...]:
    """Return what may be chosen for each consignment of a held lorry, perishables first; none while it is not held."""
    session, now = reading(), clock.now()
    access.must_be(session, Hat.OPERATOR, actor=require_actor(), departure_id=departure_id)
    row = departures.departure(session, departure_id=departure_id, now=now)
    rows = {one.booking_id: one for one in lorries.cargo_of(session, departure_id=departure_id)}
    since = held.waits_from(session, departure_id=departure_id, now=now)
    found: list[HeldOption] = []
    for booking_id in held.perishables_first(session, departure_id=departure_id):
        custody = held.custody_of(session, booking_id=booking_id)
        if booking_id not in rows or (custody is None and row.state is not DepartureState.HELD):
            continue
        booking = session.get_one(Booking, booking_id)
        place = custody.place_code if custody else held.stands_at(row)
        onward = held.onward(session, booking=booking, place_code=place, now=now)
        stop = row.stop_at(booking.to_place)
        options = quotes(
            eta=row.arrives_at if stop is None else stop.eta,
            since=since,
            until=asked.until or since + choosing.USUAL,
            grams=booking.grams,
            transfer_eta=onward[0].eta if onward else None,
        )
        found.append(HeldOption(rows[booking_id], options[2:] if custody else options, onward))
    return tuple(found)


def name_broker(session: Session, departure_id: UUID, body: requests.Broker) -> None:
    """Let a broker declare for a departure on a side."""
    declaring.name_broker(
        session,
        actor=require_actor(),
        departure_id=departure_id,
        side=body.side,
        company_id=body.company,
        now=clock.now(),
    )


def dismiss_broker(session: Session, departure_id: UUID, body: requests.Dismissal) -> None:
    """Let nobody declare for a departure on a side any more."""
    declaring.dismiss_broker(session, actor=require_actor(), departure_id=departure_id, side=body.side, now=clock.now())


def declare(session: Session, booking_id: UUID, body: requests.Declaration) -> UUID:
    """Record a declaration."""
    return declaring.lodge(
        session,
        actor=require_actor(),
        booking_id=booking_id,
        side=body.side,
        number=body.number,
        lodged_on=body.lodged_on,
        cartons=body.cartons,
        now=clock.now(),
    )


def amend(session: Session, declaration_id: UUID, body: requests.Amendment) -> UUID:
    """Record an amendment."""
    return declaring.amend(
        session,
        actor=require_actor(),
        declaration_id=declaration_id,
        change=body.change,
        number=body.number,
        cartons=body.cartons,
        now=clock.now(),
    )


def draft(session: Session, departure_id: UUID, body: requests.Transit) -> UUID:
    """Draft a transit movement."""
    if body.discharge_by is None:
        raise Refused.field("discharge_by", "required")
    secured = money(body.guarantee_amount, body.currency, field="guarantee_amount")
    wanted = moving.NewMovement(
        regime=body.regime,
        from_place=body.from_stop,
        to_place=body.to_stop,
        security=Security(
            body.guarantee, body.guarantee_reference, secured.minor, secured.currency, body.guarantee_until
        ),
        discharge_by=body.discharge_by,
        booking_ids=body.bookings or None,
    )
    return moving.draft(session, actor=require_actor(), departure_id=departure_id, wanted=wanted, now=clock.now())


def step(session: Session, movement_id: UUID, body: requests.TransitStep) -> None:
    """Record what happened to a movement."""
    moving.step(
        session,
        actor=require_actor(),
        movement_id=movement_id,
        taken=body.step,
        mrn=body.mrn or "",
        place_code=body.place,
        remark=body.remark,
        happened_at=body.happened_at,
        now=clock.now(),
    )


def swap(session: Session, departure_id: UUID, body: requests.Swap) -> UUID:
    """Hand a lorry over to another crew."""
    given = swapping.Swap(
        place_code=body.place,
        cause=body.cause,
        seal_number=body.seal_number,
        tractor_id=body.tractor,
        driver_ids=tuple(body.drivers),
        new_seal=body.new_seal or "",
        seal_reason=body.seal_reason,
        odometer_km=body.odometer_km,
        happened_at=body.happened_at,
        returns_at=body.returns_at,
    )
    return swapping.swap(session, actor=require_actor(), departure_id=departure_id, given=given, now=clock.now())


def cool(session: Session, booking_id: UUID, body: requests.Cooling) -> None:
    """Say at which temperature a consignment is kept."""
    kept = Range(*(None if each is None else tenths(each) for each in (body.least, body.most)))
    keeping.set_range(
        session,
        actor=require_actor(),
        booking_id=booking_id,
        set_point=tenths(body.set_point),
        kept=kept,
        now=clock.now(),
    )


def pre_cool(session: Session, departure_id: UUID, body: requests.PreCooling) -> UUID:
    """Record that a trailer was cooled down."""
    return keeping.pre_cool(
        session,
        actor=require_actor(),
        departure_id=departure_id,
        tenths=tenths(body.celsius),
        logger=body.logger,
        happened_at=body.happened_at,
        now=clock.now(),
    )


def upload(session: Session, departure_id: UUID, content: bytes, logger: str | None) -> Uploaded:
    """Keep what a logger measured."""
    return keeping.upload(
        session,
        actor=require_actor(),
        departure_id=departure_id,
        content=content,
        logger=logger or "",
        now=clock.now(),
    )


def close_case(session: Session, excursion_id: UUID) -> None:
    """Be done with a case."""
    keeping.close_case(session, actor=require_actor(), excursion_id=excursion_id, now=clock.now())


def hold(session: Session, departure_id: UUID, body: requests.Hold) -> None:
    """Stop a lorry."""
    holding.hold(session, actor=require_actor(), departure_id=departure_id, cause=body.cause, now=clock.now())


def resume(session: Session, departure_id: UUID) -> None:
    """Let a lorry go on."""
    holding.resume(session, actor=require_actor(), departure_id=departure_id, now=clock.now())


def at_border(session: Session, departure_id: UUID, body: requests.Crossing) -> None:
    """Note that a lorry waits at a border."""
    crossing.at_border(
        session,
        actor=require_actor(),
        departure_id=departure_id,
        place_code=body.place,
        happened_at=body.happened_at,
        now=clock.now(),
    )


def clear(session: Session, departure_id: UUID, body: requests.Cleared) -> None:
    """Note that a lorry is cleared and crosses."""
    crossing.clear(
        session, actor=require_actor(), departure_id=departure_id, happened_at=body.happened_at, now=clock.now()
    )


def expect(session: Session, departure_id: UUID, body: requests.Expected) -> UUID:
    """Say when a lorry is expected."""
    if body.expected_at is None:
        raise Refused.field("expected_at", "required")
    return expecting.expect(
        session,
        actor=require_actor(),
        departure_id=departure_id,
        place_code=body.place,
        expected_at=body.expected_at,
        now=clock.now(),
    )


def choose(session: Session, departure_id: UUID, body: requests.HeldChoice) -> UUID:
    """Do what was chosen for a held lorry."""
    chosen = choosing.choose(
        session,
        departure_id=departure_id,
        option=body.option,
        booking_id=body.booking,
        to_departure_id=body.departure,
        until=body.until,
        actor=require_actor(),
        now=clock.now(),
    )
    return chosen.id


def note_many(session: Session, departure_id: UUID, body: requests.BulkAct) -> UUID:
    """Note the same of many consignments; return the note."""
    if (body.act is None) == (body.code is None):
        raise Refused.fields(*(FieldError(name, "one_of", "act, code") for name in ("code", "act")))
    if body.code is not None and body.code not in _KNOWN:
        raise Refused.field("code", "choice", ", ".join(str(code) for code in sorted(_KNOWN)))
    return bulk.note(
        session,
        actor=require_actor(),
        departure_id=departure_id,
        code=Status(body.code) if body.act is None else _CODES[body.act],
        booking_ids=body.bookings or None,
        place_code=body.place,
        happened_at=body.happened_at,
        now=clock.now(),
    )


def count_of(session: Session, note_id: UUID) -> int:
    """Return of how many consignments something was noted at once."""
    return bulk_queries.note(session, note_id=note_id).count


def bulk_notes(departure_id: UUID) -> tuple[BulkRow, ...]:
    """Return what was noted of many on a lorry: all for the operator, its own for its carrier, nothing for a broker."""
    session, actor = reading(), require_actor()
    hat = access.reach(session, actor=actor, departure_id=departure_id).hat
    if hat is Hat.BROKER:
        return ()
    company_id = None if hat is Hat.OPERATOR else actor.company
    return bulk_queries.notes(session, departure_id=departure_id, company_id=company_id)


def withdraw_many(session: Session, note_id: UUID) -> int:
    """Take back what was noted of many at once; return how many events."""
    return bulk.withdraw(session, actor=require_actor(), note_id=note_id, now=clock.now())


def expected_until() -> datetime:
    """Return until when a held lorry is taken to stand where nobody says."""
    return clock.now() + choosing.USUAL
