"""The operator's distribution centres: opened, changed, with what was said of them before."""

from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import centres as acts
from marketplace.edge.parsing import parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import centres as requests
from marketplace.edge.requests.borders import WEEKDAYS, clock_text
from marketplace.kernel.db import reading
from marketplace.logistics.centres.queries import centres as queries
from marketplace.web.centres import shown
from marketplace.web.centres.blueprint import pages

_NETWORK = Permission.OPERATOR_NETWORK_EDIT


@pages.get("/operator/centres")
@requires(_NETWORK, twin="GET /api/v1/distribution-centres")
def many() -> str:
    """Show every centre, and the form for a new one."""
    return _many()


def _choices() -> dict[str, Any]:
    return {
        "keepers": [(str(row.id), row.name) for row in acts.keepers()],
        "weekdays": list(zip(WEEKDAYS, shown.DAYS, strict=True)),
    }


def _many(**given: Any) -> str:
    values = {"opens": "08:00", "closes": "18:00", "weekdays": WEEKDAYS[:5]}
    return render_template(
        "centres/many.html",
        centres=shown.centres(acts.every_centre()),
        **_choices(),
        **{**shown.BLANK, "values": values, **given},
    )


@pages.post("/operator/centres")
@requires(_NETWORK, twin="POST /api/v1/distribution-centres")
def open_centre() -> Any:
    """Open a centre."""

    def work(session: Session) -> str:
        made = acts.open_centre(session, parse_form(requests.NewCentreBody, request.form))
        return url_for("centres.one", centre_id=made)

    return shown.done(work, _("The centre is open."), _many)


@pages.get("/operator/centres/<uuid:centre_id>")
@requires(_NETWORK, twin="GET /api/v1/distribution-centres/{id}")
def one(centre_id: UUID) -> str:
    """Show a centre, to be changed, and what was said of it before."""
    return _one(centre_id)


def _one(centre_id: UUID, **given: Any) -> str:
    row = queries.centre(reading(), centre_id=centre_id)
    history = queries.history(reading(), centre_id=centre_id)
    keepers = acts.companies(each.company_id for each in history)
    figures = row.figures
    values: dict[str, Any] = {
        "keeper": row.company_id,
        "weekdays": [day for bit, day in enumerate(WEEKDAYS) if figures.days >> bit & 1],
        "opens": clock_text(figures.opens),
        "closes": clock_text(figures.closes),
        "licence_number": figures.licence_number or "",
        "licence_until": figures.licence_until or "",
        "source": figures.source,
        "assumed": figures.is_assumed,
    }
    return render_template(
        "centres/one.html",
        one=shown.centres((row,))[0],
        history=[
            {"row": each, "hours": shown.hours(each.figures), "keeper": keepers[each.company_id]} for each in history
        ],
        **_choices(),
        **{**shown.BLANK, "values": values, **given},
    )


@pages.post("/operator/centres/<uuid:centre_id>")
@requires(_NETWORK, twin="PUT /api/v1/distribution-centres/{id}")
def change(centre_id: UUID) -> Any:
    """Say something else of a centre."""

    def work(session: Session) -> str:
        acts.change_centre(session, centre_id, parse_form(requests.ChangedCentreBody, request.form))
        return url_for("centres.one", centre_id=centre_id)

    return shown.done(work, _("Saved; what was said before stays readable."), lambda **given: _one(centre_id, **given))
