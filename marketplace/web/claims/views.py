"""Claims as buyer, merchant, carrier and operator see them; acceptance of delivered lines."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import arrivals, bundles, orders, returning
from marketplace.edge.acts import claims as acts
from marketplace.edge.acts import files as file_acts
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import claims as requests
from marketplace.edge.requests.operations import BookingAgain
from marketplace.files.rules import Purpose
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.orders.queries.lines import LineRow
from marketplace.orders.rules.claims import ClaimState
from marketplace.orders.rules.states import LineState
from marketplace.web.shared import acts as forms
from marketplace.web.shared import goods, locale, plans, render

pages = Blueprint("claims", __name__)
_BLANK: dict[str, Any] = {"values": {}, "errors": {}, "refusal": None}


@pages.get("/claims")
@requires(Permission.TRADE_CLAIM_READ, twin="GET /api/v1/claims")
def many() -> str:
    """List the claims that the reader's company makes or answers."""
    search = parse(requests.ClaimsQuery, request.args.to_dict())
    session = reading()
    page = acts.many(session, search)
    return render_template("claims/many.html", page=page, names=acts.names(session, page.items), search=search)


@pages.get("/claims/<uuid:claim_id>")
@requires(Permission.TRADE_CLAIM_READ, twin="GET /api/v1/claims/{id}")
def one(claim_id: UUID) -> str:
    """Show a claim with what was said and shown."""
    return _one(claim_id)


@pages.get("/claims/<uuid:claim_id>/evidence/<uuid:file_id>")
@requires(Permission.TRADE_CLAIM_READ, twin="GET /api/v1/claims/{id}/evidence/{id}")
def evidence(claim_id: UUID, file_id: UUID) -> Any:
    """Give a file of a claim's evidence."""
    return acts.evidence(claim_id, file_id)


@pages.get("/claims/<uuid:claim_id>/bundle")
@requires(Permission.TRADE_CLAIM_READ, twin="GET /api/v1/claims/{id}/bundle")
def bundle(claim_id: UUID) -> Any:
    """Give everything about a claim as one ZIP."""
    return bundles.bundle(claim_id)


@pages.post("/claims/<uuid:claim_id>/evidence")
@requires(Permission.TRADE_CLAIM_READ, twin="POST /api/v1/claims/{id}/evidence")
def add_evidence(claim_id: UUID) -> Any:
    """Put files beside an open claim, as either side."""
    acts.look(reading(), claim_id)  # another's claim takes no file in

    def work(key: str) -> str:  # noqa: ARG001  kept by the caller
        uploads = file_acts.all_received("file", Purpose.EVIDENCE)
        if not uploads:
            raise Refused.field("file", "required", "a file, sent as multipart/form-data")
        with unit_of_work() as session:
            more = [file_acts.keep(session, each) for each in uploads]
            acts.add_evidence(session, claim_id, body, more=more)
        return url_for("claims.one", claim_id=claim_id)

    try:
        body = parse_form(requests.EvidenceForm, request.form)
        done = forms.once(work, flow=True)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **shown: _one(claim_id, **shown))
    flash(_("The evidence is added."), "good")
    return done


@pages.post("/orders/<uuid:order_id>/lines/<uuid:line_id>/acceptance")
@requires(Permission.TRADE_ORDER_ACCEPT, twin="POST /api/v1/order-lines/{id}/acceptance")
def accept(order_id: UUID, line_id: UUID) -> Any:
    """Accept delivered units of a line, and show how they came."""
    _line(order_id, line_id)

    def work(session: Any) -> str:
        acts.accept(session, line_id, body, sent.keep(session, body))
        return url_for("orders.one", order_id=order_id)

    try:
        body = parse_form(requests.Acceptance, request.form)
        sent = arrivals.Sent(line_id, body.logger)
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **shown: _accept(order_id, line_id, **shown))
    flash(_("The goods are accepted."), "good")
    return done


