"""Notes about one's own listing."""

from typing import Any
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import notes as acts
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import notes as requests
from marketplace.edge.requests.payments import CursorQuery
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Refused
from marketplace.web.catalog.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import goods

_EDIT = Permission.CATALOG_LISTING_EDIT


@pages.get("/merchant/listings/<uuid:listing_id>/notes")
@requires(_EDIT, twin="GET /api/v1/listings/{id}/notes")
def notes(listing_id: UUID) -> str:
    """Show what colleagues noted about a listing, and ask for more."""
    return _notes(listing_id)


@pages.post("/merchant/listings/<uuid:listing_id>/notes")
@requires(_EDIT, twin="POST /api/v1/listings/{id}/notes")
def write_note(listing_id: UUID) -> Any:
    """Write a note for colleagues."""
    try:
        body = parse_form(requests.ListingNote, request.form)
        done = forms.once(lambda session: _written(session, listing_id, body))
    except Refused as refusal:
        return forms.reshown(refusal, lambda **shown: _notes(listing_id, **shown))
    flash(_("The note is kept."), "good")
    return done


def _written(session: Any, listing_id: UUID, body: requests.ListingNote) -> str:
    acts.write_about_listing(session, listing_id, body)
    return url_for("catalog.notes", listing_id=listing_id)


def _notes(listing_id: UUID, **shown: Any) -> str:
    session = reading()
    asked = parse(CursorQuery, {name: request.args[name] for name in ("cursor",) if name in request.args})
    row = acts.listing_of(session, listing_id)
    page = acts.about_listing(session, listing_id, cursor=asked.cursor)
    return render_template(
        "orders/notes.html",
        title=goods.text(row.titles, row.source_locale),
        back=url_for("catalog.edit", listing_id=row.listing_id),
        action=url_for("catalog.write_note", listing_id=row.listing_id),
        rows=page.items,
        next=url_for("catalog.notes", listing_id=row.listing_id, cursor=page.next) if page.next else None,
        first=url_for("catalog.notes", listing_id=row.listing_id) if asked.cursor else None,
        lines=[],
        names={},
        **{"values": {}, "errors": {}, "refusal": None, **shown},
    )
