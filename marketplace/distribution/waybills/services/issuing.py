"""Issue the papers of carriage: house waybill, dangerous goods note, receipt, seal list and transit sheet.

A waybill follows its consignment: another lot, another lorry or another statement makes its next version; the same
facts again are the paper there is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.distribution import queries as freight
from marketplace.distribution.onward import queries as rides
from marketplace.distribution.rules.handover import Stage
from marketplace.distribution.services import booking as line_bookings
from marketplace.distribution.services import cargo_papers
from marketplace.distribution.waybills import queries
from marketplace.distribution.waybills.queries import Consigned
from marketplace.kernel.actor import SYSTEM
from marketplace.logistics.fleet.events import HaulMoved
from marketplace.logistics.fleet.queries import hauls
from marketplace.logistics.planning.queries.natures import natures_of
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries import cargo as cargo_queries
from marketplace.logistics.queries import departures
from marketplace.logistics.queries.bookings import BookingRow, bookings_on
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.logistics.rules.states import CURRENT
from marketplace.orders.events import LineDelivered, LineMoved
from marketplace.orders.rules.states import LineState
from marketplace.orders.services.paper_facts import language_of, names_of, party, reference_of
from marketplace.papers import queries as issued
from marketplace.papers import services as papers
from marketplace.papers.rules import carriage_terms
from marketplace.papers.rules.consignment import CargoReceipt, Counted, DangerousGoodsNote, HouseWaybill
from marketplace.papers.rules.documents import PaperKind, pair
from marketplace.papers.rules.packing_list import Marks, Unit
from marketplace.papers.rules.parts import Party

_TENTHS: Final = 10
# Papers that travel with the goods and so are named in box 5, before a dangerous goods note.
_ATTACHED: Final = (PaperKind.COMMERCIAL_INVOICE, PaperKind.PACKING_LIST)


def on_line_moved(session: Session, event: LineMoved) -> None:
    """Issue waybill and dangerous goods note of what the hub took over."""
    if event.state == LineState.HANDED_OVER:
        _of_line(session, event.line_id, event.at)


def on_line_delivered(session: Session, event: LineDelivered) -> None:
    """Issue the receipt of what was counted so far of a line that a lorry brought."""
    ride = rides.of_lines(session, line_ids=[event.line_id]).get(event.line_id)
    subjects = [event.line_id, *((ride.id,) if ride else ())]
    found = booking_queries.bookings(session, subjects=subjects)
    brought = [rows[-1] for subject in subjects if (rows := found.get(subject)) and rows[-1].state in CURRENT]
    found = queries.consigned(session, bookings=brought)
    lorries = _lorries(session, found, event.at)
    for one in found:
        _receipt(session, one, lorries[one.booking.departure_id], event.at)


def again(session: Session, *, order_id: UUID, line_id: UUID, now: datetime) -> None:
    """Issue again what names a statement: the packing list of packed goods, and what the hub has of them."""
    cargo_papers.marked_again(session, order_id=order_id, line_id=line_id, now=now)
    _of_line(session, line_id, now)


def on_haul_moved(session: Session, event: HaulMoved) -> None:
    """Issue the waybills of a departure again: they name the carriers that follow on its own."""
    for_bookings(session, bookings=bookings_on(session, departure_id=event.departure_id), now=event.at)


def _successors(session: Session, departure: DepartureRow, to_place: str) -> tuple[str, ...]:
    """Return the names of the carriers that take goods on, before they leave the lorry, in the order of the way."""
    leaves_at = next(
        (number for number, stop in enumerate(departure.stops) if stop.place.code == to_place), len(departure.stops)
    )
    found = hauls.successors(session, departure_id=departure.id, leaves_at=leaves_at)
    names = accounts.get_companies(session, company_ids=set(found)) if found else {}
    return tuple(names[company_id].name for company_id in found)


def _of_line(session: Session, line_id: UUID, now: datetime) -> None:
    booking = line_bookings.current(session, line_id=line_id)
    if booking is not None:
        for_bookings(session, bookings=[booking], now=now)


def for_bookings(session: Session, *, bookings: Sequence[BookingRow], now: datetime) -> None:
    """Issue waybills, and dangerous goods notes where every fact is there, of bookings of which the hub has cargo."""
    for_consigned(session, found=queries.consigned(session, bookings=bookings), now=now)


def for_consigned(session: Session, *, found: Sequence[Consigned], now: datetime) -> None:
    """Issue what ``for_bookings`` does, of consignments that were read before."""
    taken = [one for one in found if one.cargo.units]
    natures = natures_of(session, booking_ids=[one.booking.id for one in taken])
    lorries = _lorries(session, taken, now)
    for one in taken:
        nature = natures.get(one.booking.id)
        cold = (nature.temp_min, nature.temp_max) if nature else (None, None)
        facts = _Facts.of(session, one, lorries[one.booking.departure_id])
        note = _note(session, one, facts, now)
        _waybill(session, one, facts, note, cold, now)


def _lorries(session: Session, found: Sequence[Consigned], now: datetime) -> dict[UUID, DepartureRow]:
    return departures.departures_of(session, departure_ids={one.booking.departure_id for one in found}, now=now)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the papers of one consignment have in common."""

    departure: DepartureRow
    carrier: Party
    shipper: Party
    consignee: Party
    marks: tuple[Marks, ...]
    order: str
    successors: tuple[str, ...]

    @classmethod
    def of(cls, session: Session, one: Consigned, departure: DepartureRow) -> "_Facts":
        carrier = (
            one.contract.carrier
            if one.contract is not None and one.contract.carrier_id == departure.carrier_company_id
            else party(accounts.get_company(session, company_id=departure.carrier_company_id))
        )
        return cls(
            departure=departure,
            carrier=carrier,
            shipper=one.order.parties[one.booking.shipper_company_id],
            consignee=one.order.parties[one.booking.consignee_company_id],
            marks=()
            if one.returns
            else cargo_papers.marks_aboard(
                session, order=one.order, line=one.line, goes_to=one.goes_to, marked=one.statement.marks
            ),
            order=reference_of(one.order),
            successors=_successors(session, departure, one.booking.to_place),
        )

    @property
    def zone(self) -> ZoneInfo:
        """The clock of the hub."""
        return ZoneInfo(self.departure.stops[0].place.zone)

    @property
    def common(self) -> dict[str, Any]:
        """Parties and references of each of the papers."""
        return {
            "order": self.order,
            "departure": self.departure.reference,
            "shipper": self.shipper,
            "consignee": self.consignee,
            "carrier": self.carrier,
        }


