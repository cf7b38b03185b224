"""The lorries of the demo's history: each goes by its timetable, and some stand where visitors shall find them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
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

_HOUR: Final = timedelta(hours=1)
# Where a lorry stands now: of which line, after which act it stopped, and how long ago its plan must have reached that.
_STANDING: Final[Mapping[str, tuple[str, str, timedelta]]] = {
    "departed": ("MIDDLE", "depart", 2 * _HOUR),
    "border": ("EAST", "at_border", _HOUR),
    "cleared": ("EAST", "clear", _HOUR),
    "held": ("FRUIT-N", "hold", 3 * _HOUR),
    "arrived": ("EAST-N", "arrive", _HOUR),
    "stripped": ("MIDDLE-N", "strip", _HOUR),
}
# Those that have not left: of which line, the how manyeth from now, and what was done with it so far.
_WAITING: Final[Mapping[str, tuple[str, int, tuple[str, ...]]]] = {
    "sealed": ("EAST", 0, ("close", "load", "seal")),
    "loading": ("MIDDLE", 0, ("close", "load")),
    "closed": ("EAST-S", 0, ("close",)),
    "cancelled": ("SINGAPORE", 1, ("cancel",)),
}
_ACTS: Final[Mapping[str, Callable[..., None]]] = {
    "close": closing.close,
    "load": loading.load,
    "depart": journey.depart,
    "at_border": journey.at_border,
    "clear": journey.clear,
    "strip": journey.strip,
}
# Acts that need no more than to be said.
_PLAIN: Final[Mapping[str, Callable[..., None]]] = {
    "close": closing.close,
    "load": loading.load,
    "depart": journey.depart,
    "at_border": journey.at_border,
    "clear": journey.clear,
    "strip": journey.strip,
}
# What is on a lorry is counted within this time after its arrival.
RECEIVED_WITHIN: Final = timedelta(hours=36)


@dataclass(slots=True)
class Lorry:
    """One departure; ``on_arrival`` are those who wait for it."""

    id: UUID
    line: str
    departs_at: datetime
    cutoff_cargo_at: datetime
    stops: tuple[tuple[str, datetime, bool], ...]
    role: str = ""
    on_arrival: list[Callable[[datetime], None]] = field(default_factory=list[Callable[[datetime], None]])
    is_off: bool = False

    @property
    def arrives_at(self) -> datetime:
        """When it is at the end of its line."""
        return self.stops[-1][1]

    def plan(self) -> Iterator[tuple[datetime, str, str | None]]:
        """Yield its acts by timetable, and the place of those on the way."""
        yield self.cutoff_cargo_at, "close", None
        yield self.departs_at - 3 * _HOUR, "load", None
        yield self.departs_at - _HOUR, "seal", None
        yield self.departs_at, "depart", None
        is_near_side = True
        for code, eta, is_border in self.stops[1:-1]:
            if is_border:
                yield eta, "at_border" if is_near_side else "clear", None
                is_near_side = not is_near_side
            else:
                yield eta, "arrive", code
        yield self.arrives_at, "arrive", None
        yield self.arrives_at + 3 * _HOUR, "strip", None

    def reaches(self, act: str) -> datetime:
        """Return the planned instant of an act; a lorry is held at its first border."""
        wanted = "at_border" if act == "hold" else act
        return next(at for at, name, place in self.plan() if name == wanted and place is None)


class Fleet:
    """Every departure of the history and of the weeks to come, with the role that some of them play."""

    def __init__(self, session: Session, now: datetime) -> None:
        """Read the timetable and give out the roles."""
        self.now = now
        self.lorries = _read(session)
        for role, (line, act, ago) in _STANDING.items():
            self._give(role, [one for one in self._of(line)[::-1] if one.reaches(act) <= now - ago])
        for role, (line, number, _) in _WAITING.items():
            self._give(role, [one for one in self._of(line) if one.departs_at > now + _HOUR][number:])

    def find(self, ride: str) -> Lorry | None:
        """Return the lorry that a ride names; None for an empty one: the first that takes the goods."""
        if not ride:
            return None
        if "+" in ride:
            line, _, number = ride.partition("+")
            bookable = self.now + timedelta(hours=25)
            return [one for one in self._of(line) if not one.role and one.departs_at > bookable][int(number)]
        if ":" in ride:
            line, _, number = ride.partition(":")
            done = [one for one in self._of(line)[::-1] if one.arrives_at + RECEIVED_WITHIN <= self.now]
            return [one for one in done if not one.role][int(number)]
        return next(one for one in self.lorries if one.role == ride)

    def _of(self, line: str) -> list[Lorry]:
        return [one for one in self.lorries if one.line == line]

    def _give(self, role: str, fitting: list[Lorry]) -> None:
        next(one for one in fitting if not one.role).role = role

    def drive(self, agenda: Agenda, *, actor: Actor) -> None:
        """Plan what the operator's staff do with every lorry."""
        for lorry in self.lorries:
            if lorry.role in _WAITING:
                for number, act in enumerate(_WAITING[lorry.role][2]):
                    at = self.now - timedelta(minutes=50 - 10 * number)
                    agenda.add(at, _Doing(lorry, act, None, actor))
                continue
            last = _STANDING[lorry.role][1] if lorry.role else ""
            for at, act, place in lorry.plan():
                agenda.add(at, _Doing(lorry, act, place, actor))
                if last == "hold" and act == "at_border":
                    agenda.add(at + _HOUR, _Doing(lorry, "hold", None, actor))
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


def fleet(now: datetime) -> Fleet:
    """Return the fleet as the timetable has it."""
    return Fleet(reading(), now)
