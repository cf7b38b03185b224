"""Checkout Sessions: a page on which somebody pays. Source: https://docs.stripe.com/api/checkout/sessions"""

from typing import Any, Final

from marketplace.stripe_double import currencies
from marketplace.stripe_double.calls import Call, listing, new_id, since
from marketplace.stripe_double.errors import Refusal, invalid
from marketplace.stripe_double.local_methods import LOCAL
from marketplace.stripe_double.resources import payment_intents, payment_methods

_SHORTEST: Final = 30 * 60
_LONGEST: Final = 24 * 3600
_LINE: Final = frozenset({"price_data", "quantity"})
_PRICE: Final = frozenset({"currency", "unit_amount", "product_data"})
_INTENT: Final = frozenset({"capture_method", "metadata", "description"})


def create(call: Call) -> dict[str, Any]:
    """Open a page for one payment."""
    given = call.given
    if given.get("mode") != "payment":
        raise invalid("The demo provider only does mode=payment", param="mode", code="double_unsupported")
    amount, currency, lines = _lines(given)
    expires_at = given.get("expires_at", call.now + _LONGEST)
    if not call.now + _SHORTEST <= expires_at <= call.now + _LONGEST:
        message = "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation."
        raise invalid(message, param="expires_at")
    for name in ("success_url", "cancel_url"):
        _check_url(given.get(name), name, required=name == "success_url")
    _only(given.get("payment_intent_data", {}), _INTENT, "payment_intent_data")
    capture_method = given.get("payment_intent_data", {}).get("capture_method", "automatic_async")
    types = payment_intents.offered(
        call,
        currency,
        amount,
        capture_method=capture_method,
        redirects=True,
        allowed=given.get("allowed_payment_method_types"),
    )
    _check_options(given)
    session_id = new_id("cs_test", 58)
    session = {
        "id": session_id,
        "object": "checkout.session",
        "amount_subtotal": amount,
        "amount_total": amount,
        "cancel_url": given.get("cancel_url"),
        "client_reference_id": given.get("client_reference_id"),
        "created": call.now,
        "currency": currency,
        "customer": given.get("customer"),
        "expires_at": expires_at,
        "livemode": False,
        "locale": given.get("locale"),
        "metadata": given.get("metadata", {}),
        "mode": "payment",
        "payment_intent": None,
        "payment_method_types": types,
        "payment_status": "unpaid",
        "status": "open",
        "success_url": given["success_url"],
        "ui_mode": "hosted_page",
        "url": f"{call.base_url}/pay/{session_id}",
        "_intent": given.get("payment_intent_data", {}),
        "_lines": lines,
    }
    return call.put(session)


def retrieve(call: Call) -> dict[str, Any]:
    """Read one."""
    return call.get("checkout.session", call.object_id)


def find(call: Call) -> dict[str, Any]:
    """List them, all, of one state or of one PaymentIntent."""
    found = call.transaction.all("checkout.session", intent=call.given.get("payment_intent"), since=since(call))
    if "status" in call.given:
        found = [session for session in found if session["status"] == call.given["status"]]
    return listing(call, found, url="/v1/checkout/sessions")


def expire(call: Call) -> dict[str, Any]:
    """Close an open page; its PaymentIntent, if somebody tried to pay, is cancelled."""
    session = retrieve(call)
    if session["status"] != "open":
        message = f'Only Checkout Sessions with a status in ["open"] can be expired. This one is {session["status"]}.'
        raise invalid(message)
    return end(call, session)


def end(call: Call, session: dict[str, Any]) -> dict[str, Any]:
    """Let a page expire."""
    session |= {"status": "expired", "url": None}
    call.put(session)
    if session["payment_intent"]:
        payment_intents.give_up(call, call.get("payment_intent", session["payment_intent"]), "automatic")
    call.emit("checkout.session.expired", session)
    return session


def expire_due(call: Call) -> None:
    """Close the pages whose time is over."""
    for session in call.transaction.all("checkout.session", status="open"):
        if session["expires_at"] <= call.now:
            end(call, session)


