"""The timetable and one departure, for everybody."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import fees, fleet, pricing
from marketplace.edge.acts import logistics as acts
from marketplace.edge.answers import problem, status_of
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import public, requires
from marketplace.edge.requests import logistics as requests
from marketplace.edge.requests import pricing as prices
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.pages import Page
from marketplace.logistics.boards.queries import corridor
from marketplace.logistics.borders.queries import crossings as borders
from marketplace.logistics.borders.queries import forecasts
from marketplace.logistics.pricing.queries import versions
from marketplace.logistics.queries import departures as queries
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.reference import queries as reference
from marketplace.web.logistics import shown
from marketplace.web.shared import acts as forms
from marketplace.web.shared import corridor as drawing
from marketplace.web.shared import cutoffs, render
from marketplace.web.shared import fees as fee_words

pages = Blueprint("logistics", __name__)

_TIMETABLE = "a timetable is there to be read"
_ASKED = ("from", "to", "after", "cursor")


@pages.get("/departures")
@public(_TIMETABLE)
def departures() -> Any:
    """Show coming departures, by time."""
    session, now = reading(), clock.now()
    values = {name: request.args[name] for name in _ASKED if request.args.get(name)}
    page: Page[DepartureRow] = Page(())
    errors: dict[str, str] = {}
    status = 200
    try:
        page = acts.departures(session, asked=parse(requests.Departures, values), now=now)
    except Refused as refusal:
        errors = {item["field"]: item["message"] for item in problem(refusal)["errors"]}
        status = status_of(refusal)
    kept: dict[str, Any] = {name: value for name, value in values.items() if name != "cursor"}
    hubs, cities = queries.hubs(session), queries.destinations(session)
    places = reference.places_by_code(session, (*hubs, *cities))
    return (
        render_template(
            "logistics/departures.html",
            departures=[shown.card(row, now, to=values.get("to")) for row in page.items],
            hubs=shown.places([places[code] for code in hubs]),
            cities=shown.places([places[code] for code in cities]),
            map=drawing.picture(corridor.lines(session)),
            values=values,
            errors=errors,
            next=url_for("logistics.departures", **kept, cursor=page.next) if page.next else None,
            first=url_for("logistics.departures", **kept) if "cursor" in values else None,
        ),
        status,
    )


@pages.get("/departures/<uuid:departure_id>")
@public(_TIMETABLE)
def departure(departure_id: UUID) -> str:
    """Show one departure: its way, its cut-offs and the room left."""
    return _departure(departure_id)


@pages.post("/account/departures/<uuid:departure_id>/whole-lorry")
@requires(Permission.TRADE_ORDER_PLACE, twin="POST /api/v1/departures/{id}/whole-lorry")
def take_whole(departure_id: UUID) -> Any:
    """Take all of a lorry that carries nothing but what one's company pays for."""

    def work(session: Session) -> str:
        pricing.take_whole(session, departure_id)
        return url_for("logistics.departure", departure_id=departure_id)

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _departure(departure_id, **given))
    flash(_("The lorry is yours alone. What your goods were to pay beyond its price is credited."), "good")
    return done


@pages.get("/freight-quotes/new/<uuid:departure_id>")
@requires(Permission.TRADE_CART_EDIT, twin="POST /api/v1/freight-quotes")
def ask_quote(departure_id: UUID) -> str:
    """Ask what freight of a load costs on a departure, before any goods are chosen."""
    return _ask(departure_id)


@pages.post("/freight-quotes/new/<uuid:departure_id>")
@requires(Permission.TRADE_CART_EDIT, twin="POST /api/v1/freight-quotes")
def give_quote(departure_id: UUID) -> Any:
    """Quote it: the quote binds until it expires."""

    def work(session: Session) -> str:
        typed = request.form.to_dict() | {"departure_id": str(departure_id)}
        row = pricing.quote(session, parse_form(prices.QuoteBody, MultiDict(typed)))
        return url_for("logistics.quote", freight_quote_id=row.id)

    try:
        return forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _ask(departure_id, **given))


@pages.get("/freight-quotes/<uuid:freight_quote_id>")
@requires(Permission.TRADE_CART_EDIT, twin="GET /api/v1/freight-quotes/{id}")
def quote(freight_quote_id: UUID) -> str:
    """Show a quote: by weight and for a whole lorry side by side, which measure decides, and until when it holds."""
    row, rates = pricing.shown(freight_quote_id)
    return render_template("logistics/quote.html", quote=row, **shown.quoted(row, rates), holds=row.holds(clock.now()))


def _ask(departure_id: UUID, **given: Any) -> str:
    session, now = reading(), clock.now()
    row = queries.departure(session, departure_id=departure_id, now=now)
    return render_template(
        "logistics/ask_quote.html",
        departure=row,
        places=shown.places([stop.place for stop in row.stops[1:] if not stop.is_border]),
        bookable=row.is_bookable(now),
        **{"refusal": None, "errors": {}, "values": {}, **given},
    )


def _departure(departure_id: UUID, **given: Any) -> str:
    session, now = reading(), clock.now()
    row = queries.departure(session, departure_id=departure_id, now=now)
    sides = [stop.place.code for stop in row.stops if stop.is_border]
    hours = borders.hours_at(session, place_codes=sides)
    expected = forecasts.expected(session, departure_ids=[departure_id])[departure_id]
    return render_template(
        "logistics/departure.html",
        departure=row,
        card=shown.card(row, now),
        way=shown.way(row, now, hours, expected),
        meters=shown.meters(row),
        bookable=row.is_bookable(now),
        shares=shown.shares(row, versions.published(session, departure=row, now=now)),
        cutoffs=cutoffs.rows(fleet.cutoffs_of(row), row.stops[0].place.zone, now),
        mine=render.own_clock(),
        fee_rules=fees.shown(),
        fee_words=fee_words,
        **{"refusal": None, "errors": {}, "values": {}, **given},
    )
