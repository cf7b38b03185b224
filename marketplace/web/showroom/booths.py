"""The operator's side of the halls: add them and their booths, let booths, end tenancies."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import showroom as acts
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import showroom as requests
from marketplace.exchange.queries import showroom as queries
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, FieldError, Refused
from marketplace.web.shared import acts as forms
from marketplace.web.shared import goods as shown
from marketplace.web.shared import locale
from marketplace.web.showroom.blueprint import pages
from marketplace.web.showroom.halls import plan

_RUN = Permission.OPERATOR_SHOWROOM_RUN


@pages.get("/operator/showroom")
@requires(_RUN)
def run_halls() -> str:
    """Show the halls, who stands where, and the form for another hall."""
    return _halls()


@pages.post("/operator/showroom")
@requires(_RUN, twin="POST /api/v1/halls")
def add_hall() -> Any:
    """Add a hall."""

    def work(session: Any) -> str:
        acts.add_hall(session, _hall_body())
        return url_for("showroom.run_halls")

    try:
        return forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(_english(refusal), _halls)


@pages.get("/operator/showroom/<uuid:hall_id>")
@requires(_RUN)
def run_hall(hall_id: UUID) -> str:
    """Show a hall's booths, and the form for another one."""
    return _hall(hall_id)


@pages.post("/operator/showroom/<uuid:hall_id>")
@requires(_RUN, twin="POST /api/v1/halls/{id}/booths")
def add_booth(hall_id: UUID) -> Any:
    """Add a booth."""

    def work(session: Any) -> str:
        acts.add_booth(session, hall_id, parse_form(requests.BoothBody, request.form))
        return url_for("showroom.run_hall", hall_id=hall_id)

    try:
        return forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _hall(hall_id, **given))


@pages.get("/operator/showroom/<uuid:hall_id>/change")
@requires(_RUN)
def edit_hall(hall_id: UUID) -> str:
    """Show a hall's code and names, to be written anew, and the way to close it."""
    return _edit_hall(hall_id)


@pages.post("/operator/showroom/<uuid:hall_id>/change")
@requires(_RUN, twin="PUT /api/v1/halls/{id}")
def change_hall(hall_id: UUID) -> Any:
    """Change a hall."""

    def work(session: Any) -> str:
        acts.change_hall(session, hall_id, _hall_body())
        return url_for("showroom.run_hall", hall_id=hall_id)

    try:
        return forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(_english(refusal), lambda **given: _edit_hall(hall_id, **given))


@pages.post("/operator/showroom/<uuid:hall_id>/retirement")
@requires(_RUN, twin="POST /api/v1/halls/{id}/retirement")
def retire_hall(hall_id: UUID) -> Any:
    """Close a hall."""

    def work(session: Any) -> str:
        acts.retire_hall(session, hall_id)
        return url_for("showroom.run_halls")

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _edit_hall(hall_id, **{**given, **_as_it_is(hall_id)}))
    flash(_("The hall is closed."), "good")
    return done


@pages.get("/operator/booths/<uuid:booth_id>/change")
@requires(_RUN)
def edit_booth(booth_id: UUID) -> str:
    """Show a booth's code, ground and cell, to be written anew, and the way to take it away."""
    return _edit_booth(booth_id)


@pages.post("/operator/booths/<uuid:booth_id>/change")
@requires(_RUN, twin="PUT /api/v1/booths/{id}")
def change_booth(booth_id: UUID) -> Any:
    """Change a booth."""

    def work(session: Any) -> str:
        acts.change_booth(session, booth_id, parse_form(requests.BoothBody, request.form))
        return url_for("showroom.run_booth", booth_id=booth_id)

    try:
        return forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _edit_booth(booth_id, **given))


@pages.post("/operator/booths/<uuid:booth_id>/retirement")
@requires(_RUN, twin="POST /api/v1/booths/{id}/retirement")
def retire_booth(booth_id: UUID) -> Any:
    """Take a booth away."""
    hall_id = queries.booth(reading(), booth_id=booth_id, today=queries.today_at(reading(), now=clock.now())).hall_id

    def work(session: Any) -> str:
        acts.retire_booth(session, booth_id)
        return url_for("showroom.run_hall", hall_id=hall_id)

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        kept = _booth_values(
            queries.booth(reading(), booth_id=booth_id, today=queries.today_at(reading(), now=clock.now()))
        )
        return forms.reshown(refusal, lambda **given: _edit_booth(booth_id, **{**given, "values": kept}))
    flash(_("The booth is taken away."), "good")
    return done


@pages.post("/operator/showroom/<uuid:hall_id>/return")
@requires(_RUN, twin="POST /api/v1/halls/{id}/return")
def bring_hall_back(hall_id: UUID) -> Any:
    """Open a closed hall again."""

    def work(session: Any) -> str:
        acts.bring_hall_back(session, hall_id)
        return url_for("showroom.run_hall", hall_id=hall_id)

    try:
        return forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _hall(hall_id, **given))


@pages.post("/operator/booths/<uuid:booth_id>/return")
@requires(_RUN, twin="POST /api/v1/booths/{id}/return")
def bring_booth_back(booth_id: UUID) -> Any:
    """Put a booth that was taken away back into its hall."""

    def work(session: Any) -> str:
        acts.bring_booth_back(session, booth_id, parse_form(requests.CellBody, request.form))
        return url_for("showroom.run_booth", booth_id=booth_id)

    try:
        return forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _booth(booth_id, **given))


