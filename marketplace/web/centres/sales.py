"""Goods that were sold from distribution centres: a list, and one sale with what its reader may do."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.distribution.centre_sales.queries import SaleRow
from marketplace.distribution.centre_sales.rules import SaleState
from marketplace.edge.acts import centre_sales as acts
from marketplace.edge.acts import centres
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import centre_sales as requests
from marketplace.edge.requests.centres import PROOFS, STATUSES, BrokerBody
from marketplace.edge.requests.road import TransitStep
from marketplace.kernel import clock
from marketplace.reference.rules import CURRENCIES, zone_of
from marketplace.web.centres import shown
from marketplace.web.centres.blueprint import pages
from marketplace.web.shared import goods, locale, transits

_READ = Permission.TRADE_DOCUMENT_READ
# Tone and words of each state.
STATES: Final = {
    SaleState.PROMISED: ("info", "clock", lazy_gettext("Promised")),
    SaleState.TO_RELEASE: ("warn", "lock", lazy_gettext("To be declared")),
    SaleState.READY: ("warn", "box", lazy_gettext("To be fetched")),
    SaleState.PARTLY_HANDED: ("warn", "box", lazy_gettext("Partly handed over")),
    SaleState.HANDED_OVER: ("info", "arrow-right", lazy_gettext("Handed over")),
    SaleState.DELIVERED: ("good", "home", lazy_gettext("Delivered")),
    SaleState.CANCELLED: ("calm", "cross", lazy_gettext("Cancelled")),
}


def told(rows: Sequence[SaleRow]) -> list[dict[str, Any]]:
    """Return sales for a list: what, for whom, where, how far."""
    there = centres.places(row.centre_id for row in rows)
    names = centres.companies(each for row in rows for each in (row.buyer_id, row.merchant_id))
    now = clock.now()
    return [
        {
            "row": row,
            "title": goods.text(row.titles, row.source_locale),
            "unit": goods.unit(row.unit),
            "centre": shown.place(there[row.centre_id]),
            "zone": there[row.centre_id].place.zone,
            "buyer": names[row.buyer_id],
            "merchant": names[row.merchant_id],
            "status": STATUSES[row.status],
            "state": STATES[row.state],
            "is_overdue": row.is_overdue(now),
            "is_undischarged": row.is_undischarged(now),
        }
        for row in rows
    ]


@pages.get("/centre-sales")
@requires(_READ, twin="GET /api/v1/centre-sales")
def sales() -> str:
    """List what one's company buys, sells, keeps or declares of goods in centres."""
    asked = parse(requests.SalesQuery, request.args.to_dict())
    page = acts.many(asked)
    return render_template(
        "centre_sales/many.html",
        rows=told(page.items),
        next=url_for("centres.sales", cursor=page.next) if page.next else None,
        first=url_for("centres.sales") if asked.cursor else None,
    )


@pages.get("/centre-sales/<uuid:centre_sale_id>")
@requires(_READ, twin="GET /api/v1/centre-sales/{id}")
def sale(centre_sale_id: UUID) -> str:
    """Show a sale to its buyer, its seller, the keeper or the broker."""
    return _sale(centre_sale_id)


def _sale(sale_id: UUID, **given: Any) -> str:
    seen = acts.one(sale_id)
    brokers = acts.brokers() if "name_broker" in seen.acts else ()
    proofs = acts.usable_proofs(seen.row) if "release" in seen.acts else ()
    values = {"quantity": seen.row.to_fetch, "damaged": 0}
    return render_template(
        "centre_sales/one.html",
        seen=seen,
        one=told((seen.row,))[0],
        broker=seen.companies[seen.row.broker_id] if seen.row.broker_id else None,
        buyer_zone=zone_of(seen.buyer_country),
        brokers=[(str(row.id), row.name) for row in brokers],
        parts_on_their_way=[(str(row.id), f"{row.number} ({row.quantity})") for row in seen.on_their_way],
        customs=transits,
        steps=[(str(step), transits.STEPS[step]) for step in seen.transit.possible] if seen.transit else [],
        places=_places(seen) if seen.transit or "draft_transit" in seen.acts else [],
        currencies=[(code, code) for code in sorted(CURRENCIES.values())],
        proofs=[(str(row.id), f"{PROOFS[row.kind]} {row.number} ({row.remaining})") for row in proofs],
        **{**shown.BLANK, "values": values, **given},
    )


