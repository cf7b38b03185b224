"""Units of one's company, and who belongs to them."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts import queries
from marketplace.accounts.queries import units as unit_queries
from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import people as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import people as requests
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.web.accounts.blueprint import pages
from marketplace.web.shared import acts as forms

_EDIT = Permission.COMPANY_MEMBERS_EDIT


@pages.get("/account/units")
@requires(_EDIT, twin="GET /api/v1/companies/{id}/units")
def units() -> str:
    """Show the units of the company and who belongs to them."""
    return _units()


def _units(**shown: Any) -> str:
    session, company_id = reading(), require_actor().company
    found = queries.units_of(session, company_id=company_id)
    return render_template(
        "accounts/units.html",
        units=found,
        choices=[(row.id, row.name) for row in found],
        members=queries.members_of(session, company_id=company_id),
        is_printed=unit_queries.prints_cost_centre(session, company_id=company_id),
        **{"values": {}, "errors": {}, "refusal": None, **shown},
    )


@pages.post("/account/units")
@requires(_EDIT, twin="POST /api/v1/companies/{id}/units")
def open_unit() -> Any:
    """Open a unit."""
    try:
        body = parse_form(requests.Unit, request.form)
        done = forms.once(lambda session: _opened(session, body))
    except Refused as refusal:
        return forms.reshown(refusal, _units)
    flash(_("The unit is there."), "good")
    return done


def _opened(session: Any, body: requests.Unit) -> str:
    acts.open_unit(session, body)
    return url_for("accounts.units")


@pages.post("/account/units/cost-centres")
@requires(_EDIT, twin="PUT /api/v1/companies/{id}/cost-centres")
def print_cost_centres() -> Any:
    """Let papers print cost centres, or no longer."""
    # A box that is not ticked is not sent.
    acts.print_cost_centres(parse(requests.CostCentres, {"printed": request.form.get("printed", "")}))
    flash(_("Papers of orders placed from now on are made so."), "good")
    return redirect(url_for("accounts.units"), 303)


@pages.post("/account/units/<uuid:unit_id>/closure")
@requires(_EDIT, twin="POST /api/v1/companies/{id}/units/{unit_id}/closure")
def close_unit(unit_id: UUID) -> Any:
    """Close a unit that nobody belongs to."""
    try:
        acts.close_unit(unit_id)
    except Conflict as refusal:
        return forms.reshown(refusal, _units)
    flash(_("The unit is closed. Orders of it still show it."), "good")
    return redirect(url_for("accounts.units"), 303)


@pages.post("/account/members/<uuid:person_id>/unit")
@requires(_EDIT, twin="PUT /api/v1/companies/{id}/members/{person_id}/unit")
def assign_unit(person_id: UUID) -> Any:
    """Let a member belong to a unit."""
    try:
        acts.assign_unit(person_id, parse_form(requests.UnitChoice, request.form))
    except Refused as refusal:
        return forms.reshown(refusal, _units)
    flash(_("Orders placed from now on are of that unit."), "good")
    return redirect(url_for("accounts.units"), 303)
