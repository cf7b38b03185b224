"""Orders as their two sides see them, and acts on them, by whoever asks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.distribution import queries as distribution
from marketplace.distribution.onward import queries as rides
from marketplace.distribution.onward.queries import RideRow
from marketplace.distribution.queries import FreightRow
from marketplace.distribution.services import lateness
from marketplace.edge.acts.approvals import Approval, approval_of
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import orders as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries import tracking
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.queries.tracking import TransportRow
from marketplace.logistics.rules.states import AT_HUB
from marketplace.merchants.queries import levels
from marketplace.orders.arrivals import queries as arrivals
from marketplace.orders.arrivals.queries import ArrivalRow
from marketplace.orders.changes import queries as changes
from marketplace.orders.changes.rules import WHILE, ChangeKind
from marketplace.orders.claims import queries as claims
from marketplace.orders.claims.queries import ClaimRow
from marketplace.orders.purchases import queries as purchases
from marketplace.orders.purchases.queries import PurchaseRow
from marketplace.orders.queries import answering, inspections
from marketplace.orders.queries import lines as line_queries
from marketplace.orders.queries import orders as order_queries
from marketplace.orders.queries.answering import AnswerDue
from marketplace.orders.queries.inspections import InspectionRow
from marketplace.orders.queries.lines import LineRow
from marketplace.orders.queries.orders import OrderRow, Under
from marketplace.orders.readiness.rules import SlipReason
from marketplace.orders.rules.cancelling import TOGETHER, Stage, alone, stage_of
from marketplace.orders.rules.cancelling import standing as standing_parts
from marketplace.orders.rules.inspections import HOLDS_UP, OPEN
from marketplace.orders.rules.states import (
    AT_MERCHANT,
    BEFORE_PACKING,
    PRODUCING,
    LineState,
    OrderState,
    RejectReason,
)
from marketplace.orders.services import deciding, production
from marketplace.papers import queries as papers
from marketplace.papers.queries import DocumentRow
from marketplace.payments.queries import cards, disputes, payments, purchase_money, standing
from marketplace.payments.queries.cards import RefundRow
from marketplace.payments.queries.disputes import DisputeAbout
from marketplace.payments.queries.payments import MilestoneRow, PaymentRow
from marketplace.payments.rules.disputes import Doubt
from marketplace.payments.rules.local_methods import LocalMethod
from marketplace.payments.rules.standing import Bill, MoneyFacts
from marketplace.payments.rules.terms import Rail, Subject, SubjectKind
from marketplace.reference import queries as reference
from marketplace.reference.queries import PlaceRow
from marketplace.reference.rules import zone_of


@dataclass(frozen=True, slots=True)
class OrderSeen:
    """An order with everything that one of its sides may see of it."""

    order: OrderRow
    side: str
    # The contract by which the trading company buys, to the two sides of it.
    bought: PurchaseRow | None
    companies: Mapping[UUID, str]
    countries: Mapping[UUID, str]
    places: Mapping[str, PlaceRow]
    lines: tuple[LineRow, ...]
    bookings: Mapping[UUID, tuple[BookingRow, ...]]
    # The second halves of lines that change lorry, and their bookings; ``bookings`` has those after the change.
    rides: Mapping[UUID, RideRow]
    seconds: Mapping[UUID, tuple[BookingRow, ...]]
    journeys: Mapping[UUID, tuple[TransportRow, ...]]
    freight: tuple[FreightRow, ...]
    payments: tuple[PaymentRow, ...]
    milestones: tuple[MilestoneRow, ...]
    # What went back to the card that the goods were paid by; a merchant whose goods are sold on has no part in it.
    refunds: tuple[RefundRow, ...]
    # By which local method goods and freight are paid at the provider, where it is no card.
    local_methods: Mapping[Subject, LocalMethod]
    # The disputes about cards that the reader's company paid with, or is paid by.
    card_disputes: tuple[DisputeAbout, ...]
    documents: tuple[DocumentRow, ...]
    superseded: frozenset[UUID]
    answers: Mapping[UUID, AnswerDue]
    arrivals: Mapping[UUID, ArrivalRow]
    inspections: Mapping[UUID, tuple[InspectionRow, ...]]
    # The claims about its lines that the reader's company makes or answers.
    claims: Mapping[UUID, tuple[ClaimRow, ...]]
    # Goods of its lines that go back by lorry, each with its claim and, where it has one, its latest booking.
    returns: Mapping[UUID, tuple[tuple[ClaimRow, BookingRow | None], ...]]
    late_from: datetime | None
    acts: tuple[str, ...]
    # Of who placed it, and by whom it was approved: shown to the buyer alone.
    unit: accounts.UnitRow | None
    approval: Approval | None
    money: MoneyFacts
    # Whether the operator has verified the buyer's company.
    is_buyer_verified: bool
    # What the reader's company pays or is paid: the order, or the purchase by which it is sold on.
    subject: Subject

    def booking_of(self, line_id: UUID) -> BookingRow | None:
        """Return the present booking of a line."""
        found = self.bookings.get(line_id, ())
        return found[-1] if found else None

    def journey_of(self, line_id: UUID) -> tuple[TransportRow, ...]:
        """Return what happened and is expected to the present booking of a line."""
        booking = self.booking_of(line_id)
        return self.journeys.get(booking.id, ()) if booking else ()

    def whole_journey_of(self, line_id: UUID) -> tuple[TransportRow, ...]:
        """Return what happened and is expected on both lorries of a line, by when; on the one of others."""
        if line_id not in self.rides:
            return self.journey_of(line_id)
        rows = (*self.bookings.get(line_id, ()), *self.seconds.get(line_id, ()))
        found = {event.id: event for row in rows for event in self.journeys.get(row.id, ())}
        return tuple(sorted(found.values(), key=lambda event: (event.event_at, event.id)))

    def every_booking_of(self, line_id: UUID) -> tuple[BookingRow, ...]:
        """Return all bookings of a line: those of its second half after those of its first."""
        return tuple(dict.fromkeys((*self.bookings.get(line_id, ()), *self.seconds.get(line_id, ()))))

    def second_of(self, line_id: UUID) -> BookingRow | None:
        """Return the booking of the lorry that takes a line on, the latest one."""
        found = self.seconds.get(line_id, ())
        return found[-1] if found else None

    def milestones_of(self, line_id: UUID) -> tuple[MilestoneRow, ...]:
        """Return the goods' milestones of a line."""
        return tuple(row for row in self.milestones if row.line_id == line_id and row.subject == self.subject)

    def freight_of(self, line_id: UUID) -> Money | None:
        """Return the freight of a line as the side that pays it has agreed, None where the price includes it."""
        rows = [row for row in self.freight if not row.claim_id]
        return next((one.amount for row in rows for one in row.lines if one.line_id == line_id), None)

    @property
    def local_method(self) -> LocalMethod | None:
        """By which local method the goods are paid; None by card or bank."""
        return self.local_methods.get(Subject(SubjectKind.ORDER, self.order.id))

    @property
    def stage(self) -> Stage:
        """Return how far the order is, as far as ending it goes."""
        return stage_of(self.order.state, [(line.parts, line.lead_days is not None) for line in self.lines])

    @property
    def is_forfeit(self) -> bool:
        """Tell whether a card's bank took what the merchant was to have, and nothing of it is held any more."""
        return _is_forfeit(self.order, self.milestones)

    def doubt_of(self, line_id: UUID) -> Doubt | None:
        """Return what a card's bank does to the money of a line's goods, None where it leaves it alone.

        What the trading company sells its merchant sends all the same: that owes him, whatever its buyer's bank does.
        """
        if self.order.is_resold:
            return None
        shares = self.milestones_of(line_id)
        if any(row.is_taken_back for row in shares):
            return Doubt.TAKEN_BACK
        return Doubt.DISPUTED if any(row.is_frozen for row in shares) else None

    @property
    def doubt(self) -> Doubt | None:
        """Return what a card's bank does to the money of all the goods still with the merchant, if to all."""
        waiting = [line for line in self.lines if AT_MERCHANT & line.parts.keys()]
        doubts = {self.doubt_of(line.id) for line in waiting}
        if not waiting or None in doubts or self.order.state not in (OrderState.PLACED, *PRODUCING):
            return None
        return Doubt.TAKEN_BACK if Doubt.TAKEN_BACK in doubts else Doubt.DISPUTED

    @property
    def step(self) -> str | None:
        """Return what the goods wait for before they are at the hub, None when they are or the order is not so far.

        Of goods of whose money a card's bank holds or took some nobody is told to send them.
        """
        waiting = [line for line in self.lines if AT_MERCHANT & line.parts.keys() and not self.doubt_of(line.id)]
        if self.order.state not in PRODUCING or not waiting:
            return None
        if any(takes_ready_date(line) and line.ready_date is None for line in waiting):
            return "ready_date"
        if self.order.secured_at is None:
            return "deposit"
        return "fetch" if self.order.centre_id is not None else self._at_merchant({line.state for line in waiting})

    def _at_merchant(self, least: set[LineState]) -> str:
        """Return what goods wait for that their merchant makes, packs and brings to the hub."""
        if LineState.IN_PRODUCTION in least:
            return "make"
        if least & BEFORE_PACKING:
            return "inspection" if self.looked_at else "pack"
        return "hand_over"

    @property
    def looked_at(self) -> tuple[InspectionRow, ...]:
        """Return the inspections that hold up goods which are still with the merchant."""
        waiting = (line.id for line in self.lines if AT_MERCHANT & line.parts.keys())
        return tuple(row for line_id in waiting for row in self.inspections.get(line_id, ()) if row.state in HOLDS_UP)

    @property
    def cargo_until(self) -> datetime | None:
        """Return until when the goods that are still with the merchant are to be at the hub, the first lorry's time."""
        bookings = [self.booking_of(line.id) for line in self.lines if AT_MERCHANT & line.parts.keys()]
        return min((row.cutoff_cargo_at for row in bookings if row is not None and row.state in AT_HUB), default=None)

    @property
    def inspectable(self) -> frozenset[UUID]:
        """Return the lines of which an inspection can be asked for: none is open, and nothing is packed."""
        if self.order.state not in PRODUCING or self.side == "seller":
            return frozenset()
        return frozenset(
            line.id
            for line in self.lines
            if (left := standing_parts(line.parts))
            and left.keys() <= BEFORE_PACKING
            and not any(row.state in OPEN for row in self.inspections.get(line.id, ()))
        )

    def clock(self, company_id: UUID) -> str:
        """Return the clock by which a company of this order has its days."""
        country = self.countries.get(company_id)
        return zone_of(country) if country else "UTC"

    def zone(self, place_code: str) -> str:
        """Return the clock of a place."""
        found = self.places.get(place_code)
        return found.zone if found else "UTC"


