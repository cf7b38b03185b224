"""Charge an owner's share: owed to the carrier by bank, by the same books as fees and freight."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.distribution.holds.events import HeldCostCharged
from marketplace.distribution.holds.models import HoldShare
from marketplace.distribution.holds.rules.states import CHARGE
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.money import Money
from marketplace.merchants import queries as merchants
from marketplace.payments.rules.plans import preset
from marketplace.payments.rules.terms import MilestoneEvent, Mode, PayeeAccount, Plan, Rail, Subject, SubjectKind
from marketplace.payments.services import plans
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting


def settle_account(session: Session, *, share_id: UUID, actor: Actor, now: datetime) -> None:
    """Charge a share that waited for its carrier's account; Conflict ``no_payee`` while there is none, ``state``."""
    found = locked(session, share_id)
    if found.state is None:
        raise NotFound("held_charge")
    CHARGE.apply(found.state, "charge")
    if not bill(session, found, actor=actor, now=now):
        raise Conflict("no_payee", company=found.carrier_id, currency=found.currency)


def locked(session: Session, share_id: UUID) -> HoldShare:
    """Return a share, locked; NotFound."""
    found = session.scalars(
        sa.select(HoldShare).where(HoldShare.id == share_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("held_charge")
    return found


def subject_of(share_id: UUID) -> Subject:
    """Return as what payments know a charge: an amount for carriage, beside the freight itself."""
    return Subject(SubjectKind.FREIGHT, share_id)


def bill(session: Session, share: HoldShare, *, actor: Actor, now: datetime) -> bool:
    """Let an owner's share fall due to the carrier's account of today; False where it has none in that currency."""
    if share.carrier_id is None or share.payer_id is None or share.line_id is None or share.state is None:
        return False
    payee = merchants.payee(session, company_id=share.carrier_id, currency=share.currency)
    if payee is None:
        return False
    days = reference.setting(session, Setting.PROFORMA_WORKING_DAYS, at=now)
    opening = plans.Opening(
        subject=subject_of(share.id),
        reference=share.reference,
        plan=preset(Plan.FREIGHT_HANDOVER_100, mode=Mode.DIRECT, days=days),
        mode=Mode.DIRECT,
        rail=Rail.BANK,
        payer_id=share.payer_id,
        payee_id=share.carrier_id,
        payee_account=PayeeAccount(**payee.as_json()),
        lines=((share.line_id, Money(share.amount_minor, share.currency)),),
        deposit_due_at=None,
        commission_bp=0,
    )
    share.state, share.charged_at = CHARGE.apply(share.state, "charge"), now
    session.flush()
    # Nobody chose to owe it: no limit of what a company may owe stops the lorry that it is charged by.
    plans.open_all(session, openings=[opening], actor=actor, now=now, within_limits=False)
    plans.fall_due(session, subject=opening.subject, event=MilestoneEvent.HANDED_OVER, line_ids=None, now=now)
    facts: dict[str, object] = {"minor": share.amount_minor, "currency": share.currency}
    note(session, share, "charge", facts, actor=actor, now=now)
    events.record(session, HeldCostCharged(at=now, share_id=share.id))
    return True


def note(
    session: Session, share: HoldShare, act: str, facts: dict[str, object], *, actor: Actor, now: datetime
) -> None:
    """Write what happened to a share into the audit."""
    audit.record(
        session,
        actor=actor,
        action=f"held_charge.{act}",
        subject="held_charge",
        subject_id=share.id,
        facts={"booking": share.booking_id, "cost": share.item_id, **facts},
        now=now,
    )
