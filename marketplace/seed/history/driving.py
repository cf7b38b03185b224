"""What the operator's staff do with the lorries of the demo's history, each act at its time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.actor import Actor
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.logistics.models.departures import Departure, DepartureStop
from marketplace.logistics.models.network import Line
from marketplace.logistics.queries.bookings import bookings_on
from marketplace.logistics.road.queries import cooling as cooling_queries
from marketplace.logistics.road.services import cooling
from marketplace.logistics.rules.states import CURRENT, BookingState, HoldCause
from marketplace.logistics.services.departures import closing, journey, loading
from marketplace.seed.history.agenda import Agenda
from marketplace.seed.history.lorries import STANDING, WAITING, Fleet, Lorry

_HOUR: Final = timedelta(hours=1)
# Acts that need no more than to be said.
_ACTS: Final[Mapping[str, Callable[..., None]]] = {
    "close": closing.close,
    "load": loading.load,
    "depart": journey.depart,
    "at_border": journey.at_border,
    "clear": journey.clear,
    "strip": journey.strip,
}


def fleet(now: datetime) -> Fleet:
    """Return the fleet as the timetable has it."""
    return Fleet(_read(reading()), now)


def drive(fleet: Fleet, agenda: Agenda, *, actor: Actor) -> None:
    """Plan what the operator's staff do with every lorry."""
    for lorry in fleet.lorries:
        story = f"The lorry of {lorry.line}, {lorry.departs_at:%Y-%m-%d %H:%M} UTC"
        if lorry.role in WAITING:
            for number, act in enumerate(WAITING[lorry.role][2]):
                at = fleet.now - timedelta(minutes=50 - 10 * number)
                agenda.add(at, _Doing(lorry, act, None, actor), story=story)
            continue
        last = STANDING[lorry.role][1] if lorry.role else ""
        for at, act, place in lorry.plan():
            agenda.add(at, _Doing(lorry, act, place, actor), story=story)
            if last == "hold" and act == "at_border":
                agenda.add(at + _HOUR, _Doing(lorry, "hold", None, actor), story=story)
                break
            if act == last and place is None:
                break


@dataclass(frozen=True, slots=True)
class _Doing:
    """One act on one lorry."""

    lorry: Lorry
    act: str
    place: str | None
    actor: Actor

    def __call__(self, now: datetime) -> None:
        if self.lorry.is_off or (self.place is not None and not self._calls()):
            return
        in_unit_of_work(lambda session: self._do(session, now))
        if self.act == "arrive":
            for waiting in self.lorry.on_arrival:
                waiting(now)

    def _calls(self) -> bool:
        """Tell whether the lorry calls at this place on its way: where cargo leaves it, rolled to it or booked."""
        session = reading()
        session.rollback()
        aboard = bookings_on(session, departure_id=self.lorry.id)
        return any(row.to_place == self.place and row.state is BookingState.IN_TRANSIT for row in aboard)

    def _do(self, session: Session, now: datetime) -> None:
        departure_id, actor = self.lorry.id, self.actor
        match self.act:
            case "close" if not self.lorry.role and not _has_cargo(session, departure_id):
                # A lorry that nobody booked does not go.
                closing.cancel(session, actor=actor, departure_id=departure_id, reason="no_cargo", now=now)
                self.lorry.is_off = True
            case "seal":
                number = f"CQ-{departure_id.hex[-6:].upper()}"
                _cool(session, departure_id, actor, now)
                loading.seal(session, actor=actor, departure_id=departure_id, seal_number=number, now=now)
            case "arrive":
                journey.arrive(session, actor=actor, departure_id=departure_id, place_code=self.place, now=now)
            case "hold":
                journey.hold(session, actor=actor, departure_id=departure_id, cause=HoldCause.CUSTOMS, now=now)
            case "cancel":
                closing.cancel(session, actor=actor, departure_id=departure_id, reason="breakdown", now=now)
            case _:
                _ACTS[self.act](session, actor=actor, departure_id=departure_id, now=now)


def _cool(session: Session, departure_id: UUID, actor: Actor, now: datetime) -> None:
    """Note that the trailer of a lorry with cold goods was cooled down before they were loaded."""
    aboard = [row.id for row in bookings_on(session, departure_id=departure_id)]
    if cooling_queries.ranges_of(session, booking_ids=aboard):
        logger = f"DEMO-{departure_id.hex[-6:].upper()}"
        cooling.pre_cool(session, actor=actor, departure_id=departure_id, tenths=40, logger=logger, now=now)


def _has_cargo(session: Session, departure_id: UUID) -> bool:
    return any(row.state in CURRENT for row in bookings_on(session, departure_id=departure_id))


def _read(session: Session) -> list[Lorry]:
    stops: dict[UUID, list[tuple[str, datetime, bool]]] = {}
    for row in session.execute(
        sa.select(
            DepartureStop.departure_id, DepartureStop.place_code, DepartureStop.eta, DepartureStop.is_border
        ).order_by(DepartureStop.departure_id, DepartureStop.position)
    ):
        stops.setdefault(row.departure_id, []).append((row.place_code, row.eta, row.is_border))
    rows = session.execute(
        sa.select(Departure.id, Line.code, Departure.departs_at, Departure.cutoff_cargo_at)
        .join(Line, Line.id == Departure.line_id)
        .order_by(Departure.departs_at, Line.code)
    )
    return [Lorry(row.id, row.code, row.departs_at, row.cutoff_cargo_at, tuple(stops[row.id])) for row in rows]
