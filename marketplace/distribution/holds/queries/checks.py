"""What must hold of the costs of holds."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.costs.models import CostItem
from marketplace.distribution.fees.rules.states import FeeState
from marketplace.distribution.holds.models import HoldCase, HoldCost, HoldSetOff, HoldShare
from marketplace.kernel.checks import Breach
from marketplace.payments.queries.asked import asked


def breaches(session: Session) -> list[Breach]:
    """Return costs that are not their shares, charges that are not what the ledger asks for, too much set off."""
    shared = (
        sa.select(sa.func.coalesce(sa.func.sum(HoldShare.amount_minor), 0))
        .where(HoldShare.item_id == CostItem.id, HoldShare.voided_at.is_(None))
        .correlate(CostItem)
        .scalar_subquery()
    )
    whole = sa.case(
        (sa.or_(HoldCost.shared_at.is_(None), CostItem.voided_at.is_not(None)), 0), else_=CostItem.amount_minor
    )
    uneven = sa.select(CostItem.id).join(HoldCost, HoldCost.item_id == CostItem.id).where(shared != whole)
    forgotten = (
        sa.select(CostItem.id)
        .join(HoldCost, HoldCost.item_id == CostItem.id)
        .join(HoldCase, HoldCase.id == HoldCost.case_id)
        .where(HoldCase.ended_at.is_not(None), HoldCost.shared_at.is_(None), CostItem.voided_at.is_(None))
    )
    due = asked()
    owed = sa.case((HoldShare.charged_at.is_(None), 0), else_=HoldShare.amount_minor)
    unasked = (
        sa.select(HoldShare.id)
        .outerjoin(due, due.c.subject_id == HoldShare.id)
        .where(sa.func.coalesce(due.c.minor, 0) != owed)
    )
    silent = sa.select(HoldShare.id).where(
        HoldShare.charged_at.is_(None), HoldShare.state.in_((FeeState.CHARGED, FeeState.WAIVER_ASKED))
    )
    over = (
        sa.select(HoldShare.id)
        .join(HoldSetOff, HoldSetOff.share_id == HoldShare.id)
        .group_by(HoldShare.id, HoldShare.amount_minor)
        .having(sa.func.sum(HoldSetOff.minor) > HoldShare.amount_minor)
    )
    found = (
        ("cost_item", uneven, "it is not what its shares come to"),
        ("cost_item", forgotten, "its hold has ended, and nobody bears it"),
        ("hold_share", unasked, "it is not what the ledger asks for"),
        ("hold_share", silent, "it is charged and was never asked for"),
        ("hold_share", over, "more of it was set off than it is"),
    )
    return [
        Breach("1 held lorry", thing, key, words) for thing, wanted, words in found for key in session.scalars(wanted)
    ]
