"""Files that show what is claimed: each side's own, added while the claim is open, never taken back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.files import queries as files
from marketplace.files.queries import FileRow
from marketplace.files.rules import Purpose
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Refused
from marketplace.orders.arrivals import queries as arrivals
from marketplace.orders.models import Claim, ClaimEvidence
from marketplace.orders.rules.evidence import check_room


def own_files(session: Session, *, evidence: Sequence[UUID], actor: Actor) -> list[FileRow]:
    """Return the files a side hands in, each once; NotFound for another's, Refused for one of another purpose."""
    found = [files.get_file(session, company_id=actor.company, file_id=key) for key in dict.fromkeys(evidence)]
    if not all(file.serves(Purpose.EVIDENCE) for file in found):
        raise Refused.field("evidence", "file_other", "files handed in with the purpose evidence")
    return found


def of_arrival(session: Session, *, line_id: UUID) -> list[FileRow]:
    """Return what shows how the goods of a line came, whoever handed it in."""
    came = arrivals.arrivals(session, line_ids=[line_id]).get(line_id, arrivals.NOTHING)
    return list(files.files(session, ids=came.files).values())


def attach(session: Session, *, claim: Claim, found: Sequence[FileRow], actor: Actor, now: datetime) -> int:
    """Put files of one side beside a claim that is locked; return how many are new to it."""
    there = set(session.scalars(sa.select(ClaimEvidence.file_id).where(ClaimEvidence.claim_id == claim.id)))
    fresh = [file for file in found if file.id not in there]
    before = [file.size for file in files.files(session, ids=there).values() if file.company_id == actor.company]
    check_room(before=before, more=[file.size for file in fresh])
    session.add_all(
        ClaimEvidence(claim_id=claim.id, file_id=file.id, company_id=actor.company, added_at=now) for file in fresh
    )
    session.flush()
    return len(fresh)
