"""What a plan asks the company's approvers for."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from marketplace.approvals.rules.content import Carriage, Goods, Part, Purchase
from marketplace.checkout.rules.cart import bundle_key
from marketplace.checkout.rules.plan import CheckoutPlan
from marketplace.distribution.rules.freight import LineSpace
from marketplace.logistics.centres.rules.lots import Status
from marketplace.orders.rules.placing import PlacedLine, PlacedOrder
from marketplace.payments.rules.plans import to_json


def purchase_of(plan: CheckoutPlan) -> Purchase:
    """Return what a plan places, in an order of its own: the same for the same goods, terms, lorries and totals.

    Ids and numbers that each plan draws anew are left out. The payee goes in by a hash: who approves needs no account.
    """
    spaces = {space.line_id: space for space in plan.spaces}
    onward = {one.line_id: one.space for one in plan.onward}
    whole = {share.line_id: str(one.vehicle.price) for one in plan.whole for share in one.shares}
    parts = sorted((_part(order, spaces, onward, whole) for order in plan.group.orders), key=_key)
    carriage = sorted(
        (Carriage(carrier_id=one.carrier_id, amount=one.total) for one in plan.freight if _is_owed(one.payer_id, plan)),
        key=lambda one: (str(one.carrier_id), one.amount.currency, one.amount.minor),
    )
    return Purchase(parts=tuple(parts), carriage=tuple(carriage))


def order_numbers(plan: CheckoutPlan) -> dict[str, str]:
    """Return the buyer's numbers of the orders, by the keys of the cart's bundles: nobody approves them."""
    return {
        bundle_key(
            order.merchant_id, order.incoterm, order.place_code, order.currency, lies=_lies(order)
        ): order.purchase_order_number
        for order in plan.group.orders
        if order.purchase_order_number
    }


def _is_owed(payer_id: UUID, plan: CheckoutPlan) -> bool:
    return payer_id == plan.group.buyer_id


def _part(
    order: PlacedOrder,
    spaces: Mapping[UUID, LineSpace],
    onward: Mapping[UUID, LineSpace],
    whole: Mapping[UUID, str],
) -> Part:
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
            departure_id=spaces[line.id].departure_id if line.id in spaces else None,
            to=onward.get(line.id, spaces[line.id]).to_place if line.id in spaces else order.destination,
            promised=_promised(line)
            | ({"onward": str(onward[line.id].departure_id)} if line.id in onward else {})
            | ({"whole_lorry": whole[line.id]} if line.id in whole else {}),
        )
        for line in order.lines
    )
    terms = {
        "incoterm": order.incoterm,
        "place": order.place_code,
        "destination": order.destination,
        "currency": order.currency,
        "plan": str(order.plan),
        "agreed": json.dumps(to_json(order.agreed), sort_keys=True),
        "rail": str(order.rail),
        "mode": str(order.mode),
        "payee": hashlib.sha256(payee.encode()).hexdigest() if payee else "",
    }
    terms |= {"sample": order.sample.way} if order.sample else {}
    lies = _lies(order)
    terms |= {"centre": str(order.centre_id), "lies": lies} if lies else {}
    # Whoever approves less to pay has not approved more.
    terms |= {"credit": f"{order.credit.amount:f}"} if order.credit else {}
    return Part(merchant_id=order.merchant_id, terms=terms, goods=tuple(sorted(goods, key=lambda one: one.item_id)))


def _lies(order: PlacedOrder) -> str | None:
    """Return under which status its goods lie in a centre, None for goods that come by lorry."""
    if order.centre_id is None:
        return None
    return str(Status.FREE if order.is_domestic else Status.BONDED)


def _promised(line: PlacedLine) -> dict[str, str]:
    """Return what the contract will say of the goods beside name, number and price."""
    documents: dict[str, dict[str, Any] | None] = {
        "packing": asdict(line.packing) if line.packing else None,
        "warranty": line.warranty,
        "kept_at": line.kept_at.document if line.kept_at else None,
    }
    promised = {name: json.dumps(found, sort_keys=True) for name, found in documents.items() if found}
    promised |= {"hs_code": line.hs_code, "origin": line.origin}
    promised |= {} if line.lead_days is None else {"lead_days": str(line.lead_days)}
    promised |= {"conforms_to": line.conforms_to.content_hash} if line.conforms_to else {}
    return promised


def _key(part: Part) -> tuple[str, str, str, str]:
    return str(part.merchant_id), part.terms["incoterm"], part.terms["place"], part.terms["currency"]
