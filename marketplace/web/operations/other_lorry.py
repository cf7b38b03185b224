"""The page on which the operator sees what another kind of lorry would do to a departure, and lets it drive."""

from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import other_lorry as acts
from marketplace.edge.answers import problem
from marketplace.edge.parsing import parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import operations as requests
from marketplace.kernel.quantity import Load
from marketplace.web.operations import shown
from marketplace.web.operations.blueprint import pages
from marketplace.web.operations.lines import done
from marketplace.web.shared import locale

_OPERATE = Permission.LOGISTICS_DEPARTURE_OPERATE


@pages.get("/operator/departures/<uuid:departure_id>/vehicle")
@requires(_OPERATE, twin="GET /api/v1/departures/{id}/vehicle")
def other_lorry(departure_id: UUID) -> str:
    """Show who would stay and who would move on with each kind of lorry."""
    return _page(departure_id)


@pages.post("/operator/departures/<uuid:departure_id>/vehicle")
@requires(_OPERATE, twin="POST /api/v1/departures/{id}/vehicle")
def change_lorry(departure_id: UUID) -> Any:
    """Let another kind of lorry drive."""

    def work(session: Any) -> str:
        acts.change(session, departure_id, parse_form(requests.OtherLorry, request.form))
        return url_for("operations.departure", departure_id=departure_id)

    said = _("Another lorry drives. Whoever moved on is told which one, and why.")
    return done(work, said, lambda **typed: _page(departure_id, **typed))


def _page(departure_id: UUID, **typed: Any) -> str:
    seen = acts.changing(departure_id)
    return render_template(
        "operations/other_lorry.html",
        row=seen.departure,
        line=seen.departure.line_names.get(locale.current(), seen.departure.line_name),
        kind=seen.kind,
        percent=seen.percent,
        meters=shown.meters(seen.departure),
        zone=shown.hub_zone(seen.departure),
        choices=[_choice(one) for one in seen.choices],
        **{"values": {}, "errors": {}, "refusal": None, **typed},
    )


def _choice(one: acts.Choice) -> dict[str, Any]:
    outlook = one.outlook
    used = sum((row.load for row in outlook.stay), Load())
    return {
        "kind": outlook.kind,
        "meters": shown.loads(used, outlook.room),
        "percent": outlook.percent,
        "stay": outlook.stay,
        "go": outlook.go,
        "references": {row.id: row.reference for row in outlook.stay},
        "shares": one.shares,
        "refusals": [problem(refusal)["detail"] for refusal in outlook.refusals],
    }