@pages.get("/orders/<uuid:order_id>/lines/<uuid:line_id>/arrival/<uuid:file_id>")
@requires(Permission.TRADE_ORDER_READ, twin="GET /api/v1/order-lines/{id}/arrival/{id}")
def arrival_file(order_id: UUID, line_id: UUID, file_id: UUID) -> Any:
    """Give a picture or a logger's file that shows how goods came."""
    _line(order_id, line_id)
    return arrivals.file(line_id, file_id)


@pages.get("/orders/<uuid:order_id>/lines/<uuid:line_id>/claims")
@requires(Permission.TRADE_ORDER_ACCEPT, twin="POST /api/v1/order-lines/{id}/claims")
def new(order_id: UUID, line_id: UUID) -> str:
    """Show the form that claims about a line."""
    return _new(order_id, line_id)


@pages.post("/orders/<uuid:order_id>/lines/<uuid:line_id>/claims")
@requires(Permission.TRADE_ORDER_ACCEPT, twin="POST /api/v1/order-lines/{id}/claims")
def open_claim(order_id: UUID, line_id: UUID) -> Any:
    """Claim about units of a line; pictures, papers and recordings may come along."""
    _line(order_id, line_id)

    def work(key: str) -> str:  # noqa: ARG001  kept by the caller
        evidence = file_acts.all_received("file", Purpose.EVIDENCE)
        with unit_of_work() as session:
            more = [file_acts.keep(session, each) for each in evidence]
            claim_id = acts.open_claim(session, line_id, body, more=more)
        return url_for("claims.one", claim_id=claim_id)

    try:
        body = parse_form(requests.Claim, request.form)
        done = forms.once(work, flow=True)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **shown: _new(order_id, line_id, **shown))
    flash(_("The claim is made. It has to be answered in time."), "good")
    return done


@pages.post("/claims/<uuid:claim_id>/answer")
@requires(Permission.TRADE_CLAIM_ANSWER, twin="POST /api/v1/claims/{id}/answer")
def answer(claim_id: UUID) -> Any:
    """Answer a claim with an offer."""
    return _act(
        claim_id,
        requests.ClaimAmount,
        acts.answer,
        _("The offer is made."),
        refused=_("The claim is refused. The other side may still ask the operator to decide."),
    )


@pages.post("/claims/<uuid:claim_id>/settlement")
@requires(Permission.TRADE_ORDER_ACCEPT, twin="POST /api/v1/claims/{id}/settlement")
def settle(claim_id: UUID) -> Any:
    """Take the offer that was shown."""
    return _act(
        claim_id,
        requests.Settlement,
        acts.settle,
        _("The claim is settled."),
        to_send=_("The offer is taken. The claim is settled once what was agreed came."),
    )


@pages.post("/claims/<uuid:claim_id>/withdrawal")
@requires(Permission.TRADE_ORDER_ACCEPT, twin="POST /api/v1/claims/{id}/withdrawal")
def withdraw(claim_id: UUID) -> Any:
    """Give a claim up."""
    return _act(claim_id, None, acts.withdraw, _("The claim is withdrawn."))


@pages.post("/claims/<uuid:claim_id>/escalation")
@requires(Permission.TRADE_ORDER_ACCEPT, twin="POST /api/v1/claims/{id}/escalation")
def escalate(claim_id: UUID) -> Any:
    """Ask the operator to decide."""
    return _act(claim_id, None, acts.escalate, _("The operator decides now."))


@pages.post("/claims/<uuid:claim_id>/decision")
@requires(Permission.OPERATOR_CLAIM_DECIDE, twin="POST /api/v1/claims/{id}/decision")
def decide(claim_id: UUID) -> Any:
    """Decide an escalated claim."""
    return _act(
        claim_id,
        requests.ClaimDecision,
        acts.decide,
        _("The claim is decided."),
        to_send=_("The claim is decided, and over once what was decided came."),
    )


@pages.post("/claims/<uuid:claim_id>/sending")
@requires(Permission.TRADE_CLAIM_READ, twin="POST /api/v1/claims/{id}/sending")
def send(claim_id: UUID) -> Any:
    """Say that what a claim ended with was sent."""
    return _act(claim_id, requests.Word, acts.send, _("Written down. The other side says now that it came."))