def look(order_id: UUID) -> OrderSeen:
    """Return an order of the asker's company, its buyer's or its merchant's; NotFound for anybody else's."""
    session = reading()
    order = order_queries.order(session, company_id=require_actor().company, order_id=order_id)
    return _seen(session, order, order_queries.placed_under(session, order=order))


def read(order_id: UUID) -> OrderSeen:
    """Return an order that the asker's company may read: one of ``look``, or one that it sells as trading company."""
    session = reading()
    return _seen(session, *order_queries.readable(session, company_id=require_actor().company, order_id=order_id))


def _seen(session: Session, order: OrderRow, under: Under) -> OrderSeen:
    company_id = require_actor().company
    side = order.side_of(company_id)
    lines = line_queries.lines_for(session, order=order)
    line_ids = [line.id for line in lines]
    # Of goods that never came nobody shows or claims anything, and nothing of them goes back.
    received = [line.id for line in lines if line.was_received]
    # Freight is between payer and carrier: a merchant learns nothing of what the buyer pays for it, or the reverse.
    freight = tuple(
        row
        for row in distribution.contracts_of(session, order_ids=[order.id])[order.id]
        if company_id in (row.payer_id, row.carrier_id)
    )
    purchase = order.purchase
    bought = purchases.purchase_of(session, order_id=order.id) if side == "seller" else purchase
    goods = Subject(SubjectKind.PURCHASE, purchase.id) if purchase else Subject(SubjectKind.ORDER, order.id)
    subjects = [goods, *(Subject(SubjectKind.FREIGHT, row.id) for row in freight)]
    companies = accounts.get_companies(
        session, company_ids={order.buyer_id, order.merchant_id, order.seller_id, *(row.carrier_id for row in freight)}
    )
    riding = rides.of_lines(session, line_ids=line_ids) if not order.by_courier else {}
    booked = booking_queries.bookings(session, subjects=[*line_ids, *(ride.id for ride in riding.values())])
    seconds = {line_id: booked.pop(ride.id, ()) for line_id, ride in riding.items()}
    bookings = booked
    late_from = lateness.late_from(session, order=order, lines=lines, bookings=bookings)
    about: list[tuple[str, UUID]] = [("order", order.id)]
    about += [("purchase", bought.id)] if bought else []
    about += [("freight", row.id) for row in freight]
    about += [(kind, line_id) for kind in ("order_line", "purchase_line") for line_id in line_ids]
    dossier = papers.dossier(session, subjects=about, company_id=company_id)
    found_payments = payments.payments_of(session, subjects=subjects)
    terms = payments.terms_of(session, subjects=subjects[:1])[subjects[0]]
    found_milestones = payments.milestones_of(session, subjects=subjects)
    is_buyer = company_id == order.buyer_id
    case_id = under.approval_id if is_buyer else None
    owed: tuple[Bill, ...] = ()
    if purchase:
        paid = purchase_money.as_paid(session, terms=terms, milestones=found_milestones[goods])
        found_milestones[goods], owed = paid.milestones, paid.owed
    charged = {row.subject for rows in found_payments.values() for row in rows if row.rail is Rail.CARD}
    claimed = {} if side == "seller" else claims.of_lines(session, line_ids=line_ids)
    return OrderSeen(
        order=order,
        side=side,
        bought=bought,
        companies={row.id: row.name for row in companies.values()},
        countries={row.id: row.country for row in companies.values()},
        places={place.code: place for place in reference.places(session)},
        lines=lines,
        bookings={
            line_id: (*rows, *seconds[line_id]) if line_id in riding and riding[line_id].changed_at else rows
            for line_id, rows in bookings.items()
        },
        rides=riding,
        seconds=seconds,
        journeys=tracking.timeline(
            session, booking_ids=[rows[-1].id for rows in (*bookings.values(), *seconds.values()) if rows]
        ),
        freight=freight,
        payments=tuple(row for subject in subjects for row in found_payments[subject]),
        milestones=tuple(row for subject in subjects for row in found_milestones[subject]),
        refunds=cards.refunds_about(session, subject=goods) if order.rail is Rail.CARD and not purchase else (),
        local_methods=cards.methods_of(session, subjects=charged) if charged else {},
        card_disputes=disputes.about(session, subjects=charged) if charged else (),
        documents=dossier.documents,
        superseded=dossier.superseded,
        answers=answering.answers_due(session, line_ids=received),
        # How goods came, what is inspected and what goes back is between those who send and those who take them.
        arrivals={} if side == "seller" else arrivals.arrivals(session, line_ids=received),
        inspections={} if side == "seller" else inspections.of_lines(session, line_ids=line_ids),
        claims={
            line_id: tuple(row for row in rows if company_id in (row.claimant_id, row.respondent_id))
            for line_id, rows in claimed.items()
        },
        returns=_returns(session, claimed),
        late_from=late_from,
        acts=tuple(_acts(order, lines, side, late_from, found_milestones[goods], clock.now())),
        unit=under.unit if is_buyer else None,
        approval=approval_of(session, company_id=company_id, case_id=case_id, has_grown=order.has_grown)
        if case_id
        else None,
        money=standing.of_rows(
            terms,
            found_milestones[subjects[0]],
            found_payments[subjects[0]],
            beside=standing.beside(session, terms=terms, paid=found_payments[subjects[0]]),
            owed=owed,
        ),
        is_buyer_verified=levels.is_verified_buyer(session, company_id=order.buyer_id, now=clock.now()),
        subject=goods,
    )


