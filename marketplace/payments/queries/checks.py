"""The promises of payments, verified on a live database."""

import hashlib
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel import clock
from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.outbox.models import OutboxJob
from marketplace.outbox.rules import JobState
from marketplace.payments.models.bank import BankAccount, BankEntry, HouseMatch, HousePart
from marketplace.payments.models.cards import CardCharge, CardRefund, CardReturn
from marketplace.payments.models.disputes import CardDispute
from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry, LedgerTransfer
from marketplace.payments.models.payouts import Allowance, Payout, PayoutApproval, PayoutFile
from marketplace.payments.models.plans import (
    IncomingTransfer,
    Milestone,
    Payment,
    PaymentTerms,
    TransferMatch,
    TransferWithdrawal,
)
from marketplace.payments.models.remitting import PayoutReversal
from marketplace.payments.queries import (
    cards,
    credit,
    dispute_checks,
    house_figures,
    house_parts,
    plan_checks,
    trade_checks,
)
from marketplace.payments.rules.card_returns import KEY as RETURN_KEY
from marketplace.payments.rules.card_returns import OPEN as RETURNS_OPEN
from marketplace.payments.rules.cards import BY_PROVIDER, GIVE_BACK, PLACED_WITHIN, CardState, RefundState
from marketplace.payments.rules.disputes import PENDING as DISPUTES_PENDING
from marketplace.payments.rules.house_money import PLACED, EntryState, MatchState
from marketplace.payments.rules.ledger import CASH, AccountKind, TransferKind
from marketplace.payments.rules.paying import MILESTONE_OF, UNPAID, MilestoneState, PaymentState, TransferState
from marketplace.payments.rules.payouts import SOURCES, PayoutState
from marketplace.payments.rules.remitting import PayoutWay, ReversalState
from marketplace.payments.rules.terms import Mode, Rail, SubjectKind

Sum = sa.ScalarSelect[int]

_HOUSE_CURRENCIES: Final = sa.select(BankAccount.currency).where(BankAccount.is_house).distinct()
_FILES: Final = (
    sa.select(PayoutFile.id, PayoutFile.content, PayoutFile.sha256, PayoutFile.pain001, PayoutFile.pain001_sha256)
    .order_by(PayoutFile.id)
    .execution_options(yield_per=50)
)


def breaches(session: Session) -> list[Breach]:
    """Return every promise about money that does not hold."""
    return [
        *_PROMISES.breaches(session),
        *plan_checks.breaches(session),
        *_stranded(session),
        *_unplaced(session),
        *_rewritten(session),
        *_bank_and_books(session),
    ]


def _rewritten(session: Session) -> list[Breach]:
    """Return the payout files whose text is no longer what was sent."""
    return [
        Breach("2 stored bytes", "payout_file", row.id, "its text is not what was sent")
        for row in session.execute(_FILES)
        if _digest(row.content) != row.sha256 or _digest(row.pain001) != row.pain001_sha256
    ]


def _digest(text: str | None) -> str | None:
    return None if text is None else hashlib.sha256(text.encode()).hexdigest()


def _bank_and_books(session: Session) -> list[Breach]:
    """Return the house's accounts at banks whose books do not show what their statements do."""
    currencies = session.execute(_HOUSE_CURRENCIES).scalars().all()
    houses = {
        currency: session.scalars(
            sa.select(BankAccount.id).where(BankAccount.is_house, BankAccount.currency == currency).limit(1)
        ).one()
        for currency in currencies
    }
    found: list[Breach] = []
    for currency, account_id in houses.items():
        if house_figures.at_bank(session, currency=currency) != house_figures.in_books(session, currency=currency):
            found.append(Breach("1 money", "bank_account", account_id, "the books are not what its statements say"))
        must_wait = house_figures.waiting_for_place(session, currency=currency)
        if house_figures.unplaced(session, currency=currency) != must_wait:
            found.append(Breach("1 money", "bank_account", account_id, "suspense is not what nobody has placed"))
    return found


