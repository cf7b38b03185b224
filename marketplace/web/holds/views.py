"""Pages of what held lorries cost: the published table, one's own charges, the operator's desk."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.distribution.fees.rules.states import FeeState, WaiverCause
from marketplace.distribution.holds.rules.bearing import BEARERS, ShareBy
from marketplace.edge.acts import holds as acts
from marketplace.edge.identity import current_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import public, requires
from marketplace.edge.requests import holds as requests
from marketplace.kernel.errors import Conflict, NotAllowed, Refused
from marketplace.logistics.rules.states import HoldCause
from marketplace.web.shared import acts as forms
from marketplace.web.shared import fees as fee_words
from marketplace.web.shared import holds as words
from marketplace.web.shared.causes import cause_of

pages = Blueprint("holds", __name__)
_MINE = Permission.TRADE_PAYMENT_READ
_READ = Permission.OPERATOR_COST_READ
_DECIDE = Permission.OPERATOR_COST_DECIDE
_BLANK: dict[str, Any] = {"values": {}, "errors": {}, "refusal": None}


@pages.get("/held-costs/rules")
@public("who books may know who bears what a held lorry costs", twin="GET /api/v1/held-cost-rules")
def rules() -> Any:
    """Show who bears what, and which rules were published."""
    return _rules()


@pages.post("/held-costs/rules")
@requires(_DECIDE, twin="POST /api/v1/held-cost-rules")
def propose() -> Any:
    """Propose a rule."""

    def work(session: Any) -> str:
        acts.propose(session, parse_form(requests.NewBearingRule, request.form))
        return url_for("holds.rules")

    return _done(work, _("Proposed. It counts once another person has published it."), _rules)


@pages.post("/held-costs/rules/<uuid:bearing_rule_id>/publication")
@requires(_DECIDE, twin="POST /api/v1/held-cost-rules/{id}/publication")
def publish(bearing_rule_id: UUID) -> Any:
    """Publish a proposed rule."""

    def work(session: Any) -> str:
        acts.publish(session, bearing_rule_id)
        return url_for("holds.rules")

    return _done(work, _("Published. Holds that began before keep the rule of their day."), _rules)


@pages.post("/held-costs/rules/<uuid:bearing_rule_id>/refusal")
@requires(_DECIDE, twin="POST /api/v1/held-cost-rules/{id}/refusal")
def decline(bearing_rule_id: UUID) -> Any:
    """Let a proposed rule never count."""

    def work(session: Any) -> str:
        acts.decline(session, bearing_rule_id)
        return url_for("holds.rules")

    return _done(work, _("It does not count."), _rules)


@pages.get("/operator/departures/<uuid:departure_id>/holds")
@requires(_READ, twin="GET /api/v1/departures/{id}/holds")
def many(departure_id: UUID) -> str:
    """Show the holds of a departure, what they cost and who bears it."""
    return _many(departure_id)


@pages.post("/operator/departures/<uuid:departure_id>/holds/<uuid:lorry_hold_id>/consignment")
@requires(Permission.LOGISTICS_DEPARTURE_OPERATE, twin="PUT /api/v1/holds/{id}/consignment")
def name(departure_id: UUID, lorry_hold_id: UUID) -> Any:
    """Say which consignment a hold is about."""

    def work(session: Any) -> str:
        body = parse_form(requests.HeldConsignment, request.form)
        acts.name(session, lorry_hold_id, body, departure_id=departure_id)
        return url_for("holds.many", departure_id=departure_id)

    return _done(work, _("Noted. Those aboard are not told."), lambda **given: _many(departure_id, **given))


@pages.get("/held-charges")
@requires(_MINE, twin="GET /api/v1/held-charges")
def mine() -> str:
    """Show what one's company owes, is owed or bears of held lorries."""
    asked = parse(requests.HeldChargesQuery, request.args.to_dict())
    page = acts.mine(asked)
    following = url_for("holds.mine", cursor=page.next, order=asked.order) if page.next else None
    return render_template(
        "holds/mine.html", page=page, names=acts.names(page.items), next=following, sees=acts.sees_order, **_words()
    )


@pages.get("/held-charges/<uuid:held_charge_id>")
@requires(_MINE, twin="GET /api/v1/held-charges/{id}")
def one(held_charge_id: UUID) -> str:
    """Show a share of one's company."""
    row = acts.one(held_charge_id)
    return render_template(
        "holds/one.html", row=row, names=acts.names([row]), sees_order=acts.sees_order(row), **_words()
    )


