"""The cart, the checkout, and what came of it."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from marketplace.accounts.rules.permissions import Permission
from marketplace.checkout.rules import whole
from marketplace.checkout.rules.cart import Bundle
from marketplace.checkout.rules.changes import hours, lone_ways
from marketplace.checkout.rules.ways import Way
from marketplace.edge.acts import approvals, fees, insurance, itineraries, placed
from marketplace.edge.acts import checkout as acts
from marketplace.edge.acts.shares import ShareAhead
from marketplace.edge.answers import problem
from marketplace.edge.parsing import parse, parse_form, uuid_text
from marketplace.edge.permissions import requires
from marketplace.edge.requests import checkout as requests
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.papers.rules import carriage_terms
from marketplace.payments.rules.plans import Offer
from marketplace.payments.rules.terms import Rail
from marketplace.web.checkout.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import centres, cities, freight, goods, plans, render
from marketplace.web.shared import fees as fee_words
from marketplace.web.shared import insurance as insurance_words
from marketplace.web.shared import ways as way_words
from marketplace.web.shared.values import detail

# Seconds until a browser without scripts looks whether the provider's news has come.
_LOOK_AGAIN: Final = 3
# Ways to pay that are read at once; more of them are grouped, and all groups but that of the chosen one folded.
_MOST_AT_ONCE: Final = 4
_GROUPS: Final = {Rail.BANK: lazy_gettext("By bank transfer"), Rail.CARD: lazy_gettext("By card")}
_DEPARTURE: Final = "departure."
_ORDER_NUMBER: Final = "purchase_order_numbers."
_INSURANCE: Final = "insurance."
_DECLARED: Final = "declared_value."


@pages.get("/cart")
@requires(Permission.TRADE_CART_EDIT, twin="GET /api/v1/cart")
def cart() -> str:
    """Show the cart by bundles; ``to`` is a destination that was asked for and is not the cart's."""
    return _cart(asked_to=request.args.get("to"))


def _cart(**shown: Any) -> str:
    seen = acts.look()
    lying = centres.lying(reading(), [line.item.listing_id for line in seen.cart.lines])
    return render_template(
        "checkout/cart.html",
        seen=seen,
        destination=seen.cart.destination or cities.preferred(seen.destinations),
        lying={key: [centres.whole(row) for row in rows] for key, rows in lying.items()},
        goods=goods,
        made_of=freight.how,
        plan_words=plans,
        **{"asked_to": None, "values": {}, "errors": {}, "refusal": None, **shown},
    )


@pages.post("/cart/destination")
@requires(Permission.TRADE_CART_EDIT, twin="PUT /api/v1/cart")
def change() -> Any:
    """Say where the goods shall go."""
    try:
        acts.set_destination(parse_form(requests.CartChange, request.form))
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, _cart)
    return redirect(url_for("checkout.cart"), 303)


@pages.post("/cart/lines/<uuid:listing_id>")
@requires(Permission.TRADE_CART_EDIT, twin="PUT /api/v1/cart/lines/{id}")
def put_line(listing_id: UUID) -> Any:
    """Set the quantity of a listing, from its page or from the cart."""
    try:
        body = parse_form(requests.CartLine, request.form)
        done = forms.once(lambda session: _put(session, listing_id, body))
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, _cart)
    flash(_("The cart is up to date."), "good")
    return done


def _put(session: Any, listing_id: UUID, body: requests.CartLine) -> str:
    goes_to = acts.put_line(session, listing_id, body)
    return url_for("checkout.cart", to=body.to if body.to != goes_to else None)


@pages.post("/cart/lines/<uuid:listing_id>/removal")
@requires(Permission.TRADE_CART_EDIT, twin="DELETE /api/v1/cart/lines/{id}")
def remove_line(listing_id: UUID) -> Any:
    """Take a listing out of the cart."""
    acts.remove_line(listing_id)
    return redirect(url_for("checkout.cart"), 303)


@pages.get("/checkout")
@requires(Permission.TRADE_ORDER_PLACE, twin="GET /api/v1/cart")
def review() -> Any:
    """Choose departures and how to pay, see every total; a departure that somebody comes from is chosen already."""
    query = parse_form(requests.CartQuery, request.args)
    seen = acts.look(with_changes=query.changes)
    if not seen.cart.bundles:
        return redirect(url_for("checkout.cart"))
    by = acts.by_departure(seen.cart, query.departure)
    values = {f"{_DEPARTURE}{listing_id}": str(departure_id) for listing_id, departure_id in by.items()}
    return _review(seen=seen, values=values | _approved(), with_changes=query.changes)


