"""Samples: ordered on a page of their own, followed, approved or refused."""

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.rules.details.samples import SampleOffer
from marketplace.checkout.rules.cart import Bundle
from marketplace.edge.acts import checkout as checkout_acts
from marketplace.edge.acts import files as file_acts
from marketplace.edge.acts import samples as acts
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import samples as requests
from marketplace.files.rules import Purpose
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Conflict, Refused
from marketplace.web.shared import acts as forms
from marketplace.web.shared import cities, freight, goods, plans

pages = Blueprint("samples", __name__)
_BLANK: dict[str, Any] = {"values": {}, "errors": {}, "refusal": None}


@pages.get("/samples")
@requires(Permission.TRADE_ORDER_READ, twin="GET /api/v1/samples")
def many() -> str:
    """List the samples that the reader's company buys or sells."""
    search = parse(requests.SamplesQuery, request.args.to_dict())
    page = acts.many(reading(), search)
    return render_template("samples/many.html", page=page, names=acts.names(reading(), page.items), goods=goods)


@pages.get("/samples/order/<uuid:listing_id>")
@requires(Permission.TRADE_ORDER_PLACE, twin="GET /api/v1/listings/{id}/sample")
def new(listing_id: UUID) -> Any:
    """Choose units, way and place of a sample; then see what it costs, and order it."""
    try:
        query = parse(requests.SampleQuery, request.args.to_dict())
        return _new(listing_id, query)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **shown: _new(listing_id, requests.SampleQuery(), **shown))


@pages.post("/samples/order/<uuid:listing_id>/checkout")
@requires(Permission.TRADE_ORDER_PLACE, twin="POST /api/v1/listings/{id}/sample-orders")
def order(listing_id: UUID) -> Any:
    """Order a sample, once per form shown."""
    try:
        body = _body()
        return forms.once(lambda key: _placed(listing_id, body, key), flow=True)
    except (Refused, Conflict) as refusal:
        if refusal.code == "approval_needed":
            said = _("Your company wants this to be approved first. Nothing is ordered yet: your request waits here.")
            flash(said, "info")
            return redirect(url_for("approvals.one", approval_id=refusal.facts["case"]), 303)
        return forms.reshown(refusal, lambda **shown: _anew(listing_id, **shown))


@pages.get("/samples/<uuid:sample_id>")
@requires(Permission.TRADE_ORDER_READ, twin="GET /api/v1/samples/{id}")
def one(sample_id: UUID) -> str:
    """Show a sample with what can be done now."""
    return _one(sample_id)


@pages.get("/samples/<uuid:sample_id>/photos/<uuid:file_id>")
@requires(Permission.TRADE_ORDER_READ, twin="GET /api/v1/samples/{id}/photos/{id}")
def photo(sample_id: UUID, file_id: UUID) -> Any:
    """Give a picture of a sample."""
    return acts.photo(sample_id, file_id)


@pages.post("/samples/<uuid:sample_id>/dispatch")
@requires(Permission.TRADE_ORDER_FULFIL, twin="POST /api/v1/samples/{id}/dispatch")
def send(sample_id: UUID) -> Any:
    """Hand a packed sample to a courier."""

    def work(session: Any) -> str:
        acts.send(session, sample_id, body)
        return url_for("samples.one", sample_id=sample_id)

    try:
        body = parse_form(requests.Dispatch, request.form)
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **shown: _one(sample_id, **shown))
    flash(_("The sample is with the courier."), "good")
    return done


@pages.post("/samples/<uuid:sample_id>/receipt")
@requires(Permission.TRADE_ORDER_READ, twin="POST /api/v1/samples/{id}/receipt")
def arrive(sample_id: UUID) -> Any:
    """Say that a sample is there."""

    def work(session: Any) -> str:
        acts.arrive(session, sample_id)
        return url_for("samples.one", sample_id=sample_id)

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **shown: _one(sample_id, **shown))
    flash(_("The sample is there."), "good")
    return done


