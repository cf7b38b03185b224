"""What must hold of the costs of holds."""

from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.costs.models import CostItem
from marketplace.distribution.fees.rules.states import FeeState
from marketplace.distribution.holds.models import HoldCase, HoldCost, HoldSetOff, HoldShare
from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.payments.queries.asked import asked


def breaches(session: Session) -> list[Breach]:
    """Return costs that are not their shares, charges that are not what the ledger asks for, too much set off."""
    return _PROMISES.breaches(session)


def _uneven() -> sa.Select[UUID]:
    shared = (
        sa.select(sa.func.coalesce(sa.func.sum(HoldShare.amount_minor), 0))
        .where(HoldShare.item_id == CostItem.id, HoldShare.voided_at.is_(None))
        .correlate(CostItem)
        .scalar_subquery()
    )
    whole = sa.case(
        (sa.or_(HoldCost.shared_at.is_(None), CostItem.voided_at.is_not(None)), 0), else_=CostItem.amount_minor
    )
    return sa.select(CostItem.id).join(HoldCost, HoldCost.item_id == CostItem.id).where(shared != whole)


def _forgotten() -> sa.Select[UUID]:
    return (
        sa.select(CostItem.id)
        .join(HoldCost, HoldCost.item_id == CostItem.id)
        .join(HoldCase, HoldCase.id == HoldCost.case_id)
        .where(HoldCase.ended_at.is_not(None), HoldCost.shared_at.is_(None), CostItem.voided_at.is_(None))
    )


def _unasked() -> sa.Select[UUID]:
    due = asked()
    owed = sa.case((HoldShare.charged_at.is_(None), 0), else_=HoldShare.amount_minor)
    return (
        sa.select(HoldShare.id)
        .outerjoin(due, due.c.subject_id == HoldShare.id)
        .where(sa.func.coalesce(due.c.minor, 0) != owed)
    )


def _silent() -> sa.Select[UUID]:
    return sa.select(HoldShare.id).where(
        HoldShare.charged_at.is_(None), HoldShare.state.in_((FeeState.CHARGED, FeeState.WAIVER_ASKED))
    )


def _over() -> sa.Select[UUID]:
    return (
        sa.select(HoldShare.id)
        .join(HoldSetOff, HoldSetOff.share_id == HoldShare.id)
        .group_by(HoldShare.id, HoldShare.amount_minor)
        .having(sa.func.sum(HoldSetOff.minor) > HoldShare.amount_minor)
    )


_PROMISES: Final = Promises(
    "1 held lorry",
    Promise("cost_item", "it is not what its shares come to", _uneven),
    Promise("cost_item", "its hold has ended, and nobody bears it", _forgotten),
    Promise("hold_share", "it is not what the ledger asks for", _unasked),
    Promise("hold_share", "it is charged and was never asked for", _silent),
    Promise("hold_share", "more of it was set off than it is", _over),
)
