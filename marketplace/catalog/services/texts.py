"""Texts of a listing language by language, each with how it came about."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.catalog.rules.changes import Changed
from marketplace.catalog.rules.details.texts import ACCEPTED, How
from marketplace.catalog.rules.texts import LANGUAGES
from marketplace.catalog.services import details, listings
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotFound, Refused


def put(
    session: Session,
    *,
    actor: Actor,
    listing_id: UUID,
    language: str,
    title: str | None,
    description: str | None,
    how: str | None,
    now: datetime,
) -> Changed:
    """Let a listing have these texts in a language; without a title the language is taken away.

    ``copied`` takes the texts of the merchant's own language where none are given. The merchant's own language keeps a
    title and has no mark. NotFound for a language that is not written here.
    """
    draft = listings.draft_to_edit(session, actor=actor, listing_id=listing_id)
    if language not in LANGUAGES:
        raise NotFound("language")
    is_own = language == draft.source_locale
    if how is not None and how not in set(How):
        raise Refused.field("how", "choice", ACCEPTED)
    if how == How.COPIED and not is_own:
        title = title or draft.titles[draft.source_locale]
        description = description or draft.descriptions.get(draft.source_locale)
    if is_own and not title:
        raise Refused.field("title", "required", f"a text in {language}")
    if title and not is_own and how is None:
        raise Refused.field("how", "choice", ACCEPTED)
    titles = {name: text for name, text in draft.titles.items() if name != language}
    descriptions = {name: text for name, text in draft.descriptions.items() if name != language}
    if title:
        titles[language] = title
        descriptions |= {language: description} if description else {}
    written = replace(draft, titles=titles, descriptions=descriptions)
    mark = how if title and not is_own else None
    said = details.mark_text(session, actor=actor, listing_id=listing_id, language=language, how=mark, now=now)
    done = listings.edit(session, actor=actor, listing_id=listing_id, draft=written, now=now)
    return Changed(bool(done) or bool(said), (*said.fields, *done.fields), (*said.waiting, *done.waiting))