@pages.get("/operator/held-charges")
@requires(_READ, twin="GET /api/v1/held-charge-desk")
def desk() -> str:
    """Show all shares."""
    asked = parse(requests.HeldDeskQuery, request.args.to_dict())
    page = acts.desk(asked)
    kept: dict[str, Any] = {"state": asked.state.value if asked.state else None, "departure": asked.departure}
    return render_template(
        "holds/desk.html",
        page=page,
        asked=asked,
        states=list(FeeState),
        names=acts.names(page.items),
        next=url_for("holds.desk", cursor=page.next, **kept) if page.next else None,
        **_words(),
    )


@pages.get("/operator/held-charges/<uuid:held_charge_id>")
@requires(_READ, twin="GET /api/v1/held-charge-desk/{id}")
def looked_at(held_charge_id: UUID) -> str:
    """Show any share, with what the operator may do about it."""
    return _share(held_charge_id)


@pages.post("/operator/held-charges/<uuid:held_charge_id>/waiver")
@requires(_DECIDE, twin="POST /api/v1/held-charges/{id}/waiver")
def waive(held_charge_id: UUID) -> Any:
    """Let a charge off, or ask a second person to."""
    return _act(
        held_charge_id,
        lambda session: acts.waive(session, held_charge_id, parse_form(requests.HeldWaiver, request.form)),
    )


@pages.post("/operator/held-charges/<uuid:held_charge_id>/waiver/approval")
@requires(_DECIDE, twin="POST /api/v1/held-charges/{id}/waiver/approval")
def approve(held_charge_id: UUID) -> Any:
    """Agree that a charge is let off."""
    return _act(held_charge_id, lambda session: acts.approve(session, held_charge_id))


@pages.post("/operator/held-charges/<uuid:held_charge_id>/waiver/refusal")
@requires(_DECIDE, twin="POST /api/v1/held-charges/{id}/waiver/refusal")
def keep(held_charge_id: UUID) -> Any:
    """Let a charge stay owed."""
    return _act(held_charge_id, lambda session: acts.keep(session, held_charge_id))


@pages.post("/operator/held-charges/<uuid:held_charge_id>/charge")
@requires(_DECIDE, twin="POST /api/v1/held-charges/{id}/charge")
def charge(held_charge_id: UUID) -> Any:
    """Charge a share that waited."""
    return _act(held_charge_id, lambda session: acts.charge(session, held_charge_id))


def _act(share_id: UUID, act: Callable[[Any], object]) -> Any:
    def work(session: Any) -> str:
        act(session)
        return url_for("holds.looked_at", held_charge_id=share_id)

    try:
        return forms.once(work)
    except (Refused, Conflict, NotAllowed) as refusal:
        return forms.reshown(refusal, lambda **given: _share(share_id, **given))


def _done(work: Callable[[Any], str], said: str, show: Callable[..., Any]) -> Any:
    try:
        answer = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, show)
    flash(said, "good")
    return answer


def _words() -> dict[str, Any]:
    return {"acts": words.ACTS, "bearers": words.BEARERS, "cause_of": cause_of}


def _share(share_id: UUID, **given: Any) -> str:
    row = acts.looked_at(share_id)
    return render_template(
        "holds/looked_at.html",
        row=row,
        names=acts.names([row]),
        causes=[(cause.value, fee_words.CAUSES[cause]) for cause in WaiverCause],
        waived_for=fee_words.CAUSES,
        **_words(),
        **{**_BLANK, **given},
    )


def _rules(**given: Any) -> str:
    actor = current_actor()
    decides = actor is not None and actor.may(_DECIDE)
    return render_template(
        "holds/rules.html",
        table=acts.shown(),
        versions=acts.versions(),
        proposals=acts.proposals() if decides else (),
        own=actor.person if actor is not None and decides else None,
        shared_by=words.SHARED_BY,
        causes=[(cause.value, cause_of(cause)) for cause in HoldCause],
        bearer_choices=[(bearer.value, words.BEARERS[bearer]) for bearer in BEARERS],
        share_choices=[(by.value, words.SHARED_BY[by]) for by in ShareBy],
        **_words(),
        **{**_BLANK, **given},
    )


def _many(departure_id: UUID, **given: Any) -> str:
    rows, shares = acts.many(departure_id), acts.of_departure(departure_id)
    return render_template(
        "holds/many.html",
        departure_id=departure_id,
        reference=acts.reference(departure_id),
        rows=rows,
        shares=shares,
        shared_by=words.SHARED_BY,
        **_words(),
        **{**_BLANK, **given},
    )
