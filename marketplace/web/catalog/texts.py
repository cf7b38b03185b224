"""Texts of a listing, a page for each language."""

from typing import Any, Final
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.queries import own as own_queries
from marketplace.catalog.rules.texts import LANGUAGES
from marketplace.catalog.services import details, listings, texts
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import details as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.web.catalog.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import choices
from marketplace.web.shared import details as words

_EDIT: Final = Permission.CATALOG_LISTING_EDIT


@pages.get("/merchant/listings/<uuid:listing_id>/texts/<language>")
@requires(_EDIT)
def text(listing_id: UUID, language: str) -> str:
    """Show a listing's texts in a language, beside those of its merchant's own."""
    return _text(listing_id, language)


def _text(listing_id: UUID, language: str, **given: Any) -> str:
    if language not in LANGUAGES:
        raise NotFound("language")
    actor, session = require_actor(), reading()
    row = own_queries.own_listing(session, company_id=actor.company, listing_id=listing_id)
    draft = listings.draft_of(session, actor=actor, listing_id=listing_id)
    marks = details.said(session, actor=actor, listing_id=listing_id).get("texts", {}).get("marks", {})
    kept = {
        "title": draft.titles.get(language, ""),
        "description": draft.descriptions.get(language, ""),
        "how": marks.get(language, ""),
    }
    named = dict(choices.languages(LANGUAGES))
    return render_template(
        "catalog/text.html",
        row=row,
        language=language,
        name=named[language],
        languages=[(code, name, code in draft.titles) for code, name in named.items()],
        own=named[draft.source_locale],
        source=draft.source_locale,
        own_title=draft.titles.get(draft.source_locale, ""),
        own_description=draft.descriptions.get(draft.source_locale, ""),
        hows=[(code, str(word)) for code, word in words.HOWS.items()],
        **{"values": kept, "errors": {}, "refusal": None, **given},
    )


@pages.post("/merchant/listings/<uuid:listing_id>/texts/<language>")
@requires(_EDIT, twin="PUT /api/v1/listings/{id}/texts/{language}")
def save_text(listing_id: UUID, language: str) -> Any:
    """Save a listing's texts in a language."""
    waiting: list[str] = []

    def work(session: Session) -> str:
        body = parse_form(requests.TextsBody, request.form)
        done = texts.put(
            session, actor=require_actor(), listing_id=listing_id, language=language, title=body.title,
            description=body.description, how=body.how, now=clock.now(),
        )  # fmt: skip
        waiting.extend(done.waiting)
        return url_for("catalog.text", listing_id=listing_id, language=language)

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _text(listing_id, language, **given))
    said = _("Saved. Some of it waits for review; until then the public sees the old version.")
    flash(said if waiting else _("Saved."), "good")
    return done
