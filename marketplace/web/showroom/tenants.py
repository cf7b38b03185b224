"""A tenant's booths: what is shown there, how often labels were opened, and the labels to print."""

from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from markupsafe import Markup

from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.queries import own
from marketplace.catalog.rules.states import ListingState
from marketplace.edge.acts import showroom as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import showroom as requests
from marketplace.exchange.queries import showroom as queries
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.web.shared import acts as forms
from marketplace.web.shared import goods as shown
from marketplace.web.shared import locale
from marketplace.web.showroom.blueprint import pages

_EDIT = Permission.CATALOG_LISTING_EDIT
_OFFERED = 200


@pages.get("/merchant/booths")
@requires(_EDIT, twin="GET /api/v1/merchant/tenancies")
def own_booths() -> str:
    """Show where the company stands, stood and will stand."""
    session = reading()
    rows = queries.tenancies(session, company_id=require_actor().company)
    today = queries.today_at(session, now=clock.now())
    return render_template(
        "showroom/own_booths.html", rows=[(row, shown.text(row.hall_names)) for row in rows], today=today
    )


@pages.get("/merchant/booths/<uuid:tenancy_id>")
@requires(_EDIT, twin="GET /api/v1/merchant/tenancies/{id}")
def own_booth(tenancy_id: UUID) -> str:
    """Show the exhibits of a booth and the form for another one."""
    return _booth(tenancy_id)


@pages.post("/merchant/booths/<uuid:tenancy_id>")
@requires(_EDIT, twin="POST /api/v1/merchant/tenancies/{id}/exhibits")
def show_exhibit(tenancy_id: UUID) -> Any:
    """Put a listing on the booth."""

    def work(session: Any) -> str:
        acts.show(session, tenancy_id, parse_form(requests.ExhibitBody, request.form))
        return url_for("showroom.own_booth", tenancy_id=tenancy_id)

    try:
        return forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _booth(tenancy_id, **given))


@pages.post("/merchant/exhibits/<uuid:exhibit_id>/removal")
@requires(_EDIT, twin="DELETE /api/v1/merchant/exhibits/{id}")
def remove_exhibit(exhibit_id: UUID) -> Any:
    """Take an exhibit from its booth."""

    def work(session: Any) -> str:
        acts.remove(session, exhibit_id)
        return url_for("showroom.own_booths")

    return forms.once(work)


@pages.post("/merchant/booths/<uuid:tenancy_id>/labels")
@requires(_EDIT, twin="POST /api/v1/merchant/tenancies/{id}/labels")
def issue_labels(tenancy_id: UUID) -> Any:
    """Issue the labels of a booth as a paper, and go to where it is given out."""

    def work(session: Any) -> str:
        body = parse_form(requests.LabelsBody, request.form)
        made = acts.issue_labels(session, tenancy_id, body, locale=locale.current())
        return url_for("documents.download", document_id=made)

    try:
        return forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _labels(tenancy_id, **given))


@pages.get("/merchant/booths/<uuid:tenancy_id>/labels")
@requires(_EDIT, twin="GET /api/v1/merchant/tenancies/{id}")
def labels(tenancy_id: UUID) -> str:
    """Show the labels of a booth to be printed, one a sheet of A6, or of A5 where that is asked for."""
    return _labels(tenancy_id)


def _labels(tenancy_id: UUID, **given: Any) -> str:
    tenancy, rows = _mine(tenancy_id)
    size = "a5" if request.args.get("size") == "a5" else "a6"
    # Drawn here and marked safe: segno writes the SVG, and the only text in it is our own address.
    sheets = [
        {
            "title": shown.text(row.titles, row.source_locale),
            "second": row.titles.get(row.source_locale, ""),
            "second_lang": row.source_locale,
            "sku": row.sku,
            "picture": Markup(acts.drawn(row.code)),  # noqa: S704
            "address": acts.address_of(row.code),
        }
        for row in rows
    ]
    return render_template(
        "showroom/labels.html",
        tenancy=tenancy,
        hall=shown.text(tenancy.hall_names),
        sheets=sheets,
        size=size,
        **{"values": {}, "errors": {}, "refusal": None, **given},
    )


def _mine(tenancy_id: UUID) -> tuple[queries.TenancyRow, tuple[queries.ExhibitRow, ...]]:
    session = reading()
    tenancy = queries.tenancy(session, tenancy_id=tenancy_id, company_id=require_actor().company)
    today = queries.today_at(session, now=clock.now())
    return tenancy, queries.exhibits(session, tenancy_id=tenancy_id, today=today)


def _booth(tenancy_id: UUID, **given: Any) -> str:
    tenancy, rows = _mine(tenancy_id)
    there = {row.listing_id for row in rows}
    live = own.own_listings(
        reading(), company_id=tenancy.company_id, state=ListingState.LIVE, size=_OFFERED + len(there)
    ).items
    return render_template(
        "showroom/own_booth.html",
        tenancy=tenancy,
        hall=shown.text(tenancy.hall_names),
        rows=[(row, shown.text(row.titles, row.source_locale)) for row in rows],
        listings=[
            (row.listing_id, f"{row.sku} – {shown.text(row.titles, row.source_locale)}")
            for row in live
            if row.listing_id not in there
        ],
        **{"values": {}, "errors": {}, "refusal": None, **given},
    )