def _held_of_cancelled() -> sa.Select[UUID, SubjectKind, UUID]:
    """Find the cancelled subjects whose money a provider still holds, and nobody is sending it back or decides it."""
    held = (
        sa.select(LedgerAccount.subject_id)
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .where(LedgerAccount.kind == AccountKind.HELD)
        .group_by(LedgerAccount.subject_id)
        .having(sa.func.sum(LedgerEntry.minor) != 0)
    )
    under_way = sa.or_(
        sa.exists().where(CardRefund.charge_id == CardCharge.id, CardRefund.state == RefundState.ASKED),
        sa.exists().where(CardReturn.charge_id == CardCharge.id, CardReturn.state.in_(RETURNS_OPEN)),
        # A card's bank has it, and decides first.
        sa.exists().where(CardDispute.charge_id == CardCharge.id, CardDispute.state.in_(DISPUTES_PENDING)),
    )
    return sa.select(PaymentTerms.id, PaymentTerms.subject_kind, PaymentTerms.subject_id).where(
        PaymentTerms.cancelled_at.is_not(None),
        PaymentTerms.subject_id.in_(held),
        ~sa.exists().where(CardCharge.subject_id == PaymentTerms.subject_id, under_way),
    )


def _stranded(session: Session) -> list[Breach]:
    """Return the cancelled subjects whose money a provider still holds though nobody is sending it back."""
    found = session.execute(_held_of_cancelled()).all()
    if not found:
        return []
    terms_of = {row.subject_id: row.id for row in found}
    keys = {f"{GIVE_BACK}:{row.subject_kind}:{row.subject_id}": row.id for row in found}
    keys |= {key: terms_of[subject] for key, subject in dispute_checks.resuming(session, subject_ids=terms_of).items()}
    waiting = sa.select(OutboxJob.key).where(
        OutboxJob.key.in_(keys), OutboxJob.state.in_((JobState.PENDING, JobState.RUNNING))
    )
    coming = {keys[key] for key in session.scalars(waiting) if key is not None}
    return [
        Breach("1 money", "payment_terms", row.id, "is cancelled, but its money is held and nobody sends it back")
        for row in found
        if row.id not in coming
    ]


def _unplaced(session: Session) -> list[Breach]:
    """Return the charges that took money for what was never placed, though the sweeper has long been there."""
    found = session.scalars(_never_placed(before=clock.now() - PLACED_WITHIN))
    what = "has money of a card for something that was never placed"
    return [Breach("6 card charge", "card_charge", charge_id, what) for charge_id in found]


def _never_placed(*, before: datetime) -> sa.Select[UUID]:
    going_back = sa.or_(
        sa.exists().where(CardRefund.charge_id == CardCharge.id, CardRefund.state == RefundState.ASKED),
        sa.exists().where(CardReturn.charge_id == CardCharge.id, CardReturn.state.in_(RETURNS_OPEN)),
    )
    return sa.select(CardCharge.id).where(
        CardCharge.state.in_((CardState.AUTHORISED, CardState.CAPTURED)),
        CardCharge.created_at < before,
        ~sa.exists().where(
            Payment.subject_id == CardCharge.subject_id, Payment.subject_kind == CardCharge.subject_kind
        ),
        ~going_back,
    )


def _failed_refunds() -> sa.Select[UUID]:
    """Find refunds of ours that failed and for which no return was opened."""
    is_ours = sa.and_(CardRefund.reason != BY_PROVIDER, ~CardRefund.key.startswith(RETURN_KEY))
    has_return = sa.exists().where(CardReturn.refund_id == CardRefund.id)
    return sa.select(CardRefund.id).where(CardRefund.state == RefundState.FAILED, is_ours, ~has_return)


def _unbalanced() -> sa.Select[UUID]:
    return (
        sa.select(LedgerEntry.transfer_id)
        .group_by(LedgerEntry.transfer_id, LedgerEntry.currency)
        .having(sa.func.sum(LedgerEntry.minor) != 0)
    )


