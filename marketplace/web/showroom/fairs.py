"""Fairs and matchmaking days: for everybody, for merchants that take part, and for the operator at the door."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import fairs as acts
from marketplace.edge.acts.files import attached
from marketplace.edge.identity import current_actor, require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import public, requires
from marketplace.edge.requests import fairs as requests
from marketplace.exchange.queries import fairs as queries
from marketplace.exchange.queries import showroom
from marketplace.exchange.rules.fairs import ACTIONS, FAIR, FairKind, SeatState
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import Conflict, FieldError, Refused
from marketplace.reference import queries as reference
from marketplace.web.shared import acts as forms
from marketplace.web.shared import choices, locale
from marketplace.web.shared import goods as shown
from marketplace.web.showroom.blueprint import pages

_RUN = Permission.OPERATOR_SHOWROOM_RUN
_EDIT = Permission.CATALOG_LISTING_EDIT
_OPEN = "what the city shows is there to be seen"
_TICKET = "whoever has a ticket may read it and give it back"
KINDS: Final[dict[FairKind, Any]] = {
    FairKind.FAIR: lazy_gettext("Fair"),
    FairKind.MATCHMAKING: lazy_gettext("Matchmaking day"),
}
SAID: Final[dict[str, Any]] = {
    "open": lazy_gettext("Open the registration"),
    "close": lazy_gettext("Close the registration"),
    "hold": lazy_gettext("It was held"),
    "cancel": lazy_gettext("Cancel it; everybody registered is told"),
}


@pages.get("/events")
@public(_OPEN, twin="GET /api/v1/events")
def fairs() -> str:
    """Show the coming fairs."""
    rows = queries.coming(reading(), now=clock.now())
    return render_template("showroom/fairs.html", rows=[card(row) for row in rows])


@pages.get("/events/<uuid:fair_id>")
@public(_OPEN, twin="GET /api/v1/events/{id}")
def fair(fair_id: UUID) -> str:
    """Show a fair, and the form to register somebody."""
    return _fair(fair_id)


@pages.post("/account/events/<uuid:fair_id>")
@requires(Permission.TRADE_EVENT_REGISTER, twin="POST /api/v1/events/{id}/registrations")
def register(fair_id: UUID) -> Any:
    """Register somebody of the company."""

    def work(session: Any) -> str:
        body = parse_form(requests.GuestBody, request.form)
        return url_for("showroom.ticket", ticket=acts.register(session, fair_id, body, locale=locale.current()))

    try:
        return forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _fair(fair_id, **given))


@pages.get("/events/tickets/<ticket>")
@public(_TICKET, twin="GET /api/v1/event-tickets/{ticket}")
def ticket(ticket: str) -> str:
    """Show a ticket."""
    session = reading()
    seat = queries.seat(session, code=ticket)
    row = queries.fair(session, fair_id=seat.fair_id)
    is_open = seat.state in (SeatState.CONFIRMED, SeatState.WAITING) and clock.now() < row.starts_at
    return render_template("showroom/ticket.html", seat=seat, fair=card(row), is_open=is_open)


@pages.get("/events/tickets/<ticket>/calendar.ics")
@public(_TICKET)
def calendar(ticket: str) -> Response:
    """Give a ticket's fair for a calendar."""
    text = acts.entry(reading(), ticket, locale=locale.current())
    return attached(text.encode(), media_type="text/calendar; charset=utf-8", name="event.ics")


@pages.post("/events/tickets/<ticket>/cancellation")
@public(_TICKET, twin="POST /api/v1/event-tickets/{ticket}/cancellation")
def give_back(ticket: str) -> Any:
    """Give a seat back."""
    in_unit_of_work(lambda session: acts.give_back(session, ticket))
    flash(_("The seat is given back, and your name and address are deleted."), "good")
    return redirect(url_for("showroom.ticket", ticket=ticket), 303)


@pages.get("/merchant/events")
@requires(_EDIT, twin="GET /api/v1/merchant/events")
def own_fairs() -> str:
    """Show the fairs that the company takes part in, and whom it may follow up."""
    rows = queries.taking_part(reading(), company_id=require_actor().company)
    return render_template("showroom/own_fairs.html", rows=[card(row) for row in rows])


@pages.get("/merchant/events/<uuid:fair_id>/visitors.csv")
@requires(Permission.TRADE_LEAD_ANSWER, twin="GET /api/v1/merchant/events/{id}/visitors")
def follow_up(fair_id: UUID) -> Any:
    """Give the visitors who agreed to be written to as a table."""
    content = acts.as_table(acts.follow_up(reading(), fair_id))
    return attached(content, media_type="text/csv; charset=utf-8", name="visitors.csv")


@pages.get("/operator/events")
@requires(_RUN, twin="GET /api/v1/events/all")
def run_fairs() -> str:
    """Show every fair, and the form for another one."""
    return _fairs()


@pages.post("/operator/events")
@requires(_RUN, twin="POST /api/v1/events")
def plan_fair() -> Any:
    """Write a fair as a draft."""

    def work(session: Any) -> str:
        return url_for("showroom.run_fair", fair_id=acts.plan(session, parse(requests.FairBody, _typed())))

    try:
        return forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(_english(refusal), _fairs)


