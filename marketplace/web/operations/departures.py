"""The operator's departures: what is aboard, and the acts of the journey in their order."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import floor, other_lorry, running, waybills
from marketplace.edge.acts import operations as acts
from marketplace.edge.answers import problem
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import operations as requests
from marketplace.edge.requests import waybills as needed
from marketplace.kernel import clock
from marketplace.kernel.errors import Refused
from marketplace.kernel.pages import Page
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.logistics.rules.states import DepartureState
from marketplace.web.operations import floor_shown, shown
from marketplace.web.operations.blueprint import pages
from marketplace.web.operations.lines import done
from marketplace.web.shared import goods, locale
from marketplace.web.shared.causes import cause_of
from marketplace.web.shared.zones import in_zone

_ASKED = ("line", "state", "from", "to", "q", "sort", "cursor")
_OPERATE = Permission.LOGISTICS_DEPARTURE_OPERATE


@pages.get("/operator/departures")
@requires(_OPERATE, twin="GET /api/v1/departures/running")
def departures() -> Any:
    """List departures, those under way and to come where nothing else is asked for."""
    values = {name: request.args[name] for name in _ASKED if request.args.get(name)}
    page: Page[DepartureRow] = Page(())
    errors: dict[str, str] = {}
    try:
        page = running.running(parse(requests.Running, values))
    except Refused as refusal:
        errors = {item["field"]: item["message"] for item in problem(refusal)["errors"]}
    kept: dict[str, Any] = {name: value for name, value in values.items() if name != "cursor"}
    answer = render_template(
        "operations/departures.html",
        departures=[shown.listed(row, clock.now()) for row in page.items],
        lines=[(line.code, line.called(locale.current())) for line in running.lines()],
        states=list(DepartureState),
        values=values,
        errors=errors,
        next=url_for("operations.departures", **kept, cursor=page.next) if page.next else None,
        first=url_for("operations.departures", **kept) if "cursor" in values else None,
    )
    return answer, 422 if errors else 200


@pages.get("/operator/departures/<uuid:departure_id>")
@requires(_OPERATE, twin="GET /api/v1/departures/{id}/operations")
def departure(departure_id: UUID) -> str:
    """Show a departure with what is aboard and what can be done next."""
    return _departure(departure_id)


def _departure(departure_id: UUID, **typed: Any) -> str:
    seen = acts.operated(departure_id)
    plan, left = floor.short_of(departure_id)
    return render_template(
        "operations/departure.html",
        seen=seen,
        floor_plan=plan,
        beyond=other_lorry.beyond(departure_id),
        without_place=floor_shown.without_place(left),
        papers=waybills.readiness(departure_id),
        needs=needed.NEEDS,
        makers=needed.MAKERS,
        meters=shown.meters(seen.departure),
        way=shown.way(seen.departure, clock.now()),
        log=shown.log(seen),
        sides=shown.sides(seen),
        waits=shown.waits(seen),
        state=seen.departure.shown_state(clock.now()),
        line=seen.departure.line_names.get(locale.current(), seen.departure.line_name),
        carried=running.cargo_of({one.booking.subject for one in seen.aboard}),
        places=running.destinations(seen.aboard),
        goods=goods,
        locale=locale.current(),
        takes_cargo=acts.takes_cargo,
        causes=shown.causes(),
        cause=cause_of(seen.departure.hold_cause) if seen.departure.hold_cause else None,
        ends=shown.ends(seen.departure, seen.bound_for),
        **{"values": {}, "errors": {}, "refusal": None, **typed},
    )


@pages.post("/operator/departures/<uuid:departure_id>/close")
@requires(_OPERATE, twin="POST /api/v1/departures/{id}/close")
def close(departure_id: UUID) -> Any:
    """Take no more bookings."""
    return _act(departure_id, lambda session, _form: acts.close(session, departure_id), _("Closed for booking."))


@pages.post("/operator/departures/<uuid:departure_id>/reopen")
@requires(_OPERATE, twin="POST /api/v1/departures/{id}/reopen")
def reopen(departure_id: UUID) -> Any:
    """Take bookings again before loading begins."""
    return _act(departure_id, lambda session, _form: acts.reopen(session, departure_id), _("Open for booking again."))


@pages.post("/operator/departures/<uuid:departure_id>/hold")
@requires(_OPERATE, twin="POST /api/v1/departures/{id}/hold")
def hold(departure_id: UUID) -> Any:
    """Stop a sealed lorry."""
    said = _("Held. Everybody with goods aboard sees the cause.")
    return _act(departure_id, _with(acts.hold, requests.Holding, departure_id), said)


@pages.post("/operator/departures/<uuid:departure_id>/resume")
@requires(_OPERATE, twin="POST /api/v1/departures/{id}/resume")
def resume(departure_id: UUID) -> Any:
    """Let a stopped lorry go on."""
    return _act(departure_id, lambda session, _form: acts.resume(session, departure_id), _("It goes on."))


@pages.post("/operator/departures/<uuid:departure_id>/load")
@requires(_OPERATE, twin="POST /api/v1/departures/{id}/load")
def load(departure_id: UUID) -> Any:
    """Load the ticked bookings, or all at the hub."""
    return _act(departure_id, _with(acts.load, requests.Loading, departure_id), _("Loaded."))


@pages.post("/operator/departures/<uuid:departure_id>/unload")
@requires(_OPERATE, twin="POST /api/v1/departures/{id}/unload")
def unload(departure_id: UUID) -> Any:
    """Take the ticked bookings off the lorry again."""
    said = _("Taken off. Sealed without it, the lorry leaves it for the next departure with room.")
    return _act(departure_id, _with(acts.unload, requests.Unloading, departure_id), said)


@pages.post("/operator/departures/<uuid:departure_id>/seal")
@requires(_OPERATE, twin="POST /api/v1/departures/{id}/seal")
def seal(departure_id: UUID) -> Any:
    """Seal the doors."""
    return _act(departure_id, _with(acts.seal, requests.Sealing, departure_id), _("Sealed; the manifest is frozen."))


@pages.post("/operator/departures/<uuid:departure_id>/depart")
@requires(_OPERATE, twin="POST /api/v1/departures/{id}/depart")
def depart(departure_id: UUID) -> Any:
    """Let the lorry go."""
    return _act(departure_id, _with(acts.depart, requests.Passing, departure_id), _("On its way."))


@pages.post("/operator/departures/<uuid:departure_id>/at-border")
@requires(_OPERATE, twin="POST /api/v1/departures/{id}/at-border")
def at_border(departure_id: UUID) -> Any:
    """Note that the lorry waits at a border."""
    return _act(departure_id, _with(acts.at_border, requests.Passing, departure_id), _("Waiting at the border."))


@pages.post("/operator/departures/<uuid:departure_id>/clear")
@requires(_OPERATE, twin="POST /api/v1/departures/{id}/clear")
def clear(departure_id: UUID) -> Any:
    """Note that the lorry is cleared."""
    return _act(departure_id, _with(acts.clear, requests.Passing, departure_id), _("Cleared; it crosses."))


@pages.post("/operator/departures/<uuid:departure_id>/arrive")
@requires(_OPERATE, twin="POST /api/v1/departures/{id}/arrive")
def arrive(departure_id: UUID) -> Any:
    """Note an arrival."""
    return _act(departure_id, _with(acts.arrive, requests.Passing, departure_id), _("Arrived."))


@pages.post("/operator/departures/<uuid:departure_id>/strip")
@requires(_OPERATE, twin="POST /api/v1/departures/{id}/strip")
def strip(departure_id: UUID) -> Any:
    """Unload the lorry."""
    return _act(departure_id, _with(acts.strip, requests.Passing, departure_id), _("Unloaded."))


@pages.post("/operator/departures/<uuid:departure_id>/cancel")
@requires(_OPERATE, twin="POST /api/v1/departures/{id}/cancel")
def cancel(departure_id: UUID) -> Any:
    """Cancel a departure; its bookings are rolled, or ended and owed back."""
    said = _("Cancelled. Every booking has an answer.")
    return _act(departure_id, _with(acts.cancel, requests.Cancelling, departure_id), said)


def _with(act: Callable[..., Any], model: Any, departure_id: UUID) -> Callable[..., None]:
    """Return an act on a departure with what its form says."""

    def work(session: Any, form: Any) -> None:
        act(session, departure_id, parse_form(model, form))

    return work


def _act(departure_id: UUID, work: Callable[..., None], said: str) -> Any:
    def act(session: Any) -> str:
        work(session, _form(departure_id))
        return url_for("operations.departure", departure_id=departure_id)

    zone = shown.next_zone(acts.operated(departure_id).departure, request.form.get("place", ""))
    return done(act, said, lambda **typed: _departure(departure_id, **typed), zone)


def _form(departure_id: UUID) -> Any:
    """Return the form with its time read on the clock of the place where the lorry is."""
    if not request.form.get("happened_at"):
        return request.form
    zone = shown.next_zone(acts.operated(departure_id).departure, request.form.get("place", ""))
    form = MultiDict(request.form)
    form["happened_at"] = in_zone(request.form.to_dict(), "happened_at", zone)["happened_at"]
    return form
