"""Let insurance follow its goods: certified when the hub has them, moved with them, voided or ended with the order."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.distribution.services import booking as line_bookings
from marketplace.distribution.services import cargo_papers
from marketplace.distribution.waybills.rules.completeness import is_insured_by_seller
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.errors import Conflict
from marketplace.logistics.events import BookingRolled
from marketplace.logistics.insurance.queries import certificates
from marketplace.logistics.insurance.queries.certificates import InsuranceRow
from marketplace.logistics.insurance.rules.covering import UPLIFT_PERCENT, InsuranceState
from marketplace.logistics.insurance.services import taking
from marketplace.logistics.queries import bookings, departures
from marketplace.orders.events import LineDelivered, LineMoved, OrderCancelled
from marketplace.orders.queries import lines as line_queries
from marketplace.orders.queries import orders
from marketplace.orders.queries import packing as packings
from marketplace.orders.rules.states import LineState
from marketplace.orders.services.paper_facts import agreement, language_of, names_of, party, reference_of
from marketplace.papers import services as papers
from marketplace.papers.rules.documents import PaperKind, pair
from marketplace.papers.rules.insurance_certificate import InsuranceCertificate

_HANDED: LineState = LineState.HANDED_OVER
_ON_THE_WAY = frozenset({LineState.OPEN, LineState.IN_PRODUCTION, LineState.READY, LineState.PACKED, _HANDED,
                         LineState.IN_TRANSIT})  # fmt: skip


def on_line_moved(session: Session, event: LineMoved) -> None:
    """Issue the certificate of goods that the hub took over.

    Conflict ``insurance_needed`` where the price basis binds the seller to insure and nobody did: the goods stay his.
    """
    if event.state != _HANDED:
        return
    row = certificates.of_line(session, line_id=event.line_id)
    if row is not None:
        certify(session, row=row, line_id=event.line_id, now=event.at)
        return
    order = orders.by_id(session, order_ids=[event.order_id])[event.order_id]
    is_replacement = line_queries.line_replaces(session, line_id=event.line_id)
    if is_insured_by_seller(order.incoterm) and order.by_lorry and not is_replacement:
        raise Conflict("insurance_needed", order=event.order_id, basis=order.incoterm)


def certify(session: Session, *, row: InsuranceRow, line_id: UUID, now: datetime) -> None:
    """Let the risk of a line begin and issue its certificate to insurer, insured and beneficiary."""
    booking = line_bookings.current(session, line_id=line_id)
    if booking is None:
        return
    number = taking.attach(session, insurance_id=row.id, line_id=line_id, departure_id=booking.departure_id, now=now)
    departure = departures.departure(session, departure_id=booking.departure_id, now=now)
    agreed = agreement(session, order_id=row.order_id)
    line = next(one for one in agreed.lines if one.id == line_id)
    packing = packings.packing_for(session, line_id=line_id)
    found = accounts.get_companies(session, company_ids=[row.cover.insurer_id, row.insured_id])
    insurer, insured = party(found[row.cover.insurer_id]), party(found[row.insured_id])
    share = next(one.insured for one in row.lines if one.line_id == line_id)
    hub = departure.stops[0].place
    end = next(stop.place for stop in departure.stops if stop.place.code == booking.to_place)
    paper = InsuranceCertificate(
        number=number,
        order=reference_of(agreed.order),
        departure=departure.reference,
        issued_on=now.astimezone(ZoneInfo(hub.zone)).date(),
        insurer=insurer,
        insured=insured,
        policy=row.cover.policy_number,
        clauses=str(row.cover.terms.clauses),
        value_of=row.value.portion(share.minor, row.insured.minor),
        uplift_percent=UPLIFT_PERCENT if row.insured.minor * 100 >= row.value.minor * UPLIFT_PERCENT else 100,
        insured_value=share,
        rate=row.cover.rate,
        premium=row.premium.portion(share.minor, row.insured.minor),
        origin=names_of(hub),
        destination=names_of(end),
        conveyance=f"{departure.reference}, {departure.line_name}",
        goods=line.titles,
        cartons=packing.cartons if packing else 0,
        marks=cargo_papers.marks_of_line(session, agreed, line_id, now),
        fictitious="yes" if row.cover.is_fictitious else "no",
    )
    papers.issue(
        session,
        kind=PaperKind.INSURANCE_CERTIFICATE,
        subject_kind="order_line",
        subject_id=line_id,
        number=number,
        locales=pair("en", language_of(insured.country)),
        data=paper.to_data(),
        parties=(row.cover.insurer_id, row.insured_id, row.beneficiary_id),
        now=now,
    )


def on_booking_rolled(session: Session, event: BookingRolled) -> None:
    """Count an insured line on the departure that it was moved to; a certificate that there is names that lorry."""
    booking = bookings.booking(session, booking_id=event.new_booking_id)
    row = certificates.of_line(session, line_id=booking.subject)
    if row is None:
        return
    taking.follow(session, line_id=booking.subject, departure_id=booking.departure_id)
    if any(line.certificate for line in row.lines if line.line_id == booking.subject):
        certify(session, row=row, line_id=booking.subject, now=event.at)


def on_order_cancelled(session: Session, event: OrderCancelled) -> None:
    """Void the insurance of an order that ended before its risk began."""
    row = certificates.of_order(session, order_id=event.order_id)
    if row is not None and row.state is InsuranceState.TAKEN:
        taking.void(session, insurance_id=row.id, actor=SYSTEM, now=event.at)


def on_line_delivered(session: Session, event: LineDelivered) -> None:
    """End an insurance when nothing of its goods is on the way any more; what was lost on it may still be claimed."""
    row = certificates.of_line(session, line_id=event.line_id)
    if row is None:
        return
    lines = line_queries.lines_of(session, order_ids=[row.order_id])[row.order_id]
    if not any(_ON_THE_WAY & line.parts.keys() for line in lines):
        taking.end(session, insurance_id=row.id, now=event.at)
