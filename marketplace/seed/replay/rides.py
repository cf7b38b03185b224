"""One lorry of the history from its order to its receipt: five stages, each done whole or not at all.

Every act is that of the service which people use, at its own instant. The acts of a stage share one unit of work, with
their news handled between them; a run that is cut off finds out from the data which stages are behind it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.checkout import queries as checkouts
from marketplace.checkout.flows import placing
from marketplace.checkout.rules.wanted import Expected, PaymentChoice, Wanted
from marketplace.distribution import queries as distribution
from marketplace.distribution.rules.handover import Counted, Received
from marketplace.distribution.services import handover, receipts
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import extension, in_unit_of_work, reading
from marketplace.logistics.models.departures import DepartureStop
from marketplace.logistics.queries import bookings
from marketplace.logistics.services import timetable
from marketplace.logistics.services.departures import closing, journey, loading
from marketplace.orders.queries import lines as orders
from marketplace.orders.queries.lines import LineRow
from marketplace.orders.rules.packing import Declared
from marketplace.orders.services import acceptance, carts, deciding, fulfilment
from marketplace.payments.queries.payments import payments_of
from marketplace.payments.rules.terms import Plan, Rail, Subject, SubjectKind
from marketplace.payments.services import transfers
from marketplace.seed.desk import Desk
from marketplace.seed.houses import House
from marketplace.seed.replay import cast, world
from marketplace.seed.replay.plan import Trip

_HOUR: Final = timedelta(hours=1)
# How long before the lorry leaves its stages begin; those after it follow from its way.
ORDERED, PREPARED, LOADED = 120 * _HOUR, 48 * _HOUR, 5 * _HOUR


@dataclass(slots=True)
class Corridor:
    """The city as every ride needs it: who acts, what is sold, which lines and lorries there are, by their codes."""

    desk: Desk
    listings: dict[str, UUID]
    lines: dict[str, UUID]
    vehicles: dict[str, UUID]
    _actors: dict[str, Actor] = field(default_factory=dict[str, Actor])

    def actor(self, login: str) -> Actor:
        """Return who acts under a login; asked for once."""
        if login not in self._actors:
            self._actors[login] = self.desk.actor(login)
        return self._actors[login]

    def of(self, house: House) -> Actor:
        """Return the sales desk of a house."""
        return self.actor(house.login)


@dataclass(slots=True)
class Ride:
    """A trip being made."""

    trip: Trip
    corridor: Corridor
    departure_id: UUID | None = None
    order_id: UUID | None = None

    def order(self, now: datetime) -> None:
        """Put the lorry into the timetable and order goods for it, which the merchant confirms; what is done stays."""
        seller = self.corridor.of(self.trip.seller)
        if self.departure_id is None:
            self.departure_id = in_unit_of_work(lambda session: self._run(session, now))
        if self.order_id is None:
            self.order_id = self._place(now)
        confirmed = now + 2 * _HOUR
        in_unit_of_work(
            lambda session: deciding.confirm_order(session, order_id=self._order, actor=seller, now=confirmed)
        )

    def _place(self, now: datetime) -> UUID:
        buyer, trip = self.corridor.of(self.trip.buyer), self.trip
        in_unit_of_work(lambda session: self._fill_cart(session, buyer, now))
        session = _fresh()
        cart = checkouts.cart(session, company_id=buyer.company, person_id=buyer.person, now=now)
        wanted = Wanted(
            expected_totals=tuple(Expected(total.kind, total.money) for total in cart.totals),
            payment=PaymentChoice(Rail.BANK, Plan.ACCEPTANCE_100),
            departures={self._listing(kind): self._departure for kind, _ in trip.cartons},
            purchase_order_number=trip.key.upper(),
        )
        (order_id,) = placing.place(actor=buyer, wanted=wanted, key=trip.key, return_url="", now=now).order_ids
        return order_id

    def prepare(self, now: datetime) -> None:
        """Let the merchant pack, the hub count and weigh, and the buyer pay the way."""
        seller, hub = self.corridor.of(self.trip.seller), self.corridor.actor(cast.LOGISTICS)
        acts: list[tuple[timedelta, Callable[[Session, datetime], object]]] = [
            (timedelta(), lambda session, at: self._pack(session, seller, at)),
            (24 * _HOUR, lambda session, at: self._hand_over(session, hub, at)),
            (30 * _HOUR, self._pay_freight),
        ]
        in_unit_of_work(lambda session: _each(session, acts, now))

    def leave(self, now: datetime) -> None:
        """Close, load and seal the lorry, and let it go."""
        known: dict[str, Any] = {"actor": self.corridor.actor(cast.LOGISTICS), "departure_id": self._departure}
        number = f"RP-{self.trip.run.number:05}"
        acts: list[tuple[timedelta, Callable[[Session, datetime], object]]] = [
            (timedelta(), lambda session, at: closing.close(session, **known, now=at)),
            (2 * _HOUR, lambda session, at: loading.load(session, **known, now=at)),
            (4 * _HOUR, lambda session, at: loading.seal(session, **known, seal_number=number, now=at)),
            (5 * _HOUR, lambda session, at: journey.depart(session, **known, now=at)),
        ]
        in_unit_of_work(lambda session: _each(session, acts, now))

    def travel(self, now: datetime) -> None:
        """Cross every border, arrive and be unloaded."""
        known: dict[str, Any] = {"actor": self.corridor.actor(cast.LOGISTICS), "departure_id": self._departure}
        way = self.way()
        acts: list[tuple[timedelta, Callable[[Session, datetime], object]]] = [
            (at - now, lambda session, then, act=act: act(session, **known, now=then)) for at, act in way
        ]
        in_unit_of_work(lambda session: _each(session, acts, now))

    def end(self, now: datetime) -> None:
        """Count, accept and pay what came, and settle the lorry."""
        buyer, seller = self.corridor.of(self.trip.buyer), self.corridor.of(self.trip.seller)
        acts: list[tuple[timedelta, Callable[[Session, datetime], object]]] = [
            (timedelta(), lambda session, at: self._receive(session, buyer, at)),
            (12 * _HOUR, lambda session, at: self._accept(session, buyer, at)),
            (18 * _HOUR, lambda session, at: self._pay(session, Subject(SubjectKind.ORDER, self._order), seller, at)),
            (20 * _HOUR, lambda session, at: journey.settle(session, departure_id=self._departure, now=at)),
        ]
        in_unit_of_work(lambda session: _each(session, acts, now))

    def way(self) -> list[tuple[datetime, Callable[..., None]]]:
        """Return what happens on the way and when: the timetable's instants, later by what the borders cost."""
        stops = reading().execute(
            sa.select(DepartureStop.is_border, DepartureStop.eta)
            .where(DepartureStop.departure_id == self._departure, DepartureStop.position > 0)
            .order_by(DepartureStop.position)
        )
        late, crossings, is_near = timedelta(), iter(self.trip.waits), True
        arrives_at = self.trip.departs_at
        found: list[tuple[datetime, Callable[..., None]]] = []
        for is_border, eta in stops:
            if is_border and is_near:
                found.append((eta + late, journey.at_border))
            elif is_border:
                late += next(crossings) * _HOUR
                found.append((eta + late, journey.clear))
            arrives_at = eta + late
            is_near = not (is_border and is_near)
        return [*found, (arrives_at, journey.arrive), (arrives_at + 3 * _HOUR, journey.strip)]

    @property
    def _departure(self) -> UUID:
        if self.departure_id is None:  # stages that need it come after the first
            raise AssertionError(self.trip.key)
        return self.departure_id

    @property
    def _order(self) -> UUID:
        if self.order_id is None:
            raise AssertionError(self.trip.key)
        return self.order_id

    def _listing(self, kind: str) -> UUID:
        return self.corridor.listings[world.sku(self.trip.seller, kind)]

    def _run(self, session: Session, now: datetime) -> UUID:
        vehicle = cast.CONTAINER if self.trip.run.is_container else cast.LORRY
        return timetable.add(
            session,
            line_id=self.corridor.lines[self.trip.route.line],
            vehicle_type_id=self.corridor.vehicles[vehicle[0]],
            departs_at=self.trip.departs_at,
            now=now,
        )

    def _fill_cart(self, session: Session, buyer: Actor, now: datetime) -> None:
        carts.set_destination(session, place=self.trip.to_place, actor=buyer, now=now)
        for kind, cartons in self.trip.cartons:
            carts.put_line(
                session, listing_id=self._listing(kind), quantity=cartons, incoterm="FCA", actor=buyer, now=now
            )

    def _pack(self, session: Session, seller: Actor, now: datetime) -> None:
        for line in self._lines(session):
            declared = Declared(cartons=line.quantity, marks=f"{self.trip.key.upper()} / {line.position}")
            fulfilment.pack(session, line_id=line.id, declared=declared, actor=seller, now=now)

    def _hand_over(self, session: Session, hub: Actor, now: datetime) -> None:
        for line in self._lines(session):
            boxes = line.quantity
            counted = Counted(boxes, boxes * cast.CARTON.gross_g, volume_cm3=boxes * cast.CARTON.carton_cm3)
            handover.hand_over(session, line_id=line.id, counted=counted, actor=hub, now=now)
            news(session)

    def _pay_freight(self, session: Session, now: datetime) -> None:
        carrier = self.corridor.actor(cast.CARRIER.login)
        for contract in distribution.contracts_of(session, order_ids=[self._order])[self._order]:
            self._pay(session, Subject(SubjectKind.FREIGHT, contract.id), carrier, now)

    def _pay(self, session: Session, subject: Subject, payee: Actor, now: datetime) -> None:
        for due in payments_of(session, subjects=[subject])[subject]:
            if due.outstanding:
                transfers.confirm_payment(
                    session,
                    actor=payee,
                    payment_id=due.id,
                    amount=due.outstanding,
                    received_on=now.date(),
                    now=now,
                )

    def _receive(self, session: Session, buyer: Actor, now: datetime) -> None:
        lines = {line.id: line for line in self._lines(session)}
        for line_id, booked in bookings.bookings(session, subjects=lines).items():
            received = Received(lines[line_id].quantity)
            receipts.receive(session, booking_id=booked[-1].id, received=received, actor=buyer, now=now)
            news(session)

    def _accept(self, session: Session, buyer: Actor, now: datetime) -> None:
        for line in self._lines(session):
            acceptance.accept_line(session, line_id=line.id, quantity=None, actor=buyer, now=now)

    def _lines(self, session: Session) -> Sequence[LineRow]:
        return orders.lines_of(session, order_ids=[self._order])[self._order]


def news(session: Session) -> None:
    """Let everybody hear what has happened so far in this unit of work, as its end would."""
    session.flush()
    events.dispatch(session, extension("city.reactions") or {})


def _each(
    session: Session, acts: Sequence[tuple[timedelta, Callable[[Session, datetime], object]]], begun: datetime
) -> None:
    for after, act in acts:
        act(session, begun + after)
        news(session)


def _fresh() -> Session:
    session = reading()
    session.rollback()
    return session
