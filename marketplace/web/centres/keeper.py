"""The desk of who keeps distribution centres, a lot's page, counts, and what brokers release."""

from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import centre_sales as sale_acts
from marketplace.edge.acts import centres as acts
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import centres as requests
from marketplace.edge.requests.payments import CursorQuery
from marketplace.logistics.centres.rules.counts import CountState
from marketplace.logistics.centres.rules.lots import Status
from marketplace.web.centres import sales, shown
from marketplace.web.centres.blueprint import pages

_KEEP = Permission.PARTNER_CENTRE_KEEP
_RELEASE = Permission.PARTNER_RELEASE_RECORD
_GUARDS = frozenset({"csrf_token", "idempotency_key"})


@pages.get("/partner/centres")
@requires(_KEEP, twin="GET /api/v1/centres/lots")
def desk() -> str:
    """Show what lies in one's centres, what comes, and what must leave bond first."""
    return _desk()


def _desk(**given: Any) -> str:
    asked = parse(CursorQuery, request.args.to_dict() if request.method == "GET" else {})
    own = acts.own_centres()
    page = acts.kept_lots(asked.cursor)
    coming, moving = acts.arrivals(None), acts.transfers(None)
    return render_template(
        "centres/desk.html",
        centres=shown.centres(own),
        sheets=[row for each in own for row in acts.counts(each.id)],
        lots=shown.lots(page.items),
        ending=shown.lots(acts.ending()),
        arrivals=shown.arrivals(coming.items),
        transfers=shown.transfers(moving.items, (row.id for row in own)),
        sold=sales.told(sale_acts.waiting_in(frozenset(row.id for row in own))),
        next=url_for("centres.desk", cursor=page.next) if page.next else None,
        first=url_for("centres.desk") if asked.cursor else None,
        **{**shown.BLANK, **given},
    )


@pages.get("/partner/centres/arrivals/<uuid:arrival_id>")
@requires(_KEEP, twin="GET /api/v1/centres/arrivals")
def arrival(arrival_id: UUID) -> str:
    """Show announced goods, to be taken in."""
    return _arrival(arrival_id)


def _arrival(arrival_id: UUID, **given: Any) -> str:
    row = acts.arrival(arrival_id)
    values = {"quantity": row.quantity, "status": str(Status.BONDED)}
    return render_template(
        "centres/arrival.html",
        one=shown.arrivals((row,))[0],
        statuses=shown.statuses(),
        **{**shown.BLANK, "values": values, **given},
    )


@pages.post("/partner/centres/arrivals/<uuid:arrival_id>")
@requires(_KEEP, twin="POST /api/v1/centres/arrivals/{id}/receipt")
def take_in(arrival_id: UUID) -> Any:
    """Put announced goods into a lot."""

    def work(session: Session) -> str:
        made = acts.take_in(session, arrival_id, parse_form(requests.TakingBody, request.form))
        return url_for("centres.lot", lot_id=made)

    return shown.done(work, _("The goods are taken in."), lambda **given: _arrival(arrival_id, **given))


@pages.get("/partner/centres/transfers/<uuid:lot_transfer_id>")
@requires(_KEEP, twin="GET /api/v1/centres/transfers")
def transfer(lot_transfer_id: UUID) -> str:
    """Show units on their way between centres, to be received."""
    return _transfer(lot_transfer_id)


def _transfer(lot_transfer_id: UUID, **given: Any) -> str:
    row = acts.transfer(lot_transfer_id)
    return render_template(
        "centres/transfer.html",
        one=shown.transfers((row,), (each.id for each in acts.own_centres()))[0],
        **{**shown.BLANK, "values": {"quantity": row.quantity}, **given},
    )


@pages.post("/partner/centres/transfers/<uuid:lot_transfer_id>/receipt")
@requires(_KEEP, twin="POST /api/v1/centres/transfers/{id}/receipt")
def receive(lot_transfer_id: UUID) -> Any:
    """Take in what arrived of a transfer."""

    def work(session: Session) -> str:
        made = acts.receive(session, lot_transfer_id, parse_form(requests.ReceiptBody, request.form))
        return url_for("centres.lot", lot_id=made) if made else url_for("centres.desk")

    return shown.done(work, _("The transfer is received."), lambda **given: _transfer(lot_transfer_id, **given))


@pages.get("/lots/<uuid:lot_id>")
@requires(Permission.TRADE_DOCUMENT_READ, twin="GET /api/v1/lots/{id}")
def lot(lot_id: UUID) -> str:
    """Show a lot to its owner, keeper or broker, with what each may do."""
    return _lot(lot_id)


def _lot(lot_id: UUID, **given: Any) -> str:
    seen = acts.lot(lot_id)
    is_bonded = seen.row.status is Status.BONDED
    others = [(str(row.id), shown.place(row)) for row in acts.every_centre() if row.id != seen.row.centre_id]
    proofs = acts.usable_proofs(seen.row) if seen.releases and is_bonded else ()
    return render_template(
        "centres/lot.html",
        seen=seen,
        one=shown.lot(seen),
        is_bonded=is_bonded,
        others=others,
        proofs=[(str(row.id), f"{row.number} ({row.remaining})") for row in proofs],
        brokers=[(str(row.id), row.name) for row in acts.brokers()] if seen.owns and is_bonded else [],
        kinds=[("damaged", _("broken")), ("reexported", _("out of the country again"))]
        if is_bonded
        else [("out", _("handed out")), ("damaged", _("broken"))],
        **{**shown.BLANK, "values": {"broker": seen.row.broker_id or ""}, **given},
    )


