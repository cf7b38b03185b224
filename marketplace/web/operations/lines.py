"""Pages of those who pack a line, take it in at the hub and count it at its door."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import arrivals, running
from marketplace.edge.acts import operations as acts
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import may, requires
from marketplace.edge.requests import operations as requests
from marketplace.edge.requests.arrivals import Arrival
from marketplace.edge.requests.payments import CursorQuery
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.orders.rules.packed_lots import Lot
from marketplace.web.operations.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import goods, locale, waiting
from marketplace.web.shared.zones import in_zone, on_the_clock

_BLANK: dict[str, Any] = {"values": {}, "errors": {}, "refusal": None}


@pages.get("/merchant/fulfilment")
@requires(Permission.TRADE_ORDER_FULFIL, twin="GET /api/v1/orders")
def fulfilment() -> str:
    """Show a merchant what is to make ready, to pack and to bring to the hub."""
    return _fulfilment()


def _fulfilment(**shown: Any) -> str:
    rows = acts.to_ship()
    bookings = acts.carried(rows)
    return render_template(
        "operations/fulfilment.html",
        rows=rows,
        bookings=bookings,
        doubts=acts.doubts(rows),
        hubs=acts.hubs_of(bookings.values()),
        goods=goods,
        locale=locale.current(),
        **{**_BLANK, **shown},
    )


@pages.post("/merchant/lines/<uuid:line_id>/ready")
@requires(Permission.TRADE_ORDER_FULFIL, twin="POST /api/v1/order-lines/{id}/ready")
def ready(line_id: UUID) -> Any:
    """Say that a line's goods are ready to be packed."""

    def work(session: Any) -> str:
        acts.mark_ready(session, line_id)
        return url_for("operations.fulfilment")

    return done(work, _("The goods are ready."), _fulfilment)


@pages.get("/merchant/lines/<uuid:line_id>/packing")
@requires(Permission.TRADE_ORDER_FULFIL, twin="POST /api/v1/order-lines/{id}/packing")
def packing(line_id: UUID) -> str:
    """Ask how a line is packed."""
    return _packing(line_id)


