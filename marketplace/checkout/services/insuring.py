"""Insurance at checkout: what is offered for a bundle, what the buyer wants, and taking it with the orders."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.catalog.queries import goods as catalog_goods
from marketplace.checkout.rules.cart import Bundle
from marketplace.checkout.rules.plan import CheckoutPlan, PlannedInsurance
from marketplace.checkout.rules.wanted import InsuranceWish
from marketplace.distribution.insuring.services import offering
from marketplace.distribution.waybills.rules.completeness import is_insured_by_seller
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.money import Money
from marketplace.logistics.insurance.queries.covers import CoverRow, Offer
from marketplace.logistics.insurance.rules.covering import (
    Goods,
    check_declared,
    holds_on,
    insured_value,
    premium,
    takes,
)
from marketplace.logistics.insurance.services.taking import Carried
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.orders.queries.orders import OrderRow


def offers(session: Session, *, rows: Sequence[CoverRow], bundle: Bundle, now: datetime) -> tuple[Offer, ...]:
    """Return the covers that take a bundle's goods with their freight, the cheapest first.

    Nothing where the seller is bound to insure them, for samples, for what is fetched, and for goods that cost nothing.
    """
    if not bundle.goods or is_insured_by_seller(bundle.incoterm) or not all(line.by_lorry for line in bundle.lines):
        return ()
    value, goods = _value(session, bundle, now), _goods(bundle)
    insured = insured_value(value)
    found = [
        Offer(row, value, insured, premium(insured, row.terms))
        for row in rows
        if row.terms.limit.currency == value.currency and holds_on(row.terms, now.date()) and takes(row.terms, goods)
    ]
    return tuple(sorted(found, key=lambda one: (one.premium.minor, one.cover.insurer, one.cover.policy_number)))


def planned(
    session: Session, *, bundle: Bundle, order_id: UUID, wish: InsuranceWish, now: datetime
) -> PlannedInsurance:
    """Return the insurance that a buyer wants for a bundle, as the checkout freezes it.

    Conflict ``insured_by_seller`` where the price basis binds the seller; Refused ``cover``, ``declared_value``.
    """
    if is_insured_by_seller(bundle.incoterm):
        raise Conflict("insured_by_seller", basis=bundle.incoterm)
    value = _value(session, bundle, now)
    offering.usable(session, cover_id=wish.cover_id, value=value, goods=_goods(bundle), basis=bundle.incoterm, now=now)
    declared = None
    if wish.declared is not None:
        try:
            declared = Money.of(wish.declared, value.currency)
        except ValueError:
            raise Refused.field("declared_value", "too_fine", f"the decimals of {value.currency}") from None
        check_declared(declared, value=value, at_least_default=False)
    return PlannedInsurance(order_id=order_id, cover_id=wish.cover_id, value=value, declared=declared)


def take(
    session: Session,
    *,
    plan: CheckoutPlan,
    orders: Mapping[UUID, OrderRow],
    bookings: Mapping[UUID, BookingRow],
    actor: Actor,
    now: datetime,
) -> None:
    """Insure the orders of a checkout as it was planned.

    What an insurer no longer takes when the card has been charged does not undo the orders: the goods are not insured
    then, which their page says, and no premium is owed.
    """
    dangerous = catalog_goods.dangerous(session, listing_ids=plan.listing_ids) if plan.insurance else frozenset[UUID]()
    for one in plan.insurance:
        placed = next(order for order in plan.group.orders if order.id == one.order_id)
        goods = [Goods(line.hs_code, line.listing_id in dangerous) for line in placed.lines]
        carried = [
            Carried(
                line.id,
                line.payable,
                bookings[line.id].departure_id if line.id in bookings else None,
                bookings[line.id].departure_reference if line.id in bookings else "",
            )
            for line in placed.lines
        ]
        try:
            cover = offering.usable(
                session,
                cover_id=one.cover_id,
                value=one.value,
                goods=goods,
                basis=placed.incoterm,
                now=now,
            )
            offering.taken(
                session,
                cover=cover,
                order=orders[one.order_id],
                value=one.value,
                declared=one.declared,
                lines=carried,
                actor=actor,
                now=now,
            )
        except (Conflict, Refused):
            if not plan.charges:
                raise


def _value(session: Session, bundle: Bundle, now: datetime) -> Money:
    """Return goods and freight of a bundle in the currency of the goods."""
    return bundle.goods + offering.freight_in(session, bundle.freight, currency=bundle.goods.currency, now=now)


def _goods(bundle: Bundle) -> tuple[Goods, ...]:
    """Return what an insurer asks of the goods."""
    return tuple(Goods(line.offer.hs_code, line.offer.dangerous is not None) for line in bundle.lines)
