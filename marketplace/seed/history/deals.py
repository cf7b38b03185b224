"""One order of the demo's history, step by step, by those whose turn it is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries.closures import local_day
from marketplace.catalog.figures import tally
from marketplace.catalog.figures.rules import Kind
from marketplace.catalog.models import Listing
from marketplace.checkout import queries as checkouts
from marketplace.checkout.flows import placing
from marketplace.checkout.rules.wanted import Expected, PaymentChoice, Wanted
from marketplace.distribution.rules.handover import Counted, Received
from marketplace.distribution.services import handover, receipts
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import in_unit_of_work, on_commit, reading
from marketplace.kernel.errors import Refused
from marketplace.logistics.queries import bookings as logistics
from marketplace.orders.models import Order
from marketplace.orders.queries import lines as orders
from marketplace.orders.queries.lines import LineRow
from marketplace.orders.rules.packing import Declared
from marketplace.orders.services import acceptance, carts, deciding, fulfilment, production
from marketplace.payments.flows import give_back
from marketplace.payments.rules.terms import Rail, Subject, SubjectKind
from marketplace.seed import cast
from marketplace.seed.desk import Desk
from marketplace.seed.history import claims, paying, schedule
from marketplace.seed.history.agenda import Agenda
from marketplace.seed.history.lorries import Lorry
from marketplace.seed.history.stories import Story

_HOUR: Final = timedelta(hours=1)
# Of the provider, by the twist of the story: the card's bank says no, or takes the money back a moment later.
_METHODS: Final = {"decline": "pm_card_visa_chargeDeclined", "dispute": "pm_card_createDispute"}
# Whoever buys has looked some times before, and so have others who did not.
_LOOKS: Final = 5


@dataclass(slots=True)
class Deal:
    """A story being lived: the order it has become, and the lorry it rides on."""

    story: Story
    desk: Desk
    agenda: Agenda
    lorry: Lorry | None
    slip_id: Callable[[Actor, datetime], UUID]
    order_id: UUID | None = None
    has_come: bool = False

    def begin(self) -> None:
        """Plan the steps that a clock drives, and wait for the lorry."""
        acts: dict[str, Callable[[datetime], None]] = {
            "placed": self.place, "confirmed": self.confirm, "slip": self.attach_slip, "deposit": self.pay,
            "dated": self.set_date, "ready": self.make_ready, "packed": self.pack, "handed": self.hand_over,
            "balance": self.pay, "freight": self.pay_freight, "part": self.pay,
            "reject": lambda now: self.cancel(self.seller, now), "cancel": lambda now: self.cancel(self.buyer, now),
        }  # fmt: skip
        for step, at in schedule.steps(self.story, self.lorry, self.desk.now).items():
            self.plan(at, acts[step])
        if self.lorry is not None and self.story.takes("freight"):
            self.lorry.on_arrival.append(self.wait_for_cargo)

    def plan(self, at: datetime, act: Callable[[datetime], None]) -> None:
        """Plan an act of this story."""
        self.agenda.add(at, act, story=f"Order PO-{self.story.key.upper()}")

    @property
    def buyer(self) -> Actor:
        """Who buys."""
        return self.desk.actor(f"{self.story.buyer}@demo.test")

    @property
    def seller(self) -> Actor:
        """Who sells."""
        return self.desk.actor(f"{self.story.seller}@demo.test")

    def place(self, now: datetime) -> None:
        """Put the goods into the cart and check out."""
        buyer, story = self.buyer, self.story
        listing_id = in_unit_of_work(lambda session: self._fill_cart(session, buyer, now))
        session = reading()
        session.rollback()
        cart = checkouts.cart(session, company_id=buyer.company, person_id=buyer.person, now=now)
        method = _METHODS.get(story.twist, "pm_card_visa")
        choice = PaymentChoice(story.rail, story.plan, method if story.rail is Rail.CARD else None)
        wanted = Wanted(
            expected_totals=tuple(Expected(total.kind, total.money) for total in cart.totals),
            payment=choice,
            departures={listing_id: self.lorry.id} if self.lorry else {},
            purchase_order_number=f"PO-{story.key}".upper(),
        )
        try:
            placed = placing.place(actor=buyer, wanted=wanted, key=f"demo-{story.key}", return_url="", now=now)
        except Refused:  # the card that is declined leaves nothing behind but the goods in the cart
            in_unit_of_work(lambda session: carts.remove_line(session, listing_id=listing_id, actor=buyer, now=now))
            return
        self.order_id = reading().scalars(sa.select(Order.id).where(Order.group_id == placed.group_id)).one()

    def confirm(self, now: datetime) -> None:
        """Say as the merchant that the order is taken."""
        self._as(lambda session, order: deciding.confirm_order(session, order_id=order, actor=self.seller, now=now))

    def attach_slip(self, now: datetime) -> None:
        """Show the merchant that money is on its way."""
        if self.story.rail is Rail.BANK:
            paying.attach_slip(self._subject(), payer=self.buyer, slip_id=self.slip_id(self.buyer, now), now=now)

    def pay(self, now: datetime) -> None:
        """Let the money come that is due by bank."""
        if self.story.rail is Rail.BANK:
            paying.arrives(self._subject(), payee=self.seller, twist=self.story.twist, now=now)

    def set_date(self, now: datetime) -> None:
        """Name the day on which goods made to order will be ready."""
        for line in self._lines():
            if line.lead_days is not None:
                placed_at = schedule.placed_at(self.story, self.lorry, self.desk.now)
                day = (placed_at + timedelta(days=line.lead_days)).date()
                self._as(
                    lambda session, _, line=line, day=day: production.set_ready_date(
                        session, line_id=line.id, ready_date=max(day, now.date()), actor=self.seller, now=now
                    )
                )

    def make_ready(self, now: datetime) -> None:
        """Say that the goods are ready to be packed."""
        for line in self._lines():
            self._as(
                lambda session, _, line=line: production.mark_ready(
                    session, line_id=line.id, actor=self.seller, now=now
                )
            )

    def pack(self, now: datetime) -> None:
        """Pack the goods as the offer says."""
        declared = Declared(cartons=self.story.cartons, marks=f"{self.story.to} / C/NO. 1-{self.story.cartons}")
        for line in self._lines():
            self._as(
                lambda session, _, line=line: fulfilment.pack(
                    session, line_id=line.id, declared=declared, actor=self.seller, now=now
                )
            )

    def hand_over(self, now: datetime) -> None:
        """Count, weigh and measure the cartons at the hub; three are missing where the story says so."""
        cartons = self.story.cartons - (3 if self.story.twist == "short" else 0)
        hub = self.desk.actor(cast.LOGISTICS)
        for line in self._lines():
            if line.packing is None:  # every article of the tables is packed
                raise AssertionError(line.sku)
            counted = Counted(
                cartons,
                cartons * line.packing.gross_g,
                volume_cm3=cartons * line.packing.carton_cm3,
                remarks="" if cartons == self.story.cartons else "Three cartons are not on the merchant's lorry.",
            )
            self._as(
                lambda session, _, line=line, counted=counted: handover.hand_over(
                    session, line_id=line.id, counted=counted, actor=hub, now=now
                )
            )

    def pay_freight(self, now: datetime) -> None:
        """Let the carrier's money come."""
        if self.order_id is not None:
            paying.freight_arrives(self.order_id, carrier=self.desk.actor(cast.CARRIER), now=now)

    def cancel(self, actor: Actor, now: datetime) -> None:
        """End the order before it is packed; a card gets its money back."""
        self._as(lambda session, order: deciding.cancel_order(session, order_id=order, actor=actor, now=now))
        if self.story.rail is Rail.CARD:
            give_back.give_back(subject=self._subject(), now=now)

    def wait_for_cargo(self, arrived_at: datetime) -> None:
        """Plan the receipt, and what the buyer says of the goods."""
        if self.has_come or not self.story.takes("received") or not self._is_there():
            return
        self.has_come = True
        self.plan(arrived_at + 5 * _HOUR, self.receive)
        if self.story.takes("accepted"):
            self.plan(arrived_at + 17 * _HOUR, self.accept)
        if self.story.takes("settled"):
            self.plan(arrived_at + 24 * _HOUR, self.pay)
        claims.plan(self, arrived_at)

    def receive(self, now: datetime) -> None:
        """Count what came, at the buyer's place."""
        twist = self.story.twist
        for line in self._lines():
            booking = self._booking(line)
            there = self.story.cartons - (3 if twist == "short" else 1 if twist == "lost" else 0)
            received = Received(there, damaged=2 if twist == "damaged" else 0)
            self._as(
                lambda session, _, booking=booking, received=received: receipts.receive(
                    session, booking_id=booking, received=received, actor=self.buyer, now=now
                )
            )

    def accept(self, now: datetime) -> None:
        """Accept what came."""
        for line in self._lines():
            self._as(
                lambda session, _, line=line: acceptance.accept_line(
                    session, line_id=line.id, quantity=None, actor=self.buyer, now=now
                )
            )

    def lines(self) -> tuple[LineRow, ...]:
        """Return the lines of the order as they stand."""
        return self._lines()

    def _fill_cart(self, session: Session, buyer: Actor, now: datetime) -> UUID:
        listing = session.scalars(
            sa.select(Listing)
            .where(Listing.company_id == self.seller.company, Listing.sku.startswith(self.story.goods))
            .order_by(Listing.sku)
            .limit(1)
        ).one()
        quantity = self.story.cartons * int(listing.carton_units or 1)
        carts.set_destination(session, place=self.story.to, actor=buyer, now=now)
        carts.put_line(
            session, listing_id=listing.id, quantity=quantity, incoterm=self.story.incoterm, actor=buyer, now=now
        )
        day = local_day(accounts.get_company(session, company_id=listing.company_id).country, now)
        listing_id = listing.id
        on_commit(session, lambda: self._note_looks(listing_id, day))
        return listing_id

    def _note_looks(self, listing_id: UUID, day: date) -> None:
        for _ in range(_LOOKS + len(self.story.key) % _LOOKS):
            tally.note(listing_id, day=day, kind=Kind.VIEW)

    def _as(self, act: Callable[[Session, UUID], object]) -> None:
        order_id = self.order_id
        if order_id is not None:
            in_unit_of_work(lambda session: act(session, order_id))

    def _subject(self) -> Subject:
        if self.order_id is None:  # steps that need it come after the order
            raise AssertionError(self.story.key)
        return Subject(SubjectKind.ORDER, self.order_id)

    def _lines(self) -> tuple[LineRow, ...]:
        if self.order_id is None:
            return ()
        session = reading()
        session.rollback()
        return orders.lines_of(session, order_ids=[self.order_id])[self.order_id]

    def _booking(self, line: LineRow) -> UUID:
        return logistics.bookings(reading(), subjects=[line.id])[line.id][-1].id

    def _is_there(self) -> bool:
        found = logistics.bookings(reading(), subjects=[line.id for line in self._lines()])
        return all(rows[-1].state == "arrived" for rows in found.values())
