"""Read what trust in merchants rests on, and whether any went beyond it."""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.kernel.checks import Breach
from marketplace.merchants import queries as merchants
from marketplace.moderation.models import Case, CaseJudgement, ReviewSeed
from marketplace.moderation.rules import APPEALABLE, DESCRIBED, TURNED_DOWN, CaseState
from marketplace.moderation.rules.trust import Judgement, Record, Rule, is_sample
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting


def rule(session: Session, *, now: datetime) -> Rule:
    """Return what trust takes now."""
    return Rule(
        in_a_row=reference.setting(session, Setting.TRUST_CONFIRMED, at=now),
        clean_days=reference.setting(session, Setting.TRUST_CLEAN_DAYS, at=now),
        most_risk=reference.setting(session, Setting.TRUST_MOST_RISK, at=now),
        sample_percent=reference.setting(session, Setting.TRUST_SAMPLE_PERCENT, at=now),
    )


def record(session: Session, *, company_id: UUID) -> Record:
    """Return a merchant's past; a decision that an appeal took back is no fault."""
    described = sa.and_(Case.company_id == company_id, Case.kind.in_(DESCRIBED))
    last_no = sa.select(sa.func.max(Case.decided_at)).where(described, Case.state.in_(TURNED_DOWN), ~_taken_back())
    since = session.scalar(last_no)
    confirmed = sa.select(sa.func.count()).where(
        described, Case.state == CaseState.CONFIRMED, Case.decided_by.is_not(None)
    )
    in_a_row = session.scalar(confirmed.where(Case.decided_at > since) if since else confirmed) or 0
    fault = session.scalar(
        sa.select(sa.func.max(Case.decided_at)).where(Case.company_id == company_id, _is_fault(), ~_taken_back())
    )
    return Record(in_a_row, fault, company_id in merchants.active(session, company_ids=[company_id]))


def breaches(session: Session) -> list[Breach]:
    """Return what was confirmed without a person beyond the rule, and lots that are not what the seed says."""
    rows = session.execute(
        sa.select(CaseJudgement, ReviewSeed.seed, Case.company_id)
        .join(ReviewSeed, ReviewSeed.id == CaseJudgement.seed_id)
        .join(Case, Case.id == CaseJudgement.case_id)
        .order_by(CaseJudgement.case_id)
    ).all()
    found: list[Breach] = []
    for row in rows:
        judged: CaseJudgement = row.CaseJudgement
        if judged.is_sampled is not is_sample(row.seed, judged.case_id, judged.sample_percent):
            found.append(Breach("4 review", "case", judged.case_id, "not drawn as its seed says"))
        if judged.judgement is Judgement.CONFIRMED and not _was_right(session, judged, row.company_id):
            found.append(Breach("4 review", "case", judged.case_id, "confirmed beyond the rule of trust"))
    return found


def _was_right(session: Session, judged: CaseJudgement, company_id: UUID) -> bool:
    if judged.is_sampled or judged.risk > judged.most_risk or judged.in_a_row < judged.needed:
        return False
    clean_from = judged.at - timedelta(days=judged.clean_days)
    faults = sa.exists().where(
        Case.company_id == company_id,
        _is_fault(),
        Case.decided_at > clean_from,
        Case.decided_at < judged.at,
        ~_taken_back(),
    )
    return not session.scalar(sa.select(faults))


def _is_fault() -> sa.ColumnElement[bool]:
    return sa.and_(Case.kind.in_(APPEALABLE), Case.state == CaseState.DECLINED)


def _taken_back() -> sa.ColumnElement[bool]:
    appeal = aliased(Case)
    return sa.exists().where(appeal.about_id == Case.id, appeal.state == CaseState.CONFIRMED)
