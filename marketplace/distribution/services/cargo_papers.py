"""The papers that go with the goods of a line: labels of its cartons, packing list and commercial invoice."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.distribution.onward import queries as rides
from marketplace.distribution.services import booking as line_bookings
from marketplace.distribution.waybills.queries import statements
from marketplace.kernel.money import PRICE_PLACES, Money, UnitPrice
from marketplace.logistics.queries import departures
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.logistics.services import manifests
from marketplace.logistics.services.manifests import CargoRow, UnitRow
from marketplace.orders.claims import queries as claims
from marketplace.orders.events import LineMoved, LinePackedAgain
from marketplace.orders.models import LinePacking
from marketplace.orders.queries.lines import LineRow
from marketplace.orders.queries.orders import OrderRow
from marketplace.orders.rules import packing as labels
from marketplace.orders.rules.placing import total_of
from marketplace.orders.rules.states import LineState
from marketplace.orders.samples import queries as samples
from marketplace.orders.services.paper_facts import Agreement, agreement, bought, goods, names_of, number, reference_of
from marketplace.papers import queries as issued
from marketplace.papers import services as papers
from marketplace.papers.layout.formats import country
from marketplace.papers.rules import carton_labels
from marketplace.papers.rules.carton_labels import CartonLabels
from marketplace.papers.rules.commercial_invoice import CommercialInvoice
from marketplace.papers.rules.documents import PaperKind
from marketplace.papers.rules.packing_list import LotMark, Marks, PackingList, Unit
from marketplace.papers.rules.parts import GoodsLine, Shipment
from marketplace.reference import queries as reference

SUBJECT: Final = "order_line"
# The same line as the trading company buys it: its invoices are between other companies.
BOUGHT: Final = "purchase_line"


def on_line_moved(session: Session, event: LineMoved) -> None:
    """Issue labels and packing list when goods are packed; once the hub has them the list's next, and an invoice."""
    if event.state not in (LineState.PACKED, LineState.HANDED_OVER):
        return
    agreed = agreement(session, order_id=event.order_id)
    shipped = _shipped(session, agreed, event.line_id, event.at)
    if shipped is None:
        return
    if event.state == LineState.PACKED:
        _packed_papers(session, agreed, shipped, event.at)
    else:
        _handed_over(session, agreed, shipped, event.at)
        _invoice(session, agreed, shipped, event.at)
        purchase = bought(session, order_id=event.order_id) if agreed.order.is_resold else None
        if purchase is not None:  # the merchant invoices its buyer, which sells the goods on
            line = next(row for row in purchase.lines if row.id == event.line_id)
            _invoice(session, purchase, replace(shipped, line=line), event.at)


def on_line_packed_again(session: Session, event: LinePackedAgain) -> None:
    """Issue the next version of packing list and labels: those there are speak of other cartons."""
    agreed = agreement(session, order_id=event.order_id)
    shipped = _shipped(session, agreed, event.line_id, event.at)
    if shipped is not None:
        rows = issued.documents(session, subject_kind=SUBJECT, subject_ids=[event.line_id])[event.line_id]
        before = {row.number for row in rows if row.kind is PaperKind.CARTON_LABELS}
        _packed_papers(session, agreed, shipped, event.at, before=len(before))


def marked_again(session: Session, *, order_id: UUID, line_id: UUID, now: datetime) -> None:
    """Issue a packed line's packing list and labels with what is on its cartons now; nothing before it is packed."""
    agreed = agreement(session, order_id=order_id)
    shipped = _shipped(session, agreed, line_id, now)
    if shipped is not None:
        _packed_papers(session, agreed, shipped, now)


def marks_of_line(session: Session, agreed: Agreement, line_id: UUID, now: datetime) -> tuple[Marks, ...]:
    """Return the shipping marks of a line: what its labels, packing list, invoice and certificates say alike.

    Nothing before it is packed.
    """
    shipped = _shipped(session, agreed, line_id, now)
    return () if shipped is None else (shipped.marks(agreed.order),)


def marks_aboard(session: Session, *, order: OrderRow, line: LineRow, goes_to: str, marked: str) -> tuple[Marks, ...]:
    """Return the shipping marks of a line that was read with where its goods end; ``marked``: its order's own."""
    packing = session.get(LinePacking, line.id)
    if packing is None:
        return ()
    return (_marks(order, line, packing, names_of(reference.get_place(session, goes_to)), marked),)


