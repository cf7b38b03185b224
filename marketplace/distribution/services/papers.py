"""The freight contract as a document, with texts as data."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from marketplace.distribution.fees.queries import terms as fees
from marketplace.distribution.fees.rules.terms import Basis, FeeRule
from marketplace.distribution.onward import queries as rides
from marketplace.distribution.queries import FreightLineRow, FreightRow
from marketplace.distribution.rules.composition import compose
from marketplace.distribution.rules.freight import vehicle_of
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
from marketplace.papers.rules.parts import Account, FreightPart, Journey, PublishedFee, Tariff, WholeLorry
from marketplace.papers.services import Paper
from marketplace.payments.rules.plans import preset
from marketplace.payments.rules.terms import MilestoneEvent, Mode, Plan
from marketplace.reference.rules import local_day


def issue_freight_contract(session: Session, *, contract: FreightRow, actor: Actor, now: datetime) -> None:
    """Issue a freight contract that was agreed for an order of before, to payer and carrier."""
    order = orders.by_id(session, order_ids=[contract.order_id])[contract.order_id]
    # Goods that go back are booked for their claim.
    subjects = {line.line_id: contract.claim_id or line.line_id for line in contract.lines}
    found = booking_queries.bookings(session, subjects=subjects.values())
    bookings = {line_id: found[subject][-1] for line_id, subject in subjects.items() if subject in found}
    second = rides.of_tariff(session, line_ids=subjects, tariff_id=contract.tariff_id)
    if second:
        onward = booking_queries.bookings(session, subjects=second.values())
        bookings |= {line_id: onward[ride_id][-1] for line_id, ride_id in second.items()}
    on = departures.departures_of(session, departure_ids={row.departure_id for row in bookings.values()}, now=now)
    paper = freight_paper(session, contract, order, bookings, on, now)
    papers.issue_paper(session, paper=paper, actor=actor, now=now)


def freight_paper(
    session: Session,
    contract: FreightRow,
    order: OrderRow,
    bookings: Mapping[UUID, BookingRow],
    on: Mapping[UUID, DepartureRow],
    now: datetime,
) -> Paper:
    """Return a freight contract as a document, with the present booking of each line and the departures they are on."""
    agreed_on = local_day("CN", contract.agreed_at)
    paper = _contract(contract, order, bookings, on, fees.shown(session, on=agreed_on), now)
    return Paper(
        kind=PaperKind.FREIGHT_CONTRACT,
        subject_kind="freight",
        subject_id=contract.id,
        number=contract.reference,
        locales=pair(language_of(paper.carrier.country), language_of(paper.payer.country)),
        data=paper.to_data(),
        parties=(contract.carrier_id, contract.payer_id),
    )


def _contract(
    contract: FreightRow,
    order: OrderRow,
    bookings: Mapping[UUID, BookingRow],
    on: Mapping[UUID, DepartureRow],
    published: Sequence[FeeRule],
    now: datetime,
) -> freight_contract.FreightContract:
    mine = [bookings[line.line_id] for line in contract.lines]
    hub = on[mine[0].departure_id].stops[0].place
    journeys = tuple(
        _journey(line, booking, on[booking.departure_id]) for line, booking in zip(contract.lines, mine, strict=True)
    )
    return freight_contract.FreightContract(
        number=contract.reference,
        order=order.reference,
        issued_on=now.astimezone(ZoneInfo(hub.zone)).date(),
        carrier=contract.carrier,
        payer=order.parties[contract.payer_id],
        shipper=order.parties[mine[0].shipper_company_id if contract.claim_id else order.merchant_id],
        consignee=order.parties[mine[0].consignee_company_id if contract.claim_id else order.consignee_id],
        journeys=journeys,
        total=contract.total,
        tariff=_tariff(contract),
        mode=str(contract.mode),
        due_event=str(_due_event(contract)),
        payee=_account(contract),
        purchase_order_number=order.purchase_order_number or None,
        parts=tuple(
            FreightPart(str(one.kind), one.amount) for one in compose(contract.terms, contract.lines, contract.total)
        ),
        fees=tuple(_fee(rule) for rule in published),
        whole_lorry=_whole_lorry(contract),
        cost_centre=(order.cost_centre or None) if contract.payer_id == order.buyer_id else None,
    )


def _due_event(contract: FreightRow) -> MilestoneEvent:
    return preset(Plan.FREIGHT_HANDOVER_100, mode=contract.mode, days=1).stages[0].event


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


def _fee(rule: FeeRule) -> PublishedFee:
    by_share = rule.basis is Basis.PERCENT
    return PublishedFee(
        kind=str(rule.kind),
        share_bp=rule.share_bp if by_share else None,
        per_kg=None if by_share else rule.per_kg,
        minimum=rule.minimum,
        grace_minutes=rule.grace // timedelta(minutes=1),
        free_days=rule.free_until.days,
    )


def _whole_lorry(contract: FreightRow) -> WholeLorry | None:
    found = vehicle_of(contract.terms)
    if found is None:
        return None
    return WholeLorry(price=found.price, free_hours=found.free_minutes // 60, waiting=found.waiting)


def _account(contract: FreightRow) -> Account | None:
    payee = contract.payee
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
