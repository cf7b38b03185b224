"""Read the reasons that reviewers choose from."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.moderation.models import ReviewReason
from marketplace.moderation.rules import CaseKind
from marketplace.moderation.rules.reasons import Reason


def reasons(session: Session, *, kind: CaseKind | None = None, retired: bool = False) -> tuple[Reason, ...]:
    """Return the reasons in order: those offered, for a kind of case if one is named; ``retired`` adds the others."""
    rows = session.scalars(sa.select(ReviewReason).order_by(ReviewReason.position, ReviewReason.code))
    found = (
        Reason(row.code, row.texts, tuple(CaseKind(each) for each in row.kinds), row.position, row.retired)
        for row in rows
    )
    return tuple(each for each in found if (retired or not each.is_retired) and (kind is None or each.fits(kind)))
