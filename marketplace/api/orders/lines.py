"""What the API says of the lines of an order: payments, papers, what was agreed, and the axes of the timeline."""

from datetime import date
from typing import Literal
from uuid import UUID

from marketplace.api.operations.answers import TransportEvent
from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.edge.acts.orders import OrderSeen
from marketplace.orders.arrivals.queries import ArrivalRow
from marketplace.orders.queries.answering import AnswerDue as Waiting
from marketplace.orders.queries.lines import LineRow
from marketplace.orders.rules.classes import Windows as WindowsRow
from marketplace.orders.rules.temperatures import degrees
from marketplace.papers.queries import DocumentRow
from marketplace.payments.queries.payments import MilestoneRow, PaymentRow


class Payment(Answer):
    """A payment for the goods, or for freight; ``taken_back`` is what a card's bank took of it by lost disputes."""

    id: UUID
    reference: str
    creditor_reference: str
    subject: str
    event: str | None
    rail: str
    settlement_mode: str
    amount: Amount
    paid: Amount
    taken_back: Amount
    state: str
    due_at: Instant | None

    @classmethod
    def of(cls, row: PaymentRow) -> "Payment":
        """Write a payment."""
        return cls(
            id=row.id,
            reference=row.reference,
            creditor_reference=row.creditor_reference,
            subject=str(row.subject.kind),
            event=str(row.event) if row.event else None,
            rail=str(row.rail),
            settlement_mode=str(row.mode),
            amount=Amount.of(row.amount),
            paid=Amount.of(row.paid),
            taken_back=Amount.of(row.taken_back),
            state=str(row.state),
            due_at=row.due_at,
        )


class Milestone(Answer):
    """A share of a line and the event by which it falls due."""

    id: UUID
    order_line_id: UUID
    subject: str
    event: str
    share_basis_points: int
    amount: Amount
    state: str
    is_frozen: bool  # by a card's dispute: not released before the card's bank has decided
    is_taken_back: bool  # by a card's bank: its state is ``refunded``, and nobody here refunded it
    is_sent_back: bool  # to the card at the provider's limit: ``refunded``, still agreed, and settled directly
    payment_id: UUID | None

    @classmethod
    def of(cls, row: MilestoneRow) -> "Milestone":
        """Write a milestone."""
        return cls(
            id=row.id,
            order_line_id=row.line_id,
            subject=str(row.subject.kind),
            event=str(row.event),
            share_basis_points=row.share_bp,
            amount=Amount.of(row.amount),
            state=str(row.state),
            is_frozen=row.is_frozen,
            is_taken_back=row.is_taken_back,
            is_sent_back=row.is_sent_back,
            payment_id=row.payment_id,
        )


class Document(Answer):
    """An issued document; its labels and clauses are in ``languages``."""

    id: UUID
    kind: str
    number: str
    version: int
    languages: list[str]
    state: str
    issued_at: Instant

    @classmethod
    def of(cls, row: DocumentRow) -> "Document":
        """Write a document."""
        return cls(
            id=row.id,
            kind=str(row.kind),
            number=row.number,
            version=row.version,
            languages=list(row.languages),
            state=str(row.state),
            issued_at=row.issued_at,
        )


class Move(Answer):
    """A quantity that reached a state."""

    state: str
    quantity: int
    at: Instant


class Timeline(Answer):
    """The four axes of a line: where goods, transport, money and customs stand."""

    goods: str
    goods_moves: list[Move]
    transport: str | None
    transport_events: list[TransportEvent]
    money: dict[str, str]
    customs: dict[str, str]


class AnswerDue(Answer):
    """What of a line waits for its owner to accept or claim until ``due_at``; then ``by_silence`` happens.

    ``faulty`` are units damaged or lost that nobody claims. ``due_at`` is null until all of the line is received.
    """

    owner: Literal["buyer"] = "buyer"
    due_at: Instant | None
    by_silence: Literal["accepted"] = "accepted"
    delivered: int
    faulty: dict[str, int]
    holds_payment: bool

    @classmethod
    def of(cls, row: Waiting) -> "AnswerDue":
        """Write what waits."""
        return cls(
            due_at=row.due_at,
            delivered=row.delivered,
            faulty={str(state): quantity for state, quantity in row.faulty.items()},
            holds_payment=row.holds_payment,
        )


class Agreed(Answer):
    """What of an order line is agreed now: units that were not taken off it, at which price, and what it costs."""

    quantity: int
    unit_price: Amount
    amount: Amount


class Windows(Answer):
    """How long the buyer has, as it was agreed: ``hours`` by the clock for fresh goods, working ``days`` for others."""

    commodity_class: str
    hours: int | None
    days: int | None
    hidden_defect_days: int
    late_day_basis_points: int
    late_most_basis_points: int

    @classmethod
    def of(cls, row: WindowsRow) -> "Windows":
        """Write windows."""
        return cls(
            commodity_class=str(row.commodity),
            hours=row.hours,
            days=row.days,
            hidden_defect_days=row.hidden_days,
            late_day_basis_points=row.late_day_bp,
            late_most_basis_points=row.late_most_bp,
        )


