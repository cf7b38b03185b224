"""Pages of fees for lorries."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.distribution.fees.rules.states import FeeState, WaiverCause
from marketplace.distribution.fees.rules.terms import BY_RULE, Basis
from marketplace.edge.acts import fees as acts
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import public, requires
from marketplace.edge.requests import fees as requests
from marketplace.kernel.errors import Conflict, NotAllowed, Refused
from marketplace.web.shared import acts as forms
from marketplace.web.shared import choices
from marketplace.web.shared import fees as words

pages = Blueprint("fees", __name__)
_MINE = Permission.TRADE_PAYMENT_READ
_READ = Permission.OPERATOR_COST_READ
_DECIDE = Permission.OPERATOR_COST_DECIDE


@pages.get("/fees/rules")
@public("who books may know what it costs if goods do not come", twin="GET /api/v1/fee-rules")
def rules() -> Any:
    """Show what is asked, from which day on."""
    return _rules()


@pages.post("/fees/rules")
@requires(_DECIDE, twin="POST /api/v1/fee-rules")
def publish() -> Any:
    """Publish a rule."""

    def work(session: Any) -> str:
        acts.publish(session, parse_form(requests.NewRule, request.form))
        return url_for("fees.rules")

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, _rules)
    flash(_("Published. Freight that was agreed before keeps the rule of its day."), "good")
    return done


@pages.get("/fees")
@requires(_MINE, twin="GET /api/v1/fees")
def mine() -> str:
    """Show the fees that one's company owes or is owed."""
    asked = parse(requests.FeesQuery, request.args.to_dict())
    page = acts.mine(asked)
    following = url_for("fees.mine", cursor=page.next, order=asked.order) if page.next else None
    return render_template(
        "fees/mine.html", page=page, names=acts.names(page.items), words=words, next=following, sees=acts.sees_order
    )


@pages.get("/fees/<uuid:fee_id>")
@requires(_MINE, twin="GET /api/v1/fees/{id}")
def one(fee_id: UUID) -> str:
    """Show a fee of one's company."""
    row = acts.one(fee_id)
    return render_template(
        "fees/one.html", row=row, names=acts.names([row]), words=words, sees_order=acts.sees_order(row)
    )


@pages.get("/operator/fees")
@requires(_READ, twin="GET /api/v1/fee-desk")
def desk() -> str:
    """Show all fees."""
    asked = parse(requests.DeskQuery, request.args.to_dict())
    page = acts.desk(asked)
    kept = {"state": asked.state.value if asked.state else None, "departure": asked.departure}
    return render_template(
        "fees/desk.html",
        page=page,
        asked=asked,
        states=list(FeeState),
        names=acts.names(page.items),
        words=words,
        next=url_for("fees.desk", cursor=page.next, **kept) if page.next else None,
    )


@pages.get("/operator/fees/<uuid:fee_id>")
@requires(_READ, twin="GET /api/v1/fee-desk/{id}")
def looked_at(fee_id: UUID) -> str:
    """Show any fee, with what the operator may do about it."""
    return _fee(fee_id)


@pages.post("/operator/fees/<uuid:fee_id>/waiver")
@requires(_DECIDE, twin="POST /api/v1/fees/{id}/waiver")
def waive(fee_id: UUID) -> Any:
    """Let a fee off, or ask a second person to."""
    return _act(fee_id, lambda session: acts.waive(session, fee_id, parse_form(requests.NewWaiver, request.form)))


@pages.post("/operator/fees/<uuid:fee_id>/waiver/approval")
@requires(_DECIDE, twin="POST /api/v1/fees/{id}/waiver/approval")
def approve(fee_id: UUID) -> Any:
    """Agree that a fee is let off."""
    return _act(fee_id, lambda session: acts.approve(session, fee_id))


@pages.post("/operator/fees/<uuid:fee_id>/waiver/refusal")
@requires(_DECIDE, twin="POST /api/v1/fees/{id}/waiver/refusal")
def keep(fee_id: UUID) -> Any:
    """Let a fee stay owed."""
    return _act(fee_id, lambda session: acts.keep(session, fee_id))


@pages.post("/operator/fees/<uuid:fee_id>/charge")
@requires(_DECIDE, twin="POST /api/v1/fees/{id}/charge")
def charge(fee_id: UUID) -> Any:
    """Charge a fee that waited."""
    return _act(fee_id, lambda session: acts.charge(session, fee_id))


def _act(fee_id: UUID, act: Callable[[Any], object]) -> Any:
    def work(session: Any) -> str:
        act(session)
        return url_for("fees.looked_at", fee_id=fee_id)

    try:
        return forms.once(work)
    except (Refused, Conflict, NotAllowed) as refusal:
        return forms.reshown(refusal, lambda **shown: _fee(fee_id, **shown))


def _fee(fee_id: UUID, **shown: Any) -> str:
    row = acts.looked_at(fee_id)
    return render_template(
        "fees/looked_at.html",
        row=row,
        names=acts.names([row]),
        words=words,
        causes=[(cause.value, words.CAUSES[cause]) for cause in WaiverCause],
        **{"values": {}, "errors": {}, "refusal": None, **shown},
    )


def _rules(**shown: Any) -> str:
    return render_template(
        "fees/rules.html",
        rules=acts.rules(),
        counting={rule.id for rule in acts.shown()},
        words=words,
        kinds=[(kind.value, words.KINDS[kind]) for kind in BY_RULE],
        bases=[(basis.value, words.BASES[basis]) for basis in Basis],
        currencies=choices.currencies(),
        **{"values": {"currency": "CNY"}, "errors": {}, "refusal": None, **shown},
    )