@pages.post("/lots/<uuid:lot_id>/movements")
@requires(_KEEP, twin="POST /api/v1/lots/{id}/movements")
def move(lot_id: UUID) -> Any:
    """Let units of a lot leave."""

    def work(session: Session) -> str:
        acts.move(session, lot_id, parse_form(requests.MovementBody, request.form))
        return url_for("centres.lot", lot_id=lot_id)

    return shown.done(work, _("Recorded."), lambda **given: _lot(lot_id, sent="move", **given))


@pages.post("/lots/<uuid:lot_id>/transfers")
@requires(_KEEP, twin="POST /api/v1/lots/{id}/transfers")
def send(lot_id: UUID) -> Any:
    """Send units to another centre."""

    def work(session: Session) -> str:
        acts.send(session, lot_id, parse_form(requests.TransferBody, request.form))
        return url_for("centres.lot", lot_id=lot_id)

    return shown.done(work, _("On their way."), lambda **given: _lot(lot_id, sent="send", **given))


@pages.post("/lots/<uuid:lot_id>/releases")
@requires(_RELEASE, twin="POST /api/v1/lots/{id}/releases")
def release(lot_id: UUID) -> Any:
    """Record the line of an import declaration by which units leave bond."""

    def work(session: Session) -> str:
        made = acts.release(session, lot_id, parse_form(requests.ReleaseBody, request.form))
        return url_for("centres.lot", lot_id=made)

    return shown.done(work, _("Released from bond."), lambda **given: _lot(lot_id, sent="release", **given))


@pages.post("/lots/<uuid:lot_id>/broker")
@requires(Permission.CATALOG_LISTING_EDIT, twin="PUT /api/v1/lots/{id}/broker")
def name_broker(lot_id: UUID) -> Any:
    """Let a broker see and release a lot."""

    def work(session: Session) -> str:
        acts.name_broker(session, lot_id, parse_form(requests.BrokerBody, request.form))
        return url_for("centres.lot", lot_id=lot_id)

    return shown.done(work, _("The broker sees the lot now."), lambda **given: _lot(lot_id, **given))


@pages.get("/partner/releases")
@requires(_RELEASE, twin="GET /api/v1/lots/to-release")
def releases() -> str:
    """Show the bonded lots that a broker may release, those that must leave first in red."""
    asked = parse(CursorQuery, request.args.to_dict())
    page = acts.to_release(asked.cursor)
    return render_template(
        "centres/releases.html",
        lots=shown.lots(page.items),
        sold=sales.told(sale_acts.to_declare()) if not asked.cursor else (),
        next=url_for("centres.releases", cursor=page.next) if page.next else None,
        first=url_for("centres.releases") if asked.cursor else None,
    )


@pages.post("/partner/centres/<uuid:centre_id>/counts")
@requires(_KEEP, twin="POST /api/v1/centres/{id}/counts")
def open_sheet(centre_id: UUID) -> Any:
    """Begin to count a centre."""

    def work(session: Session) -> str:
        return url_for("centres.count", count_id=acts.open_sheet(session, centre_id))

    return shown.done(work, _("The sheet is open."), _desk)


@pages.get("/partner/centres/counts/<uuid:count_id>")
@requires(_KEEP, twin="GET /api/v1/centres/{id}/counts")
def count(count_id: UUID) -> str:
    """Show a count sheet, to be filled in or confirmed."""
    return _count(count_id)


def _count(count_id: UUID, **given: Any) -> str:
    row = acts.count(count_id)
    return render_template(
        "centres/count.html",
        one=shown.count(row),
        is_open=row.state is CountState.OPEN,
        is_waiting=row.state is CountState.WAITING,
        reasons=shown.reasons(),
        **{**shown.BLANK, **given},
    )


@pages.post("/partner/centres/counts/<uuid:count_id>/figures")
@requires(_KEEP, twin="POST /api/v1/centres/counts/{id}/figures")
def enter(count_id: UUID) -> Any:
    """Enter what was found, a figure and a reason for each lot of the sheet."""
    form = request.form
    ids = [name.partition(".")[2] for name in form if name.startswith("lots.") and form[name].strip()]
    sent: dict[str, Any] = {
        name: form[name] for name in form if name not in _GUARDS and not name.startswith(("lots.", "reason."))
    }
    sent["lots"] = [
        {"lot": each, "units": form[f"lots.{each}"], "reason": form.get(f"reason.{each}", "")} for each in ids
    ]

    def work(session: Session) -> str:
        acts.enter(session, count_id, parse(requests.FiguresBody, sent))
        return url_for("centres.count", count_id=count_id)

    return shown.done(work, _("The figures are entered."), lambda **given: _count(count_id, **given))


@pages.post("/partner/centres/counts/<uuid:count_id>/decision")
@requires(_KEEP, twin="POST /api/v1/centres/counts/{id}/decision")
def decide(count_id: UUID) -> Any:
    """Book the differences of a sheet, or drop it."""

    def work(session: Session) -> str:
        acts.decide(session, count_id, parse_form(requests.DecisionBody, request.form))
        return url_for("centres.desk")

    return shown.done(work, _("The sheet is ended."), lambda **given: _count(count_id, **given))
