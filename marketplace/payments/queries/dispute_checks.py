"""What the books promise of disputes and of what companies owe after one, verified on a live database."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.checks import Promise
from marketplace.payments.models.cards import CardCharge
from marketplace.payments.models.disputes import CardDispute
from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry
from marketplace.payments.models.plans import Milestone
from marketplace.payments.rules.disputes import PENDING, DisputeState, resume_key
from marketplace.payments.rules.ledger import AccountKind
from marketplace.payments.rules.paying import MilestoneState


def resuming(session: Session, *, subject_ids: Collection[UUID]) -> dict[str, UUID]:
    """Return the keys of the jobs that send back what disputes kept, each with its subject."""
    rows = session.execute(
        sa.select(CardDispute.id, CardDispute.state, CardCharge.subject_id)
        .join(CardCharge, CardCharge.id == CardDispute.charge_id)
        .where(CardCharge.subject_id.in_(subject_ids))
    )
    return {resume_key(row.id, row.state): row.subject_id for row in rows}


def _disputed() -> sa.Select[UUID]:
    """Find subjects of which the books have another sum at card banks than their undecided disputes."""
    taken = (
        sa.select(sa.func.coalesce(sa.func.sum(CardDispute.withdrawn_minor), 0))
        .join(CardCharge, CardCharge.id == CardDispute.charge_id)
        .where(
            CardCharge.subject_id == LedgerAccount.subject_id,
            CardDispute.currency == LedgerAccount.currency,
            CardDispute.state.in_(PENDING),
        )
        .scalar_subquery()
    )
    return (
        sa.select(LedgerAccount.id)
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .where(LedgerAccount.kind == AccountKind.DISPUTED)
        .group_by(LedgerAccount.id, LedgerAccount.subject_id, LedgerAccount.currency)
        .having(sa.func.sum(LedgerEntry.minor) != taken)
    )


def _lost() -> sa.Select[UUID]:
    """Find disputes that say something else than what the bank took and gave back."""
    is_lost = CardDispute.state == DisputeState.LOST
    booked = CardDispute.taken_minor + CardDispute.borne_minor
    wrong = sa.or_(
        sa.and_(is_lost, booked != CardDispute.withdrawn_minor),
        sa.and_(~is_lost, booked != 0),
        sa.and_(CardDispute.state == DisputeState.WON, CardDispute.reinstated_minor != CardDispute.withdrawn_minor),
    )
    return sa.select(CardDispute.id).where(wrong)


def _thawed() -> sa.Select[UUID]:
    """Find milestones that were released though a dispute froze them."""
    return (
        sa.select(Milestone.id)
        .join(CardDispute, CardDispute.id == Milestone.dispute_id)
        .where(CardDispute.state.in_(PENDING), Milestone.state == MilestoneState.RELEASED)
    )


def _receivables() -> sa.Select[UUID]:
    """Find companies that gave back more than they owed."""
    return (
        sa.select(LedgerAccount.id)
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .where(LedgerAccount.kind == AccountKind.MERCHANT_RECEIVABLE)
        .group_by(LedgerAccount.id)
        .having(sa.func.sum(LedgerEntry.minor) < 0)
    )


PROMISES: Final = (
    Promise("ledger_account", "is not what card banks have of undecided disputes", _disputed),
    Promise("card_dispute", "is booked otherwise than its bank decided", _lost),
    Promise("milestone", "was released though a dispute froze it", _thawed),
    Promise("ledger_account", "more was given back than the company owed", _receivables),
)
