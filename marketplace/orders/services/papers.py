"""The pro-forma of an order, with texts as data."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import CompanyRow
from marketplace.catalog.rules.packing import cartons, load_of
from marketplace.kernel.actor import Actor
from marketplace.kernel.money import Money
from marketplace.orders import queries
from marketplace.orders.queries import LineRow, OrderRow
from marketplace.papers import services as papers
from marketplace.papers.rules.documents import PaperKind, pair
from marketplace.papers.rules.parts import Account, Basis, GoodsLine, Party, Stage
from marketplace.papers.rules.pro_forma import ProForma
from marketplace.payments.queries import payments
from marketplace.payments.queries.payments import MilestoneRow, PaymentRow
from marketplace.payments.rules.terms import Mode, Subject, SubjectKind
from marketplace.reference import queries as reference
from marketplace.reference.queries import PlaceRow

# The language a company of this country reads contracts in; English where we set none of its own.
LANGUAGES: Final = {
    "CN": "zh", "VN": "vi", "TH": "th", "LA": "lo", "KH": "km", "MM": "my", "ID": "id", "MY": "ms",
}  # fmt: skip


def issue_pro_forma(
    session: Session, *, order_id: UUID, departures: Mapping[UUID, str], actor: Actor, now: datetime
) -> UUID:
    """Issue the pro-forma of an order to its two parties; ``departures`` names each line's departure."""
    order = queries.by_id(session, order_ids=[order_id])[order_id]
    lines = queries.lines_of(session, order_ids=[order_id])[order_id]
    companies = accounts.get_companies(session, company_ids={order.buyer_id, order.merchant_id})
    buyer, merchant = companies[order.buyer_id], companies[order.merchant_id]
    place = reference.get_place(session, order.place_code)
    subject = Subject(SubjectKind.ORDER, order.id)
    milestones = payments.milestones_of(session, subjects=[subject])[subject]
    due = payments.payments_of(session, subjects=[subject])[subject]
    zone = ZoneInfo(place.zone)
    ends = order.proforma_ends_at or order.confirm_by
    paper = ProForma(
        number=order.reference.replace("ORD", "PF", 1),
        order=order.reference,
        issued_on=now.astimezone(zone).date(),
        valid_until=ends.astimezone(zone).date(),
        seller=party(merchant),
        buyer=party(buyer),
        importer=party(buyer),
        consignee=None,
        basis=Basis(rule=order.incoterm, place=names_of(place)),
        lines=tuple(_goods(line, departures.get(line.id, "")) for line in lines),
        total=order.total,
        plan=str(order.plan),
        mode=str(order.mode),
        stages=_stages(milestones, due, zone),
        payee=account_of(order, due),
        purchase_order_number=order.purchase_order_number,
    )
    return papers.issue(
        session,
        kind=PaperKind.PRO_FORMA,
        subject_kind="order",
        subject_id=order.id,
        number=paper.number,
        locales=pair(language_of(merchant), language_of(buyer)),
        data=paper.to_data(),
        parties=(order.merchant_id, order.buyer_id),
        actor=actor,
        now=now,
    )


def party(company: CompanyRow) -> Party:
    """Return a company as it stands on a paper."""
    address = ", ".join(part for part in (company.street, company.city, company.region, company.postcode) if part)
    return Party(
        name=company.name,
        country=company.country,
        address=address,
        registration_number=company.registration_number,
    )


def language_of(company: CompanyRow) -> str:
    """Return the language a company reads contracts in."""
    return LANGUAGES.get(company.country, "en")


def names_of(place: PlaceRow) -> dict[str, str]:
    """Return a place's names by language."""
    return {"en": place.name, **{code: name for code, name in place.names.items() if code != "local"}}


def account_of(order: OrderRow, due: Sequence[PaymentRow]) -> Account | None:
    """Return the payee named in the contract with the reference to quote; None while a provider holds the money."""
    if order.mode is Mode.PROVIDER_HELD or order.payee is None:
        return None
    return Account(
        holder=order.payee["account_name"],
        bank=order.payee["bank_name"],
        number=order.payee["account_number"],
        bic=order.payee["bic"],
        country=order.payee["country"],
        currency=order.total.currency,
        reference=due[0].creditor_reference if due else order.reference,
    )


def _goods(line: LineRow, departure: str) -> GoodsLine:
    load = load_of(line.quantity, line.packing) if line.packing else None
    boxes = cartons(line.quantity, line.packing) if line.packing else 0
    return GoodsLine(
        sku=line.sku,
        title=line.titles,
        hs_code=line.hs_code,
        origin=line.origin,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        amount=line.amount,
        cartons=boxes,
        gross_g=load.grams if load else 0,
        net_g=boxes * line.packing.net_g if line.packing else 0,
        cm3=load.cm3 if load else 0,
        carton_units=line.packing.carton_units if line.packing else None,
        departure=departure,
        ready_on=line.ready_date,
    )


def _stages(milestones: Sequence[MilestoneRow], due: Sequence[PaymentRow], zone: ZoneInfo) -> tuple[Stage, ...]:
    """Return what falls due by which event, the lines of an order together."""
    days = {payment.event: payment.due_at.astimezone(zone).date() for payment in due if payment.due_at}
    stages: dict[str, Stage] = {}
    for milestone in milestones:
        before = stages.get(milestone.event)
        amount = milestone.amount + (before.amount if before else Money.zero(milestone.amount.currency))
        stages[milestone.event] = Stage(
            event=str(milestone.event),
            share_bp=milestone.share_bp,
            amount=amount,
            due_on=days.get(milestone.event),
        )
    return tuple(stages.values())