def _waybill(
    session: Session, one: Consigned, facts: _Facts, note: str, cold: tuple[int | None, int | None], now: datetime
) -> None:
    booking, units = one.booking, one.cargo.units
    end = next(stop.place for stop in facts.departure.stops if stop.place.code == booking.to_place)
    today = now.astimezone(facts.zone).date()
    number, cartons = one.cargo.house_waybill, sum(unit.cartons for unit in units)
    before = _issued(session, one)
    first = next((row for row in before if row.kind is PaperKind.HOUSE_WAYBILL and row.number == number), None)
    terms = one.terms
    paper = HouseWaybill(
        number=number,
        booking=booking.reference,
        issued_on=today,
        origin=names_of(facts.departure.stops[0].place),
        destination=names_of(end),
        taken_over_on=first.issued_on if first else today,
        goods=one.line.titles,
        hs_code=one.line.hs_code,
        origin_country=one.line.origin,
        cartons=cartons,
        gross_g=sum(unit.grams for unit in units),
        cm3=sum(unit.cm3 for unit in units),
        basis=one.order.incoterm,
        payer=_payer(one),
        documents=(*_attached(before), *((note,) if note else ())),
        carriers=facts.successors,
        reservations=_reservations(session, one),
        marks=facts.marks,
        units=tuple(Unit(label=unit.sscc, cartons=unit.cartons, gross_g=unit.grams, cm3=unit.cm3) for unit in units),
        wood_marks=one.statement.wood_marks,
        danger=queries.danger_of(one, cartons=cartons),
        temperature=_temperature(*cold),
        terms_version=terms["version"] if terms else None,
        terms_sha256=terms["sha256"] if terms else None,
        terms=carriage_terms.printed(terms["version"]) if terms else None,
        **facts.common,
    )
    _issue(session, one, facts, PaperKind.HOUSE_WAYBILL, number, paper.to_data(), now)


