"""The operator's side of the halls: add them and their booths, let booths, end tenancies."""

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
        names = {code: request.form.get(f"names.{code}", "") for code in locale.LOCALES}
        body = {"code": request.form.get("code", ""), "names": {code: name for code, name in names.items() if name}}
        acts.add_hall(session, parse(requests.HallBody, body))
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


def _halls(**given: Any) -> str:
    session = reading()
    found = queries.halls(session, today=queries.today_at(session, now=clock.now()))
    return render_template(
        "showroom/run_halls.html",
        halls=[
            (row, shown.text(row.names), sum(booth.tenancy_id is not None for booth in row.booths)) for row in found
        ],
        **{"values": {}, "errors": {}, "refusal": None, **given},
    )


def _hall(hall_id: UUID, **given: Any) -> str:
    session = reading()
    found = queries.halls(session, today=queries.today_at(session, now=clock.now()))
    row = next((each for each in found if each.id == hall_id), None) or queries.hall(session, hall_id=hall_id)
    return render_template(
        "showroom/run_hall.html",
        hall=row,
        name=shown.text(row.names),
        plan=plan(row),
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