def goes_back(seen: OrderSeen) -> Mapping[UUID, Money]:
    """Return by payment what would go back if the order were ended now; nothing where it cannot be any more."""
    if not {"cancel", "cancel_late", "propose_cancel"} & set(seen.acts):
        return {}
    return standing.goes_back(reading(), paid=seen.payments, milestones=seen.milestones)


def many(search: requests.OrderSearch) -> Page[OrderRow]:
    """Return the orders of the asker's company, or those that wait for its word."""
    session, company_id = reading(), require_actor().company
    side: Literal["buyer", "merchant", "sold"] | None = "sold" if search.side == "merchant" else search.side
    state, only = None, None
    if search.waits == "confirmation":
        side, state = "merchant", OrderState.PLACED
    elif search.waits == "acceptance":
        side, only = "buyer", {row.order_id for row in answering.to_answer(session, buyer_id=company_id)}
    elif search.waits == "change":
        only = changes.orders_to_answer(session, company_id=company_id)
    return order_queries.orders(session, company_id=company_id, side=side, state=state, only=only, cursor=search.cursor)


def names(orders: Sequence[OrderRow]) -> Mapping[UUID, str]:
    """Return the names of the companies in these orders."""
    ids = {company_id for row in orders for company_id in (row.buyer_id, row.merchant_id)}
    return {row.id: row.name for row in accounts.get_companies(reading(), company_ids=ids).values()}


