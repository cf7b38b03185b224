"""A lorry on the road as its operator, carrier and brokers work on it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.edge.acts import centre_sales
from marketplace.edge.acts import road as acts
from marketplace.edge.journeys import NAMES, name_of
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import road as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.logistics.fleet.rules.papers import Kind
from marketplace.logistics.road.services.access import Hat
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import DepartureState, HoldCause
from marketplace.logistics.tracing.rules.vocabulary import REPORTED
from marketplace.web.road import shown
from marketplace.web.road.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import choices, locale
from marketplace.web.shared.causes import cause_of
from marketplace.web.shared.zones import in_zone, local, on_the_clock

_WORK = Permission.LOGISTICS_ROAD_RECORD
_OPERATE = Permission.LOGISTICS_DEPARTURE_OPERATE
_LARGEST = 500_000


@pages.get("/lorries")
@requires(_WORK, twin="GET /api/v1/lorries")
def lorries() -> str:
    """List the lorries that one works on."""
    page = acts.lorries_at_work(parse(requests.Lorries, request.args.to_dict()))
    return render_template(
        "road/lorries.html",
        rows=page.items,
        language=locale.current(),
        cause_of=cause_of,
        next=url_for("road.lorries", cursor=page.next) if page.next else None,
        first=url_for("road.lorries") if "cursor" in request.args else None,
    )


@pages.get("/lorries/<uuid:departure_id>")
@requires(_WORK, twin="GET /api/v1/lorries/{id}")
def lorry(departure_id: UUID) -> str:
    """Show a lorry with what is one's own to do on it."""
    return _lorry(departure_id)


def _lorry(departure_id: UUID, **given: Any) -> str:
    seen = acts.lorry(departure_id)
    runs, row = seen.reach.hat is Hat.OPERATOR, seen.departure
    on_the_road = row.state not in (DepartureState.OPEN, DepartureState.PLANNED)
    vehicles, drivers = acts.fleet_of(seen) if seen.reach.hat is not Hat.BROKER and on_the_road else ((), ())
    until = acts.expected_until()
    return render_template(
        "road/lorry.html",
        seen=seen,
        row=row,
        runs=runs,
        carries=seen.reach.hat is not Hat.BROKER,
        declares=seen.reach.hat is not Hat.CARRIER,
        shown=shown,
        now=clock.now(),
        names={stop.place.code: stop.place.called(locale.current()) for stop in row.stops},
        way=list(zip(row.stops, seen.times, strict=True)),
        zone=shown.zone_of(row, ""),
        line=row.line_names.get(locale.current(), row.line_name),
        cause=cause_of(row.hold_cause) if row.hold_cause else None,
        causes=[(str(cause), cause_of(cause)) for cause in HoldCause],
        cause_of=cause_of,
        companies=[(str(each.id), each.name) for each in _brokers()] if runs else [],
        tractors=[(str(each.id), _called(each)) for each in vehicles if each.kind is Kind.TRACTOR],
        drivers=[(str(each.id), f"{each.name or each.reference} · {each.reference}") for each in drivers],
        held=acts.held_options(departure_id, requests.HeldOptions()) if runs else (),
        until=local(until, shown.zone_of(row, "")),
        currencies=choices.currencies(),
        pictures=shown.pictures(seen),
        noted=[{"row": each, "what": name_of(each.code)} for each in acts.bulk_notes(departure_id)],
        codes=[(int(code), str(NAMES[code])) for code in Status if code in REPORTED],
        **{"at": "", "values": {}, "errors": {}, "refusal": None, **given},
    )


def _show_form(path: str, at: str, permission: Permission) -> None:
    """Show the lorry with one of its forms open, at the address that the form is sent to."""

    @requires(permission)
    def show(departure_id: UUID) -> str:
        return _lorry(departure_id, at=at)

    show.__doc__ = "Show a lorry with one of its forms open."
    pages.add_url_rule(f"/lorries/<uuid:departure_id>/{path}", f"form_{at}", show, methods=["GET"])


