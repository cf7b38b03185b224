"""Letters to carriers about what they drive with."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.logistics.fleet.queries import fleets
from marketplace.notices.services.letters import Facts, Letter

_TOLD_AT_ONCE: Final = 20


def papers_end(session: Session, job: Facts, now: datetime) -> Iterator[Letter]:
    """Tell a carrier of papers that end; nothing of those withdrawn meanwhile. Drivers go by their references."""
    today = now.date()
    rows = fleets.papers_named(session, paper_ids=[UUID(paper) for paper in job["papers"]])
    if rows:
        ends = [
            {
                "reference": reference,
                "kind": row.kind.value,
                "country": row.country or "",
                "until": row.valid_until.isoformat(),
                "is_over": row.valid_until < today,
            }
            for reference, row in rows[:_TOLD_AT_ONCE]
        ]
        facts = {"ends": ends, "more": max(0, len(rows) - _TOLD_AT_ONCE), "path": "/partner/fleet"}
        yield Letter(UUID(job["company"]), facts)
