"""Carts and checkouts over the API."""

from uuid import UUID

from flask import Blueprint

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.checkout import answers, filled
from marketplace.api.shared.operations import operation
from marketplace.checkout.rules.states import Outcome
from marketplace.edge.acts import again as again_acts
from marketplace.edge.acts import checkout as acts
from marketplace.edge.acts import filling, itineraries
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import checkout as requests
from marketplace.edge.requests import filling as filling_requests
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.orders.queries import orders

api = Blueprint("api_checkout", __name__)


@api.get("/cart")
@operation(answers={200: answers.Cart}, tag="cart", permission=Permission.TRADE_CART_EDIT, query=requests.CartQuery)
def cart(query: requests.CartQuery) -> tuple[int, answers.Cart]:
    """Show the cart with prices, departures, freight and totals as they stand now.

    With `changes=1` the lines have ways by two departures beside those by one; a `departure` is chosen wherever it
    can be.
    """
    return 200, _cart(with_changes=query.changes, departure_id=query.departure)


def _cart(*, with_changes: bool = False, departure_id: UUID | None = None) -> answers.Cart:
    seen = acts.look(with_changes=with_changes)
    if by := acts.by_departure(seen.cart, departure_id):
        seen = acts.look(departures=by, with_changes=with_changes)
    return answers.Cart.of(seen, itineraries.ways_of(reading(), seen))


@api.put("/cart")
@operation(answers={200: answers.Cart}, tag="cart", permission=Permission.TRADE_CART_EDIT, body=requests.CartChange)
def change_cart(body: requests.CartChange) -> tuple[int, answers.Cart]:
    """Say where the goods shall go."""
    acts.set_destination(body)
    return 200, _cart()


@api.post("/cart/lines")
@operation(
    answers={200: filled.Filled}, tag="cart", permission=Permission.TRADE_CART_EDIT, body=filling_requests.CartLines
)
def put_lines(body: filling_requests.CartLines) -> tuple[int, filled.Filled]:
    """Set up to 500 lines in one act, goods named by a number or an id: those that cannot be say why, each for itself.

    A cart holds 200 lines; what is beyond them is answered `cart_full`. Sent again, it sets the same.
    """
    return 200, filled.Filled.of(in_unit_of_work(lambda session: filling.order(session, body)))


@api.put("/cart/lines/<uuid:listing_id>")
@operation(answers={200: answers.Cart}, tag="cart", permission=Permission.TRADE_CART_EDIT, body=requests.CartLine)
def put_line(listing_id: UUID, body: requests.CartLine) -> tuple[int, answers.Cart]:
    """Set the quantity of a listing, in a currency and on a price basis that its offer has."""
    in_unit_of_work(lambda session: acts.put_line(session, listing_id, body))
    return 200, _cart()


@api.delete("/cart/lines/<uuid:listing_id>")
@operation(answers={204: None}, tag="cart", permission=Permission.TRADE_CART_EDIT)
def remove_line(listing_id: UUID) -> tuple[int, None]:
    """Take a listing out of the cart."""
    acts.remove_line(listing_id)
    return 204, None


@api.get("/orders/<uuid:order_id>/again")
@operation(answers={200: filled.AgainAnswer}, tag="cart", permission=Permission.TRADE_CART_EDIT)
def again(order_id: UUID) -> tuple[int, filled.AgainAnswer]:
    """Show what of an order of the company's can be bought again, with its prices then and now."""
    return 200, filled.AgainAnswer.of(again_acts.look(reading(), order_id))


@api.post("/orders/<uuid:order_id>/again")
@operation(
    answers={200: filled.AgainDone}, tag="cart", permission=Permission.TRADE_CART_EDIT, body=filling_requests.Again
)
def put_again(order_id: UUID, body: filling_requests.Again) -> tuple[int, filled.AgainDone]:
    """Put an order, or lines of it, into the cart once more; what lies there already stays, and each other says why."""
    return 200, filled.AgainDone.of(in_unit_of_work(lambda session: again_acts.put(session, order_id, body)))


@api.post("/checkout")
@operation(
    answers={201: answers.Checkout, 202: answers.Checkout},
    tag="checkout",
    permission=Permission.TRADE_ORDER_PLACE,
    body=requests.Checkout,
    idempotent_flow=True,
)
def place(body: requests.Checkout, key: str) -> tuple[int, answers.Checkout]:
    """Order what is in the cart; 202 with a payment page when a card is needed."""
    return _answer(acts.place(body, key=key))


@api.get("/checkout/<uuid:checkout_id>")
@operation(
    answers={200: answers.Checkout, 202: answers.Checkout}, tag="checkout", permission=Permission.TRADE_ORDER_PLACE
)
def follow(checkout_id: UUID) -> tuple[int, answers.Checkout]:
    """Say how a checkout stands; 202 while something has still to be paid, or is not known to be.

    The refusal of one that ordered nothing names in `payments` what was taken for it all the same, and what went back.
    """
    status, found = _answer(acts.standing(checkout_id))
    return 200 if status == 201 else status, found


@api.post("/checkout/<uuid:checkout_id>/completion")
@operation(
    answers={200: answers.Checkout, 202: answers.Checkout}, tag="checkout", permission=Permission.TRADE_ORDER_PLACE
)
def complete(checkout_id: UUID) -> tuple[int, answers.Checkout]:
    """Ask the provider how a checkout stands: what is paid by now is ordered. May be sent again at any time."""
    status, found = _answer(acts.complete(checkout_id))
    return 200 if status == 201 else status, found


def _answer(outcome: Outcome) -> tuple[int, answers.Checkout]:
    if outcome.group_id is None:
        return 202, answers.Checkout.of(outcome, ())
    if outcome.order_ids:
        return 201, answers.Checkout.of(outcome, outcome.order_ids)
    group = orders.group(reading(), company_id=require_actor().company, group_id=outcome.group_id)
    return 201, answers.Checkout.of(outcome, group.order_ids)