for _path, _at, _permission in (
    ("brokers", "broker", _OPERATE),
    ("declarations", "declare", _WORK),
    ("amendments", "amend", _WORK),
    ("transits", "transit", _WORK),
    ("transits/steps", "step", _WORK),
    ("swaps", "swap", _WORK),
    ("cooling", "cool", _OPERATE),
    ("pre-cooling", "pre_cool", _WORK),
    ("readings", "readings", _WORK),
    ("at-border", "at_border", _WORK),
    ("clear", "clear", _WORK),
    ("expected-arrival", "expect", _WORK),
    ("hold", "hold", _WORK),
    ("held-choices", "choose", _OPERATE),
    ("bulk", "bulk", _WORK),
):
    _show_form(_path, _at, _permission)


def _brokers() -> Any:
    return accounts.companies_of_kind(reading(), kind=CompanyKind.BROKER)


def _called(row: Any) -> str:
    return f"{', '.join(f'{country} {number}' for country, number in row.plates.items())} · {row.reference}"


@pages.get("/lorries/transits/<uuid:transit_id>")
@requires(_WORK, twin="GET /api/v1/transits/{id}")
def transit(transit_id: UUID) -> str:
    """Show the sheet of a transit movement, to be printed."""
    row = acts.transit(transit_id)
    departure = acts.lorry(row.departure_id).departure
    names = {stop.place.code: stop.place.called(locale.current()) for stop in departure.stops}
    return render_template(
        "road/transit.html", row=row, departure=departure, names=names, shown=shown, zone=shown.zone_of(departure, "")
    )


@pages.get("/lorries/transits/overdue")
@requires(_OPERATE, twin="GET /api/v1/transits/overdue")
def overdue() -> str:
    """List the movements whose guarantee stands for too long."""
    return render_template("road/overdue.html", rows=acts.overdue(), sold=centre_sales.undischarged(), shown=shown)


@pages.get("/excursions")
@requires(Permission.TRADE_ORDER_READ, twin="GET /api/v1/excursions")
def excursions() -> str:
    """List the cases of one's own cold goods."""
    return render_template("road/excursions.html", rows=acts.own_cases(), shown=shown)


@pages.get("/lorries/excursions")
@requires(_OPERATE, twin="GET /api/v1/excursions/open")
def open_cases() -> str:
    """List the cases that are open."""
    return render_template("road/excursions.html", rows=acts.open_cases(), shown=shown)


@pages.post("/lorries/<uuid:departure_id>/brokers")
@requires(_OPERATE, twin="POST /api/v1/departures/{id}/brokers")
def name_broker(departure_id: UUID) -> Any:
    """Let a broker declare."""
    return _act(departure_id, "broker", requests.Broker, acts.name_broker, _("Named."))


@pages.post("/lorries/<uuid:departure_id>/brokers/dismissal")
@requires(_OPERATE, twin="POST /api/v1/departures/{id}/brokers/dismissal")
def dismiss_broker(departure_id: UUID) -> Any:
    """Let nobody declare on a side."""
    return _act(departure_id, "broker", requests.Dismissal, acts.dismiss_broker, _("Nobody declares there now."))


@pages.post("/lorries/<uuid:departure_id>/declarations")
@requires(_WORK, twin="POST /api/v1/bookings/{id}/declarations")
def declare(departure_id: UUID) -> Any:
    """Record a declaration."""

    def work(session: Session, _departure: UUID, body: requests.DeclarationOf) -> None:
        acts.declare(session, _own(departure_id, body.booking), body)

    return _act(departure_id, "declare", requests.DeclarationOf, work, _("Recorded. The consignment is locked now."))


@pages.post("/lorries/<uuid:departure_id>/amendments")
@requires(_WORK, twin="POST /api/v1/declarations/{id}/amendments")
def amend(departure_id: UUID) -> Any:
    """Record an amendment."""

    def work(session: Session, _departure: UUID, body: requests.AmendmentOf) -> None:
        acts.amend(session, body.declaration, body)

    return _act(departure_id, "amend", requests.AmendmentOf, work, _("Recorded."))