def _places(seen: acts.SaleSeen) -> list[tuple[str, str]]:
    """Return the places of the city to choose from, but for the centre, by their names."""
    here = seen.centre.place.code
    named = [(one.code, one.called(locale.current())) for one in acts.places() if one.code != here]
    return sorted(named, key=lambda one: one[1])


@pages.post("/centre-sales/<uuid:centre_sale_id>/broker")
@requires(Permission.TRADE_PAPERS_STATE, twin="PUT /api/v1/centre-sales/{id}/broker")
def name_sale_broker(centre_sale_id: UUID) -> Any:
    """Let a broker declare the goods of a sale."""

    def work(session: Session) -> str:
        acts.name_broker(session, centre_sale_id, parse_form(BrokerBody, request.form).broker)
        return url_for("centres.sale", centre_sale_id=centre_sale_id)

    return shown.done(work, _("The broker sees the goods now."), lambda **given: _sale(centre_sale_id, **given))


@pages.post("/centre-sales/<uuid:centre_sale_id>/release")
@requires(Permission.PARTNER_RELEASE_RECORD, twin="POST /api/v1/centre-sales/{id}/release")
def release_sale(centre_sale_id: UUID) -> Any:
    """Record by which declaration the goods of a sale leave bond."""

    def work(session: Session) -> str:
        acts.release(session, centre_sale_id, parse_form(requests.SaleReleaseBody, request.form))
        return url_for("centres.sale", centre_sale_id=centre_sale_id)

    return shown.done(
        work, _("The goods left bond: they can be fetched."), lambda **given: _sale(centre_sale_id, **given)
    )


@pages.post("/centre-sales/<uuid:centre_sale_id>/transit")
@requires(Permission.PARTNER_RELEASE_RECORD, twin="POST /api/v1/centre-sales/{id}/transit")
def draft_transit(centre_sale_id: UUID) -> Any:
    """Draft the transit movement of a sale's bonded goods."""

    def work(session: Session) -> str:
        acts.draft_transit(session, centre_sale_id, parse_form(requests.SaleTransitBody, request.form))
        return url_for("centres.sale", centre_sale_id=centre_sale_id)

    return shown.done(work, _("Drafted."), lambda **given: _sale(centre_sale_id, **given))


@pages.post("/centre-sales/<uuid:centre_sale_id>/transit/steps")
@requires(Permission.PARTNER_RELEASE_RECORD, twin="POST /api/v1/centre-sales/{id}/transit/steps")
def step_transit(centre_sale_id: UUID) -> Any:
    """Record what customs did with the movement of a sale."""

    def work(session: Session) -> str:
        acts.step_transit(session, centre_sale_id, parse_form(TransitStep, request.form))
        return url_for("centres.sale", centre_sale_id=centre_sale_id)

    return shown.done(work, _("Recorded."), lambda **given: _sale(centre_sale_id, **given))


@pages.post("/centre-sales/<uuid:centre_sale_id>/handover")
@requires(Permission.PARTNER_CENTRE_KEEP, twin="POST /api/v1/centre-sales/{id}/handover")
def hand_over_sale(centre_sale_id: UUID) -> Any:
    """Let goods of a sale leave their centre."""

    def work(session: Session) -> str:
        acts.hand_over(session, centre_sale_id, parse_form(requests.SaleHandoverBody, request.form))
        return url_for("centres.sale", centre_sale_id=centre_sale_id)

    return shown.done(work, _("The goods are handed over."), lambda **given: _sale(centre_sale_id, **given))


@pages.post("/centre-sales/<uuid:centre_sale_id>/shortage")
@requires(Permission.PARTNER_CENTRE_KEEP, twin="POST /api/v1/centre-sales/{id}/shortage")
def run_short(centre_sale_id: UUID) -> Any:
    """Say that the rest of a sale is not there."""

    def work(session: Session) -> str:
        acts.run_short(session, centre_sale_id)
        return url_for("centres.sale", centre_sale_id=centre_sale_id)

    return shown.done(work, _("The rest is short."), lambda **given: _sale(centre_sale_id, **given))


@pages.post("/centre-sales/<uuid:centre_sale_id>/delivery")
@requires(_READ, twin="POST /api/v1/centre-sales/{id}/delivery")
def deliver_sale(centre_sale_id: UUID) -> Any:
    """Say that the goods of a sale are with their buyer."""

    def work(session: Session) -> str:
        acts.deliver(session, centre_sale_id, parse_form(requests.SaleDeliveryBody, request.form))
        return url_for("centres.sale", centre_sale_id=centre_sale_id)

    return shown.done(work, _("The goods are delivered."), lambda **given: _sale(centre_sale_id, **given))
