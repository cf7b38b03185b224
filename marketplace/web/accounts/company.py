"""What papers say of one's company: name, address, tax id, contact."""

from dataclasses import asdict
from typing import Any

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts import queries
from marketplace.accounts.rules.numbers import VALIDATORS
from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import accounts as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import accounts as requests
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.web.accounts.blueprint import pages
from marketplace.web.shared import acts as forms


@pages.get("/account/company")
@requires(Permission.COMPANY_PROFILE_EDIT, twin="GET /api/v1/companies/{id}")
def company() -> str:
    """Show what papers say of the company, to be changed."""
    return _company()


@pages.post("/account/company")
@requires(Permission.COMPANY_PROFILE_EDIT, twin="PATCH /api/v1/companies/{id}")
def change_company() -> Any:
    """Change it, if nobody else did since the form was shown."""
    try:
        body = parse_form(requests.CompanyPatch, request.form)
        done = forms.once(lambda session: _changed(session, body))
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, _company)
    flash(_("Saved. Papers of orders placed from now on say so."), "good")
    return done


def _changed(session: Any, body: requests.CompanyPatch) -> str:
    acts.change_company(session, body)
    return url_for("accounts.overview")


def _company(**shown: Any) -> str:
    row = queries.get_company(reading(), company_id=require_actor().company)
    validator = VALIDATORS.get(row.country)
    return render_template(
        "accounts/company.html",
        company=row,
        identifier=validator.identifier if validator else None,
        **{"values": asdict(row), "errors": {}, "refusal": None, **shown},
    )
