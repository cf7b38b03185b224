"""Letters about a merchant's goods: papers of theirs that end, and pages that were wished for."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.catalog.queries import ending
from marketplace.catalog.queries import goods as catalog
from marketplace.notices.services.letters import Facts, Letter

# Of more the merchant reads on his page.
_TOLD_AT_ONCE: Final = 20


def papers_end(session: Session, job: Facts, now: datetime) -> Iterator[Letter]:
    """Tell a merchant of certificates and licences that end; nothing of what was renewed or taken off meanwhile."""
    company_id, today = UUID(job["company"]), now.date()
    notice_ids = [UUID(notice) for notice in job["notices"]]
    rows = ending.standing(session, company_id=company_id, notice_ids=notice_ids, today=today)
    if rows:
        ends = [
            {
                "kind": row.kind.value,
                "name": row.name,
                "until": row.until.isoformat(),
                "is_over": row.until < today,
                "listings": row.listings,
            }
            for row in rows[:_TOLD_AT_ONCE]
        ]
        facts = {"ends": ends, "more": max(0, len(rows) - _TOLD_AT_ONCE), "path": "/merchant/ending-papers"}
        yield Letter(company_id, facts)


def proposal_decided(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell a merchant what became of the page that was wished for, and why."""
    row = catalog.proposal(session, proposal_id=UUID(job["proposal"]))
    path = f"/commodities/{row.commodity}" if row.commodity else "/merchant/commodities"
    yield Letter(
        row.company_id, {"names": dict(row.names), "state": row.state.value, "reason": row.reason, "path": path}
    )
