"""What a merchant says of goods beside the offer: a page for each part, one form a page; and the papers shown."""

from typing import Any, Final
from uuid import UUID

from flask import Response, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.queries import details as queries
from marketplace.catalog.queries import goods
from marketplace.catalog.queries import own as own_queries
from marketplace.catalog.rules.details import MATERIAL_DETAILS, DetailKind
from marketplace.catalog.services import details, listings
from marketplace.edge.acts import details as acts
from marketplace.edge.acts import files as uploads
from marketplace.edge.answers import problem, status_of
from marketplace.edge.identity import current_actor, require_actor
from marketplace.edge.permissions import public, requires
from marketplace.files import queries as files
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, NotFound, Refused, TooLarge
from marketplace.web.catalog import fields
from marketplace.web.catalog.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import details as words
from marketplace.web.shared import goods as shown
from marketplace.web.shared import values as said_of

_EDIT = Permission.CATALOG_LISTING_EDIT
PARTS: Final[dict[DetailKind, Any]] = {
    DetailKind.ATTRIBUTES: lazy_gettext("Attributes"),
    DetailKind.PARTS: lazy_gettext("Part numbers"),
    DetailKind.FITMENT: lazy_gettext("Fits these vehicles"),
    DetailKind.BRAND: lazy_gettext("Brand"),
    DetailKind.DANGEROUS: lazy_gettext("Dangerous goods"),
    DetailKind.FOOD: lazy_gettext("Food"),
    DetailKind.CERTIFICATES: lazy_gettext("Certificates"),
    DetailKind.WARRANTY: lazy_gettext("Warranty"),
    DetailKind.SAMPLE: lazy_gettext("Sample"),
    DetailKind.PALLET: lazy_gettext("Pallet"),
}


@pages.get("/merchant/listings/<uuid:listing_id>/details/<part>")
@requires(_EDIT)
def detail(listing_id: UUID, part: str) -> str:
    """Show what is said of a listing in one part, with its form."""
    return _detail(listing_id, part)


def _detail(listing_id: UUID, part: str, **given: Any) -> str:
    kind = _kind(part)
    actor, session = require_actor(), reading()
    row = own_queries.own_listing(session, company_id=actor.company, listing_id=listing_id)
    said = details.said(session, actor=actor, listing_id=listing_id)
    draft = listings.draft_of(session, actor=actor, listing_id=listing_id)
    asked = goods.attributes(session, category=draft.category or "") if kind is DetailKind.ATTRIBUTES else ()
    kept = acts.form_values(kind, said.get(part))
    values = given.pop("values", kept)
    found = fields.of(kind, dict(values), asked)
    labels = {field["name"]: field["label"] for field in found}
    refused = given.get("refusal") or {"errors": []}
    return render_template(
        "catalog/detail.html",
        row=row,
        kind=kind,
        title=shown.text(draft.titles, draft.source_locale),
        parts=[(each.value, name, each.value in said) for each, name in PARTS.items()],
        name=PARTS[kind],
        fields=found,
        kept=kept,
        labels=labels,
        errors=_errors(refused["errors"], labels),
        is_reviewed=kind in MATERIAL_DETAILS,
        has_files=any(field.get("kind") == "file" for field in found),
        is_asked=kind is DetailKind.DANGEROUS and goods.asks_dangerous(session, category=draft.category or ""),
        values=values,
        **{"refusal": None, **given},
    )


def _errors(errors: list[dict[str, Any]], labels: dict[str, Any]) -> dict[str, str]:
    """Return what is wrong by control; of a control that holds a thing a line, with the line's number and its part."""
    found: dict[str, str] = {}
    for item in errors:
        control, line = acts.control(item["field"], labels), acts.line_of(item["field"])
        said = _in_line(line, item) if line else said_of.reworded(item, request.form.get(control))
        found[control] = Markup(" ").join((found[control], said)) if line and control in found else said
    return found


def _in_line(line: int, item: dict[str, Any]) -> str:
    part = words.IN_A_ROW.get(item["field"].rpartition(".")[2])
    said = {"number": line, "part": part, "message": said_of.reworded(item)}
    text = _("Line %(number)s: %(message)s") if part is None else _("Line %(number)s, %(part)s: %(message)s")
    return escape(text) % said


@pages.post("/merchant/listings/<uuid:listing_id>/details/<part>")
@requires(_EDIT, twin="PATCH /api/v1/listings/{id}/details")
def save_detail(listing_id: UUID, part: str) -> Any:
    """Save one part; papers that come with a part that is refused are not kept."""
    kind = _kind(part)
    own_queries.own_listing(reading(), company_id=require_actor().company, listing_id=listing_id)
    waiting: list[str] = []

    def work(session: Session) -> str:
        papers = {name: str(uploads.keep(session, upload)) for name, upload in received.items()}
        body = acts.parse_part(kind, request.form, papers)
        done = details.put(
            session, actor=require_actor(), listing_id=listing_id, documents=acts.sent(body), now=clock.now()
        )
        waiting.extend(done.waiting)
        return url_for("catalog.detail", listing_id=listing_id, part=part)

    try:
        received = acts.received(kind, request.files)
        done = forms.once(work)
    except (Refused, Conflict, TooLarge) as refusal:
        return _reshown(refusal, listing_id, part)
    said = _("Saved. Some of it waits for review; until then the public sees the old version.")
    flash(said if waiting else _("Saved."), "good")
    return done


def _reshown(refusal: Refused | Conflict | TooLarge, listing_id: UUID, part: str) -> Any:
    return _detail(listing_id, part, values=request.form, refusal=problem(refusal)), status_of(refusal)


@pages.get("/products/<uuid:listing_id>/papers/<uuid:file_id>")
@public("papers of goods on the shelf are there to be read; others are their company's and its reviewers'")
def paper(listing_id: UUID, file_id: UUID) -> Response:
    """Give a certificate, a safety sheet or a test summary of a listing."""
    actor = current_actor()
    reviews = actor is not None and actor.may(Permission.OPERATOR_LISTING_MODERATE)
    company_id = actor.company_id if actor else None
    session = reading()
    if not queries.is_paper(session, listing_id=listing_id, file_id=file_id, company_id=company_id, reviews=reviews):
        raise NotFound("file")
    return uploads.give(files.get_any(session, file_id=file_id))


def _kind(part: str) -> DetailKind:
    if part not in {each.value for each in PARTS}:
        raise NotFound("detail")
    return DetailKind(part)
