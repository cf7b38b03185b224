"""Confirm what trusted merchants change, by the way of a person's decision; leave risks and samples to a person."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.catalog.services import bulk
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import DomainError
from marketplace.kernel.ids import new_id
from marketplace.moderation import services
from marketplace.moderation.models import Case, CaseJudgement, ReviewSeed
from marketplace.moderation.queries import trust as queries
from marketplace.moderation.rules import DESCRIBED, CaseState, Decision
from marketplace.moderation.rules.trust import VERSION, Judgement, is_sample, is_trusted, judge
from marketplace.moderation.services import likeness, weighing

_RULE: Final = Actor(None, None, permissions=frozenset({Permission.OPERATOR_LISTING_MODERATE}))
# Whoever learns a seed foretells the lots of so long at most.
_SEED_DAYS: Final = timedelta(days=30)


def confirm(session: Session, *, case_id: UUID, now: datetime) -> bool:
    """Confirm a waiting case of a trusted merchant that neither risk nor the lot gives to a person; judged once."""
    case = session.get(Case, case_id)
    if case is None or case.kind not in DESCRIBED:
        return False
    bulk.hold(session, {case.listing_id})
    session.refresh(case, with_for_update=True)
    if case.state is not CaseState.PENDING or session.get(CaseJudgement, case_id) is not None:
        return False
    # What was rewritten since it was compared is compared first; that job asks again.
    if not likeness.is_current(session, listing_id=case.listing_id):
        return False
    rule = queries.rule(session, now=now)
    record = queries.record(session, company_id=case.company_id)
    if not is_trusted(rule, record, now):
        return False
    weighing.weigh_again(session, case_ids=[case_id], now=now)
    seed = _seed(session, now)
    is_sampled = is_sample(seed.seed, case_id, rule.sample_percent)
    judgement = judge(rule, risk=case.risk, is_sampled=is_sampled)
    session.add(
        CaseJudgement(
            case_id=case_id,
            judgement=judgement,
            version=VERSION,
            risk=case.risk,
            most_risk=rule.most_risk,
            in_a_row=record.in_a_row,
            needed=rule.in_a_row,
            clean_days=rule.clean_days,
            sample_percent=rule.sample_percent,
            seed_id=seed.id,
            is_sampled=is_sampled,
            at=now,
        )
    )
    session.flush()
    facts = {"listing": case.listing_id, "judgement": judgement, "rule": VERSION, "seed": seed.id, "risk": case.risk}
    audit.record(
        session, actor=SYSTEM, action="moderation.judge", subject="case", subject_id=case_id, facts=facts, now=now
    )
    if judgement is not Judgement.CONFIRMED:
        return False
    done = services.decide_all(session, actor=_RULE, seen={case_id: None}, decision=Decision.APPROVE, now=now)
    refusal = done[case_id]
    if isinstance(refusal, DomainError):
        raise refusal
    return True


def _seed(session: Session, now: datetime) -> ReviewSeed:
    """Return the seed of these days, made when it is first asked for; its hash in the audit trail proves it later."""
    newest = sa.select(ReviewSeed).where(ReviewSeed.made_at > now - _SEED_DAYS).order_by(ReviewSeed.id.desc()).limit(1)
    found = session.scalars(newest).one_or_none()
    if found is not None:
        return found
    made = ReviewSeed(id=new_id(), seed=secrets.token_hex(32), made_at=now)
    session.add(made)
    session.flush()
    facts = {"sha256": hashlib.sha256(made.seed.encode()).hexdigest()}
    audit.record(
        session, actor=SYSTEM, action="review_seed.made", subject="review_seed", subject_id=made.id, facts=facts,
        now=now,
    )  # fmt: skip
    return made