def confirm(session: Session, order_id: UUID, body: requests.OrderConfirmation) -> None:
    """Confirm an order that the asker's company sells, without the lines that it rejects."""
    rejected = {one.line: RejectReason(one.reason) for one in body.rejected_lines}
    deciding.confirm_order(session, order_id=order_id, rejected=rejected, actor=require_actor(), now=clock.now())


def cancel(session: Session, order_id: UUID, body: requests.Cancellation) -> None:
    """Cancel or reject an order of the asker's company."""
    act = lateness.cancel if body.reason == "late" else deciding.cancel_order
    act(session, order_id=order_id, actor=require_actor(), now=clock.now())


def set_ready_date(session: Session, line_id: UUID, body: requests.ReadyDate) -> None:
    """Name the day on which a line that the asker's company sells will be ready."""
    production.set_ready_date(
        session,
        line_id=line_id,
        ready_date=body.ready_date,
        reason=SlipReason(body.reason) if body.reason else None,
        departure_id=body.departure,
        actor=require_actor(),
        now=clock.now(),
    )


def takes_ready_date(line: LineRow) -> bool:
    """Tell whether a line is made to order and not packed yet, so that its day may still be named."""
    return line.lead_days is not None and line.state in BEFORE_PACKING


def _is_forfeit(order: OrderRow, milestones: Iterable[MilestoneRow]) -> bool:
    """Tell whether a card's bank took what the merchant was to have; a trading company owes him as before."""
    of_goods = (row for row in milestones if row.subject == Subject(SubjectKind.ORDER, order.id))
    return order.rail is Rail.CARD and not order.is_resold and payments.is_forfeit(of_goods)


