"""What a plan asks the company's approvers for."""

import hashlib
import json
from collections.abc import Mapping
from uuid import UUID

from marketplace.approvals.rules.content import Carriage, Goods, Part, Purchase
from marketplace.checkout.rules.plan import CheckoutPlan
from marketplace.distribution.rules.freight import LineSpace
from marketplace.orders.rules.placing import PlacedOrder


def purchase_of(plan: CheckoutPlan) -> Purchase:
    """Return what a plan places, in an order of its own: the same for the same goods, terms, lorries and totals.

    Ids and numbers that each plan draws anew are left out. The payee goes in by a hash: who approves needs no account.
    """
    spaces = {space.line_id: space for space in plan.spaces}
    parts = sorted((_part(order, spaces) for order in plan.group.orders), key=_key)
    carriage = sorted(
        (Carriage(carrier_id=one.carrier_id, amount=one.total) for one in plan.freight if _is_owed(one.payer_id, plan)),
        key=lambda one: (str(one.carrier_id), one.amount.currency, one.amount.minor),
    )
    return Purchase(parts=tuple(parts), carriage=tuple(carriage))


def _is_owed(payer_id: UUID, plan: CheckoutPlan) -> bool:
    return payer_id == plan.group.buyer_id


def _part(order: PlacedOrder, spaces: Mapping[UUID, LineSpace]) -> Part:
    payee = json.dumps(order.payee.as_json(), sort_keys=True) if order.payee else ""
    goods = (
        Goods(
            item_id=line.listing_id,
            sku=line.sku,
            titles=line.titles,
            source_locale=line.source_locale,
            quantity=line.quantity,
            unit=line.unit,
            unit_price=line.unit_price,
            amount=line.amount,
            departure_id=spaces[line.id].departure_id,
            to=spaces[line.id].to_place,
        )
        for line in order.lines
    )
    terms = {
        "incoterm": order.incoterm,
        "place": order.place_code,
        "destination": order.destination,
        "currency": order.currency,
        "plan": str(order.plan),
        "rail": str(order.rail),
        "mode": str(order.mode),
        "payee": hashlib.sha256(payee.encode()).hexdigest() if payee else "",
    }
    return Part(merchant_id=order.merchant_id, terms=terms, goods=tuple(sorted(goods, key=lambda one: one.item_id)))


def _key(part: Part) -> tuple[str, str, str, str]:
    return str(part.merchant_id), part.terms["incoterm"], part.terms["place"], part.terms["currency"]