class KeptAt(Answer):
    """Between which degrees Celsius goods are kept."""

    least: str | None
    most: str | None


class Warranty(Answer):
    """How long the merchant answers for goods from acceptance on, by what ends first, and for what."""

    months: int | None
    kilometres: int | None
    covers: str
    covers_en: str | None = None
    covers_zh: str | None = None
    covers_vi: str | None = None


class Temperature(Answer):
    """What a logger measured, in degrees Celsius; ``is_outside``: once colder or warmer than agreed."""

    company_id: UUID
    logger: str
    unit: str
    least: str
    most: str
    readings: int
    outside: int
    is_outside: bool
    first_at: Instant | None
    last_at: Instant | None
    recorded_at: Instant
    file_id: UUID | None


class Arrival(Answer):
    """How goods came; the bytes of files are at ``/order-lines/{id}/arrival/{id}``."""

    photos: list[UUID]
    temperatures: list[Temperature]
    is_outside: bool

    @classmethod
    def of(cls, row: ArrivalRow) -> "Arrival":
        """Write how goods came."""
        return cls(
            photos=[one.file_id for one in row.photos],
            temperatures=[
                Temperature(
                    company_id=one.company_id,
                    logger=one.logger,
                    unit=str(one.unit),
                    least=one.least,
                    most=one.most,
                    readings=one.readings,
                    outside=one.outside,
                    is_outside=one.is_outside,
                    first_at=one.first_at,
                    last_at=one.last_at,
                    recorded_at=one.recorded_at,
                    file_id=one.file_id,
                )
                for one in row.temperatures
            ],
            is_outside=row.is_outside,
        )


class Line(Answer):
    """An order line; ``parts`` is its quantity per state.

    ``quantity``, ``unit_price`` and ``amount`` are as ordered, ``agreed`` what agreed changes left of them, less the
    ``credit`` of a sample bought before. ``customs_value`` is that of a sample and of goods in the place of others;
    ``conforms_to`` the approved sample that the goods have to be like. ``money_doubt`` says that a card's bank has not
    decided about money of the goods, or took some: whoever sends them now bears that himself.
    """

    id: UUID
    listing_id: UUID
    sku: str
    titles: dict[str, str]
    hs_code: str
    origin: str
    quantity: int
    unit: str
    unit_price: Amount
    amount: Amount
    credit: Amount
    customs_value: Amount | None
    conforms_to: str | None
    agreed: Agreed
    rejected_because: str | None
    lead_days: int | None
    ready_date: date | None
    state: str
    parts: dict[str, int]
    answer_due: AnswerDue | None
    windows: Windows | None
    kept_at: KeptAt | None
    warranty: Warranty | None
    arrival: Arrival | None
    replaces_claim_id: UUID | None
    money_doubt: Literal["disputed", "taken_back"] | None
    timeline: Timeline

    @classmethod
    def of(cls, row: LineRow, seen: OrderSeen) -> "Line":
        """Write a line."""
        booking = seen.booking_of(row.id)
        waiting = seen.answers.get(row.id)
        return cls(
            id=row.id,
            listing_id=row.listing_id,
            sku=row.sku,
            titles=row.titles,
            hs_code=row.hs_code,
            origin=row.origin,
            quantity=row.quantity,
            unit=row.unit,
            unit_price=Amount.of(row.unit_price),
            amount=Amount.of(row.amount),
            credit=Amount.of(row.credit),
            customs_value=Amount.of(row.customs) if row.customs else None,
            conforms_to=row.conforms_to.reference if row.conforms_to else None,
            agreed=Agreed(
                quantity=row.units,
                unit_price=Amount.of(row.agreed_price),
                amount=Amount.of(row.agreed_amount),
            ),
            rejected_because=str(row.rejected_because) if row.rejected_because else None,
            lead_days=row.lead_days,
            ready_date=row.ready_date,
            state=str(row.state),
            parts={str(state): quantity for state, quantity in row.parts.items()},
            answer_due=AnswerDue.of(waiting) if waiting else None,
            windows=Windows.of(row.windows) if row.windows else None,
            kept_at=_kept_at(row),
            warranty=Warranty(**row.warranty.document) if row.warranty else None,
            replaces_claim_id=row.replaces_id,
            money_doubt=doubt.value if (doubt := seen.doubt_of(row.id)) else None,
            arrival=Arrival.of(seen.arrivals[row.id]) if row.id in seen.arrivals else None,
            timeline=Timeline(
                goods=str(row.state),
                goods_moves=[Move(state=str(one.after), quantity=one.quantity, at=one.at) for one in row.moves],
                transport=str(booking.state) if booking else None,
                transport_events=[TransportEvent.of(one) for one in seen.whole_journey_of(row.id)],
                money={
                    str(one.event): "taken_back" if one.is_taken_back else str(one.state)
                    for one in seen.milestones_of(row.id)
                },
                customs={"export": "undeclared", "import": "undeclared"},
            ),
        )


def _kept_at(row: LineRow) -> KeptAt | None:
    if row.kept_at is None:
        return None
    least, most = row.kept_at.least_centi, row.kept_at.most_centi
    return KeptAt(
        least=None if least is None else degrees(least),
        most=None if most is None else degrees(most),
    )
