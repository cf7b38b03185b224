"""Record what the provider shows of disputes, once each, and claim the evidence that will be handed in."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.audit import services as audit
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.events import record
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.money import Money
from marketplace.payments import events
from marketplace.payments.models.disputes import CardDispute
from marketplace.payments.queries import cards
from marketplace.payments.queries.cards import ChargeRow
from marketplace.payments.queries.disputes import DisputeRow, dispute_row, papers_of
from marketplace.payments.rules import disputes as rules
from marketplace.payments.rules.cards import attempt_after
from marketplace.payments.rules.disputes import DISPUTES, DisputeState
from marketplace.payments.rules.house_money import check_not_own
from marketplace.payments.rules.provider import DisputeSeen, Evidence, Paper, Slot
from marketplace.payments.services import dispute_entries as entries
from marketplace.payments.services.terms import terms_of

_NEWS = {
    "win": events.CardDisputeWon,
    "lose": events.CardDisputeLost,
    "close": events.CardDisputeClosed,
}


def apply(session: Session, *, charge: ChargeRow, seen: tuple[DisputeSeen, ...], now: datetime) -> None:
    """Bring the disputes of a locked charge to what the provider shows; an older or a second view does nothing."""
    for one in seen:
        dispute = _recorded(session, charge, one, now=now)
        _book(session, charge, dispute, one, now=now)
        was_inquiry, dispute.is_inquiry = dispute.is_inquiry, dispute.is_inquiry and one.is_inquiry
        dispute.due_by = one.due_by or dispute.due_by
        action = rules.action_towards(dispute.state, one.state, was_inquiry=was_inquiry, is_inquiry=dispute.is_inquiry)
        if action:
            _move(session, charge, dispute, action, now=now)
    session.flush()


def claim_answer(
    session: Session,
    *,
    dispute_id: UUID,
    evidence: Evidence,
    papers: tuple[Paper, ...] = (),
    actor: Actor,
    now: datetime,
) -> DisputeRow:
    """Decide what the card's bank is told and shown; from now on it is owed to be handed in and cannot be changed.

    The same person's same words again change nothing. Conflict ``state`` once it is answered or over, NotAllowed
    ``own_money`` for whoever is of the company that disputes its payment.
    """
    rules.check_evidence(evidence)
    dispute = locked(session, dispute_id)
    charge = cards.charge_by_id(session, charge_id=dispute.charge_id)
    terms = terms_of(session, charge.subject)
    check_not_own(accounts.companies_of(session, actor=actor), {terms.payer_id} if terms else ())
    DISPUTES.apply(dispute.state, "answer")
    if dispute.asked_at is not None:
        if dispute.evidence != asdict(evidence) or papers_of(dispute.papers) != papers:
            raise Conflict("evidence_claimed")
        return dispute_row(dispute)
    dispute.evidence, dispute.evidence_by, dispute.asked_at = asdict(evidence), actor.person, now
    dispute.papers = [[str(paper.slot), str(paper.file_id)] for paper in papers]
    dispute.handed_over = {}
    dispute.act_by = dispute.escalated_at = None
    dispute.changed_at = now
    session.flush()
    _audit(session, dispute, "evidence", actor=actor, now=now)
    return dispute_row(dispute)


def note_file(session: Session, *, dispute_id: UUID, slot: Slot, provider_id: str) -> DisputeRow:
    """Write down how the provider calls a file that was handed over, once."""
    dispute = locked(session, dispute_id)
    dispute.handed_over = {str(slot): provider_id, **(dispute.handed_over or {})}
    session.flush()
    return dispute_row(dispute)


def claim_new_attempt(session: Session, *, dispute_id: UUID, failed: int) -> DisputeRow:
    """Take a new key for evidence that the provider is known not to have, the same for all who found so."""
    dispute = locked(session, dispute_id)
    dispute.attempt = attempt_after(failed, current=dispute.attempt)
    session.flush()
    return dispute_row(dispute)


def refused(session: Session, *, dispute_id: UUID, now: datetime) -> None:
    """Note that the provider took no evidence: somebody must look at it again."""
    dispute = locked(session, dispute_id)
    if dispute.state is DisputeState.OPEN:
        dispute.asked_at, dispute.act_by = None, now
        session.flush()
        _audit(session, dispute, "evidence_refused", actor=SYSTEM, now=now)


def locked(session: Session, dispute_id: UUID) -> CardDispute:
    """Return a dispute that nobody else changes until this transaction ends; NotFound."""
    statement = sa.select(CardDispute).where(CardDispute.id == dispute_id).with_for_update()
    found = session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound("card_dispute")
    return found


def _recorded(session: Session, charge: ChargeRow, seen: DisputeSeen, *, now: datetime) -> CardDispute:
    is_new = insert_if_new(
        session,
        CardDispute,
        id=new_id(),
        reference=new_reference(rules.PREFIX),
        provider_id=seen.provider_id,
        charge_id=charge.id,
        currency=seen.amount.currency,
        amount_minor=seen.amount.minor,
        reason=seen.reason,
        is_inquiry=seen.is_inquiry,
        state=DisputeState.OPEN,
        withdrawn_minor=0,
        reinstated_minor=0,
        taken_minor=0,
        borne_minor=0,
        attempt=1,
        due_by=seen.due_by,
        act_by=rules.alarm_at(seen.due_by),
        created_at=now,
        changed_at=now,
    )
    dispute = session.scalars(
        sa.select(CardDispute).where(CardDispute.provider_id == seen.provider_id).with_for_update()
    ).one()
    if is_new:
        _audit(session, dispute, "open", actor=SYSTEM, now=now)
        record(session, events.CardDisputeOpened(**_named(charge, dispute), at=now))
    return dispute


def _book(session: Session, charge: ChargeRow, dispute: CardDispute, seen: DisputeSeen, *, now: datetime) -> None:
    """Write down what the bank took and gave back, and what it cost, each once and as soon as it is shown."""
    nothing = Money.zero(dispute.currency)
    if seen.withdrawn and not dispute.withdrawn_minor:
        dispute.withdrawn_minor = seen.withdrawn.minor
        entries.withdrawn(session, charge=charge, dispute_id=dispute.id, amount=seen.withdrawn, now=now)
    if seen.reinstated > nothing and not dispute.reinstated_minor:
        dispute.reinstated_minor = seen.reinstated.minor
        entries.reinstated(session, charge=charge, dispute_id=dispute.id, amount=seen.reinstated, now=now)
    if seen.fee is not None and (dispute.fee_minor, dispute.fee_currency) != (seen.fee.minor, seen.fee.currency):
        before = Money(dispute.fee_minor or 0, seen.fee.currency)
        entries.fee(session, charge=charge, dispute_id=dispute.id, before=before, fee=seen.fee, now=now)
        dispute.fee_minor, dispute.fee_currency = seen.fee.minor, seen.fee.currency
    session.flush()


def _move(session: Session, charge: ChargeRow, dispute: CardDispute, action: str, *, now: datetime) -> None:
    """Take a drawn step: the one place that writes a dispute's state, with its audit row and event."""
    dispute.state = DISPUTES.apply(dispute.state, action)
    dispute.changed_at = now
    dispute.act_by = rules.alarm_at(dispute.due_by) if action == "reopen" else None
    dispute.escalated_at = None
    if action == "reopen":
        dispute.asked_at, dispute.attempt = None, dispute.attempt + 1
    session.flush()
    _audit(session, dispute, action, actor=SYSTEM, now=now)
    if action in _NEWS:
        record(session, _NEWS[action](**_named(charge, dispute), at=now))


def _named(charge: ChargeRow, dispute: CardDispute) -> dict[str, Any]:
    return {
        "key": charge.key,
        "charge_id": charge.id,
        "subject_kind": str(charge.subject.kind),
        "subject_id": charge.subject.id,
        "amount": Money(dispute.amount_minor, dispute.currency),
        "dispute_id": dispute.id,
    }


def _audit(session: Session, dispute: CardDispute, action: str, *, actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        actor=actor,
        action=f"card_dispute.{action}",
        subject="card_dispute",
        subject_id=dispute.id,
        facts={
            "minor": dispute.amount_minor,
            "currency": dispute.currency,
            "state": str(dispute.state),
            "reason": dispute.reason,
            "charge": dispute.charge_id,
        },
        now=now,
    )