@pages.get("/operator/events/<uuid:fair_id>")
@requires(_RUN, twin="GET /api/v1/events/{id}/registrations")
def run_fair(fair_id: UUID) -> str:
    """Show a fair with who is registered, and what can be done."""
    return _run(fair_id)


@pages.post("/operator/events/<uuid:fair_id>/acts")
@requires(_RUN, twin="POST /api/v1/events/{id}/acts")
def act_on_fair(fair_id: UUID) -> Any:
    """Open, close, hold or cancel a fair."""
    return _done(
        fair_id, lambda session: acts.act(session, fair_id, parse_form(requests.FairAct, request.form)), _("Done.")
    )


@pages.post("/operator/events/<uuid:fair_id>/check-ins")
@requires(_RUN, twin="POST /api/v1/events/{id}/check-ins")
def check_in(fair_id: UUID) -> Any:
    """Let somebody in by the ticket."""
    return _done(
        fair_id,
        lambda session: acts.check_in(session, fair_id, parse_form(requests.TicketBody, request.form)),
        _("Welcome: the ticket is good."),
    )


def card(row: queries.FairRow) -> dict[str, Any]:
    """Return a fair as templates want it, in the reader's language."""
    return {
        "row": row,
        "title": shown.text(row.titles),
        "text": shown.text(row.texts),
        "place": shown.place(row.place_names, row.place_code),
        "kind": KINDS[row.kind],
        "href": url_for("showroom.fair", fair_id=row.id),
    }


def _done(fair_id: UUID, act: Callable[[Any], object], said: str) -> Any:
    def work(session: Any) -> str:
        act(session)
        return url_for("showroom.run_fair", fair_id=fair_id)

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _run(fair_id, **given))
    flash(said, "good")
    return done


def _fair(fair_id: UUID, **given: Any) -> str:
    session, actor = reading(), current_actor()
    row = queries.fair(session, fair_id=fair_id, is_public=True)
    mine, known = (), {}
    if actor is not None and actor.company_id is not None and actor.person_id is not None:
        mine = queries.seats(session, fair_id=fair_id, company_id=actor.company_id)
        person = accounts.get_person(session, person_id=actor.person_id)
        known = {"name": person.display_name, "email": person.email or ""}
    return render_template(
        "showroom/fair.html",
        fair=card(row),
        mine=mine,
        can_register=row.takes(clock.now()),
        merchants=queries.merchants_of(session, fair_id=fair_id),
        **{"values": known, "errors": {}, "refusal": None, **given},
    )


def _fairs(**given: Any) -> str:
    asked = parse(requests.AllFairsQuery, {"cursor": request.args["cursor"]} if "cursor" in request.args else {})
    session = reading()
    page = queries.all_fairs(session, cursor=asked.cursor)
    halls = showroom.halls(session, today=showroom.today_at(session, now=clock.now()))
    places = [place for place in reference.places(session) if place.kind != "border_side"]
    return render_template(
        "showroom/run_fairs.html",
        rows=[card(row) for row in page.items],
        kinds=list(KINDS.items()),
        places=shown.places(places),
        halls=[(row.id, shown.text(row.names)) for row in halls],
        countries=choices.parties(),
        sellers=showroom.sellers(session),
        next=url_for("showroom.run_fairs", cursor=page.next) if page.next else None,
        first=url_for("showroom.run_fairs") if asked.cursor else None,
        **{"values": {}, "errors": {}, "refusal": None, **given},
    )


def _run(fair_id: UUID, **given: Any) -> str:
    session = reading()
    row = queries.fair(session, fair_id=fair_id)
    return render_template(
        "showroom/run_fair.html",
        fair=card(row),
        seats=queries.seats(session, fair_id=fair_id),
        merchants=queries.merchants_of(session, fair_id=fair_id),
        actions=[(act, SAID[act]) for act in ACTIONS if FAIR.allows(row.state, act)],
        **{"values": {}, "errors": {}, "refusal": None, **given},
    )


def _typed() -> dict[str, Any]:
    """Read the form of a fair: a title and a text by language, merchants as a list."""
    plain = ("kind", "place", "hall_id", "country", "starts_at", "ends_at", "register_until", "capacity")
    data: dict[str, Any] = {name: request.form[name] for name in plain if name in request.form}
    for name in ("titles", "texts"):
        typed = {code: request.form.get(f"{name}.{code}", "") for code in locale.LOCALES}
        data[name] = {code: text for code, text in typed.items() if text.strip()}
    data["merchants"] = [value for value in request.form.getlist("merchants") if value]
    return data


def _english(refusal: Refused | Conflict) -> Refused | Conflict:
    """Name the field of the form where a title in English is missing."""
    names = {"titles": "titles.en", "texts": "texts.en"}
    errors = [
        FieldError(names.get(error.field, error.field), error.code, error.accepted, error.facts)
        for error in refusal.errors
    ]
    return type(refusal)(refusal.code, errors=errors, **refusal.facts)
