"""The papers of goods that go back: an invoice for customs alone, and what is packed; written by who sends them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.kernel.money import PRICE_PLACES, Money, UnitPrice
from marketplace.logistics.queries import bookings, departures
from marketplace.logistics.services import manifests
from marketplace.logistics.services.manifests import UnitRow
from marketplace.orders.claims.queries import ClaimRow
from marketplace.orders.queries.lines import LineRow
from marketplace.orders.rules.returning import customs_value
from marketplace.orders.services.paper_facts import Agreement, agreement, bought, goods, names_of
from marketplace.papers import services as papers
from marketplace.papers.rules.commercial_invoice import CommercialInvoice
from marketplace.papers.rules.documents import PaperKind
from marketplace.papers.rules.packing_list import Marks, PackingList, Unit
from marketplace.papers.rules.parts import Basis, GoodsLine, Shipment
from marketplace.reference import queries as reference
from marketplace.reference.queries import PlaceRow

SUBJECT: Final = "claim"
# Who sends brings the goods to the hub; whoever answers for the claim pays the carriage from there.
BASIS: Final = "FCA"


def issue(session: Session, *, claim: ClaimRow, booking_id: UUID, now: datetime) -> None:
    """Issue invoice and packing list of goods that the hub took in for their way back.

    Where the trading company sold them there are two invoices, as there are two contracts: nobody sees the other price.
    """
    sale = agreement(session, order_id=claim.order_id)
    purchase = bought(session, order_id=claim.order_id) if sale.order.is_resold else None
    booking = bookings.booking(session, booking_id=booking_id)
    cargo = manifests.cargo_of(session, booking_ids=[booking_id])[booking_id]
    hub = departures.departure(session, departure_id=booking.departure_id, now=now).stops[0].place
    end = reference.get_place(session, booking.to_place)
    shipment = Shipment(
        booking=booking.reference,
        departure=booking.departure_reference,
        origin=names_of(hub),
        destination=names_of(end),
        house_waybill=cargo.house_waybill,
    )
    for agreed in (sale, purchase):
        if agreed is not None:
            _invoice(session, _Sent(claim, agreed, shipment, cargo.units, hub), now)
    _packing_list(session, _Sent(claim, sale, shipment, cargo.units, hub), now)


@dataclass(frozen=True, slots=True)
class _Sent:
    """Goods that go back under one of the contracts by which they came: the buyer of that sends them to its seller."""

    claim: ClaimRow
    agreed: Agreement
    shipment: Shipment
    units: tuple[UnitRow, ...]
    hub: PlaceRow

    @property
    def line(self) -> LineRow:
        """The line of which they are units."""
        return next(line for line in self.agreed.lines if line.id == self.claim.line_id)

    @property
    def parties(self) -> tuple[UUID, UUID]:
        """Who may read the invoice, its issuer first."""
        return self.agreed.buyer_id, self.agreed.seller_id

    @property
    def worth(self) -> Money:
        """What customs are told that they are worth: their price, or what goods without one were said to be worth."""
        line, units = self.line, self.claim.quantity
        if line.customs is not None:
            return customs_value(line.customs.portion(units, line.quantity))
        return customs_value(line.agreed_price.times(units))

    def goods(self, worth: Money) -> GoodsLine:
        """The units, as the hub counted, weighed and measured them."""
        line, units = self.line, self.claim.quantity
        price = UnitPrice(int(worth.amount.scaleb(PRICE_PLACES)) // units, worth.currency)
        net = units * line.packing.net_g // line.packing.carton_units if line.packing else 0
        return goods(
            line,
            departure=self.shipment.departure,
            quantity=units,
            unit_price=price,
            amount=worth,
            cartons=sum(unit.cartons for unit in self.units),
            gross_g=sum(unit.grams for unit in self.units),
            net_g=net,
            cm3=sum(unit.cm3 for unit in self.units),
        )

    def common(self) -> dict[str, Any]:
        """What stands on its papers as on those by which the goods came, the other way round."""
        parties, order = self.agreed.order.parties, self.agreed.order
        return {
            **self.agreed.common(line_id=self.claim.line_id),
            "seller": parties[self.agreed.buyer_id],
            "buyer": parties[self.agreed.seller_id],
            "consignor": None if self.agreed.buyer_id == order.buyer_id else parties[self.claim.claimant_id],
            "basis": Basis(rule=BASIS, place=names_of(self.hub)),
        }


def _invoice(session: Session, sent: _Sent, now: datetime) -> None:
    agreed, merchant_id = sent.agreed, sent.claim.respondent_id
    worth, issued_on = sent.worth, now.astimezone(agreed.zone).date()
    merchant = agreed.order.parties[merchant_id]
    common: dict[str, Any] = sent.common() | {"payee": None, "importer": merchant}
    common["consignee"] = None if agreed.seller_id == merchant_id else merchant
    paper = CommercialInvoice(
        number=papers.next_number(
            session, issuer_id=sent.parties[0], kind=PaperKind.COMMERCIAL_INVOICE, year=issued_on.year
        ),
        contract=agreed.contract_number,
        issued_on=issued_on,
        lines=(sent.goods(worth),),
        ordered=sent.line.units,
        total=worth,
        shipment=sent.shipment,
        returns=sent.claim.reference,
        **common,
    )
    _issue(session, sent, PaperKind.COMMERCIAL_INVOICE, paper, sent.parties, now)


def _packing_list(session: Session, sent: _Sent, now: datetime) -> None:
    agreed, common = sent.agreed, sent.common()
    merchant = agreed.order.parties[sent.claim.respondent_id]
    line = sent.goods(sent.worth)
    names = ("seller", "buyer", "consignor", "basis", "cost_centre", "sample")
    paper = PackingList(
        number=sent.claim.reference.replace("CLM", "PL", 1),
        order=common["order"],
        contract=agreed.contract_number,
        issued_on=now.astimezone(agreed.zone).date(),
        consignee=merchant,
        lines=(line,),
        marks=(
            Marks(
                consignee=merchant.name,
                order=sent.claim.reference,
                position=sent.line.position,
                destination=sent.shipment.destination,
                cartons=line.cartons,
                gross_g=line.gross_g // line.cartons,
                net_g=line.net_g // line.cartons,
                origin=line.origin,
            ),
        ),
        shipment=sent.shipment,
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
            for unit in sent.units
        ),
        purchase_order_number=agreed.order.purchase_order_number or None,
        **{name: common[name] for name in names},
    )
    # Who gets the goods has it too, whoever sold them: there are no prices on it.
    readers = (*sent.parties, sent.claim.respondent_id)
    _issue(session, sent, PaperKind.PACKING_LIST, paper, readers, now)


def _issue(
    session: Session,
    sent: _Sent,
    kind: PaperKind,
    paper: CommercialInvoice | PackingList,
    readers: tuple[UUID, ...],
    now: datetime,
) -> None:
    papers.issue(
        session,
        kind=kind,
        subject_kind=SUBJECT,
        subject_id=sent.claim.id,
        number=paper.number,
        locales=tuple(reversed(sent.agreed.locales)),
        data=paper.to_data(),
        parties=readers,
        now=now,
    )
