"""What a dispute does to the money of its own subject, and of nobody else's: frozen, freed, or taken."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.money import Money
from marketplace.outbox import services as outbox
from marketplace.payments import events
from marketplace.payments.models.disputes import CardDispute
from marketplace.payments.models.plans import Milestone, PaymentTerms
from marketplace.payments.queries import cards, ledger
from marketplace.payments.queries.cards import ChargeRow
from marketplace.payments.rules.cards import RefundState
from marketplace.payments.rules.disputes import RESUME, Bearer, Part, bearer_of, parts_of, resume_key
from marketplace.payments.rules.ledger import AccountKind, AccountRef, TransferKind
from marketplace.payments.rules.paying import MilestoneState
from marketplace.payments.services import card_returns, disputes, holding, receivables, treasury
from marketplace.payments.services import dispute_entries as entries
from marketplace.payments.services.splitting import locked, split
from marketplace.payments.services.terms import terms_of

_FREEZABLE: Final = (MilestoneState.PENDING, MilestoneState.HELD)


def on_opened(session: Session, event: events.CardDisputeOpened) -> None:
    """Freeze what the dispute is about: no event releases it before the bank has decided.

    What an inquiry of the same charge froze is a dispute's from here on: the bank takes it, and has only asked before.
    """
    dispute = disputes.locked(session, event.dispute_id)
    charge = cards.charge_by_id(session, charge_id=dispute.charge_id)
    inquiries = sa.select(CardDispute.id).where(CardDispute.charge_id == charge.id, CardDispute.is_inquiry)
    yielding = {None} if dispute.is_inquiry else {None, *session.scalars(inquiries)}
    free = [row for row in locked(session, charge.subject) if row.state in _FREEZABLE and row.dispute_id in yielding]
    for row, part in _parts(dispute.amount_minor, free):
        split(session, row, part).dispute_id = dispute.id
    session.flush()
    context = {"reference": dispute.reference, "amount": str(event.amount), "reason": dispute.reason}
    context["until"] = dispute.due_by.strftime("%Y-%m-%d %H:%M UTC") if dispute.due_by else ""
    treasury.tell(session, template="card_dispute_opened", context=context, now=event.at)


def on_ended(session: Session, event: events.CardDisputeWon | events.CardDisputeClosed) -> None:
    """Free what was frozen, and release what fell due meanwhile."""
    dispute = disputes.locked(session, event.dispute_id)
    charge = cards.charge_by_id(session, charge_id=dispute.charge_id)
    session.execute(
        sa.update(Milestone).where(Milestone.dispute_id == dispute.id).values(dispute_id=None),
        execution_options={"synchronize_session": False},
    )
    holding.release_due(session, subject=charge.subject, now=event.at)
    _go_on(session, dispute, now=event.at)


def on_lost(session: Session, event: events.CardDisputeLost) -> None:
    """Take what the bank took: of what is held first; of what was released by the rule of who bears it."""
    dispute = disputes.locked(session, event.dispute_id)
    charge = cards.charge_by_id(session, charge_id=dispute.charge_id)
    terms = terms_of(session, charge.subject)
    taken = Money(_take(session, dispute, charge, terms, now=event.at), dispute.currency)
    borne = Money(dispute.withdrawn_minor, dispute.currency) - taken
    dispute.taken_minor, dispute.borne_minor = taken.minor, borne.minor
    session.flush()
    if dispute.withdrawn_minor:
        entries.lost(session, charge=charge, dispute_id=dispute.id, taken=taken, borne=borne, now=event.at)
        card_returns.fit(session, charge_id=charge.id, now=event.at)
    _free_rest(session, dispute)
    holding.follow(session, charge_id=charge.id, now=event.at)
    if terms is not None:
        receivables.book(session, account=holding.payable(terms), cause=f"dispute:{dispute.id}", now=event.at)
    holding.release_due(session, subject=charge.subject, now=event.at)
    _go_on(session, dispute, now=event.at)


def on_refund_failed(session: Session, event: events.CardRefundFailed) -> None:
    """Let what was kept for a refund pay for what the house bears: the bank took it first, and nobody else gets it."""
    charge = cards.charge_by_id(session, charge_id=event.charge_id)
    locked(session, charge.subject)
    borne = sa.select(CardDispute).where(CardDispute.charge_id == charge.id, CardDispute.borne_minor > 0)
    for dispute in session.scalars(borne.order_by(CardDispute.id).with_for_update()).all():
        left = _loose(session, charge) - cards.returning(session, charge_id=charge.id)
        part = Money(min(dispute.borne_minor, max(0, left)), dispute.currency)
        if part:
            dispute.taken_minor, dispute.borne_minor = (
                dispute.taken_minor + part.minor,
                dispute.borne_minor - part.minor,
            )
            session.flush()
            entries.covered(
                session, charge=charge, dispute_id=dispute.id, by=event.refund_id, amount=part, now=event.at
            )


def _take(
    session: Session, dispute: CardDispute, charge: ChargeRow, terms: PaymentTerms | None, *, now: datetime
) -> int:
    """End milestones worth up to what the bank took, and return how much the subject's own money pays."""
    minor, taken = dispute.withdrawn_minor, 0
    frozen = [row for row in _of(session, charge, MilestoneState.HELD) if row.dispute_id == dispute.id]
    taken += _end(session, dispute, frozen, minor)
    taken += _end(session, dispute, _free(session, charge, MilestoneState.HELD), minor - taken)
    if terms is not None and bearer_of(dispute.reason) is Bearer.PAYEE:
        released = _free(session, charge, MilestoneState.RELEASED)
        taken += _end(session, dispute, released, minor - taken, terms=terms, now=now)
    taken += min(minor - taken, _loose(session, charge) - taken)
    # What the house bears stays the payee's: a later cancellation does not take it back a second time.
    for row, part in _parts(minor - taken, _free(session, charge, MilestoneState.RELEASED)):
        split(session, row, part).dispute_id = dispute.id
    session.flush()
    return taken


