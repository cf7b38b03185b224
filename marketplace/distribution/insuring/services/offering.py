"""What insurance is offered for an order's goods, and taking it; who is bound to take it by the price basis."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.catalog.queries import goods as catalog_goods
from marketplace.distribution import queries as freight
from marketplace.distribution.rules.freight import ContractState
from marketplace.distribution.waybills.rules.completeness import INSURED_BY_SELLER, is_insured_by_seller
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.money import Money
from marketplace.logistics.insurance.queries import certificates, covers
from marketplace.logistics.insurance.queries.certificates import InsuranceRow
from marketplace.logistics.insurance.queries.covers import CoverRow, Offer
from marketplace.logistics.insurance.rules.covering import (
    Clauses,
    Goods,
    check_declared,
    covers_rule,
    holds_on,
    takes,
)
from marketplace.logistics.insurance.services import taking
from marketplace.logistics.insurance.services.taking import Carried, Declaration
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.rules.states import CURRENT
from marketplace.orders.queries import lines as line_queries
from marketplace.orders.queries import orders
from marketplace.orders.queries.lines import LineRow
from marketplace.orders.queries.orders import OrderRow
from marketplace.orders.rules.states import AT_MERCHANT, LineState, OrderState
from marketplace.reference import queries as reference

_OVER: Final = (OrderState.CANCELLED, OrderState.REJECTED, OrderState.COMPLETED)
# Parts of a line that are past its merchant's door.
_BEGUN: Final = frozenset(LineState) - AT_MERCHANT - {LineState.REJECTED, LineState.CANCELLED}


@dataclass(frozen=True, slots=True)
class Insurable:
    """An order's goods as an insurer asks about them; ``by_rule`` who has to insure them, None where nobody has."""

    order: OrderRow
    lines: tuple[LineRow, ...]
    value: Money
    goods: tuple[Goods, ...]
    by_rule: UUID | None

    @property
    def wanted(self) -> Clauses:
        """The least clauses: those of the price basis, else any."""
        return wanted(self.order.incoterm)


def wanted(basis: str) -> Clauses:
    """Return the least clauses that a price basis asks for."""
    return Clauses(INSURED_BY_SELLER.get(basis, "C"))


def insurable(session: Session, *, order_id: UUID, now: datetime) -> Insurable:
    """Return what of an order is to be insured: goods that were not cancelled, with the freight to carry them."""
    order = orders.by_id(session, order_ids=[order_id])[order_id]
    lines = tuple(line for line in line_queries.lines_of(session, order_ids=[order_id])[order_id] if line.units)
    value = sum((line.goods_amount for line in lines), Money.zero(order.total.currency))
    if not is_freight_included(order):
        contracts = freight.contracts_of(session, order_ids=[order_id])[order_id]
        value += freight_in(
            session,
            [row.total for row in contracts if row.state is ContractState.AGREED and row.claim_id is None],
            currency=value.currency,
            now=now,
        )
    dangerous = catalog_goods.dangerous(session, listing_ids={line.listing_id for line in lines})
    goods = tuple(Goods(line.hs_code, line.listing_id in dangerous) for line in lines)
    by_rule = order.merchant_id if is_insured_by_seller(order.incoterm) else None
    return Insurable(order, lines, value, goods, by_rule)


def is_freight_included(order: OrderRow) -> bool:
    """Tell whether the goods' price contains the carriage already."""
    return str(order.costs.get("freight")) == "seller"


def freight_in(session: Session, amounts: Collection[Money], *, currency: str, now: datetime) -> Money:
    """Return freight in the currency of the goods, by the day's rate; without one that is unknown it is left out."""
    total = Money.zero(currency)
    for amount in amounts:
        rate = reference.fx(session, base=amount.currency, quote=currency, on=now.date())
        if rate is not None:
            total += reference.convert(amount, rate)
    return total


def offers_for(session: Session, *, found: Insurable, now: datetime) -> tuple[Offer, ...]:
    """Return the covers that take an order's goods, under what its price basis asks for, the cheapest first."""
    if not found.order.by_lorry or not found.value:
        return ()
    return covers.offers(session, value=found.value, goods=found.goods, day=now.date(), wanted=found.wanted)


