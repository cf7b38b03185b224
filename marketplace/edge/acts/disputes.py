"""Disputes of card holders as the operator's finance people see them, what can be told of the goods, and the answer."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.distribution import queries as distribution
from marketplace.edge.acts import dispute_files
from marketplace.edge.acts.dispute_files import Shown
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import disputes as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page
from marketplace.kernel.pages import late_first as late_first_pages
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries import cargo
from marketplace.orders.queries import lines as line_queries
from marketplace.orders.queries.lines import LineRow
from marketplace.papers import queries as papers
from marketplace.payments.flows import disputes as flows
from marketplace.payments.queries import disputes as queries
from marketplace.payments.queries import payments
from marketplace.payments.queries.disputes import DisputeOfSubject, DisputeRow
from marketplace.payments.rules.disputes import LONGEST, DisputeState
from marketplace.payments.rules.provider import Evidence, Slot
from marketplace.payments.rules.terms import Subject, SubjectKind


@dataclass(frozen=True, slots=True)
class DisputeSeen:
    """A dispute with what it freezes, and what the city knows that its bank may be told."""

    dispute: DisputeRow
    subject: Subject
    reference: str
    frozen: Money
    known: Evidence
    files: tuple[Shown, ...]

    def is_shown(self, file: Shown) -> bool:
        """Tell whether a file is shown the bank; before the answer, whether it is proposed: the papers are."""
        if self.dispute.evidence is not None:
            return file.paper in self.dispute.papers
        return file.slot is not Slot.PICTURES

    @property
    def shown(self) -> tuple[Shown, ...]:
        """The files that the bank is shown, or that are proposed."""
        return tuple(file for file in self.files if self.is_shown(file))


def many(session: Session, search: requests.DisputesQuery) -> Page[DisputeOfSubject]:
    """Return the disputes."""
    state = DisputeState(search.state) if search.state else None
    return queries.disputes(session, state=state, overdue=search.overdue, cursor=search.cursor)


def late_first(session: Session, search: requests.DisputesQuery) -> Page[DisputeOfSubject]:
    """Return the disputes as a page shows them: those that nobody answered in time stand before the others."""
    if search.overdue is not None:
        return many(session, search)
    return late_first_pages(
        lambda overdue, after: many(session, search.model_copy(update={"overdue": overdue, "cursor": after})),
        search.cursor,
    )


def one(session: Session, dispute_id: UUID) -> DisputeSeen:
    """Return a dispute with all that belongs to it; NotFound."""
    found = queries.dispute(session, dispute_id=dispute_id)
    row = found.dispute
    nothing = Money.zero(row.amount.currency)
    frozen = queries.frozen(session, dispute_ids=[row.id]).get(row.id, nothing)
    terms = payments.terms_of(session, subjects=[found.subject]).get(found.subject)
    reference = terms.reference if terms else ""
    about = _about(session, found.subject)
    known = row.evidence or _known(session, about, reference)
    shown = dispute_files.of_order(session, order_id=about.order_id, line_ids=[line.id for line in about.lines])
    return DisputeSeen(row, found.subject, reference, frozen, known, shown)


def answer(dispute_id: UUID, body: requests.Answer) -> DisputeSeen:
    """Tell the card's bank why the charge was right: once, and for good."""
    evidence = Evidence(body.goods, body.carrier, body.waybill, body.handed_over, body.told)
    papers = dispute_files.chosen(one(reading(), dispute_id).files, body.files)
    flows.answer(dispute_id=dispute_id, evidence=evidence, papers=papers, actor=require_actor(), now=clock.now())
    session = reading()
    session.rollback()
    return one(session, dispute_id)


@dataclass(frozen=True, slots=True)
class _About:
    order_id: UUID
    lines: tuple[LineRow, ...]


def _about(session: Session, subject: Subject) -> _About:
    """Return the order of goods or of their freight, with its lines."""
    order_id = subject.id
    if subject.kind is SubjectKind.FREIGHT:
        order_id = distribution.orders_of(session, contract_ids=[subject.id]).get(subject.id, subject.id)
    return _About(order_id, tuple(line_queries.lines_of(session, order_ids=[order_id]).get(order_id, ())))


def _known(session: Session, about: _About, reference: str) -> Evidence:
    """Gather what was ordered, carried, received and signed: references, quantities and times, nobody's name."""
    order_id, lines = about.order_id, about.lines
    rows = booking_queries.bookings(session, subjects=[line.id for line in lines])
    booked = [found[-1] for found in rows.values()]
    receipts = cargo.receipts(session, booking_ids=[row.id for row in booked])
    documents = papers.documents(session, subject_kind="order", subject_ids=[order_id]).get(order_id, ())
    told = [f"Order {reference}." if reference else ""]
    told += [
        f"Received {count.received_at:%Y-%m-%d %H:%M} UTC: {count.cartons} cartons of booking {row.reference},"
        f" {count.damaged_cartons} of them damaged."
        for row in booked
        for count in receipts.get(row.id, ())
    ]
    told += [f"Document {paper.number} of {paper.issued_on:%Y-%m-%d}." for paper in documents]
    return Evidence(
        goods="; ".join(f"{line.quantity} {line.unit} {line.sku}" for line in lines)[:LONGEST],
        carrier="Cross-border Highway Regular Lorry" if booked else "",
        waybill=", ".join(row.reference for row in booked)[:LONGEST],
        handed_over=min((f"{row.departs_at:%Y-%m-%d}" for row in booked if row.departs_at <= clock.now()), default=""),
        told="\n".join(text for text in told if text)[:LONGEST],
    )
