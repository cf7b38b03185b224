"""The work list of a departure: one form an act, or a batch of acts that a phone kept while it was offline."""

import json
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, current_app, flash, jsonify, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import files as file_acts
from marketplace.edge.acts import handling as acts
from marketplace.edge.acts import surcharges
from marketplace.edge.acts.handling import Told
from marketplace.edge.answers import problem
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import public, requires
from marketplace.edge.requests import handling as requests
from marketplace.files.rules import Purpose
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, DomainError, Malformed, Refused
from marketplace.kernel.ids import new_id
from marketplace.logistics.handling.rules.acts import Answer, Kind
from marketplace.web.handling import shown
from marketplace.web.shared import acts as forms
from marketplace.web.shared.zones import in_zone

pages = Blueprint("handling", __name__)

_HANDLE: Final = Permission.LOGISTICS_HANDOVER_RECORD
_OPERATE: Final = Permission.LOGISTICS_DEPARTURE_OPERATE
_GUARDS: Final = frozenset({"csrf_token", "idempotency_key"})
_MOST: Final = 100


@pages.get("/operator/departures/<uuid:departure_id>/work")
@requires(_OPERATE, twin="GET /api/v1/departures/{id}/work")
def operated(departure_id: UUID) -> str:
    """Show the operator's staff what is to be done with a departure."""
    return _work(departure_id, "handling.operated")


@pages.get("/partner/departures/<uuid:departure_id>/work")
@requires(_HANDLE, twin="GET /api/v1/departures/{id}/work")
def carried(departure_id: UUID) -> str:
    """Show a carrier what is to be done with a departure of its own."""
    return _work(departure_id, "handling.carried")


@pages.post("/operator/departures/<uuid:departure_id>/work")
@requires(_OPERATE, twin="POST /api/v1/handling-acts")
def operate(departure_id: UUID) -> Any:
    """Do one act of a form, or take a batch in that a phone kept."""
    return _taken(departure_id, "handling.operated")


@pages.post("/partner/departures/<uuid:departure_id>/work")
@requires(_HANDLE, twin="POST /api/v1/handling-acts")
def carry(departure_id: UUID) -> Any:
    """Do the same as a carrier."""
    return _taken(departure_id, "handling.carried")


@pages.get("/partner/handled/<uuid:act_id>/files/<uuid:file_id>")
@requires(_HANDLE, twin="GET /api/v1/handling-acts/{id}/files/{id}")
def picture(act_id: UUID, file_id: UUID) -> Response:
    """Give a picture or a signature that came with an act."""
    return acts.file(act_id, file_id)


@pages.get("/work-worker.js")
@public("a script without data; a browser asks for it on its own")
def worker() -> Response:
    """Give the script that keeps work lists for when there is no network; what is at the root may see every page."""
    return current_app.send_static_file("js/work-worker.js")


def _work(departure_id: UUID, endpoint: str, **typed: Any) -> str:
    work = acts.work(departure_id)
    given: dict[str, Any] = {"proposal": None, "values": {}, "errors": {}, "refusal": None, **typed}
    return render_template(
        "handling/work.html",
        work=work,
        items=[shown.item(item, work) for item in work.items],
        kinds=[kind for kind in Kind if kind in work.kinds],
        words=shown.KINDS,
        damages=shown.damages(),
        places=shown.ends(work),
        borders=shown.borders(work),
        conflicts=[shown.conflict(row, work) for row in work.conflicts],
        log=[shown.act(row, work) for row in work.acts[:30]],
        zone=shown.zone(work),
        here=url_for(endpoint, departure_id=departure_id),
        new_id=new_id,
        person=require_actor().person_id,
        said=shown.said(),
        may_waive=surcharges.may_waive(),
        **given,
    )


def _taken(departure_id: UUID, endpoint: str) -> Any:
    if "acts" in request.form:
        return _batch(departure_id)

    def show(**typed: Any) -> str:
        return _work(departure_id, endpoint, proposal=proposals[-1] if proposals else None, **typed)

    zone = shown.zone(acts.work(departure_id))
    try:
        photos = file_acts.all_received("photos", Purpose.EVIDENCE)
        drawn = file_acts.all_received("signature", Purpose.EVIDENCE)
    except Refused as refusal:
        return forms.reshown(refusal, show)

    def work(session: Any) -> str:
        form = in_zone(request.form.to_dict(), "done_at", zone)
        form["done_at"] = form.get("done_at") or clock.now().isoformat()
        body = parse_form(requests.HandlingAct, MultiDict(form | {"departure": str(departure_id), "device": "page"}))
        told = acts.apply(session, body, photos, drawn[0] if drawn else None)
        if told.refusal is not None:
            proposals.append(shown.answered(told))
            raise told.refusal
        said.append(shown.answered(told))
        return url_for(endpoint, departure_id=departure_id)

    said: list[str] = []
    proposals: list[str] = []
    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, show)
    for text in said:
        flash(text, "good")
    return done


def _batch(departure_id: UUID) -> Response:
    """Let the acts that a phone sends count, each by itself, and tell it what became of each."""
    zone = shown.zone(acts.work(departure_id))
    try:
        found = json.loads(request.form["acts"])
    except (ValueError, RecursionError):
        raise Malformed("body") from None
    if not isinstance(found, list) or len(found) > _MOST:
        raise Refused.field("acts", "range", f"1 to {_MOST}")
    ordered = sorted(found, key=lambda raw: str(raw.get("done_at", "")) if isinstance(raw, dict) else "")
    return jsonify({"answers": [_one(departure_id, raw, zone) for raw in ordered]})


def _one(departure_id: UUID, raw: Any, zone: str) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise Malformed("body")
    act_id = str(raw.get("id", ""))
    given = {str(name): value for name, value in raw.items() if name not in _GUARDS}
    if isinstance(given.get("done_at"), str):
        given = in_zone(given, "done_at", zone)
    try:
        body = parse(requests.HandlingAct, given | {"departure": str(departure_id)})
        photos = file_acts.all_received(f"photos.{act_id}", Purpose.EVIDENCE)
        drawn = file_acts.all_received(f"signature.{act_id}", Purpose.EVIDENCE)
        told = acts.one(body, photos, drawn[0] if drawn else None)
    except DomainError as refusal:
        told = Told(act_id, Answer.REFUSED, refusal)
    errors = problem(told.refusal)["errors"] if told.refusal else []
    return {
        "id": act_id,
        "answer": str(told.answer),
        "text": shown.answered(told),
        "errors": [{"field": error["field"], "message": error["message"]} for error in errors],
    }