def _empty() -> sa.Select[UUID]:
    entries = sa.select(LedgerEntry.id).where(LedgerEntry.transfer_id == LedgerTransfer.id)
    return sa.select(LedgerTransfer.id).where(~entries.exists())


def _foreign_currency() -> sa.Select[UUID]:
    return (
        sa.select(LedgerEntry.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerAccount.currency != LedgerEntry.currency)
    )


def _direct_cash() -> sa.Select[UUID]:
    return (
        sa.select(LedgerTransfer.id)
        .join(LedgerEntry, LedgerEntry.transfer_id == LedgerTransfer.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .join(PaymentTerms, PaymentTerms.subject_id == LedgerTransfer.subject_id)
        .where(PaymentTerms.mode == Mode.DIRECT, LedgerAccount.kind.in_(CASH))
        .distinct()
    )


def _shares() -> sa.Select[UUID]:
    shares = _total(Milestone.amount_minor, Milestone.subject_id == PaymentTerms.subject_id)
    return sa.select(PaymentTerms.id).where(shares != PaymentTerms.amount_minor)


def _payment_shares() -> sa.Select[UUID]:
    shares = _total(Milestone.amount_minor, Milestone.payment_id == Payment.id)
    return sa.select(Payment.id).where(shares != Payment.amount_minor)


def _receipts() -> sa.Select[UUID]:
    withdrawn = sa.select(TransferWithdrawal.transfer_id)
    received = _total(
        TransferMatch.minor, TransferMatch.payment_id == Payment.id, TransferMatch.transfer_id.not_in(withdrawn)
    )
    return sa.select(Payment.id).where(Payment.rail == Rail.BANK, received != Payment.paid_minor)


def _matches() -> sa.Select[UUID]:
    matched = _total(TransferMatch.minor, TransferMatch.transfer_id == IncomingTransfer.id)
    wanted = sa.case((IncomingTransfer.state == TransferState.MATCHED, IncomingTransfer.amount_minor), else_=0)
    counts = IncomingTransfer.state != TransferState.WITHDRAWN
    return sa.select(IncomingTransfer.id).where(counts, matched != wanted)


def _withdrawn() -> sa.Select[UUID]:
    """Find transfers that are withdrawn by nobody, or that count though somebody withdrew them."""
    word = sa.exists().where(TransferWithdrawal.transfer_id == IncomingTransfer.id)
    is_withdrawn = IncomingTransfer.state == TransferState.WITHDRAWN
    return sa.select(IncomingTransfer.id).where(sa.or_(sa.and_(is_withdrawn, ~word), sa.and_(~is_withdrawn, word)))


def _obligations() -> sa.Select[UUID]:
    """Find payments whose memorandum entries do not say what is still owed: nothing once paid or cancelled."""
    owed = (
        sa.select(sa.func.coalesce(sa.func.sum(LedgerEntry.minor), 0))
        .join(LedgerTransfer, LedgerTransfer.id == LedgerEntry.transfer_id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerTransfer.payment_id == Payment.id, LedgerAccount.kind == AccountKind.OBLIGATION_PAYEE)
        .scalar_subquery()
    )
    outstanding = sa.case((Payment.state.in_(UNPAID), Payment.amount_minor - Payment.paid_minor), else_=0)
    return sa.select(Payment.id).where(Payment.rail == Rail.BANK, owed != outstanding)


def _states() -> sa.Select[UUID]:
    """Find milestones that say something else than their payment."""
    said = sa.case(*((Payment.state == state, sa.literal(str(shown))) for state, shown in MILESTONE_OF.items()))
    moved_on = (MilestoneState.RELEASED, MilestoneState.REFUNDED)
    is_released = sa.and_(Payment.state == PaymentState.CAPTURED, Milestone.state.in_(moved_on))
    shown = sa.cast(Milestone.state, sa.String)
    return sa.select(Milestone.id).join(Payment, Payment.id == Milestone.payment_id).where(shown != said, ~is_released)


def _held() -> sa.Select[UUID]:
    """Find subjects whose held account is not what was captured less what was released or refunded."""
    held = (
        sa.select(sa.func.coalesce(-sa.func.sum(LedgerEntry.minor), 0))
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerAccount.subject_id == Payment.subject_id, LedgerAccount.kind == AccountKind.HELD)
        .scalar_subquery()
    )
    released = _total(
        Milestone.amount_minor, Milestone.payment_id == Payment.id, Milestone.state == MilestoneState.RELEASED
    )
    return sa.select(Payment.id).where(Payment.rail == Rail.CARD, held != Payment.paid_minor - released)