def take(
    session: Session, *, order_id: UUID, cover_id: UUID, declared: Money | None, actor: Actor, now: datetime
) -> InsuranceRow:
    """Insure an order's goods for its buyer, or for its merchant who is bound to, under a cover that takes them.

    ``declared`` is what they are insured for, 110 % of goods and freight where it is left out. NotFound for an order
    of others; Conflict ``insured_by_seller`` for the buyer where the price basis binds the merchant,
    ``insured_by_buyer`` for the merchant where it does not, ``risk_begun`` once the hub has goods of it,
    ``order_over``; Refused ``cover`` for one that does not take them.
    """
    orders.order(session, company_id=actor.company, order_id=order_id)
    found = insurable(session, order_id=order_id, now=now)
    order = found.order
    if order.state in _OVER or not order.by_lorry or not found.value:
        raise Conflict("order_over", order=order_id)
    if found.by_rule is not None and actor.company != found.by_rule:
        raise Conflict("insured_by_seller", basis=order.incoterm)
    if found.by_rule is None and actor.company != order.buyer_id:
        raise Conflict("insured_by_buyer", basis=order.incoterm)
    carried = _carried(session, found.lines)
    if any(_BEGUN & line.parts.keys() for line in found.lines):
        raise Conflict("risk_begun", order=order_id)
    return taken(
        session,
        cover=usable(session, cover_id=cover_id, value=found.value, goods=found.goods, basis=order.incoterm, now=now),
        order=order,
        value=found.value,
        declared=declared,
        lines=carried,
        actor=actor,
        now=now,
    )


def usable(
    session: Session, *, cover_id: UUID, value: Money, goods: Sequence[Goods], basis: str, now: datetime
) -> CoverRow:
    """Return a cover that takes goods of this value today; Refused ``cover`` for another."""
    try:
        row = covers.cover(session, cover_id=cover_id)
    except NotFound:
        row = None
    if (
        row is None
        or row.terms.limit.currency != value.currency
        or not holds_on(row.terms, now.date())
        or not takes(row.terms, goods)
        or not covers_rule(row.terms.clauses, wanted(basis))
    ):
        raise Refused.field("cover", "cover", "one of those that are offered for these goods")
    return row


def taken(
    session: Session,
    *,
    cover: CoverRow,
    order: OrderRow,
    value: Money,
    declared: Money | None,
    lines: Sequence[Carried],
    actor: Actor,
    now: datetime,
) -> InsuranceRow:
    """Declare an order's goods to an insurer; the buyer profits by it, whoever pays."""
    by_rule = is_insured_by_seller(order.incoterm)
    insured = covers.insured_value(value) if declared is None else declared
    check_declared(insured, value=value, at_least_default=by_rule)
    return taking.take(
        session,
        cover=cover,
        declared=Declaration(
            order_id=order.id,
            insured_id=order.merchant_id if by_rule else order.buyer_id,
            beneficiary_id=order.buyer_id,
            value=value,
            insured=insured,
            by_rule=by_rule,
            lines=lines,
        ),
        actor=actor,
        now=now,
    )


def void(session: Session, *, insurance_id: UUID, actor: Actor, now: datetime) -> None:
    """Void an insurance for who took it, before its risk begins; NotFound for one of others."""
    row = certificates.insurance(session, insurance_id=insurance_id, company_id=actor.company)
    if row.insured_id != actor.company:
        raise NotFound("insurance")
    taking.void(session, insurance_id=insurance_id, actor=actor, now=now)


def _carried(session: Session, lines: Sequence[LineRow]) -> tuple[Carried, ...]:
    found = booking_queries.bookings(session, subjects=[line.id for line in lines])
    carried: list[Carried] = []
    for line in lines:
        booking = next((row for row in reversed(found.get(line.id, ())) if row.state in CURRENT), None)
        carried.append(
            Carried(
                line.id,
                line.goods_amount,
                booking.departure_id if booking else None,
                booking.departure_reference if booking else "",
            )
        )
    return tuple(carried)
