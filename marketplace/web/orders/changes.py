"""Changes of an order: proposed, answered, withdrawn."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import changes as acts
from marketplace.edge.acts import orders, previews
from marketplace.edge.messages import sentence
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import changes as requests
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.merchants.rules.payees import masked
from marketplace.orders.changes.rules import NAMES, ChangeKind
from marketplace.payments.rules.plans import Counted
from marketplace.web.orders.views import pages, show_one
from marketplace.web.shared import acts as forms
from marketplace.web.shared import goods, plans

_READ = Permission.TRADE_ORDER_READ


@pages.get("/orders/<uuid:order_id>/changes")
@requires(_READ, twin="GET /api/v1/orders/{id}/changes")
def changes(order_id: UUID) -> str:
    """Show what was proposed to change of an order, and propose more."""
    asked = parse(requests.ChangeForm, {name: request.args[name] for name in ("kind",) if name in request.args})
    return _changes(order_id, asked.chosen)


@pages.post("/orders/<uuid:order_id>/changes")
@requires(_READ, twin="POST /api/v1/orders/{id}/changes")
def propose_change(order_id: UUID) -> Any:
    """Propose a change to the other side."""

    def work(key: str) -> str:  # noqa: ARG001  the form is sent once, whatever it is called
        acts.propose(order_id, body)
        return url_for("orders.changes", order_id=order_id)

    chosen = _kind(request.form)
    try:
        body = _body(chosen)
        done = forms.once(work, flow=True)
    except (Refused, Conflict) as refusal:
        if waits := _waits(refusal):
            return waits
        return forms.reshown(refusal, lambda **shown: _changes(order_id, chosen, **shown))
    flash(_("The change is proposed. Nothing changes before the other side accepts it."), "good")
    return done


@pages.post("/orders/<uuid:order_id>/changes/preview")
@requires(_READ, twin="POST /api/v1/orders/{id}/changes/preview")
def preview_change(order_id: UUID) -> Any:
    """Show what a change would come to; it is not proposed by that."""
    chosen = _kind(request.form)
    try:
        found = previews.preview(order_id, _body(chosen))
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **shown: _changes(order_id, chosen, **shown))
    return _changes(order_id, chosen, values=request.form, preview=found)


def _kind(form: Any) -> ChangeKind | None:
    kind = form.get("kind", "")
    if kind == ChangeKind.PAYEE:  # who proposes an account proves who it is, on a page of its own
        raise NotFound("order_change")
    return ChangeKind(kind) if kind in set(ChangeKind) else None


def _body(kind: ChangeKind | None) -> requests.Change:
    return _stated(request.form) if kind is ChangeKind.PLAN else parse_form(requests.Change, request.form)


@pages.post("/orders/<uuid:order_id>/changes/<uuid:change_id>/acceptance")
@requires(_READ, twin="POST /api/v1/order-changes/{id}/acceptance")
def accept_change(order_id: UUID, change_id: UUID) -> Any:
    """Accept the change that was shown."""

    def work(key: str) -> str:  # noqa: ARG001  the form is sent once, whatever it is called
        acts.accept(change_id, parse_form(requests.ChangeAcceptance, request.form))
        return url_for("orders.one", order_id=order_id)

    _check_of(order_id, change_id)
    try:
        answer = forms.once(work, flow=True)
    except (Refused, Conflict) as refusal:
        return _waits(refusal) or forms.reshown(refusal, lambda **shown: show_one(order_id, **shown))
    flash(_("The change is accepted."), "good")
    return answer


@pages.post("/orders/<uuid:order_id>/changes/<uuid:change_id>/refusal")
@requires(_READ, twin="POST /api/v1/order-changes/{id}/refusal")
def decline_change(order_id: UUID, change_id: UUID) -> Any:
    """Decline a change."""
    return _act(order_id, change_id, lambda session: acts.decline(session, change_id), _("The change is declined."))


@pages.post("/orders/<uuid:order_id>/changes/<uuid:change_id>/withdrawal")
@requires(_READ, twin="POST /api/v1/order-changes/{id}/withdrawal")
def withdraw_change(order_id: UUID, change_id: UUID) -> Any:
    """Take a change back."""
    return _act(order_id, change_id, lambda session: acts.withdraw(session, change_id), _("The change is withdrawn."))


def _stated(form: Any) -> requests.Change:
    """Read another plan from its form; an event without a percentage is none of its milestones."""
    return parse(requests.Change, {"kind": str(ChangeKind.PLAN), "stages": plans.stages_of(form)})


def _check_of(order_id: UUID, change_id: UUID) -> None:
    if acts.look(reading(), change_id).change.order_id != order_id:
        raise NotFound("order_change")


def _waits(refusal: Refused | Conflict) -> Any:
    """Return the way to the case that waits to be decided before a change; None for any other refusal."""
    if refusal.code != "approval_needed":
        return None
    said = _("Your company wants this change to be approved first. Nothing is changed yet: your request waits here.")
    flash(said, "info")
    return redirect(url_for("approvals.one", approval_id=refusal.facts["case"]), 303)


def _act(order_id: UUID, change_id: UUID, work: Any, said: str) -> Any:
    _check_of(order_id, change_id)

    def done(session: Any) -> str:
        work(session)
        return url_for("orders.one", order_id=order_id)

    try:
        answer = forms.once(done)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **shown: show_one(order_id, **shown))
    flash(said, "good")
    return answer


def _changes(order_id: UUID, kind: ChangeKind | None, **shown: Any) -> str:
    seen = orders.look(order_id)
    session = reading()
    return render_template(
        "orders/changes.html",
        seen=seen,
        goods=goods,
        plan_words=plans,
        masked=masked,
        rows=acts.of_order(session, order_id),
        kind=kind,
        names=NAMES[kind] if kind else (),
        may_propose="propose_change" in seen.acts and acts.may_change(seen.side),
        events=acts.events_for(session, seen.order, seen.lines) if kind is ChangeKind.PLAN else (),
        counted=tuple(Counted),
        why_not_added=sentence(refusal) if (refusal := acts.why_not_added(seen.order)) else None,
        departures=acts.departures_for(session, seen.lines) if kind is ChangeKind.ADD else (),
        **{"values": {}, "errors": {}, "refusal": None, "preview": None, **shown},
    )
