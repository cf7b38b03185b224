"""Read the published rules."""

from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.fees.models import FeeRuleVersion
from marketplace.distribution.fees.rules.terms import FeeKind, FeeRule, in_force
from marketplace.kernel.editions import kept
from marketplace.kernel.money import Money, UnitPrice


def versions(session: Session) -> tuple[FeeRule, ...]:
    """Return every rule there was, is and will be, in the order of their days."""
    return kept("fee_rules", lambda: _read(session))


def shown(session: Session, *, on: date) -> tuple[FeeRule, ...]:
    """Return the rules of a day, one of each kind that has one: what a booking agreed on it may cost on top."""
    rules = versions(session)
    found = (in_force(rules, kind=kind, on=on) for kind in FeeKind)
    return tuple(rule for rule in found if rule is not None)


def _read(session: Session) -> tuple[FeeRule, ...]:
    ordered = sa.select(FeeRuleVersion).order_by(
        FeeRuleVersion.valid_from, FeeRuleVersion.created_at, FeeRuleVersion.id
    )
    return tuple(
        FeeRule(
            id=row.id,
            kind=row.kind,
            basis=row.basis,
            share_bp=row.share_bp,
            per_kg=None if row.per_kg_micro is None else UnitPrice(row.per_kg_micro, row.currency),
            minimum=Money(row.minimum_minor, row.currency),
            grace=timedelta(minutes=row.grace_minutes),
            free_until=timedelta(days=row.free_days),
            valid_from=row.valid_from,
            source=row.source,
            is_fictitious=row.is_fictitious,
        )
        for row in session.scalars(ordered)
    )
