"""Hear of whole lorries that are given back, and write of them to whoever had hired them and to the carrier."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.distribution.hires import queries
from marketplace.distribution.hires.events import HireUndone
from marketplace.kernel import clock
from marketplace.kernel.ids import new_id
from marketplace.notices.rules import News, is_fresh
from marketplace.notices.services.letters import Facts, Letter
from marketplace.outbox import services as outbox

JOB: Final = "tell"


def on_hire_undone(session: Session, event: HireUndone) -> None:
    """Tell both sides of it."""
    if is_fresh(event.at, clock.now()):
        args = {"id": str(new_id()), "news": News.LORRY_GIVEN_BACK.value, "hire": str(event.hire_id)}
        outbox.enqueue(session, JOB, args, now=event.at)


def given_back(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell which lorry it was, at what price, and that what is still booked on it pays by weight."""
    row = queries.hire(session, hire_id=UUID(job["hire"]))
    facts: dict[str, Any] = {
        "lorry": row.departure,
        "amount": str(row.price),
        "leaves": row.departs_at,
        "path": f"/whole-lorries/{row.id}",
    }
    yield Letter(row.company_id, facts | {"is_hirer": True})
    yield Letter(row.carrier_id, facts | {"is_hirer": False})