def _waived() -> sa.Select[UUID]:
    """Find allowances of lines that say something else than the milestones that ended for them."""
    ended = _total(
        Milestone.amount_minor,
        Milestone.line_id == Allowance.line_id,
        Milestone.subject_id == Allowance.subject_id,
        Milestone.state.in_([MilestoneState.CANCELLED, MilestoneState.REFUNDED]),
        Milestone.dispute_id.is_(None),
    )
    return (
        sa.select(Allowance.line_id)
        .join(PaymentTerms, PaymentTerms.subject_id == Allowance.subject_id)
        .where(PaymentTerms.cancelled_at.is_(None))
        .group_by(Allowance.line_id, Allowance.subject_id)
        .having(sa.func.sum(Allowance.waived_minor) != ended)
    )


def _overpaid() -> sa.Select[UUID]:
    """Find payable accounts from which more was sent than was ever released to them."""
    sent = sa.func.sum(
        sa.case(
            (LedgerTransfer.kind.in_([TransferKind.PAYOUT_SENT, TransferKind.PAYOUT_RETURNED]), LedgerEntry.minor),
            else_=0,
        )
    )
    released = -sa.func.sum(
        sa.case(
            (LedgerTransfer.kind.in_([TransferKind.RELEASED, TransferKind.PURCHASE_DUE]), LedgerEntry.minor), else_=0
        )
    )
    return (
        sa.select(LedgerAccount.id)
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .join(LedgerTransfer, LedgerTransfer.id == LedgerEntry.transfer_id)
        .where(LedgerAccount.kind.in_(SOURCES))
        .group_by(LedgerAccount.id)
        .having(sent > released)
    )


def _over_returned() -> sa.Select[UUID]:
    """Find accounts of what a payee owes back by which its payer owes it something."""
    return (
        sa.select(LedgerAccount.id)
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .where(LedgerAccount.kind == AccountKind.RETURN_PAYEE)
        .group_by(LedgerAccount.id)
        .having(sa.func.sum(LedgerEntry.minor) > 0)
    )


def _in_transit() -> sa.Select[UUID]:
    """Find transit accounts that do not hold exactly the payouts that are sent and not settled."""
    sent = _total(
        Payout.amount_minor,
        Payout.company_id == LedgerAccount.owner_id,
        Payout.currency == LedgerAccount.currency,
        Payout.state == PayoutState.SENT,
    )
    return (
        sa.select(LedgerAccount.id)
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .where(LedgerAccount.kind == AccountKind.PAYOUT_IN_TRANSIT)
        .group_by(LedgerAccount.id)
        .having(-sa.func.sum(LedgerEntry.minor) != sent)
    )


def _few_eyes() -> sa.Select[UUID]:
    """Find payouts that went out with fewer people's approval than they needed."""
    agreed = (
        sa.select(sa.func.count()).select_from(PayoutApproval).where(PayoutApproval.payout_id == Payout.id)
    ).scalar_subquery()
    beyond = [state for state in PayoutState if state not in (PayoutState.DUE, PayoutState.FAILED)]
    return sa.select(Payout.id).where(Payout.state.in_(beyond), agreed < Payout.approvals_needed)


def _half_placed() -> sa.Select[UUID]:
    """Find house entries whose parts are not what they moved: all of it once matched, nothing before."""
    placed = _total(HousePart.minor, HousePart.entry_id == BankEntry.id, house_parts.counts())
    wanted = sa.case((BankEntry.state.in_(PLACED), sa.func.abs(BankEntry.minor)), else_=0)
    return sa.select(BankEntry.id).where(placed != wanted)


