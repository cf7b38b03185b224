"""Have letters written by a job, so that an act waits for none: what a job holds are ids and codes only."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.kernel import clock
from marketplace.kernel.events import Event
from marketplace.kernel.ids import new_id
from marketplace.notices.rules import News, is_fresh
from marketplace.outbox import services as outbox

JOB: Final = "tell"
# Decisions of one go are made within seconds.
_TOGETHER: Final = timedelta(seconds=30)


def once(session: Session, event: Event, news: News, **facts: UUID) -> None:
    """Have one letter written soon, however often these facts are told."""
    if not is_fresh(event.at, clock.now()):
        return
    key = ":".join((news.value, *(str(value) for value in facts.values())))
    args = {"id": str(new_id()), "news": news.value, **{name: str(value) for name, value in facts.items()}}
    outbox.enqueue(session, JOB, args, now=event.at, run_at=event.at + _TOGETHER, key=key)


def later(session: Session, event: Event, news: News, **facts: Any) -> None:
    """Have a letter written with these facts, ids and codes; what happened long ago is told to nobody."""
    if not is_fresh(event.at, clock.now()):
        return
    args = {name: _plain(value) for name, value in facts.items()}
    # The letters of a job are known by its own id: it may run twice.
    outbox.enqueue(session, JOB, {"id": str(new_id()), "news": news.value, **args}, now=event.at)


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return [_plain(each) for each in value] if isinstance(value, (list, tuple)) else value
