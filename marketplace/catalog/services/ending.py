"""Tell merchants of certificates and licences of brands that end: of each stage once, all of a run together."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.catalog.events import GoodsPapersEnding
from marketplace.catalog.models import EndNotice
from marketplace.catalog.queries import ending as queries
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.events import record
from marketplace.kernel.ids import new_id


def tell(session: Session, *, company_id: UUID, now: datetime) -> int:
    """Note what ends of a company's listings and was not told of yet; return how much."""
    new: list[UUID] = []
    for end, stage, listings in queries.untold(session, company_id=company_id, today=now.date()):
        notice_id = new_id()
        facts = {"kind": end.kind, "key": end.key, "name": end.name, "until": end.until, "listings": listings}
        if insert_if_new(session, EndNotice, id=notice_id, company_id=company_id, stage=stage, told_at=now, **facts):
            new.append(notice_id)
    if new:
        audit.record(
            session,
            actor=SYSTEM,
            action="listing.papers_ending",
            subject="company",
            subject_id=company_id,
            facts={"notices": new},
            now=now,
        )
        record(session, GoodsPapersEnding(company_id=company_id, notice_ids=tuple(new), at=now))
    return len(new)