def _packing(line_id: UUID, **shown: Any) -> str:
    row = acts.line_to_pack(line_id)
    if row.packing and not row.may_pack_again:
        raise NotFound("order_line")
    offered = row.line.packing
    values: dict[str, Any] = {"cartons": -(-row.line.units // offered.carton_units)} if offered else {}
    if row.packing:
        lots = "\n".join(_typed(one.lot) for one in row.packing.lots)
        values = {"cartons": row.packing.cartons, "marks": row.packing.marks, "lots": lots}
    doubt = acts.doubts([row]).get(line_id)
    shown = {**_BLANK, "values": values, **shown}
    return render_template("operations/packing.html", row=row, doubt=doubt, goods=goods, **shown)


def _typed(lot: Lot) -> str:
    """Write a lot as it is typed."""
    return f"{lot.number} {lot.cartons} {lot.best_before or '-'} {lot.certificate or '-'}"


@pages.post("/merchant/lines/<uuid:line_id>/packing")
@requires(Permission.TRADE_ORDER_FULFIL, twin="POST /api/v1/order-lines/{id}/packing")
def pack(line_id: UUID) -> Any:
    """Pack a line into cartons."""

    def work(session: Any) -> str:
        acts.pack(session, line_id, parse_form(requests.Packing, request.form))
        return url_for("operations.fulfilment")

    return done(work, _("Packed. The cartons have their labels."), lambda **shown: _packing(line_id, **shown))


@pages.get("/partner")
@requires(Permission.PARTNER_CONSIGNMENT_READ)
def partner() -> Any:
    """Begin where a partner's work lies."""
    return redirect(url_for("operations.consignments"))


@pages.get("/partner/consignments")
@requires(Permission.PARTNER_CONSIGNMENT_READ, twin="GET /api/v1/consignments")
def consignments() -> str:
    """Show a carrier the cargo on its lines."""
    page = acts.consignments(parse(CursorQuery, request.args.to_dict()).cursor)
    return render_template(
        "operations/consignments.html",
        page=page,
        takes_cargo=acts.takes_cargo,
        places=running.destinations(page.items),
        locale=locale.current(),
        waiting=waiting.partnering(),
    )


@pages.get("/partner/lines/<uuid:line_id>/handover")
@requires(Permission.LOGISTICS_HANDOVER_RECORD, twin="POST /api/v1/order-lines/{id}/handover")
def handover(line_id: UUID) -> str:
    """Ask what the hub counted, weighed and measured."""
    return _handover(line_id)


def _handover(line_id: UUID, **shown: Any) -> str:
    row = acts.to_take_in(line_id)
    values = {"cartons_received": row.packing.missing} if row.packing else {}
    return render_template(
        "operations/handover.html",
        row=row,
        takes=acts.takes_cargo(row),
        may_override=acts.may_override(),
        zone=acts.zone_of(row.booking.hub_code),
        **{**_BLANK, "values": values, **shown},
    )


@pages.post("/partner/lines/<uuid:line_id>/handover")
@requires(Permission.LOGISTICS_HANDOVER_RECORD, twin="POST /api/v1/order-lines/{id}/handover")
def hand_over(line_id: UUID) -> Any:
    """Take cartons into the hub."""

    def work(session: Any) -> str:
        _code, row = acts.hand_over(session, line_id, parse_form(requests.Handover, request.form))
        return _after(row.booking.departure_id)

    return done(work, _("Taken in, counted, weighed and measured."), lambda **shown: _handover(line_id, **shown))


def _after(departure_id: UUID) -> str:
    """Return where whoever handles goods goes on: the operator's staff with the lorry, a partner with its list."""
    if acts.may_override():
        return url_for("operations.departure", departure_id=departure_id)
    return url_for("operations.consignments")


@pages.get("/bookings/<uuid:booking_id>/receipt")
@requires(Permission.LOGISTICS_RECEIPT_RECORD, twin="POST /api/v1/bookings/{id}/receipt")
def receipt(booking_id: UUID) -> str:
    """Ask what arrived."""
    return _receipt(booking_id)


def _receipt(booking_id: UUID, **shown: Any) -> str:
    row = acts.to_receive(booking_id)
    # How goods that come back were kept on the way is nobody's claim.
    zone, care = acts.zone_of(row.booking.to_place), None if row.back else arrivals.care_of(row.line_id)
    return render_template("operations/receipt.html", row=row, zone=zone, care=care, **{**_BLANK, **shown})


@pages.post("/bookings/<uuid:booking_id>/receipt")
@requires(Permission.LOGISTICS_RECEIPT_RECORD, twin="POST /api/v1/bookings/{id}/receipt")
def receive(booking_id: UUID) -> Any:
    """Record what arrived."""
    row = acts.to_receive(booking_id)
    zone = acts.zone_of(row.booking.to_place)

    def work(session: Any) -> str:
        form = in_zone(request.form.to_dict(), "received_at", zone)
        # The tick says the opposite of the field: forms send nothing for what is not ticked.
        form["complete"] = "" if form.pop("more_to_come", "") else "1"
        body = parse_form(requests.Receipt, MultiDict(form))
        acts.receive(session, booking_id, body, sent.keep(session, body) if sent else None)
        if row.back:
            return url_for("claims.one", claim_id=row.back.id)
        if may(Permission.TRADE_ORDER_READ):
            return url_for("orders.one", order_id=acts.order_of(row.line_id))
        return _after(row.booking.departure_id)

    def show(**shown: Any) -> str:
        return _receipt(booking_id, **shown)

    try:
        logger = request.form.get("logger", "").strip()
        sent = None if row.back else arrivals.Sent(row.line_id, logger)
    except Refused as refusal:
        return forms.reshown(refusal, show)
    return done(work, _("Written down. Thank you for counting."), show, zone)


@pages.get("/bookings/<uuid:booking_id>/arrival")
@requires(Permission.LOGISTICS_RECEIPT_RECORD, twin="POST /api/v1/bookings/{id}/arrival")
def arrival(booking_id: UUID) -> str:
    """Ask how the goods came."""
    return _arrival(booking_id)


def _arrival(booking_id: UUID, **shown: Any) -> str:
    row = _to_show(booking_id)
    care = arrivals.care_of(row.line_id)
    return render_template("operations/arrival.html", row=row, care=care, **{**_BLANK, **shown})


@pages.post("/bookings/<uuid:booking_id>/arrival")
@requires(Permission.LOGISTICS_RECEIPT_RECORD, twin="POST /api/v1/bookings/{id}/arrival")
def show_arrival(booking_id: UUID) -> Any:
    """Keep pictures of goods that came, and what a logger measured."""
    row = _to_show(booking_id)

    def work(session: Any) -> str:
        arrivals.show_by_form(session, booking_id, sent.keep(session, parse_form(Arrival, request.form)))
        if may(Permission.TRADE_ORDER_READ):
            return url_for("orders.one", order_id=acts.order_of(row.line_id))
        return _after(row.booking.departure_id)

    def show(**shown: Any) -> str:
        return _arrival(booking_id, **shown)

    try:
        sent = arrivals.Sent(row.line_id, request.form.get("logger", "").strip())
    except Refused as refusal:
        return forms.reshown(refusal, show)
    return done(work, _("Written down. Buyer and merchant see it."), show)


def _to_show(booking_id: UUID) -> acts.Aboard:
    row = acts.to_receive(booking_id)
    if row.back is not None:
        raise NotFound("booking")
    return row


def done(work: Callable[..., str], said: str, show: Callable[..., str], zone: str | None = None) -> Any:
    """Do an act once and say so, or show its form again with the reason; instants are said on the clock of a zone."""
    try:
        answer = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(on_the_clock(refusal, zone) if zone else refusal, show)
    flash(said, "good")
    return answer