def _end(
    session: Session,
    dispute: CardDispute,
    rows: Sequence[Milestone],
    minor: int,
    *,
    terms: PaymentTerms | None = None,
    now: datetime | None = None,
) -> int:
    """Let milestones end as given back, worth up to this much; with terms they are taken back from release first."""
    done = 0
    for row, part in _parts(minor, rows):
        ended = split(session, row, part)
        ended.dispute_id, ended.state = dispute.id, MilestoneState.REFUNDED
        session.flush()
        if terms is not None and now is not None:
            kind = TransferKind.RELEASE_REVERSED
            holding.post_release(session, terms, ended, kind=kind, actor=SYSTEM, now=now)
        done += part.minor
    return done


def _loose(session: Session, charge: ChargeRow) -> int:
    """Return what is held for a subject beside its milestones and refunds on their way: what ended, and is to go back.

    A refund that was asked for goes, whatever the bank takes; one that was not asked for, the payer has by the bank.
    """
    held = AccountRef(AccountKind.HELD, None, charge.amount.currency, charge.subject)
    waiting = sum(row.amount_minor for row in _of(session, charge, MilestoneState.HELD))
    going = [one for one in cards.refunds_of(session, charge_id=charge.id) if one.state is RefundState.ASKED]
    asked = sum(one.amount.minor for one in going)
    return max(0, -ledger.balance(session, account=held).minor - waiting - asked)


def _free_rest(session: Session, dispute: CardDispute) -> None:
    """Let go of what was frozen and not needed."""
    session.execute(
        sa.update(Milestone)
        .where(Milestone.dispute_id == dispute.id, Milestone.state.in_(_FREEZABLE))
        .values(dispute_id=None),
        execution_options={"synchronize_session": False},
    )


def _go_on(session: Session, dispute: CardDispute, *, now: datetime) -> None:
    args = {"dispute": str(dispute.id)}
    outbox.enqueue(session, RESUME, args, key=resume_key(dispute.id, dispute.state), now=now)


def _of(session: Session, charge: ChargeRow, state: MilestoneState) -> list[Milestone]:
    return [row for row in locked(session, charge.subject) if row.state is state]


def _free(session: Session, charge: ChargeRow, state: MilestoneState) -> list[Milestone]:
    return [row for row in _of(session, charge, state) if row.dispute_id is None]


def _parts(minor: int, rows: Sequence[Milestone]) -> list[tuple[Milestone, Money]]:
    by_id = {row.id: row for row in rows}
    found = parts_of(minor, [Part(row.id, row.line_id, row.amount_minor) for row in rows]) if minor > 0 else ()
    return [(by_id[part.id], Money(part.minor, by_id[part.id].currency)) for part in found]
