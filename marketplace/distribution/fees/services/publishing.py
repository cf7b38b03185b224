"""Publish what is asked from a day on."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.audit.rules import digest
from marketplace.distribution.fees.models import FeeRuleVersion
from marketplace.distribution.fees.rules import terms as rules
from marketplace.distribution.fees.rules.terms import Basis, FeeTerms
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Refused
from marketplace.kernel.ids import new_id


def publish(
    session: Session,
    *,
    terms: FeeTerms,
    valid_from: date,
    today: date,
    source: str,
    is_fictitious: bool,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Let a rule count for freight agreed from a day on, and return its id; what was agreed before keeps its rule.

    Refused ``valid_from`` for a day that is over, and terms that say nothing.
    """
    rules.check(terms)
    if valid_from < today:
        raise Refused.field("valid_from", "past", f"{today} or later")
    row = FeeRuleVersion(
        id=new_id(),
        kind=terms.kind,
        basis=terms.basis,
        share_bp=terms.share_bp if terms.basis is Basis.PERCENT else 0,
        per_kg_micro=terms.per_kg.micro if terms.basis is Basis.PER_KG and terms.per_kg else None,
        minimum_minor=terms.minimum.minor,
        currency=terms.minimum.currency,
        grace_minutes=terms.grace // timedelta(minutes=1),
        free_days=terms.free_until.days,
        valid_from=valid_from,
        source=source,
        is_fictitious=is_fictitious,
        created_at=now,
    )
    session.add(row)
    session.flush()
    facts = {
        "kind": str(row.kind),
        "share_bp": row.share_bp,
        "per_kg_micro": row.per_kg_micro,
        "minimum_minor": row.minimum_minor,
        "currency": row.currency,
        "grace_minutes": row.grace_minutes,
        "free_days": row.free_days,
        "from": valid_from.isoformat(),
        "source": digest(source),
    }
    audit.record(
        session, actor=actor, action="fee_rule.publish", subject="fee_rule", subject_id=row.id, facts=facts, now=now
    )
    return row.id