def _acts(
    order: OrderRow,
    lines: Sequence[LineRow],
    side: str,
    late_from: datetime | None,
    milestones: Sequence[MilestoneRow],
    now: datetime,
) -> list[str]:
    """Return what this side may do now."""
    acts: list[str] = []
    if side == "seller":  # it neither makes nor sends the goods, and treasury answers for what it is asked
        return acts
    if side == "merchant" and order.state is OrderState.PLACED and order.confirm_by > now:
        acts.append("confirm")
    stage = stage_of(order.state, [(line.parts, line.lead_days is not None) for line in lines])
    if side in alone(stage, is_forfeit=_is_forfeit(order, milestones)):
        acts.append("cancel")
    elif stage in TOGETHER:
        acts.append("propose_cancel")
    if order.state in WHILE[ChangeKind.DISCOUNT]:
        acts.append("propose_change")
    if side == "buyer" and late_from is not None and late_from <= now:
        acts.append("cancel_late")
    if side == "merchant" and order.state in PRODUCING and any(takes_ready_date(line) for line in lines):
        acts.append("ready_date")
    return acts


def _returns(
    session: Session, found: Mapping[UUID, Sequence[ClaimRow]]
) -> dict[UUID, tuple[tuple[ClaimRow, BookingRow | None], ...]]:
    back = {line_id: [row for row in rows if row.way is not None] for line_id, rows in found.items()}
    booked = booking_queries.bookings(session, subjects=[row.id for rows in back.values() for row in rows])
    return {
        line_id: tuple((row, booked[row.id][-1] if row.id in booked else None) for row in rows)
        for line_id, rows in back.items()
    }
