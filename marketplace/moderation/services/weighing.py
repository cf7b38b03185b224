"""Write how closely to look at cases: the one place that writes their risk."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.events import together
from marketplace.merchants.events import ScreeningHitDecided, ScreeningHitFound
from marketplace.moderation.events import CaseDecided
from marketplace.moderation.models import Case
from marketplace.moderation.queries import signals
from marketplace.moderation.queries.signals import Subject, Weighable
from marketplace.moderation.rules import CaseState
from marketplace.moderation.rules.risk import score, weigh
from marketplace.outbox import services as outbox

JOB: Final = "weigh_cases"
# A merchant may have thousands of cases that wait: they are weighed anew once a minute at most.
_EVERY: Final = 60


def points_of(found: Weighable) -> dict[str, int | dict[str, int]]:
    """Return the columns of a case that say how closely to look."""
    points = weigh(found.signals)
    return {"risk": score(points), "risk_points": {reason.value: count for reason, count in points.items()}}


def weigh_again(session: Session, *, case_ids: Collection[UUID], now: datetime) -> int:
    """Weigh those of these cases that still wait by what is known now; return how many changed."""
    if not case_ids:
        return 0
    waiting = sa.select(Case).where(Case.id.in_(case_ids), Case.state == CaseState.PENDING).order_by(Case.id)
    newest = waiting.with_for_update().execution_options(populate_existing=True)
    cases = {case.id: case for case in session.scalars(newest)}
    subjects = {case.id: Subject(case.kind, case.listing_id, case.change_id) for case in cases.values()}
    known = signals.signals(session, subjects=set(subjects.values()), now=now)
    changed = 0
    for case in cases.values():
        wanted = points_of(known[subjects[case.id]])
        if case.risk_points != wanted["risk_points"] or case.risk != wanted["risk"]:
            changed += 1
            for name, value in wanted.items():
                setattr(case, name, value)
    session.flush()
    return changed


@together
def on_decided(session: Session, news: Sequence[CaseDecided]) -> None:
    """Have a merchant's other cases weighed by what was decided now."""
    _soon(session, {event.company_id for event in news}, news[-1].at)


@together
def on_screened(session: Session, news: Sequence[ScreeningHitFound | ScreeningHitDecided]) -> None:
    """Have the cases weighed of a merchant whose goods are like an entry of a list, or are no longer."""
    _soon(session, {event.company_id for event in news if event.is_goods}, news[-1].at)


def _soon(session: Session, company_ids: Collection[UUID], at: datetime) -> None:
    turn = int(at.timestamp()) // _EVERY
    for company_id in sorted(company_ids):
        outbox.enqueue(
            session,
            JOB,
            {"company": str(company_id)},
            now=at,
            run_at=at + timedelta(seconds=_EVERY),
            key=f"{JOB}:{company_id}:{turn}",
        )