def _note(session: Session, one: Consigned, facts: _Facts, now: datetime) -> str:
    """Issue a dangerous goods note and return its number, empty where there is none to issue."""
    cartons = sum(unit.cartons for unit in one.cargo.units)
    danger = queries.danger_of(one, cartons=cartons)
    if danger is None:
        return ""
    number = one.cargo.house_waybill.replace("HWB", "DGN", 1)
    paper = DangerousGoodsNote(
        number=number,
        issued_on=now.astimezone(facts.zone).date(),
        danger=danger,
        gross_g=sum(unit.grams for unit in one.cargo.units),
        marks=facts.marks,
        **facts.common,
    )
    _issue(session, one, facts, PaperKind.DANGEROUS_GOODS_NOTE, number, paper.to_data(), now)
    return number


def _receipt(session: Session, one: Consigned, departure: DepartureRow, now: datetime) -> None:
    rows = cargo_queries.receipts(session, booking_ids=[one.booking.id]).get(one.booking.id, ())
    if not rows:
        return
    facts = _Facts.of(session, one, departure)
    end = next(stop.place for stop in facts.departure.stops if stop.place.code == one.booking.to_place)
    number = one.cargo.house_waybill.replace("HWB", "RCT", 1)
    zone = ZoneInfo(end.zone)
    paper = CargoReceipt(
        number=number,
        issued_on=now.astimezone(zone).date(),
        destination=names_of(end),
        goods=one.line.titles,
        loaded=sum(unit.cartons for unit in one.cargo.units),
        counts=tuple(
            Counted(
                day=row.received_at.astimezone(zone).date(),
                cartons=row.cartons,
                damaged=row.damaged_cartons,
                by_default="yes" if row.by_default else "no",
            )
            for row in rows
        ),
        **facts.common,
    )
    _issue(session, one, facts, PaperKind.CARGO_RECEIPT, number, paper.to_data(), now)


def _issue(
    session: Session, one: Consigned, facts: _Facts, kind: PaperKind, number: str, data: dict[str, Any], now: datetime
) -> None:
    """Issue a paper to carrier, shipper and consignee; who bought the goods has it beside the consignee."""
    subject_kind, subject_id = one.subject
    booking = one.booking
    papers.issue(
        session,
        kind=kind,
        subject_kind=subject_kind,
        subject_id=subject_id,
        number=number,
        locales=pair(language_of(facts.shipper.country), language_of(facts.consignee.country)),
        data=data,
        parties=(
            facts.departure.carrier_company_id,
            booking.shipper_company_id,
            booking.consignee_company_id,
            *(() if one.returns else (one.order.buyer_id,)),
        ),
        actor=SYSTEM,
        now=now,
    )


def _issued(session: Session, one: Consigned) -> tuple[issued.DocumentRow, ...]:
    """Return the papers about a consignment's goods, the oldest first."""
    subject_kind, subject_id = one.subject
    return issued.documents(session, subject_kind=subject_kind, subject_ids=[subject_id])[subject_id]


def _attached(rows: Sequence[issued.DocumentRow]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.number for row in rows if row.kind in _ATTACHED))


def _payer(one: Consigned) -> str:
    if one.contract is None:
        return ""
    return one.order.parties[one.contract.payer_id].name if one.contract.payer_id in one.order.parties else ""


def _reservations(session: Session, one: Consigned) -> tuple[str, ...]:
    """Return what the hub found otherwise than declared, in figures that every language reads."""
    if one.returns:
        return ()
    rows = freight.discrepancies(session, line_ids=[one.line.id]).get(one.line.id, ())
    return tuple(
        f"CTN {row.counted_cartons} / {row.declared_cartons}"
        for row in rows
        if row.stage is Stage.HANDOVER and row.counted_cartons != row.declared_cartons
    )


def _temperature(low: int | None, high: int | None) -> str | None:
    """Return set points of tenths of °C as they are written: ``2.0 – 8.0 °C``."""
    if low is None and high is None:
        return None
    ends = ["" if one is None else f"{one / _TENTHS:.1f}" for one in (low, high)]
    return f"{ends[0]} – {ends[1]} °C".strip()