def _approved() -> dict[str, Any]:
    """Return what the form is filled with to order what a case of one's company was approved for; none was asked."""
    asked = request.args.get("approval", "")
    return approvals.typed(uuid_text(asked, "approval")) if asked else {}


def _seen(values: dict[str, Any], seen: acts.CartSeen | None, *, with_changes: bool) -> acts.CartSeen:
    """Return the cart for the departures that a form is filled with: the one that was read where it names none.

    Whole lorries that cannot be had any more are not taken: the choices that are shown have the totals of the form.
    """
    departures, ways, taken = _departures(values), _onward(values), _whole(values)
    found = seen
    if found is None or departures or ways:
        found = acts.look(departures=departures, ways=ways, with_changes=with_changes, whole=taken)
    lone = lone_ways(found.cart.lines) if with_changes else {}
    if lone:  # goods that only a change brings there go by the first of them until another is chosen
        ways = {**ways, **lone}
        found = acts.look(departures=departures, ways=ways, with_changes=with_changes, whole=taken)
    lost = whole.lost(found.cart)
    if not lost:
        return found
    taken -= {departures[key] for key in lost if key in departures}
    stays = {key: one for key, one in departures.items() if lost.get(key, True)}
    return acts.look(departures=stays, ways=ways, with_changes=with_changes, whole=taken)


def _review(**shown: Any) -> str:
    values = shown.get("values") or {}
    with_changes = shown.pop("with_changes", False) or bool(values.get("changes"))
    seen = _seen(values, shown.get("seen"), with_changes=with_changes)
    return render_template(
        "checkout/checkout.html",
        goods=goods,
        charged=freight.charged,
        made_of=freight.how,
        ways_of=_ways,
        methods_of=_methods,
        detail=detail,
        grouped=_grouped,
        known_ways=itineraries.ways_of(reading(), seen),
        way_words=way_words,
        insured=_insured(seen),
        insured_by_seller=insurance.is_insured_by_seller,
        carrier_terms=carriage_terms.LATEST,
        fee_rules=fees.shown(),
        fee_words=fee_words,
        **{
            "seen": seen,
            "with_changes": with_changes or bool(_onward(values)),
            "hours": hours,
            "whole_of": whole.offer_of,
            "saving": whole.saving,
            "as_whole": requests.WHOLE,
            "is_blocked": not seen.cart.is_orderable and not whole.is_choice_of_another(seen.cart),
            "whole_from": freight.whole_from,
            "values": {},
            "errors": {},
            "refusal": None,
            **{name: value for name, value in shown.items() if name != "seen"},
        },
    )


def _insured(seen: acts.CartSeen) -> dict[str, list[tuple[str, str]]]:
    """Return by what the goods of each bundle can be insured, as choices."""
    return {
        key: [(str(one.cover.id), insurance_words.offer(one)) for one in offers]
        for key, offers in insurance.of_cart(seen.cart).items()
    }


def _ways(seen: acts.CartSeen, bundle: Bundle) -> list[dict[str, Any]]:
    """Return how a bundle can be paid, what its merchant wants first marked."""
    provider = current_app.extensions["city.site"]["provider"]
    left = seen.credit(bundle)
    shown = None if left is None else render.money(left)
    seller = seen.sold_on_by(bundle) or ""
    ways = [
        plans.way(offer, rail, provider=provider, left=shown)
        | {"default": offer.default, "rows": _rows(seen, bundle, offer, rail), "group": _GROUPS[rail]}
        for offer, rail in seen.ways(bundle)
    ]
    return ways + [
        plans.way_sold_on(offer, rail, provider=provider, seller=seller)
        | {
            "default": False,
            "rows": _rows(seen, bundle, offer, rail),
            "group": _("Bought of %(seller)s", seller=seller),
        }
        for offer, rail in seen.ways_sold_on(bundle)
    ]


def _rows(seen: acts.CartSeen, bundle: Bundle, offer: Offer, rail: Rail) -> list[str]:
    """Return what would be paid when, a line each."""
    shares = seen.shares(bundle, offer.plan, rail)
    if rail is Rail.CARD:
        return [_("%(amount)s charged now", amount=render.money(share.amount)) for share in shares]
    return [_row(share) for share in shares]