@pages.get("/operator/booths/<uuid:booth_id>")
@requires(_RUN, twin="GET /api/v1/booths/{id}/tenancies")
def run_booth(booth_id: UUID) -> str:
    """Show who stands, stood and will stand on a booth, and the form to let it."""
    return _booth(booth_id)


@pages.post("/operator/booths/<uuid:booth_id>")
@requires(_RUN, twin="POST /api/v1/booths/{id}/tenancies")
def let_booth(booth_id: UUID) -> Any:
    """Let a booth."""

    def work(session: Any) -> str:
        acts.let(session, booth_id, parse_form(requests.TenancyBody, request.form))
        return url_for("showroom.run_booth", booth_id=booth_id)

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _booth(booth_id, **given))
    flash(_("Let. The tenant can show exhibits there."), "good")
    return done


@pages.get("/operator/tenancies/<uuid:tenancy_id>")
@requires(_RUN)
def run_tenancy(tenancy_id: UUID) -> str:
    """Ask when a tenancy ends."""
    return _tenancy(tenancy_id)


@pages.post("/operator/tenancies/<uuid:tenancy_id>")
@requires(_RUN, twin="POST /api/v1/tenancies/{id}/end")
def end_tenancy(tenancy_id: UUID) -> Any:
    """End a tenancy sooner."""

    def work(session: Any) -> str:
        acts.end(session, tenancy_id, parse_form(requests.EndBody, request.form))
        return url_for("showroom.run_tenancy", tenancy_id=tenancy_id)

    try:
        return forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _tenancy(tenancy_id, **given))


def _hall_body() -> requests.HallBody:
    names = {code: request.form.get(f"names.{code}", "") for code in locale.LOCALES}
    body = {"code": request.form.get("code", ""), "names": {code: name for code, name in names.items() if name}}
    return parse(requests.HallBody, body)


def _as_it_is(hall_id: UUID) -> dict[str, Any]:
    row = queries.hall(reading(), hall_id=hall_id)
    return {"values": {"code": row.code, **{f"names.{code}": name for code, name in row.names.items()}}}


def _edit_hall(hall_id: UUID, **given: Any) -> str:
    row = queries.hall(reading(), hall_id=hall_id)
    return render_template(
        "showroom/edit_hall.html",
        hall=row,
        name=shown.text(row.names),
        **{"errors": {}, "refusal": None, **_as_it_is(hall_id), **given},
    )


def _booth_values(row: queries.BoothRow) -> dict[str, Any]:
    return {"code": row.code, "area_m2": f"{row.area_m2:f}", "column": str(row.column), "row": str(row.row)}


def _edit_booth(booth_id: UUID, **given: Any) -> str:
    session = reading()
    row = queries.booth(session, booth_id=booth_id, today=queries.today_at(session, now=clock.now()))
    return render_template(
        "showroom/edit_booth.html",
        booth=row,
        hall=shown.text(row.hall_names),
        **{"values": _booth_values(row), "errors": {}, "refusal": None, **given},
    )


def _halls(**given: Any) -> str:
    session = reading()
    found = queries.halls(session, today=queries.today_at(session, now=clock.now()), with_retired=True)
    return render_template(
        "showroom/run_halls.html",
        halls=[
            (row, shown.text(row.names), sum(booth.tenancy_id is not None for booth in row.booths)) for row in found
        ],
        **{"values": {}, "errors": {}, "refusal": None, **given},
    )


def _hall(hall_id: UUID, **given: Any) -> str:
    session = reading()
    found = queries.halls(session, today=queries.today_at(session, now=clock.now()), with_retired=True)
    row = next((each for each in found if each.id == hall_id), None) or queries.hall(session, hall_id=hall_id)
    return render_template(
        "showroom/run_hall.html",
        hall=row,
        name=shown.text(row.names),
        plan=plan(replace(row, booths=tuple(each for each in row.booths if each.retired_at is None))),
        **{"values": {}, "errors": {}, "refusal": None, **given},
    )


def _booth(booth_id: UUID, **given: Any) -> str:
    session = reading()
    today = queries.today_at(session, now=clock.now())
    row = queries.booth(session, booth_id=booth_id, today=today)
    return render_template(
        "showroom/run_booth.html",
        booth=row,
        hall=shown.text(row.hall_names),
        today=today,
        tenancies=queries.tenancies(session, booth_id=booth_id),
        sellers=queries.sellers(session),
        **{"values": {}, "errors": {}, "refusal": None, **given},
    )


def _tenancy(tenancy_id: UUID, **given: Any) -> str:
    session = reading()
    row = queries.tenancy(session, tenancy_id=tenancy_id)
    return render_template(
        "showroom/run_tenancy.html",
        tenancy=row,
        hall=shown.text(row.hall_names),
        is_open=row.until_on > max(row.from_on, queries.today_at(session, now=clock.now())),
        **{"values": {}, "errors": {}, "refusal": None, **given},
    )


def _english(refusal: Refused | Conflict) -> Refused | Conflict:
    """Name the field of the form where a name in English is missing."""
    errors = [
        FieldError("names.en" if error.field == "names" else error.field, error.code, error.accepted, error.facts)
        for error in refusal.errors
    ]
    return type(refusal)(refusal.code, errors=errors, **refusal.facts)
