"""The operator's plans of lorries: made, looked at, changed by hand, applied."""

from typing import Any
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import planning as acts
from marketplace.edge.acts import running
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import planning as requests
from marketplace.kernel.errors import Conflict, Refused
from marketplace.web.operations import planned
from marketplace.web.operations.blueprint import pages
from marketplace.web.operations.lines import done
from marketplace.web.shared import acts as forms
from marketplace.web.shared import locale, render

_OPERATE = Permission.LOGISTICS_DEPARTURE_OPERATE
_BLANK: dict[str, Any] = {"values": {}, "errors": {}, "refusal": None}


@pages.get("/operator/plans")
@requires(_OPERATE, twin="GET /api/v1/load-plans")
def plans() -> str:
    """List the runs of the planner, and ask for another."""
    return _plans()


def _plans(**typed: Any) -> str:
    asked = parse(requests.Plans, {key: request.args[key] for key in ("hub", "cursor") if request.args.get(key)})
    page = acts.runs(asked)
    places = running.places(acts.hubs())
    return render_template(
        "operations/plans.html",
        runs=[planned.run(row, places) for row in page.items],
        hubs=[(code, place.called(locale.current())) for code, place in places.items()],
        lines=[(line.code, line.called(locale.current())) for line in running.lines()],
        next=url_for("operations.plans", cursor=page.next) if page.next else None,
        first=url_for("operations.plans") if asked.cursor else None,
        **{**_BLANK, **typed},
    )


@pages.post("/operator/plans")
@requires(_OPERATE, twin="POST /api/v1/load-plans")
def plan() -> Any:
    """Plan a hub's departures."""

    def work(**_key: Any) -> str:
        return url_for("operations.load_plan", plan_id=acts.make(parse_form(requests.Planning, request.form)))

    try:
        answer = forms.once(work, flow=True)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, _plans)
    flash(_("Planned. Nothing moves until the plan is applied."), "good")
    return answer


@pages.get("/operator/plans/<uuid:plan_id>")
@requires(_OPERATE, twin="GET /api/v1/load-plans/{id}")
def load_plan(plan_id: UUID) -> str:
    """Show a plan as a board."""
    return _board(plan_id)


def _board(plan_id: UUID, **typed: Any) -> str:
    board = acts.shown(plan_id)
    rows = board.plan.rows
    cargo = running.cargo_of({row.subject for row in rows})
    places = running.places({row.to_place for row in rows} | {board.plan.head.hub_code})
    return render_template(
        "operations/plan.html",
        head=planned.run(board.plan.head, places),
        edited=board.plan.edited,
        edited_gap=render.percent(board.plan.edited_gap_permyriad),
        departures=[planned.filled(one, cargo, places) for one in board.filled],
        behind=[planned.row(one, cargo, places) | planned.why(one, board) for one in board.behind],
        choices=[(str(one.departure.id), planned.choice(one.departure)) for one in board.filled],
        **{**_BLANK, **typed},
    )


@pages.post("/operator/plans/<uuid:plan_id>/move")
@requires(_OPERATE, twin="POST /api/v1/load-plans/{id}/move")
def move_planned(plan_id: UUID) -> Any:
    """Put a booking of a draft elsewhere."""
    return _act(plan_id, lambda session: acts.move(session, plan_id, _form(requests.Moving)), _("Moved in the plan."))


@pages.post("/operator/plans/<uuid:plan_id>/pin")
@requires(_OPERATE, twin="POST /api/v1/bookings/{id}/pin")
def pin_planned(plan_id: UUID) -> Any:
    """Set a booking on a departure for every plan, or free it."""

    def work(session: Any) -> None:
        asked = _form(requests.Moving)
        acts.pin(session, asked.booking, requests.Pinning(departure=asked.departure))

    return _act(plan_id, work, _("Kept for the plans to come."))


@pages.post("/operator/plans/<uuid:plan_id>/apply")
@requires(_OPERATE, twin="POST /api/v1/load-plans/{id}/apply")
def apply_plan(plan_id: UUID) -> Any:
    """Roll what the draft moves."""
    said = _("Applied. What could not be moved is named beside its booking.")
    return _act(plan_id, lambda session: acts.apply(session, plan_id), said)


def _form(model: Any) -> Any:
    return parse_form(model, request.form)


def _act(plan_id: UUID, work: Any, said: str) -> Any:
    def act(session: Any) -> str:
        work(session)
        return url_for("operations.load_plan", plan_id=plan_id)

    return done(act, said, lambda **typed: _board(plan_id, **typed))