def pay(call: Call, session: dict[str, Any], token: str) -> dict[str, Any]:
    """Pay on the page with a test card. Refusal (402) for a declined one: the page stays open."""
    intent = _intent(call, session)
    try:
        intent = payment_intents.pay(call, intent, token)
    except Refusal as refusal:
        refusal.keep = True
        raise
    return complete(call, session, paid=intent["status"] == "succeeded")


def pay_locally(call: Call, session: dict[str, Any], kind: str) -> dict[str, Any]:
    """Choose a local method on the page, which asks what the method must know; return the PaymentIntent that waits."""
    payer = {"billing_details": {"email": "buyer@demo.test"}, "fpx": {"bank": "maybank2e"}}
    needed = {group: payer[group] for group, _, _ in (need.partition(".") for need in LOCAL[kind].needs)}
    method = payment_methods.from_data(call, {"type": kind, **needed})
    return payment_intents.begin_local(call, _intent(call, session), method, return_url=session["success_url"])


def complete(call: Call, session: dict[str, Any], *, paid: bool) -> dict[str, Any]:
    """End a page on which somebody paid, or whose bank will say later."""
    session |= {"status": "complete", "url": None, "payment_status": "paid" if paid else "unpaid"}
    call.put(session)
    call.emit("checkout.session.completed", session)
    return session


def _intent(call: Call, session: dict[str, Any]) -> dict[str, Any]:
    """Return the PaymentIntent of a page, made when somebody first tries to pay on it."""
    if session["payment_intent"]:
        return call.get("payment_intent", session["payment_intent"])
    facts = session["_intent"]
    intent = payment_intents.build(
        call,
        amount=session["amount_total"],
        currency=session["currency"],
        capture_method=facts.get("capture_method", "automatic_async"),
        metadata=facts.get("metadata", {}),
        description=facts.get("description"),
        session=session["id"],
        allowed_payment_method_types=session["payment_method_types"],
    )
    session["payment_intent"] = intent["id"]
    call.put(session)
    call.emit("payment_intent.created", intent)
    return call.put(intent)


def _lines(given: dict[str, Any]) -> tuple[int, str, list[dict[str, Any]]]:
    """Return total, currency and what the page shows of each line."""
    items = given.get("line_items")
    if not items:
        raise invalid("Missing required param: line_items.", param="line_items", code="parameter_missing")
    total, currency, lines = 0, "", []
    for index, item in enumerate(items):
        where = f"line_items[{index}]"
        _only(item, _LINE, where)
        price = item.get("price_data")
        if not price or "unit_amount" not in price or "name" not in price.get("product_data", {}):
            message = f"Missing required param: {where}[price_data] with unit_amount and product_data[name]."
            raise invalid(message, param=f"{where}[price_data]", code="parameter_missing")
        _only(price, _PRICE, f"{where}[price_data]")
        code = currencies.check_currency(price["currency"])
        if currency not in ("", code):
            raise invalid("All line items must have the same currency.", param=f"{where}[price_data][currency]")
        currency, amount = code, price["unit_amount"] * item.get("quantity", 1)
        total += amount
        lines.append({"name": price["product_data"]["name"], "amount": amount})
    return currencies.check_amount(total, currency, param="line_items"), currency, lines


def _check_options(given: dict[str, Any]) -> None:
    """Refuse options that are not done, and a method that is named without what it must be told."""
    options = given.get("payment_method_options", {})
    _only(options, frozenset({"wechat_pay"}), "payment_method_options")
    if "wechat_pay" in given.get("allowed_payment_method_types", ()) and "wechat_pay" not in options:
        where = "payment_method_options[wechat_pay][client]"
        raise invalid(f"Missing required param: {where}.", param=where, code="parameter_missing")


def _only(given: dict[str, Any], known: frozenset[str], where: str) -> None:
    for name in given:
        if name not in known:
            message = f"The demo provider does not do {where}[{name}]"
            raise invalid(message, param=f"{where}[{name}]", code="double_unsupported")


def _check_url(url: str | None, name: str, *, required: bool) -> None:
    if url is None and required:
        raise invalid(f"Missing required param: {name}.", param=name, code="parameter_missing")
    if url is not None and not url.startswith(("http://", "https://")):
        raise invalid("Not a valid URL", param=name, code="url_invalid")