@pages.post("/samples/<uuid:sample_id>/decision")
@requires(Permission.TRADE_ORDER_ACCEPT, twin="POST /api/v1/samples/{id}/decision")
def decide(sample_id: UUID) -> Any:
    """Approve or refuse a sample, with pictures."""
    acts.look(reading(), sample_id)  # another's takes no file in

    def work(key: str) -> str:  # noqa: ARG001  kept by the caller
        uploads = file_acts.all_received("file", Purpose.EVIDENCE)
        with unit_of_work() as session:
            more = [file_acts.keep(session, each) for each in uploads]
            acts.decide(session, sample_id, body, more=more)
        return url_for("samples.one", sample_id=sample_id)

    try:
        body = parse_form(requests.Decision, request.form)
        done = forms.once(work, flow=True)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **shown: _one(sample_id, **shown))
    flash(_("Your word about the sample is kept."), "good")
    return done


def _placed(listing_id: UUID, body: requests.SampleCheckout, key: str) -> str:
    outcome = checkout_acts.place(body, key=key, sample=body.wish(listing_id))
    if outcome.group_id is not None:
        return url_for("checkout.group", group_id=outcome.group_id)
    return outcome.payment_url or url_for("checkout.follow", checkout_id=outcome.attempt_id)


def _body() -> requests.SampleCheckout:
    form = request.form
    rail, plan, mode = (*form.get("payment", "").split(" "), "", "", "")[:3]
    departure = {form["listing"]: form["departure"]} if form.get("departure") and form.get("listing") else {}
    return parse(
        requests.SampleCheckout,
        {
            "expected_totals": [
                dict(zip(("kind", "amount", "currency"), text.split(" "), strict=False))
                for text in form.getlist("total")
            ],
            "departures": departure,
            "payment": {"rail": rail, "plan": plan, "mode": mode},
            "purchase_order_number": form.get("purchase_order_number"),
            **{name: form.get(name) for name in ("quantity", "way", "to", "unit_id")},
        },
    )


def _anew(listing_id: UUID, **shown: Any) -> str:
    """Show a sample again that was refused, at what it costs now where that can be said."""
    typed = {name: request.form.get(name) for name in ("quantity", "way", "to")}
    try:
        return _new(listing_id, parse(requests.SampleQuery, typed), **shown)
    except (Refused, Conflict):
        return _new(listing_id, requests.SampleQuery(), **shown)


def _new(listing_id: UUID, query: requests.SampleQuery, **extra: Any) -> str:
    found = checkout_acts.ask_for_sample(listing_id, query)
    offer, seen = found.offer, found.seen
    places = checkout_acts.destinations()
    to = query.to or cities.preferred(places) or ""
    asked = {"quantity": query.quantity or offer.least, "way": query.way or offer.ways[0], "to": to}
    if extra.get("values"):
        asked |= {name: extra["values"][name] for name in asked if name in extra["values"]}
    return render_template(
        "samples/new.html",
        listing_id=listing_id,
        offer=offer,
        money_of=_money_of(offer),
        seen=seen,
        # Whoever has only come here has not been asked yet.
        missing=found.missing if query.quantity is not None and query.way is not None else (),
        goods=goods,
        charged=freight.charged,
        ways=_ways(seen, seen.cart.bundles[0]) if seen and seen.cart.bundles else [],
        destinations=places,
        asked=asked,
        **{**_BLANK, **extra},
    )


def _money_of(offer: SampleOffer) -> dict[str, Any]:
    return {"price": offer.goods(1), "fee": offer.fee("courier")}


def _ways(seen: checkout_acts.CartSeen, bundle: Bundle) -> list[dict[str, Any]]:
    provider = current_app.extensions["city.site"]["provider"]
    seller = seen.sold_on_by(bundle) or ""
    return [plans.way(offer, rail, provider=provider) for offer, rail in seen.ways(bundle)] + [
        plans.way_sold_on(offer, rail, provider=provider, seller=seller) for offer, rail in seen.ways_sold_on(bundle)
    ]


def _one(sample_id: UUID, **extra: Any) -> str:
    seen = acts.look(reading(), sample_id)
    return render_template("samples/one.html", seen=seen, goods=goods, **{**_BLANK, **extra})