@pages.post("/lorries/<uuid:departure_id>/transits")
@requires(_WORK, twin="POST /api/v1/departures/{id}/transits")
def draft(departure_id: UUID) -> Any:
    """Draft a transit movement."""
    return _act(departure_id, "transit", requests.Transit, acts.draft, _("Drafted."), moments=("discharge_by",))


@pages.post("/lorries/<uuid:departure_id>/transits/steps")
@requires(_WORK, twin="POST /api/v1/transits/{id}/steps")
def step(departure_id: UUID) -> Any:
    """Record what customs did with a movement."""

    def work(session: Session, _departure: UUID, body: requests.StepOf) -> None:
        acts.step(session, body.transit, body)

    return _act(departure_id, "step", requests.StepOf, work, _("Recorded."))


@pages.post("/lorries/<uuid:departure_id>/swaps")
@requires(_WORK, twin="POST /api/v1/departures/{id}/swaps")
def swap(departure_id: UUID) -> Any:
    """Hand the lorry over."""
    said = _("Handed over.")
    return _act(departure_id, "swap", requests.Swap, acts.swap, said, moments=("happened_at", "returns_at"))


@pages.post("/lorries/<uuid:departure_id>/cooling")
@requires(_OPERATE, twin="POST /api/v1/bookings/{id}/cooling")
def cool(departure_id: UUID) -> Any:
    """Say how a consignment is kept."""

    def work(session: Session, _departure: UUID, body: requests.CoolingOf) -> None:
        acts.cool(session, _own(departure_id, body.booking), body)

    return _act(departure_id, "cool", requests.CoolingOf, work, _("Noted."))


@pages.post("/lorries/<uuid:departure_id>/pre-cooling")
@requires(_WORK, twin="POST /api/v1/departures/{id}/pre-cooling")
def pre_cool(departure_id: UUID) -> Any:
    """Record that the trailer was cooled down."""
    return _act(departure_id, "pre_cool", requests.PreCooling, acts.pre_cool, _("Noted."))


@pages.post("/lorries/<uuid:departure_id>/readings")
@requires(_WORK, twin="POST /api/v1/departures/{id}/readings")
def upload(departure_id: UUID) -> Any:
    """Keep a logger's file."""

    def work(session: Session, _departure: UUID, body: requests.Logger) -> None:
        sent = request.files.get("readings")
        if sent is None or not sent.filename:
            raise Refused.field("readings", "required")
        content = sent.stream.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise Refused.field("readings", "readings_many", "5000")
        acts.upload(session, departure_id, content, body.logger)

    return _act(departure_id, "readings", requests.Logger, work, _("Kept."))


@pages.post("/lorries/<uuid:departure_id>/excursions/<uuid:excursion_id>/closing")
@requires(_OPERATE, twin="POST /api/v1/excursions/{id}/closing")
def close_case(departure_id: UUID, excursion_id: UUID) -> Any:
    """Be done with a case."""

    def work(session: Session) -> str:
        acts.close_case(session, excursion_id)
        return url_for("road.lorry", departure_id=departure_id)

    done = forms.once(work)
    flash(_("The case is closed."), "good")
    return done


@pages.post("/lorries/<uuid:departure_id>/hold")
@requires(_WORK, twin="POST /api/v1/lorries/{id}/hold")
def hold(departure_id: UUID) -> Any:
    """Stop the lorry."""
    said = _("Held. Everybody with goods aboard sees the cause.")
    return _act(departure_id, "hold", requests.Hold, acts.hold, said)


@pages.post("/lorries/<uuid:departure_id>/resume")
@requires(_WORK, twin="POST /api/v1/lorries/{id}/resume")
def resume(departure_id: UUID) -> Any:
    """Let the held lorry go on."""

    def work(session: Session, _departure: UUID, _body: requests.Request) -> None:
        acts.resume(session, departure_id)

    return _act(departure_id, "", requests.Request, work, _("It goes on."))


