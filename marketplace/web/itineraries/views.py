"""Ways to get a load there, for everybody, and what carrying emits, which an admin puts."""

from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import itineraries as acts
from marketplace.edge.answers import problem, status_of
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import public, requires
from marketplace.edge.requests import itineraries as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.money import MINOR_UNITS
from marketplace.logistics.itineraries.queries.search import COMPARED_IN, HORIZON, FoundRow
from marketplace.logistics.itineraries.rules.emissions import DERIVED_PERCENT
from marketplace.logistics.queries import departures
from marketplace.logistics.rules.states import Mode
from marketplace.reference import queries as reference
from marketplace.web.itineraries import shown
from marketplace.web.shared import acts as forms
from marketplace.web.shared import cities
from marketplace.web.shared import ways as words

pages = Blueprint("itineraries", __name__)

_OPEN = "who looks for a way may compare all of them"
_ASKED = ("from", "to", "after", "kg", "m3", "ldm", "pallets", "currency")


@pages.get("/itineraries")
@public(_OPEN)
def ways() -> Any:
    """Show the ways from a hub to a place that no other beats; ask for them first."""
    session, now = reading(), clock.now()
    values = {name: request.args[name] for name in _ASKED if request.args.get(name)}
    found: FoundRow | None = None
    errors: dict[str, str] = {}
    status = 200
    try:
        asked = parse(requests.Itineraries, values) if values else None
        found = acts.find(session, asked=asked, now=now) if asked else None
    except Refused as refusal:
        errors = {item["field"]: item["message"] for item in problem(refusal)["errors"]}
        status = status_of(refusal)
    hubs, ends = departures.hubs(session), departures.destinations(session)
    places = reference.places_by_code(session, (*hubs, *ends))
    preferred = cities.preferred(places[code] for code in ends)
    return (
        render_template(
            "itineraries/ways.html",
            found=found,
            itineraries=[shown.itinerary(row, places) for row in found.itineraries] if found else [],
            hubs=shown.named(places, hubs),
            cities=shown.named(places, ends),
            currencies=[(code, code) for code in sorted(MINOR_UNITS)],
            values={"currency": COMPARED_IN, "to": preferred, **values},
            errors=errors,
            days=HORIZON.days,
        ),
        status,
    )


@pages.get("/itineraries/emissions")
@public(_OPEN)
def emissions() -> str:
    """Show by which method and which factors emissions are reckoned."""
    return render_template(
        "itineraries/emissions.html",
        seen=acts.factors(reading()),
        modes=words.MODES,
        figure=_figure,
        derived=Decimal(DERIVED_PERCENT).scaleb(-2),
    )


@pages.get("/operator/emissions")
@requires(Permission.OPERATOR_SETTINGS_EDIT, twin="GET /api/v1/emission-factors")
def desk() -> str:
    """Show the factors that an admin may change."""
    return _desk()


@pages.post("/operator/emissions")
@requires(Permission.OPERATOR_SETTINGS_EDIT, twin="PUT /api/v1/emission-factors/{mode}")
def change() -> Any:
    """Let a mode emit otherwise."""

    def work(session: Any) -> str:
        body = parse_form(requests.FactorOfMode, request.form)
        acts.set_factor(session, body.transport_mode, body)
        return url_for("itineraries.desk")

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, _desk)
    flash(_("The factor changes at the instant that you chose."), "good")
    return done


def _desk(**back: Any) -> str:
    return render_template(
        "itineraries/desk.html",
        seen=acts.factors(reading()),
        modes=words.MODES,
        figure=_figure,
        choices=[(mode.value, words.MODES[mode]) for mode in Mode],
        **{"refusal": None, "errors": {}, "values": {}, **back},
    )


def _figure(mg_per_tkm: int) -> Decimal:
    """Return grams per tonne-kilometre."""
    return Decimal(mg_per_tkm).scaleb(-3)