@pages.post("/claims/<uuid:claim_id>/confirmation")
@requires(Permission.TRADE_CLAIM_READ, twin="POST /api/v1/claims/{id}/confirmation")
def confirm(claim_id: UUID) -> Any:
    """Say that what was sent came."""
    return _act(claim_id, None, acts.confirm, _("The claim is settled."))


@pages.post("/claims/<uuid:claim_id>/contest")
@requires(Permission.TRADE_CLAIM_READ, twin="POST /api/v1/claims/{id}/contest")
def contest(claim_id: UUID) -> Any:
    """Say that what was sent does not do."""
    return _act(claim_id, requests.Word, acts.contest, _("The operator decides now."))


@pages.post("/claims/<uuid:claim_id>/booking")
@requires(Permission.TRADE_CLAIM_READ, twin="POST /api/v1/claims/{id}/booking")
def book(claim_id: UUID) -> Any:
    """Book goods that go back on a departure."""
    return _act(claim_id, BookingAgain, returning.book, _("Booked. Bring the goods to the hub before the cut-off."))


@pages.post("/claims/<uuid:claim_id>/booking/cancellation")
@requires(Permission.TRADE_CLAIM_READ, twin="POST /api/v1/claims/{id}/booking/cancellation")
def give_up_booking(claim_id: UUID) -> Any:
    """Let the booking of goods that go back go."""
    return _act(claim_id, None, returning.give_up, _("The booking is given up. Its room is free again."))


def _act(claim_id: UUID, model: Any, act: Any, said: str, *, to_send: str = "", refused: str = "") -> Any:
    """Do an act on a claim.

    ``to_send`` is what is said instead where something has to be sent first, ``refused`` where nothing is offered.
    """

    def work(session: Any) -> str:
        act(session, claim_id, *body)
        return url_for("claims.one", claim_id=claim_id)

    try:
        body = [parse_form(model, request.form)] if model else []
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **shown: _one(claim_id, **shown))
    if to_send or refused:
        claim = acts.look(reading(), claim_id).claim
        is_refused = claim.offer is not None and not claim.offer and claim.remedy is None
        said = (is_refused and refused) or (claim.state is ClaimState.SENDING and to_send) or said
    flash(said, "good")
    return done


def _one(claim_id: UUID, **shown: Any) -> str:
    seen = acts.look(reading(), claim_id)
    return render_template(
        "claims/one.html",
        seen=seen,
        plan_words=plans,
        goods=goods,
        departures=_departures(claim_id) if "book" in seen.back.acts else [],
        locale=locale.current(),
        **{**_BLANK, **shown},
    )


def _departures(claim_id: UUID) -> list[tuple[str, str]]:
    """Return the departures on which goods may go back, as choices: where from and to, when, and what it costs."""
    rows = returning.options(claim_id)
    names = {code: place.called(locale.current()) for code, place in returning.places_of(rows).items()}
    return [
        (
            str(row.departure_id),
            " · ".join(
                (
                    row.reference,
                    f"{names[row.hub_code]} → {names[row.to_place]}",
                    render.datetime_in(row.departs_at, row.zones[0]),
                    render.money(row.freight) if row.freight else "",
                )
            ),
        )
        for row in rows
    ]


def _line(order_id: UUID, line_id: UUID) -> LineRow:
    for line in orders.look(order_id).lines:
        if line.id == line_id:
            return line
    raise NotFound("order_line")


def _accept(order_id: UUID, line_id: UUID, **shown: Any) -> str:
    line = _line(order_id, line_id)
    delivered = line.parts.get(LineState.DELIVERED, 0)
    return render_template(
        "claims/accept.html", order_id=order_id, line=line, delivered=delivered, goods=goods, **{**_BLANK, **shown}
    )


def _new(order_id: UUID, line_id: UUID, **shown: Any) -> str:
    line = _line(order_id, line_id)
    return render_template(
        "claims/new.html",
        order_id=order_id,
        line=line,
        goods=goods,
        has_arrival=acts.has_arrival(line_id),
        **{**_BLANK, **shown},
    )