def _one_eye() -> sa.Select[UUID]:
    """Find house money that was placed by fewer people than it needed."""
    return sa.select(HouseMatch.id).where(
        HouseMatch.state == MatchState.DONE, HouseMatch.needs_two, HouseMatch.second_by.is_(None)
    )


def _untaken() -> sa.Select[UUID]:
    """Find entries that say of a transfer what it does not say itself."""
    is_same = sa.and_(IncomingTransfer.amount_minor == BankEntry.minor, IncomingTransfer.currency == BankEntry.currency)
    return (
        sa.select(BankEntry.id)
        .outerjoin(IncomingTransfer, IncomingTransfer.id == BankEntry.transfer_id)
        .where((BankEntry.state == EntryState.TAKEN) != sa.func.coalesce(is_same, sa.false()))
    )


def _slips() -> sa.Select[UUID]:
    """Find slips that nobody has to answer, and payments that wait for the answer to none."""
    waits = Payment.state == PaymentState.SLIP_RECEIVED
    asked = Payment.answer_by.is_not(None)
    return sa.select(Payment.id).where(sa.or_(sa.and_(waits, ~asked), sa.and_(~waits, asked)))


def _over_reversed() -> sa.Select[UUID]:
    """Find payouts of which more was asked back than was paid, or that were paid by transfer without one."""
    back = _total(
        PayoutReversal.amount_minor,
        PayoutReversal.payout_id == Payout.id,
        PayoutReversal.state.in_((ReversalState.DUE, ReversalState.DONE)),
    )
    is_settled = sa.and_(Payout.way == PayoutWay.PROVIDER_TRANSFER, Payout.state == PayoutState.SETTLED)
    return sa.select(Payout.id).where(sa.or_(back > Payout.amount_minor, is_settled != Payout.transfer_id.is_not(None)))


def _total(column: sa.SQLColumnExpression[int], *where: sa.ColumnElement[bool]) -> Sum:
    return sa.select(sa.func.coalesce(sa.func.sum(column), 0)).where(*where).scalar_subquery()


_PROMISES: Final = Promises(
    "1 money",
    Promise("ledger_transfer", "does not balance", _unbalanced),
    Promise("ledger_transfer", "has no entries", _empty),
    Promise("ledger_entry", "is in another currency than its account", _foreign_currency),
    Promise("ledger_transfer", "moves cash of the city for a subject that is settled directly", _direct_cash),
    Promise("payment_terms", "milestones do not sum to the amount", _shares),
    Promise("payment", "milestones do not sum to the payment", _payment_shares),
    Promise("payment", "paid is not the sum of what was received", _receipts),
    Promise("incoming_transfer", "is not divided over payments exactly", _matches),
    Promise("incoming_transfer", "is withdrawn without anybody's word, or counts in spite of one", _withdrawn),
    Promise("payment", "obligations in the ledger are not what is outstanding", _obligations),
    Promise("milestone", "says something else than its payment", _states),
    Promise("card_refund", "failed, and nobody sends its money on", _failed_refunds),
    Promise("payment", "a slip waits without a deadline, or a deadline without a slip", _slips),
    Promise("payment", "the held account is not what was captured and not released", _held),
    Promise("order_line", "what was let off is not what its milestones say", _waived),
    Promise("ledger_account", "more was paid out than was released", _overpaid),
    Promise("ledger_account", "more was given back than was owed back", _over_returned),
    Promise("ledger_account", "is not what payouts have on their way", _in_transit),
    Promise("payout", "went out with fewer approvals than it needed", _few_eyes),
    Promise("bank_entry", "is not divided into what it is for exactly", _half_placed),
    Promise("house_match", "was placed by fewer people than it needed", _one_eye),
    Promise("bank_entry", "is not the transfer that it became", _untaken),
    Promise("payout", "is not what its transfer says", _over_reversed),
    *cards.PROMISES,
    *credit.PROMISES,
    *dispute_checks.PROMISES,
    *trade_checks.PROMISES,
    *plan_checks.PROMISES,
)
