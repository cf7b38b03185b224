"""What those who handle cargo do, from phones, pages and programs, and the list they work by."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from math import prod
from typing import Any, Final
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.distribution.handling.queries import surcharges
from marketplace.distribution.handling.queries.cartons import CartonsRow, cartons_of
from marketplace.distribution.handling.queries.surcharges import SurchargeRow
from marketplace.distribution.handling.services import applying
from marketplace.distribution.handling.services.asked import Asked, handled
from marketplace.distribution.onward.queries import Partner
from marketplace.edge.acts import files as file_acts
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import handling as requests
from marketplace.edge.requests.operations import cubic_centimetres, grams, millimetres
from marketplace.files import queries as files
from marketplace.files.rules import Purpose
from marketplace.files.services import Upload
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import DomainError, NotFound, Refused
from marketplace.kernel.quantity import Load
from marketplace.logistics.handling import queries
from marketplace.logistics.handling.queries import ActRow, ConflictRow
from marketplace.logistics.handling.rules.acts import Answer, Kind
from marketplace.logistics.handling.rules.merging import Difference, Lot, deciding, sums, with_unnumbered
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries import cargo
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.logistics.queries.options import OptionRow
from marketplace.logistics.rules.states import AT_HUB, BookingState, DepartureState
from marketplace.logistics.services.departures import moving
from marketplace.orders.queries.packing import PackingRow

_S: Final = DepartureState
_OFFERED: Final = 3


@dataclass(frozen=True, slots=True)
class Item:
    """A booking on the list: how many of its cartons are at the hub, on the lorry, counted at their end.

    ``partner``: the other booking of goods that change lorry, at this lorry's hub or at its end.
    """

    booking: BookingRow
    packing: PackingRow | None
    partner: Partner | None
    received: int
    loaded: int
    counted: int
    grams: int
    next_number: int

    @property
    def cartons(self) -> int | None:
        """How many cartons there are, None before they are packed."""
        return self.packing.cartons if self.packing else None


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done with one departure, what was done, and where phones differ."""

    departure: DepartureRow
    version: int
    kinds: tuple[Kind, ...]
    items: tuple[Item, ...]
    acts: tuple[ActRow, ...]
    conflicts: tuple[ConflictRow, ...]
    seals: tuple[str, ...]
    surcharges: tuple[SurchargeRow, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What became of an act: ``refusal`` says why it does not count, ``difference`` from what it differs.

    ``elsewhere``: later departures with room for goods that this one has no room for; None where it has.
    """

    id: str
    answer: Answer
    refusal: DomainError | None = None
    difference: Difference | None = None
    elsewhere: tuple[OptionRow, ...] | None = None


def work(departure_id: UUID) -> Work:
    """Return the list of a departure for the operator's staff and for its carrier; NotFound for others."""
    session, now = reading(), clock.now()
    departure = handled(session, departure_id=departure_id, actor=require_actor(), now=now)
    aboard = booking_queries.bookings_on(session, departure_id=departure_id)
    shown = tuple(row for row in aboard if row.state not in (BookingState.TARGET, BookingState.HELD))
    return Work(
        departure=departure,
        version=queries.version(session, departure_id=departure_id),
        kinds=_kinds(departure, shown),
        items=_items(session, shown),
        acts=queries.acts(session, departure_id=departure_id),
        conflicts=queries.conflicts(session, departure_id=departure_id),
        seals=queries.seals(session, departure_id=departure_id),
        surcharges=surcharges.standing_on(session, departure_id=departure_id),
    )


def send(body: requests.HandlingActs) -> tuple[Told, ...]:
    """Let acts count in the order in which they were done, each by itself; tell what became of each as it was sent."""
    told = {act.id: one(act) for act in sorted(body.acts, key=lambda act: (act.done_at, act.id))}
    return tuple(told[act.id] for act in body.acts)


def one(body: requests.HandlingAct, photos: Sequence[Upload] = (), signature: Upload | None = None) -> Told:
    """Let one act count, with the pictures that came with it; a refusal is told, not raised.

    What those refuse who hear of the act (a paper or insurance is missing) undoes all of it: it is kept as refused by
    itself then.
    """
    tried: list[Told] = []

    def work(session: Session) -> Told:
        tried.append(apply(session, body, photos, signature))
        return tried[-1]

    try:
        return in_unit_of_work(work)
    except DomainError as error:
        refusal = error
    if tried:
        with suppress(DomainError):  # who may not do it any more leaves nothing
            in_unit_of_work(lambda session: _keep(session, body, refusal.code))
    return Told(str(body.id), Answer.REFUSED, refusal)


def apply(
    session: Session, body: requests.HandlingAct, photos: Sequence[Upload] = (), signature: Upload | None = None
) -> Told:
    """Let an act count in a unit of work; NotFound for what is not the asker's to handle."""
    actor = require_actor()
    actor.must(
        Permission.LOGISTICS_RECEIPT_RECORD if body.kind is Kind.RECEIPT else Permission.LOGISTICS_HANDOVER_RECORD
    )
    _check_files(session, body, actor)
    sent_photos = [*body.photos, *(file_acts.keep(session, each) for each in photos)]
    drawn = file_acts.keep(session, signature) if signature else body.signature
    asked = _asked(body, actor, photos=sent_photos, signature=drawn)
    done = applying.apply(session, asked=asked, actor=actor, now=clock.now())
    elsewhere = _elsewhere(session, body) if done.refusal and done.refusal.code == "capacity" else None
    return Told(str(body.id), done.answer, done.refusal, done.difference, elsewhere)


def file(act_id: UUID, file_id: UUID) -> Response:
    """Answer with a picture that came with an act, for who handles its departure; NotFound for others."""
    session = reading()
    departure_id = queries.departure_of_file(session, act_id=act_id, file_id=file_id)
    if departure_id is None:
        raise NotFound("file")
    handled(session, departure_id=departure_id, actor=require_actor(), now=clock.now())
    return file_acts.give(files.get_any(session, file_id=file_id))


def _keep(session: Session, body: requests.HandlingAct, code: str) -> None:
    actor = require_actor()
    applying.refuse(session, asked=_asked(body, actor), code=code, actor=actor, now=clock.now())


def _asked(
    body: requests.HandlingAct, actor: Actor, *, photos: Sequence[UUID] = (), signature: UUID | None = None
) -> Asked:
    return Asked(
        id=body.id,
        kind=body.kind,
        departure_id=body.departure,
        device=body.device,
        done_at=body.done_at,
        base=body.base,
        booking_id=body.booking,
        label=body.label or "",
        first=body.first,
        pieces=body.pieces,
        figures=_figures(body, actor),
        remarks=body.remarks or "",
        photos=photos,
        signature=signature,
    )


def _figures(body: requests.HandlingAct, actor: Actor) -> dict[str, Any]:
    """Return what an act says in figures and codes, without what it leaves out."""
    given = (millimetres(body.length_cm), millimetres(body.width_cm), millimetres(body.height_cm))
    sides = [side for side in given if side is not None]
    whole = sides if len(sides) == len(given) else None
    said = {
        "grams": grams(body.gross_kg) if body.gross_kg else None,
        "cm3": -(-prod(whole) // 1_000) if whole else cubic_centimetres(body.m3),
        "sides": whole,
        "damaged": body.damaged,
        "damage": str(body.damage) if body.damage else None,
        "position": body.position,
        "seals": body.seals,
        "place": body.place,
        "complete": body.complete,
        "confirmed": body.confirmed,
        "signed": body.signed,
        "after_cutoff": body.late and actor.may(Permission.LOGISTICS_DEPARTURE_OPERATE),
    }
    return {name: value for name, value in said.items() if value}


def _elsewhere(session: Session, body: requests.HandlingAct) -> tuple[OptionRow, ...]:
    """Return the next departures that have room for a booking as it was measured."""
    if body.booking is None:
        return ()
    booking = booking_queries.booking(session, booking_id=body.booking)
    came, said = cargo.received(session, booking_ids=[booking.id]).get(booking.id), _figures(body, require_actor())
    load = Load(
        max(booking.load.grams, (came.grams if came else 0) + said.get("grams", 0)),
        max(booking.load.cm3, (came.cm3 if came else 0) + said.get("cm3", 0)),
        booking.load.ldm_mm,
        booking.load.pallets,
    )
    return moving.later_for(session, booking=replace(booking, load=load), now=clock.now())[:_OFFERED]


def _check_files(session: Session, body: requests.HandlingAct, actor: Actor) -> None:
    named = [("photos", key) for key in body.photos] + ([("signature", body.signature)] if body.signature else [])
    for name, file_id in named:
        if not files.get_file(session, company_id=actor.company, file_id=file_id).serves(Purpose.EVIDENCE):
            raise Refused.field(name, "file_other", "pictures handed in with the purpose evidence")


def _kinds(departure: DepartureRow, aboard: Sequence[BookingRow]) -> tuple[Kind, ...]:
    """Return what can be done next, as the lorry and its cargo stand."""
    states = {row.state for row in aboard}
    possible = {
        Kind.RECEIVE: departure.state in (_S.OPEN, _S.CLOSED, _S.LOADING) and bool(states & set(AT_HUB)),
        Kind.LOAD: departure.state in (_S.CLOSED, _S.LOADING),
        Kind.SEAL: departure.state is _S.LOADING,
        Kind.GATE_OUT: departure.state is _S.SEALED,
        Kind.AT_BORDER: departure.state in (_S.DEPARTED, _S.CLEARED) and departure.border_ahead,
        Kind.CLEARED: departure.state is _S.AT_BORDER,
        Kind.ARRIVED: departure.state in (_S.DEPARTED, _S.CLEARED),
        Kind.STRIPPED: departure.state is _S.ARRIVED,
        Kind.OUT_FOR_DELIVERY: BookingState.ARRIVED in states,
        Kind.RECEIPT: BookingState.ARRIVED in states,
    }
    return tuple(kind for kind, may in possible.items() if may)


def _items(session: Session, aboard: Sequence[BookingRow]) -> tuple[Item, ...]:
    ids = [row.id for row in aboard]
    known = cartons_of(session, bookings=aboard)
    taken = cargo.received(session, booking_ids=ids)
    counted = cargo.receipts(session, booking_ids=ids)
    lots = {kind: queries.lots_on(session, booking_ids=ids, kind=kind) for kind in (Kind.RECEIVE, Kind.LOAD)}
    return tuple(
        _item(
            row,
            known.get(row.id),
            lots[Kind.RECEIVE].get(row.id, ()),
            lots[Kind.LOAD].get(row.id, ()),
            grams=taken[row.id].grams if row.id in taken else 0,
            counted=sum(one.cartons for one in counted.get(row.id, ())),
        )
        for row in aboard
    )


def _item(
    row: BookingRow,
    known: CartonsRow | None,
    received: Sequence[Lot],
    loaded: Sequence[Lot],
    *,
    grams: int,
    counted: int,
) -> Item:
    handed, cartons = (known.handed, known.packing.cartons) if known else (0, 0)
    there = with_unnumbered(deciding(received), handed, cartons=cartons)
    is_gone = row.state not in (*AT_HUB, BookingState.LOADED)
    aboard = handed if is_gone or row.state is BookingState.LOADED else sums(deciding(loaded), there).cartons
    free = next((number for number in range(1, cartons + 1) if number not in there), 1)
    at_hub = len(there) if known is not None and known.is_taken_over else handed
    packing, partner = (known.packing, known.partner) if known else (None, None)
    return Item(row, packing, partner, at_hub, aboard, counted, grams, free)
