"""The freight contract as a document, with texts as data."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from marketplace.distribution import queries
from marketplace.distribution.models import FreightContract
from marketplace.distribution.queries import FreightLineRow, FreightRow
from marketplace.kernel.actor import Actor
from marketplace.kernel.money import Money, UnitPrice
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries import departures
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.orders.queries import orders
from marketplace.orders.queries.orders import OrderRow
from marketplace.orders.services.paper_facts import language_of, names_of
from marketplace.papers import services as papers
from marketplace.papers.rules import freight_contract
from marketplace.papers.rules.documents import PaperKind, pair
from marketplace.papers.rules.parts import Account, Journey, Tariff
from marketplace.payments.rules.terms import Mode, Plan, shares_of


def issue_freight_contracts(
    session: Session, *, order_id: UUID, only: UUID | None = None, actor: Actor, now: datetime
) -> None:
    """Issue the freight contracts of an order, or only one of them, to payer and carrier."""
    order = orders.by_id(session, order_ids=[order_id])[order_id]
    contracts = queries.contracts_of(session, order_ids=[order_id])[order_id]
    for contract in contracts:
        if only not in (None, contract.id):
            continue
        paper = _paper(session, contract, order, now)
        papers.issue(
            session,
            kind=PaperKind.FREIGHT_CONTRACT,
            subject_kind="freight",
            subject_id=contract.id,
            number=contract.reference,
            locales=pair(language_of(paper.carrier.country), language_of(paper.payer.country)),
            data=paper.to_data(),
            parties=(contract.carrier_id, contract.payer_id),
            actor=actor,
            now=now,
        )


def _paper(session: Session, contract: FreightRow, order: OrderRow, now: datetime) -> freight_contract.FreightContract:
    bookings = booking_queries.bookings(session, subjects=[line.line_id for line in contract.lines])
    per_departure = {
        booking.departure_id: departures.departure(session, departure_id=booking.departure_id, now=now)
        for rows in bookings.values()
        for booking in rows[-1:]
    }
    journeys = tuple(
        _journey(line, bookings[line.line_id][-1], per_departure[bookings[line.line_id][-1].departure_id])
        for line in contract.lines
    )
    hub = next(iter(per_departure.values())).stops[0].place
    shares = shares_of(Plan.FREIGHT_HANDOVER_100, contract.mode)
    return freight_contract.FreightContract(
        number=contract.reference,
        order=order.reference,
        issued_on=now.astimezone(ZoneInfo(hub.zone)).date(),
        carrier=contract.carrier,
        payer=order.parties[contract.payer_id],
        shipper=order.parties[order.merchant_id],
        consignee=order.parties[order.consignee_id],
        journeys=journeys,
        total=contract.total,
        tariff=_tariff(contract),
        mode=str(contract.mode),
        due_event=str(shares[0][0]),
        payee=_account(session, contract),
    )


def _journey(line: FreightLineRow, booking: BookingRow, departure: DepartureRow) -> Journey:
    first = departure.stops[0]
    last = next(stop for stop in departure.stops if stop.place.code == booking.to_place)
    return Journey(
        booking=booking.reference,
        departure=departure.reference,
        line={"en": departure.line_name, **departure.line_names},
        origin=names_of(first.place),
        destination=names_of(last.place),
        departs_at=departure.departs_at,
        departs_zone=first.place.zone,
        arrives_at=last.eta,
        arrives_zone=last.place.zone,
        gross_g=booking.load.grams,
        cm3=booking.load.cm3,
        ldm_mm=booking.load.ldm_mm,
        pallets=booking.load.pallets,
        chargeable_g=line.chargeable_g,
        binding=line.binding,
        amount=line.amount,
    )


def _tariff(contract: FreightRow) -> Tariff:
    terms = contract.terms
    return Tariff(
        per_kg=UnitPrice.of(Decimal(terms["per_kg"]), terms["currency"]),
        minimum=Money.of(Decimal(terms["minimum"]), terms["currency"]),
        m3_factor=terms["m3_factor"],
        ldm_factor=terms["ldm_factor"],
        note=terms["note"],
    )


def _account(session: Session, contract: FreightRow) -> Account | None:
    payee = session.get_one(FreightContract, contract.id).payee
    if contract.mode is Mode.PROVIDER_HELD or payee is None:
        return None
    return Account(
        holder=payee["account_name"],
        bank=payee["bank_name"],
        number=payee["account_number"],
        bic=payee["bic"],
        country=payee["country"],
        currency=contract.total.currency,
        reference=contract.reference,
    )
