"""The inbox of the asker's company."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from flask import current_app
from sqlalchemy.orm import Session

from marketplace.edge.identity import require_actor
from marketplace.edge.requests import inbox as requests
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.pages import Page
from marketplace.notices import queries
from marketplace.notices.queries import MatterRow
from marketplace.notices.services import inbox as services


@dataclass(frozen=True, slots=True)
class Matter:
    """A matter in the reader's words; ``path`` is where it is seen to."""

    row: MatterRow
    subject: str
    path: str


_ACTS: Final[dict[str, Callable[..., None]]] = {
    "take": services.take,
    "release": services.release,
    "finish": services.finish,
    "reopen": services.reopen,
}


def many(search: requests.InboxSearch, *, locale: str) -> Page[Matter]:
    """Return what the asker may read of the inbox, in a language."""
    page = queries.inbox(reading(), actor=require_actor(), state=search.state, mine=search.mine, cursor=search.cursor)
    return page.map(lambda row: _written(row, locale))


def unread() -> int:
    """Count what came for the asker since he last looked."""
    return queries.unread(reading(), actor=require_actor())


def act(matter_id: UUID, action: str) -> None:
    """Take a matter, put it back, mark it done, or open it again."""
    work = _ACTS[action]
    in_unit_of_work(lambda session: work(session, actor=require_actor(), matter_id=matter_id, now=clock.now()))


def give(matter_id: UUID, body: requests.Given) -> None:
    """Give a matter to a colleague."""

    def given(session: Session) -> None:
        services.give(session, actor=require_actor(), matter_id=matter_id, person_id=body.person_id, now=clock.now())

    in_unit_of_work(given)


def look(body: requests.Looked) -> None:
    """Note up to which matter the asker has looked."""
    in_unit_of_work(lambda session: services.look(session, actor=require_actor(), matter_id=body.matter_id))


def _written(row: MatterRow, locale: str) -> Matter:
    subject, _body = current_app.extensions["city.render"](row.news.value, locale, row.facts)
    return Matter(row, subject, str(row.facts.get("path", "")))