@dataclass(frozen=True, slots=True)
class _Shipped:
    """A line with how it travels, what was packed, what the hub has of it, and on which departure it rides, if any."""

    line: LineRow
    packing: LinePacking
    shipment: Shipment
    departure: str = ""
    units: tuple[UnitRow, ...] = ()
    # The order's own marks; those that the merchant wrote while packing go before them.
    marked: str = ""

    @property
    def handed_over(self) -> int:
        """Units that came to the hub so far."""
        return sum(move.quantity for move in self.line.moves if move.after is LineState.HANDED_OVER)

    @property
    def measured(self) -> dict[str, int]:
        """What the hub counted, weighed and measured; what the merchant declared before it did."""
        units, packing = self.units, self.packing
        quantity = self.handed_over or packing.units
        # Where no hub measured, such as in a centre, what left has its share of what was packed.
        boxes = sum(unit.cartons for unit in units) or packing.cartons_of(quantity)
        sides = packing.length_mm * packing.width_mm * packing.height_mm
        return {
            "quantity": quantity,
            "cartons": boxes,
            "gross_g": sum(unit.grams for unit in units) or packing.gross_g * quantity // packing.units,
            "net_g": _net_g(self.line, quantity),
            "cm3": sum(unit.cm3 for unit in units) or boxes * -(-sides // 1_000),
        }

    def marks(self, order: OrderRow) -> Marks:
        """What stands on its cartons."""
        return _marks(order, self.line, self.packing, self.shipment.destination, self.marked)


def _net_g(line: LineRow, units: int) -> int:
    """Return the net weight of so many units, as the listing packs them; 0 where it says nothing of packing."""
    return units * line.packing.net_g // line.packing.carton_units if line.packing else 0


def _shipped(session: Session, agreed: Agreement, line_id: UUID, now: datetime) -> _Shipped | None:
    """Return a line as it travels; None while it has no booking or was not packed into cartons."""
    packing = session.get(LinePacking, line_id)
    line = next(line for line in agreed.lines if line.id == line_id)
    said = statements(session, line_ids=[line_id]).get(line_id)
    marked = said.marks if said else ""
    if packing is not None and agreed.order.by_courier:
        return _Shipped(line=line, packing=packing, shipment=_by_courier(session, agreed), marked=marked)
    if packing is not None and agreed.order.centre_id is not None:
        return _Shipped(line=line, packing=packing, shipment=_fetched(agreed), marked=marked)
    booking = line_bookings.current(session, line_id=line_id)
    if booking is None or packing is None:
        return None
    cargo = manifests.cargo_of(session, booking_ids=[booking.id])[booking.id]
    departure = departures.departure(session, departure_id=booking.departure_id, now=now)
    return _Shipped(
        line=line,
        packing=packing,
        shipment=_by_lorry(session, booking, departure, cargo),
        departure=booking.departure_reference,
        units=cargo.units,
        marked=marked,
    )


def _by_lorry(session: Session, booking: BookingRow, departure: DepartureRow, cargo: CargoRow) -> Shipment:
    return Shipment(
        booking=booking.reference,
        departure=booking.departure_reference,
        origin=names_of(departure.stops[0].place),
        destination=names_of(reference.get_place(session, rides.goes_to(session, booking=booking))),
        house_waybill=cargo.house_waybill,
    )


def _fetched(agreed: Agreement) -> Shipment:
    """Return the way of goods that are fetched where they lie: they are handed over in the centre."""
    there = names_of(agreed.place)
    return Shipment(booking="", departure="", origin=there, destination=there, fetched=there)


def _by_courier(session: Session, agreed: Agreement) -> Shipment:
    """Return the way of a sample: from its seller's country, under the courier's number once he has it."""
    order = agreed.order
    sample = samples.of_order(session, order_id=order.id)
    origin = order.parties[order.merchant_id].country
    return Shipment(
        booking="",
        departure="",
        origin={locale: country(origin, locale) for locale in {*agreed.locales, "en"}},
        destination=names_of(agreed.place),
        house_waybill=sample.tracking if sample else "",
        courier=sample.courier if sample else "",
    )


def _handed_over(session: Session, agreed: Agreement, shipped: _Shipped, now: datetime) -> None:
    """Issue the packing list that says what the hub has; the cartons are those that have labels."""
    rows = issued.documents(session, subject_kind=SUBJECT, subject_ids=[shipped.line.id])[shipped.line.id]
    if any(row.kind is PaperKind.CARTON_LABELS for row in rows):
        _issue(session, agreed, shipped, PaperKind.PACKING_LIST, _packing_list(agreed, shipped, now), now)
    else:  # packed before labels were kept
        _packed_papers(session, agreed, shipped, now)


def _packed_papers(session: Session, agreed: Agreement, shipped: _Shipped, now: datetime, *, before: int = 0) -> None:
    """Issue packing list and labels of what is in cartons; the same cartons and marks are the labels there are."""
    _issue(session, agreed, shipped, PaperKind.PACKING_LIST, _packing_list(agreed, shipped, now), now)
    packing = shipped.packing
    papers_of_labels = carton_labels.papers(
        number=f"{number('LB', agreed.order)}.{shipped.line.position}",
        order=reference_of(agreed.order),
        # What the hub counted later is on no carton.
        marks=replace(shipped.marks(agreed.order), handed_cartons=None),
        codes=[labels.label(packing.block, place) for place in range(1, packing.cartons + 1)],
        before=before,
    )
    for paper in papers_of_labels:
        _issue(session, agreed, shipped, PaperKind.CARTON_LABELS, paper, now)


def _packing_list(agreed: Agreement, shipped: _Shipped, now: datetime) -> PackingList:
    order, common = agreed.order, agreed.common()
    line = _goods(shipped, **shipped.measured)
    consignee = order.parties[order.consignee_id]
    return PackingList(
        number=f"{number('PL', order)}.{shipped.line.position}",
        order=reference_of(order),
        contract=agreed.contract_number,
        issued_on=now.astimezone(agreed.zone).date(),
        seller=common["seller"],
        buyer=common["buyer"],
        consignor=common["consignor"],
        consignee=consignee,
        basis=common["basis"],
        lines=(line,),
        marks=(shipped.marks(order),),
        shipment=shipped.shipment,
        units=tuple(
            Unit(
                label=unit.sscc,
                cartons=unit.cartons,
                gross_g=unit.grams,
                cm3=unit.cm3,
                length_mm=unit.length_mm,
                width_mm=unit.width_mm,
                height_mm=unit.height_mm,
            )
            for unit in shipped.units
        ),
        purchase_order_number=order.purchase_order_number or None,
        cost_centre=common["cost_centre"],
        sample=common["sample"],
    )


def _goods(shipped: _Shipped, **measured: Any) -> GoodsLine:
    """Return the line as it was packed, whatever packing its listing offers."""
    return goods(
        shipped.line,
        departure=shipped.departure,
        carton_units=shipped.packing.carton_units,
        **measured,
    )


def _marks(order: OrderRow, line: LineRow, packing: LinePacking, destination: Mapping[str, str], marked: str) -> Marks:
    """Return what stands on the cartons since they were packed, whatever the hub finds later."""
    return Marks(
        consignee=order.parties[order.consignee_id].name,
        order=order.reference,
        position=line.position,
        destination=destination,
        cartons=packing.cartons,
        handed_cartons=packing.handed_cartons or None,
        gross_g=packing.gross_g // packing.cartons,
        net_g=_net_g(line, packing.carton_units),
        origin=line.origin,
        labels=(labels.label(packing.block, 1), labels.label(packing.block, packing.cartons)),
        own=packing.marks or marked,
        lots=tuple(
            LotMark(
                number=one.lot.number,
                first=one.first,
                last=one.last,
                best_before=one.lot.best_before,
                certificate=one.lot.certificate or None,
            )
            for one in packing.placed_lots
        )
        or None,
    )


def _invoice(session: Session, agreed: Agreement, shipped: _Shipped, now: datetime) -> None:
    """Invoice what came to the hub and no invoice names yet; an order in several lots has as many invoices."""
    line = shipped.line
    subject = BOUGHT if agreed.order.purchase else SUBJECT
    before = _invoiced(session, subject, line.id)
    units = shipped.handed_over - before
    if units <= 0:
        return
    # Each lot takes what its units add to the rounded whole, so that all lots sum to the contract's amount.
    amount = line.agreed_price.times(before + units) - line.agreed_price.times(before)
    lot = _lot(shipped, units, before)
    if line.replaces_id is not None:
        _invoice_free(session, agreed, shipped, units, lot, now)
        return
    # A courier's fee stands on the first invoice; what samples are credited with stands by the payments.
    extras = [each for each in agreed.extras(line_id=line.id) or () if each.kind == "courier" and not before]
    issued_on = now.astimezone(agreed.zone).date()
    paper = CommercialInvoice(
        number=papers.next_number(
            session, issuer_id=agreed.seller_id, kind=PaperKind.COMMERCIAL_INVOICE, year=issued_on.year
        ),
        contract=agreed.contract_number,
        issued_on=issued_on,
        lines=(_goods(shipped, **lot, amount=amount),),
        ordered=line.units,
        total=total_of([amount, *(each.amount for each in extras)]),
        extras=tuple(extras) or None,
        shipment=shipped.shipment,
        settlement=agreed.settlement(line, handed_over=shipped.handed_over),
        marks=(shipped.marks(agreed.order),),
        **agreed.common(line_id=line.id),
    )
    _issue(session, agreed, shipped, PaperKind.COMMERCIAL_INVOICE, paper, now)


def _invoice_free(
    session: Session, agreed: Agreement, shipped: _Shipped, units: int, lot: dict[str, int], now: datetime
) -> None:
    """Invoice goods that replace others: free of charge, with what customs are told they are worth, never nothing."""
    line = shipped.line
    whole = line.customs or line.amount
    worth = max(whole.portion(units, line.quantity), Money(1, whole.currency))
    price = UnitPrice(int(worth.amount.scaleb(PRICE_PLACES)) // units, whole.currency)
    issued_on = now.astimezone(agreed.zone).date()
    claim = claims.claim(session, company_id=None, claim_id=line.replaces_id) if line.replaces_id else None
    common: dict[str, Any] = agreed.common(line_id=line.id) | {"payee": None}
    paper = CommercialInvoice(
        number=papers.next_number(
            session, issuer_id=agreed.order.merchant_id, kind=PaperKind.COMMERCIAL_INVOICE, year=issued_on.year
        ),
        contract=agreed.contract_number,
        issued_on=issued_on,
        lines=(_goods(shipped, **lot, amount=worth, unit_price=price),),
        ordered=line.units,
        total=worth,
        shipment=shipped.shipment,
        replaces=claim.reference if claim else "",
        marks=(shipped.marks(agreed.order),),
        **common,
    )
    _issue(session, agreed, shipped, PaperKind.COMMERCIAL_INVOICE, paper, now)


def _lot(shipped: _Shipped, units: int, before: int) -> dict[str, int]:
    """Return what is invoiced now: everything measured at the hub, or of that the share of a later lot.

    Where no hub counted, such as in a centre, a later lot goes in the cartons that are opened with it.
    """
    measured = shipped.measured
    share = {name: value * units // shipped.handed_over for name, value in measured.items()}
    if before and not shipped.units:
        share["cartons"] = labels.cartons_of_lot(shipped.packing.cartons_of(before), measured["cartons"])
    return share | {"quantity": units}


def _invoiced(session: Session, subject: str, line_id: UUID) -> int:
    """Return how many units of a line invoices name already."""
    rows = issued.documents(session, subject_kind=subject, subject_ids=[line_id])[line_id]
    lots = [
        issued.manuscript(session, document_id=row.id).data["lines"]
        for row in rows
        if row.kind is PaperKind.COMMERCIAL_INVOICE
    ]
    return sum(int(line["quantity"]) for lines in lots for line in lines)


def _issue(
    session: Session,
    agreed: Agreement,
    shipped: _Shipped,
    kind: PaperKind,
    paper: CommercialInvoice | PackingList | CartonLabels,
    now: datetime,
) -> None:
    papers.issue(
        session,
        kind=kind,
        subject_kind=BOUGHT if agreed.order.purchase else SUBJECT,
        subject_id=shipped.line.id,
        number=paper.number,
        locales=agreed.locales,
        data=paper.to_data(),
        # Who packs the goods has packing list and labels too, whoever sells them: there are no prices on either.
        parties=(*agreed.parties, *(() if kind is PaperKind.COMMERCIAL_INVOICE else (agreed.order.merchant_id,))),
        now=now,
    )
