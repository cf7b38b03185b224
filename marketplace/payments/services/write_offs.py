"""Write off what a company owes after a payout: two people of the operator, neither of them of the company."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.money import Money
from marketplace.payments.models.remitting import WriteOff
from marketplace.payments.rules.house_money import check_not_own, check_second
from marketplace.payments.rules.ledger import AccountKind, AccountRef, TransferKind, pair
from marketplace.payments.rules.write_offs import PREFIX, WRITE_OFFS, WriteOffState
from marketplace.payments.services import ledger, receivables
from marketplace.reference.rules import Setting


def propose(session: Session, *, actor: Actor, company_id: UUID, amount: Money, reason: str, now: datetime) -> UUID:
    """Say that a company will not pay, and why; nothing moves before another person agrees.

    Refused ``reason`` without one, ``company_id`` that nobody has and ``amount`` for more than it owes and nobody takes
    back, Conflict ``write_off_waits`` while one of this company and currency waits, NotAllowed ``own_money`` about
    one's own company.
    """
    if not reason.strip():
        raise Refused.field("reason", "required", "why it will not be paid")
    check_not_own(accounts.companies_of(session, actor=actor), {company_id})
    if company_id not in accounts.get_companies(session, company_ids=[company_id]):
        raise Refused.field("company_id", "unknown")
    receivables.check(session, company_id=company_id, amount=amount)
    open_one = sa.select(WriteOff.id).where(
        WriteOff.company_id == company_id,
        WriteOff.currency == amount.currency,
        WriteOff.state == WriteOffState.PROPOSED,
    )
    if session.scalars(open_one).first() is not None:
        raise Conflict("write_off_waits")
    found = WriteOff(
        id=new_id(),
        reference=new_reference(PREFIX),
        company_id=company_id,
        currency=amount.currency,
        amount_minor=amount.minor,
        reason=reason.strip(),
        state=WriteOffState.PROPOSED,
        first_by=actor.person,
        act_by=accounts.house_days(session, setting=Setting.PAYOUT_APPROVAL_WORKING_DAYS, now=now),
        created_at=now,
    )
    session.add(found)
    session.flush()
    _audit(session, found, "propose", actor=actor, now=now)
    return found.id


def approve(session: Session, *, actor: Actor, write_off_id: UUID, now: datetime) -> None:
    """Agree, as another person: the company owes so much less, and the house has lost it.

    Conflict ``same_person`` for whoever proposed it, Refused ``amount`` where the company owes less by now, NotAllowed
    ``own_money`` for whoever is of the company.
    """
    found = _locked(session, write_off_id, "approve", actor)
    check_second(person_id=actor.person, first_by=found.first_by)
    amount = Money(found.amount_minor, found.currency)
    receivables.check(session, company_id=found.company_id, amount=amount)
    lost = AccountRef(AccountKind.RECEIVABLE_LOSSES, None, found.currency)
    owed = AccountRef(AccountKind.MERCHANT_RECEIVABLE, found.company_id, found.currency)
    kind = TransferKind.RECEIVABLE_WRITTEN_OFF
    found.transfer_id = ledger.post(
        session, kind=kind, key=f"{kind}:{found.id}", entries=pair(lost, owed, amount), subject=None, now=now
    )
    found.second_by = actor.person
    _move(session, found, "approve", actor=actor, now=now)


def decline(session: Session, *, actor: Actor, write_off_id: UUID, now: datetime) -> None:
    """Let the company go on owing it, as the second person or as the first who thinks better of it."""
    found = _locked(session, write_off_id, "decline", actor)
    if actor.person != found.first_by:
        found.second_by = actor.person
    _move(session, found, "decline", actor=actor, now=now)


def _locked(session: Session, write_off_id: UUID, action: str, actor: Actor) -> WriteOff:
    found = session.get(WriteOff, write_off_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("receivable_write_off")
    WRITE_OFFS.apply(found.state, action)
    check_not_own(accounts.companies_of(session, actor=actor), {found.company_id})
    return found


def _move(session: Session, found: WriteOff, action: str, *, actor: Actor, now: datetime) -> None:
    """Take a drawn step: the one place that writes its state."""
    found.state = WRITE_OFFS.apply(found.state, action)
    found.act_by, found.escalated_at, found.decided_at = None, None, now
    session.flush()
    _audit(session, found, action, actor=actor, now=now)


def _audit(session: Session, found: WriteOff, action: str, *, actor: Actor, now: datetime) -> None:
    facts: dict[str, Any] = {"minor": found.amount_minor, "currency": found.currency, "company": found.company_id}
    subject = "receivable_write_off"
    audit.record(
        session, actor=actor, action=f"{subject}.{action}", subject=subject, subject_id=found.id, facts=facts, now=now
    )