@pages.post("/lorries/<uuid:departure_id>/at-border")
@requires(_WORK, twin="POST /api/v1/lorries/{id}/at-border")
def at_border(departure_id: UUID) -> Any:
    """Note that the lorry waits at a border."""
    return _act(departure_id, "at_border", requests.Crossing, acts.at_border, _("Noted: it waits at the border."))


@pages.post("/lorries/<uuid:departure_id>/clear")
@requires(_WORK, twin="POST /api/v1/lorries/{id}/clear")
def clear(departure_id: UUID) -> Any:
    """Note that the lorry crosses."""
    return _act(departure_id, "clear", requests.Cleared, acts.clear, _("Noted: it crosses."))


@pages.post("/lorries/<uuid:departure_id>/expected-arrival")
@requires(_WORK, twin="POST /api/v1/lorries/{id}/expected-arrival")
def expect(departure_id: UUID) -> Any:
    """Say when the lorry is expected."""
    said = _("Noted. Everybody with goods aboard sees it.")
    return _act(departure_id, "expect", requests.Expected, acts.expect, said, moments=("expected_at",))


@pages.post("/lorries/<uuid:departure_id>/held-choices")
@requires(_OPERATE, twin="POST /api/v1/departures/{id}/held-choices")
def choose(departure_id: UUID) -> Any:
    """Do what was chosen for the held lorry."""
    said = _("Done. What it costs is on the cost sheet, with the cause.")
    return _act(departure_id, "choose", requests.HeldChoice, acts.choose, said, moments=("until",))


@pages.post("/lorries/<uuid:departure_id>/bulk/<uuid:bulk_note_id>/withdrawal")
@requires(_WORK, twin="POST /api/v1/bulk-notes/{id}/withdrawal")
def withdraw_many(departure_id: UUID, bulk_note_id: UUID) -> Any:
    """Take back everything that was noted at once."""

    def work(session: Session) -> str:
        acts.withdraw_many(session, bulk_note_id)
        return url_for("road.lorry", departure_id=departure_id)

    try:
        done = forms.once(work)
    except Conflict as refusal:
        return forms.reshown(refusal, lambda **given: _lorry(departure_id, **{**given, "values": {}}))
    flash(_("Taken back of each."), "good")
    return done


@pages.post("/lorries/<uuid:departure_id>/bulk")
@requires(_WORK, twin="POST /api/v1/departures/{id}/bulk")
def note_many(departure_id: UUID) -> Any:
    """Note the same of many consignments."""

    def note(session: Session, of: UUID, body: requests.BulkAct) -> UUID:
        if body.code is None:  # the form has no named acts
            raise Refused.field("code", "required")
        return acts.note_many(session, of, body)

    return _act(departure_id, "bulk", requests.BulkAct, note, _("Noted of each."))


def _own(departure_id: UUID, booking_id: UUID) -> UUID:
    """Return a booking that is on the page's lorry; NotFound for any other."""
    if booking_id not in {row.booking_id for row in acts.lorry(departure_id).cargo}:
        raise NotFound("booking")
    return booking_id


def _act(
    departure_id: UUID,
    at: str,
    model: Any,
    work: Callable[[Session, UUID, Any], Any],
    said: str,
    moments: tuple[str, ...] = ("happened_at",),
) -> Any:
    """Do what a form of the page says, its moments read, and refused, on the clock of the named stop."""
    row = acts.lorry(departure_id).departure
    zone = shown.zone_of(row, request.form.get("to_stop") or request.form.get("place", ""))

    def once(session: Session) -> str:
        form = MultiDict(request.form)
        for name in moments:
            if form.get(name):
                form[name] = in_zone(request.form.to_dict(), name, zone)[name]
        work(session, departure_id, parse_form(model, form))
        return url_for("road.lorry", departure_id=departure_id)

    try:
        done = forms.once(once)
    except (Refused, Conflict) as refusal:
        return forms.reshown(on_the_clock(refusal, zone), lambda **given: _lorry(departure_id, at=at, **given))
    flash(said, "good")
    return done
