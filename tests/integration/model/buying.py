"""What buyers and merchants do about an order: place, confirm, reject a line, cancel, change, on credit or not."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from marketplace.kernel import clock
from marketplace.kernel.money import Money
from marketplace.logistics.models.departures import Departure
from marketplace.logistics.rules.states import DepartureState
from marketplace.orders.changes.models import OrderChange
from marketplace.orders.changes.rules import ChangeState
from marketplace.orders.models import LinePart, Order, OrderLine
from marketplace.orders.rules.states import AT_MERCHANT, LineState, OrderState
from marketplace.payments.models.credit import CreditLine, Dunning
from marketplace.payments.rules.credit import CreditState
from tests import factories
from tests.integration.model.world import PACK, World

_METHODS = (
    *("pm_card_visa",) * 5, "pm_card_mastercard", "pm_card_chargeDeclined", "pm_card_refundFail",
    "pm_card_chargeDeclinedInsufficientFunds", "pm_card_createDisputeProductNotReceived",
    "pm_card_createDisputeInquiry",
)  # fmt: skip
_AT_MERCHANT = (*AT_MERCHANT, LineState.REJECTED, LineState.CANCELLED)
_RUNNING = (OrderState.PLACED, OrderState.CONFIRMED, OrderState.IN_FULFILMENT, OrderState.DELIVERED)


def place(world: World) -> None:
    """Fill a cart and check it out: each bundle by one of the plans and rails that its merchant offers."""
    rng, buyer = world.rng, world.pick(world.buyers)
    if buyer.login not in world.settled:  # a cart remembers where it goes
        world.settled.add(buyer.login)
        world.act(buyer, "/cart", {"to": factories.HANOI}, method="PUT")
    for currency in rng.sample(sorted(world.goods), rng.choice((1, 1, 2, 3))):
        for _seller, listing in rng.sample(world.goods[currency], rng.choice((1, 1, 2))):
            body = {"quantity": PACK * rng.randint(1, 12)}
            world.act(buyer, f"/cart/lines/{listing}", body, method="PUT", called="PUT /cart/lines/*")
    cart = world.ask(buyer, "/cart")
    body = {"expected_totals": cart["totals"], "payment": {"rail": "bank", "plan": "acceptance_100"}}
    chosen = {bundle["key"]: _payment(world, bundle) for bundle in cart["bundles"]}
    done = world.act(buyer, "/checkout", body | {"payments": chosen})
    if done.done:
        return
    if done.status == 503:  # the provider is silent: the buyer goes on with it, or leaves it to the sweeper
        world.log.append("the provider is silent")
    for bundle in cart["bundles"]:  # the cart is emptied, so that a refusal does not keep the buyer for ever
        for line in bundle["lines"]:
            world.act(buyer, f"/cart/lines/{line['listing_id']}", method="DELETE")


def _payment(world: World, bundle: Any) -> dict[str, Any]:
    more: dict[str, Any] = {}
    plan, sold_on = world.rng.choice(bundle["plans"]), bundle["sold_on"]
    rails = plan["rails"]
    if sold_on is not None and world.likely(0.45):
        plan, more["mode"] = world.rng.choice(sold_on["plans"]), "operator_sells"
        rails = [rail for rail in sold_on["rails"] if rail in plan["rails"]]
    rail = world.rng.choice(rails)
    if rail == "card":
        more["payment_method"] = world.rng.choice(_METHODS)
    return {"rail": rail, "plan": plan["code"], **more}


def _orders(world: World, trader: factories.Trader, *states: OrderState) -> list[Any]:
    side = Order.buyer_id if trader in world.buyers else Order.merchant_id
    wanted = sa.select(Order.id, Order.buyer_id, Order.merchant_id).where(side == trader.company)
    return world.rows(wanted.where(Order.state.in_(states)).order_by(Order.id.desc()).limit(12))


def decide(world: World) -> None:
    """Confirm an order as its merchant, whole or without a line, or reject it."""
    waiting = world.rows(
        sa.select(Order.id, Order.merchant_id)
        .where(Order.state == OrderState.PLACED)
        .order_by(Order.id.desc())
        .limit(12)
    )
    order = world.pick(waiting)
    if order is None:
        return
    seller, way = world.who(order.merchant_id), world.rng.random()
    if way < 0.05:
        world.act(seller, f"/orders/{order.id}/cancellation", called="reject the order")
    elif way < 0.3:
        lines = [row.id for row in world.rows(sa.select(OrderLine.id).where(OrderLine.order_id == order.id))]
        reason = world.rng.choice(("out_of_stock", "price_error", "not_exportable", "other"))
        body = {"rejected_lines": [{"line": str(world.pick(lines)), "reason": reason}]}
        world.act(seller, f"/orders/{order.id}/confirmation", body, called="reject a line")
    else:
        world.act(seller, f"/orders/{order.id}/confirmation")


def cancel(world: World) -> None:
    """End an order as one of its sides."""
    trader = world.pick(world.traders)
    order = world.pick(_orders(world, trader, *_RUNNING[:3]))
    if order is not None:
        world.act(trader, f"/orders/{order.id}/cancellation")


def end_late(world: World) -> None:
    """End an order, as its buyer, whose goods its merchant has not brought: of those that wait longest."""
    gone = sa.exists().where(
        LinePart.line_id == OrderLine.id, OrderLine.order_id == Order.id, LinePart.state.not_in(_AT_MERCHANT)
    )
    waiting = world.rows(
        sa.select(Order.id, Order.buyer_id)
        .where(Order.state.in_((OrderState.CONFIRMED, OrderState.IN_FULFILMENT)), ~gone)
        .order_by(Order.id)
        .limit(4)
    )
    order = world.pick(waiting)
    if order is not None:
        path = f"/orders/{order.id}/cancellation"
        world.act(world.who(order.buyer_id), path, {"reason": "late"}, called="end a late order")


def propose(world: World) -> None:
    """Propose to the other side to take units off, lower a price, order more, or end it all."""
    trader = world.pick(world.traders)
    order = world.pick(_orders(world, trader, *_RUNNING))
    if order is None:
        return
    kind = world.rng.choice(("reduce", "reduce", "discount", "discount", "add", "cancel"))
    body: dict[str, Any] = {"kind": kind}
    if kind != "cancel":
        line = world.pick(world.rows(sa.select(OrderLine).where(OrderLine.order_id == order.id)))[0]
        body["line"] = str(line.id)
        if kind == "reduce":
            body["quantity"] = world.pick((1, PACK, line.quantity // 2, line.quantity))
        elif kind == "discount":
            lower = line.agreed_price_micro * world.rng.choice((99, 90, 50)) // 100 // 10_000 * 10_000
            body["unit_price"] = f"{lower / 1_000_000:.2f}"
        else:
            body |= {"quantity": PACK * world.rng.randint(1, 4), "departure": _departure(world, line.listing_id)}
    world.act(trader, f"/orders/{order.id}/changes", body, called=f"propose to {kind}")


def _departure(world: World, listing_id: Any) -> str:
    """Name a coming departure from the hub that these goods go over."""
    is_thai = str(listing_id) in {listing for _seller, listing in world.goods["THB"]}
    hub = factories.THAI_HUB if is_thai else factories.HUB
    soon = clock.now() + timedelta(days=3)
    found = world.rows(
        sa.select(Departure.id)
        .where(Departure.hub_code == hub, Departure.state == DepartureState.OPEN, Departure.departs_at > soon)
        .order_by(Departure.departs_at)
        .limit(5)
    )
    return str(world.pick(found).id)


def answer(world: World) -> None:
    """Accept, decline or withdraw a proposal; some nobody answers."""
    change = world.pick(
        world.rows(
            sa.select(
                OrderChange.id, OrderChange.kind, OrderChange.content_hash, OrderChange.proposer_id,
                OrderChange.answerer_id,
            )
            .where(OrderChange.state == ChangeState.PROPOSED)
            .order_by(OrderChange.id)
        )
    )  # fmt: skip
    if change is None or world.likely(0.1):
        return
    way = world.rng.random()
    path = f"/order-changes/{change.id}"
    if way < 0.75:
        body = {"content_hash": change.content_hash}
        world.act(world.who(change.answerer_id), f"{path}/acceptance", body, called=f"accept to {change.kind}")
    elif way < 0.9:
        world.act(world.who(change.answerer_id), f"{path}/refusal")
    else:
        world.act(world.who(change.proposer_id), f"{path}/withdrawal")


def lend(world: World) -> None:
    """Change or end a credit, ask for another, or let reminders of what is overdue wait."""
    if world.likely(0.3):
        paused = world.pick(world.rows(sa.select(Dunning.payment_id, Dunning.level)))
        if paused is not None:
            body = {"reason": "they wrote", "until": (clock.now() + timedelta(days=5)).date().isoformat()}
            for seller in world.sellers:
                path = f"/payments/{paused.payment_id}/reminder-pause"
                if world.act(seller, path, body).done:
                    return
        return
    buyer, (currency, goods) = world.pick(world.buyers), world.pick(sorted(world.goods.items()))
    seller = goods[0][0]
    line = world.pick(
        row[0]
        for row in world.rows(
            sa.select(CreditLine).where(
                CreditLine.buyer_id == buyer.company,
                CreditLine.merchant_id == seller.company,
                CreditLine.currency == currency,
                CreditLine.state.in_((CreditState.REQUESTED, CreditState.GRANTED)),
            )
        )
    )
    if line is None:
        about = {"merchant_id": str(seller.company), "amount": "5000", "currency": currency, "note": "again"}
        world.act(buyer, "/credit-lines", about)
        return
    path = f"/credit-lines/{line.id}/decision"
    if world.likely(0.15):
        world.act(seller, path, {"decision": "refuse", "reason": "paid late"}, called="refuse a credit")
        return
    limit = line.wanted_minor * world.rng.choice((1, 2, 3)) or line.limit_minor
    until = (clock.now() + timedelta(days=200)).date().isoformat()
    grant = {"amount": f"{Money(limit, currency).amount:f}", "currency": currency, "days": 30, "until": until}
    world.act(seller, path, {"decision": "grant", "reason": "as before", **grant}, called="grant a credit")