def _row(share: ShareAhead) -> str:
    facts = {"amount": render.money(share.amount), "event": plans.event_of(share.event)}
    if share.pay_by is None:
        return _("%(amount)s %(event)s", **facts)
    day = render.date(share.pay_by)
    if share.is_certain:
        return _("%(amount)s %(event)s, by %(day)s", day=day, **facts)
    return _("%(amount)s %(event)s, expected by %(day)s", day=day, **facts)


def _grouped(ways: Sequence[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return ways to pay by what they have in common, where they are too many to be read at once."""
    if len(ways) <= _MOST_AT_ONCE:
        return [("", list(ways))]
    return [(str(group), list(found)) for group, found in groupby(ways, key=lambda way: way["group"])]


def _methods(seen: acts.CartSeen, bundle: Bundle) -> list[tuple[str, str]]:
    """Return the local methods that a bundle can be paid by, as choices."""
    return [(str(method), plans.LOCAL_METHODS[method]) for method in seen.local_methods(bundle)]


@pages.post("/checkout")
@requires(Permission.TRADE_ORDER_PLACE, twin="POST /api/v1/checkout")
def place() -> Any:
    """Order what is in the cart, once per form shown; or only reckon it for the departures that are chosen."""
    if "reckon" in request.form:
        return _review(values=request.form)
    try:
        body = _body()
        return forms.once(lambda key: _placed(body, key), flow=True)
    except (Refused, Conflict) as refusal:
        if refusal.code == "approval_needed":
            said = _("Your company wants this to be approved first. Nothing is ordered yet: your request waits here.")
            flash(said, "info")
            return redirect(url_for("approvals.one", approval_id=refusal.facts["case"]), 303)
        return forms.reshown(_named(refusal), _anew if refusal.code == "approved_departure_gone" else _review)


def _named(refusal: Refused | Conflict) -> Refused | Conflict:
    """Return a refusal of stock with what the goods in the cart are called; any other as it is."""
    if refusal.code != "stock":
        return refusal
    lines, gone = acts.look().cart.lines, str(refusal.facts["listing"])
    found = next((line.offer for line in lines if str(line.item.listing_id) == gone), None)
    return (
        Conflict("stock_of", goods=goods.text(found.titles, found.source_locale), **refusal.facts) if found else refusal
    )


def _anew(**shown: Any) -> str:
    """Show the form again with the departures that are offered now instead of those that were chosen."""
    kept = {name: value for name, value in shown["values"].items() if not name.startswith(_DEPARTURE)}
    return _review(**{**shown, "values": kept})


def _departures(values: Any) -> dict[UUID, UUID]:
    """Return the departures that a form was filled with: freight and totals are those of them."""
    found: dict[UUID, UUID] = {}
    for name in values:
        if name.startswith(_DEPARTURE):
            try:
                found[UUID(name.removeprefix(_DEPARTURE))] = UUID(str(values[name]).removeprefix(requests.WHOLE))
            except ValueError:  # refused where it is sent
                continue
    return found


def _whole(values: Any) -> frozenset[UUID]:
    """Return the departures that a form takes whole: as one line goes, so do all that go by the same."""
    departures = _departures(values)
    return frozenset(
        departure_id
        for listing_id, departure_id in departures.items()
        if str(values[f"{_DEPARTURE}{listing_id}"]).startswith(requests.WHOLE)
    )


def _onward(values: Any) -> dict[UUID, Way]:
    """Return the ways with a change that a form was filled with, both departures with a plus between them."""
    found: dict[UUID, Way] = {}
    for name in values:
        first, plus, second = str(values[name]).partition("+") if name.startswith(_DEPARTURE) else ("", "", "")
        if plus:
            try:
                found[UUID(name.removeprefix(_DEPARTURE))] = Way(UUID(first), UUID(second))
            except ValueError:  # refused where it is sent
                continue
    return found


def _placed(body: requests.Checkout, key: str) -> str:
    outcome = acts.place(body, key=key)
    if outcome.group_id is not None:
        return url_for("checkout.group", group_id=outcome.group_id)
    # A card may be in the provider's hands without a page of its own: the buyer waits with us for what comes of it.
    return outcome.payment_url or url_for("checkout.follow", checkout_id=outcome.attempt_id)


def _body() -> requests.Checkout:
    """Read the form: totals, ``departure.<listing>``, of each bundle ``payment`` (rail, plan, mode) and ``method``."""
    form = request.form
    payments = {
        key: _payment(form[name], form.get(f"method.{key}", ""))
        for name in form
        if (key := name.removeprefix("payment.")) != name
    }
    return parse(
        requests.Checkout,
        {
            "expected_totals": [
                dict(zip(("kind", "amount", "currency"), text.split(" "), strict=False))
                for text in form.getlist("total")
            ],
            "departures": {
                name.removeprefix(_DEPARTURE): form[name] for name in form if name.startswith(_DEPARTURE) and form[name]
            },
            "payment": next(iter(payments.values()), {}),
            "payments": payments,
            "purchase_order_number": form.get("purchase_order_number"),
            "purchase_order_numbers": {
                name.removeprefix(_ORDER_NUMBER): form[name] for name in form if name.startswith(_ORDER_NUMBER)
            },
            "unit_id": form.get("unit_id"),
            "carrier_terms": form.get("carrier_terms"),
            "insurance": {
                name.removeprefix(_INSURANCE): {
                    "cover": form[name],
                    "declared_value": form.get(f"{_DECLARED}{name.removeprefix(_INSURANCE)}"),
                }
                for name in form
                if name.startswith(_INSURANCE) and form[name]
            },
        },
    )


def _payment(text: str, method: str) -> dict[str, str]:
    """Read how an order is paid; the local method that is marked counts where its way is by card."""
    rail, plan, mode = (*text.split(" "), "", "", "")[:3]
    return {"rail": rail, "plan": plan, "mode": mode, "method": method if rail == Rail.CARD else ""}


@pages.get("/checkout/<uuid:checkout_id>")
@requires(Permission.TRADE_ORDER_PLACE, twin="GET /api/v1/checkout/{id}")
def follow(checkout_id: UUID) -> Any:
    """Come back from the payment page: to the orders, to what went wrong, or to asking how the payment stands.

    The page asks at once by itself; without scripts it looks again until the provider's news has come.
    """
    try:
        outcome = acts.standing(checkout_id)
    except (Refused, Conflict) as refusal:
        return _ended(checkout_id, refusal), 200
    if outcome.group_id is not None:
        return redirect(url_for("checkout.group", group_id=outcome.group_id), 303)
    whose = acts.whose(outcome.payments)
    if "left" in request.args and outcome.payment_url:
        return render_template("checkout/left.html", outcome=outcome, whose=whose, plan_words=plans)
    is_asked = "asked" in request.args
    ways = {one.local_method for one in outcome.payments}
    page = make_response(
        render_template(
            "checkout/waiting.html",
            outcome=outcome,
            is_asked=is_asked,
            whose=whose,
            plan_words=plans,
            methods=sorted({plans.LOCAL_METHODS[way] for way in ways if way}),
            by_card=None in ways,
        )
    )
    if not is_asked:
        page.headers["Refresh"] = str(_LOOK_AGAIN)
    return page


@pages.post("/checkout/<uuid:checkout_id>/completion")
@requires(Permission.TRADE_ORDER_PLACE, twin="POST /api/v1/checkout/{id}/completion")
def complete(checkout_id: UUID) -> Any:
    """Ask the provider how a payment stands: on to the orders, to the next page to pay, or to what went wrong."""
    try:
        outcome = acts.complete(checkout_id)
    except (Refused, Conflict) as refusal:
        return _ended(checkout_id, refusal), 200
    if outcome.group_id is not None:
        return redirect(url_for("checkout.group", group_id=outcome.group_id), 303)
    return redirect(url_for("checkout.follow", checkout_id=checkout_id, asked=1), 303)


def _ended(checkout_id: UUID, refusal: Refused | Conflict) -> str:
    """Show the cart with why a checkout ordered nothing, and what became of the money that was taken for it."""
    told = acts.told_of(checkout_id)
    return _cart(refusal=problem(_named(refusal)), told=told, whose=acts.whose(told) if told else None)


@pages.get("/orders/groups/<uuid:group_id>")
@requires(Permission.TRADE_ORDER_READ, twin="GET /api/v1/orders")
def group(group_id: UUID) -> str:
    """Thank the buyer, and say what happens next with each order."""
    return render_template("checkout/group.html", goods=goods, seen=placed.look(group_id))
