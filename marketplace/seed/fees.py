"""What the demo's lorries ask for goods that do not come, come late or are given up late. All of it is fictitious."""

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.fees.models import FeeRuleVersion
from marketplace.distribution.fees.rules.terms import Basis, FeeKind, FeeTerms
from marketplace.distribution.fees.services import publishing
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.money import Money, UnitPrice

NOTE: Final = "demo figure: fictitious"
_CURRENCY: Final = "CNY"
_VALID_SINCE: Final = timedelta(days=400)
RULES: Final = (
    FeeTerms(
        kind=FeeKind.NO_SHOW,
        basis=Basis.PERCENT,
        share_bp=5_000,
        per_kg=None,
        minimum=Money.of("300", _CURRENCY),
        grace=timedelta(hours=1),
        free_until=timedelta(0),
    ),
    FeeTerms(
        kind=FeeKind.LATE_CARGO,
        basis=Basis.PER_KG,
        share_bp=0,
        per_kg=UnitPrice.of("0.15", _CURRENCY),
        minimum=Money.of("150", _CURRENCY),
        grace=timedelta(minutes=30),
        free_until=timedelta(0),
    ),
    FeeTerms(
        kind=FeeKind.CANCELLATION,
        basis=Basis.PERCENT,
        share_bp=2_000,
        per_kg=None,
        minimum=Money.of("200", _CURRENCY),
        grace=timedelta(0),
        free_until=timedelta(days=3),
    ),
)


def publish(session: Session, *, now: datetime) -> None:
    """Publish a rule of each kind; a city that has rules keeps them."""
    if session.scalars(sa.select(FeeRuleVersion.id).limit(1)).first() is not None:
        return
    first_day = (now - _VALID_SINCE).date()
    for terms in RULES:
        publishing.publish(
            session,
            terms=terms,
            valid_from=first_day,
            today=first_day,
            source=NOTE,
            is_fictitious=True,
            actor=SYSTEM,
            now=now,
        )
