"""Pay out what was released: gathered, agreed to, sent with an instruction file, and what the bank made of it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.money import Money
from marketplace.merchants import queries as merchants
from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry
from marketplace.payments.models.payouts import Payout, PayoutApproval, PayoutFile, PayoutResult
from marketplace.payments.queries import bank, payout_waits
from marketplace.payments.queries.remitting import RemittanceRow, account_of, remittance_row
from marketplace.payments.rules import payouts as rules
from marketplace.payments.rules.cards import attempt_after
from marketplace.payments.rules.house_money import found_again, suspense
from marketplace.payments.rules.ledger import AccountKind, AccountRef, TransferKind, pair
from marketplace.payments.rules.payouts import PAYOUTS, RESERVING, SOURCES, Failure, PayoutState
from marketplace.payments.rules.provider import TransferSeen
from marketplace.payments.rules.remitting import AccountState, PayoutWay
from marketplace.payments.rules.terms import PayeeAccount
from marketplace.payments.services import (
    by_hand,
    ledger,
    payout_files,
    payout_steps,
    receivables,
    sender_returns,
    treasury,
)

_SENT_AT_ONCE: Final = 500


def gather(session: Session, *, actor: Actor, now: datetime) -> int:
    """Make a payout of every balance that was released; return how many.

    What a company owes of money that had to go back is kept back first. From the four-eyes threshold on two people
    agree, and as soon as one person alone would have let go so much to a company within seven days. A company with an
    account at the provider is paid by transfer; without, one that has no active bank account waits, and so does one
    whose new account is still held back, or one that is stopped (``payout_waits``). A payout whose payee changed before
    it was sent has failed, and its money is gathered anew.
    """
    _fail_outdated(session, now=now)
    found = session.execute(
        sa.select(LedgerAccount.kind, LedgerAccount.owner_id, LedgerAccount.currency)
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .where(LedgerAccount.kind.in_(SOURCES), ~payout_waits.is_stopped(LedgerAccount.owner_id))
        .group_by(LedgerAccount.id)
        .having(sa.func.sum(LedgerEntry.minor) < 0)
        .order_by(LedgerAccount.id)
    ).all()
    return sum(
        _gather(session, AccountRef(row.kind, row.owner_id, row.currency), actor=actor, now=now) for row in found
    )


def approve(session: Session, *, payout_id: UUID, actor: Actor, now: datetime) -> PayoutState:
    """Agree to a payout and return where it stands then; from the threshold on the second person's yes approves it.

    NotAllowed ``own_payout`` for whoever is of the company that is paid, Conflict ``same_person`` for a second yes of
    one person, Conflict ``payee_changed`` when the account is no longer the active one, Conflict ``payout_stopped``
    while its company is paid nothing.
    """
    payout = _locked(session, payout_id)
    PAYOUTS.apply(payout.state, "approve")
    before = session.scalars(sa.select(PayoutApproval.person_id).where(PayoutApproval.payout_id == payout.id)).all()
    rules.check_approver(
        person_id=actor.person,
        companies=accounts.companies_of(session, actor=actor),
        payee_company_id=payout.company_id,
        approved_by=before,
    )
    if _outdated(session, payout) is not None:
        raise Conflict("payee_changed")
    if payout_waits.stops(session, company_ids=[payout.company_id]):
        raise Conflict("payout_stopped")
    session.add(PayoutApproval(payout_id=payout.id, person_id=actor.person, at=now))
    session.flush()
    if len(before) + 1 >= payout.approvals_needed:
        payout_steps.move(session, payout, "approve", actor=actor, now=now)
    else:
        payout_steps.note(session, payout, "payout.first_approval", actor=actor, now=now)
    return payout.state


def send(session: Session, *, actor: Actor, remittance: str, now: datetime) -> UUID | None:
    """Write the file of all approved payouts and returns to senders, and return its id, None when nothing is approved.

    A payout whose payee changed since, or whose money was taken back by a cancelled order, fails instead; one whose
    company is stopped stays as it is.
    """
    approved = session.scalars(
        sa.select(Payout)
        .where(
            Payout.state == PayoutState.APPROVED,
            Payout.way == PayoutWay.BANK_FILE,
            ~payout_waits.is_stopped(Payout.company_id),
        )
        .order_by(Payout.id)
        .limit(_SENT_AT_ONCE)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    going = _going(session, approved, now=now)
    back = sender_returns.sending(session)
    if not going and not back:
        return None
    instructions = [_instruction(payout) for payout in going]
    instructions += [
        rules.Instruction(one.reference, PayeeAccount(**one.account), Money(one.amount_minor, one.currency))
        for one in back
    ]
    file = payout_files.write(session, instructions, remittance=remittance, now=now)
    for payout in going:
        payout.file_id = file.id
        payout_steps.move(session, payout, "send", actor=actor, now=now)
    for one in back:
        one.file_id = file.id
        sender_returns.move(session, one, "send", actor=actor, now=now)
    return file.id


def claim_transfers(session: Session, *, actor: Actor, now: datetime) -> tuple[UUID, ...]:
    """Promise the money of approved payouts to the transfers that are asked for next; return their ids.

    A payout whose account changed since, or whose money was taken back by a cancelled order, fails instead; one whose
    company is stopped stays as it is.
    """
    approved = session.scalars(
        sa.select(Payout)
        .where(
            Payout.state == PayoutState.APPROVED,
            Payout.way == PayoutWay.PROVIDER_TRANSFER,
            ~payout_waits.is_stopped(Payout.company_id),
        )
        .order_by(Payout.id)
        .limit(_SENT_AT_ONCE)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    going = _going(session, approved, now=now)
    for payout in going:
        payout.asked_at = now
        payout_steps.move(session, payout, "send", actor=actor, now=now)
    return tuple(payout.id for payout in going)


def claim_new_attempt(session: Session, *, payout_id: UUID, failed: int, now: datetime) -> RemittanceRow:
    """Take a new key for a transfer that the provider is known not to have made, the same for all who found so."""
    payout = _locked(session, payout_id)
    attempt = attempt_after(failed, current=payout.attempt)
    if attempt != payout.attempt:
        payout.attempt, payout.asked_at = attempt, now
    session.flush()
    return remittance_row(payout)


def record_transfer(session: Session, *, payout_id: UUID, seen: TransferSeen, now: datetime) -> None:
    """The provider has moved a payout to its company's account; again changes nothing.

    One that was taken for failed has left all the same: what was gathered of its money anew fails before it is sent,
    and what is sent already its company owes.
    """
    payout = _locked(session, payout_id)
    if payout.way is not PayoutWay.PROVIDER_TRANSFER:
        return
    is_found = payout.state is PayoutState.FAILED and payout.asked_at is not None
    if is_found:
        payout.failure = None
        payout_steps.move(session, payout, "find", actor=SYSTEM, now=now)
    if payout.state is PayoutState.SENT:
        payout.transfer_id = seen.provider_id
        payout_steps.move(session, payout, "settle", actor=SYSTEM, now=now)
    if is_found:
        receivables.book(session, account=payout_steps.source(payout), cause=f"payout:{payout.id}", now=now)
        amount = Money(payout.amount_minor, payout.currency)
        context = {"reference": payout.reference, "amount": str(amount)}
        treasury.tell(session, template="transfer_found", context=context, now=now)


def fail_transfer(session: Session, *, payout_id: UUID, reason: str, now: datetime) -> None:
    """The provider has moved nothing: the money is payable again. Again changes nothing."""
    payout = _locked(session, payout_id)
    if payout.state is PayoutState.SENT and payout.way is PayoutWay.PROVIDER_TRANSFER:
        payout.failure = reason[:64]
        payout_steps.move(session, payout, "fail", actor=SYSTEM, now=now)


def record_result(
    session: Session,
    *,
    payout_id: UUID,
    result: str,
    booked_on: date | None,
    bank_reference: str,
    actor: Actor,
    now: datetime,
) -> PayoutState:
    """Note what the bank made of a sent payout: settled, failed or returned; the same result again changes nothing.

    ``booked_on`` is the bank's day, by the operator's calendar from when it was sent to today (None: today), and
    ``bank_reference`` its reference or its reason; both are kept, and Refused for a day that cannot be.

    One that was noted as settled may come back days later, and is returned then; where the operator's statements are
    imported they alone say so (Conflict ``statement_tells``). NotAllowed ``own_payout`` for whoever is of the company
    that is paid: what came back is paid once more.
    """
    action = rules.result_action(result)
    payout = _locked(session, payout_id)
    if payout.company_id in accounts.companies_of(session, actor=actor):
        raise NotAllowed("own_payout")
    if str(payout.state) == result:
        return payout.state
    if payout.way is PayoutWay.PROVIDER_TRANSFER:
        raise Conflict("provider_tells")
    if payout.state is PayoutState.SETTLED and action == "return":
        if bank.reads_statements(session, currency=payout.currency):
            raise Conflict("statement_tells")
        action = "bounce"
    elif payout.state is not PayoutState.SENT:
        raise Conflict("state", thing="payout", state=str(payout.state), action=result, possible=[])
    if (
        payout.source is AccountKind.TRADE_PAYABLE
        and action == "settle"
        and bank.reads_statements(session, currency=payout.currency)
    ):
        raise Conflict("statement_tells")
    written = session.get_one(PayoutFile, payout.file_id).created_at if payout.file_id else payout.created_at
    today = accounts.house_day(session, now=now)
    booked_on = booked_on or today
    rules.check_result(booked_on=booked_on, sent_on=accounts.house_day(session, now=written), today=today)
    session.add(
        PayoutResult(
            id=new_id(),
            payout_id=payout.id,
            result=result,
            booked_on=booked_on,
            bank_reference=bank_reference.strip(),
            person_id=actor.person,
            at=now,
        )
    )
    if action == "fail":
        payout.failure = str(Failure.BANK)
    payout_steps.move(session, payout, action, actor=actor, now=now)
    return payout.state


def settle_by_statement(session: Session, *, payout_id: UUID, actor: Actor, now: datetime) -> UUID | None:
    """Note that a payout left the operator's account, as its statement says; return the transfer of the ledger.

    One that was noted as settled by hand was booked as if the provider's bank had paid it: that is put right. Conflict
    ``state`` for one that is not on its way.
    """
    payout = _locked(session, payout_id)
    if payout.state is PayoutState.SETTLED:
        amount = Money(payout.amount_minor, payout.currency)
        clearing = AccountRef(AccountKind.PROVIDER_CLEARING, None, payout.currency)
        kind, entries = TransferKind.PROVIDER_PAID_OUT, pair(clearing, suspense(payout.currency), amount)
        if payout.source is AccountKind.TRADE_PAYABLE:
            kind, entries = TransferKind.BANK_OPENED, found_again(-amount)
        key = ledger.next_key(session, kind, payout.id)
        return ledger.post(session, kind=kind, key=key, entries=entries, subject=None, now=now)
    PAYOUTS.apply(payout.state, "settle")
    return payout_steps.move(session, payout, "settle", actor=actor, now=now, by_statement=True)


def return_by_statement(session: Session, *, payout_id: UUID, actor: Actor, now: datetime) -> UUID | None:
    """Note that a settled payout bounced, as the operator's statement says; its money is owed to its company again."""
    payout = _locked(session, payout_id)
    PAYOUTS.apply(payout.state, "bounce")
    return payout_steps.move(session, payout, "bounce", actor=actor, now=now, by_statement=True)


def unplace(session: Session, *, payout_id: UUID, action: str, actor: Actor, now: datetime) -> None:
    """Take back what a line of a statement said of a payout (``unsettle``, ``unbounce``): the line was another's.

    Its entries are reversed by whoever takes the line back. Conflict ``placement_followed`` where something came of it:
    a payout that left and bounced, or one that bounced and whose money is promised again.
    """
    payout = _locked(session, payout_id)
    if not PAYOUTS.allows(payout.state, action):
        raise Conflict("placement_followed")
    if (
        action == "unbounce"
        and receivables.payable(session, account=payout_steps.source(payout)).minor < payout.amount_minor
    ):
        raise Conflict("placement_followed")
    payout_steps.move(session, payout, action, actor=actor, now=now)


def _gather(session: Session, account: AccountRef, *, actor: Actor, now: datetime) -> int:
    owner_id = account.owner_id
    if owner_id is None or _has_open(session, account):
        return 0
    receivables.net(session, account=account, now=now)
    amount = receivables.payable(session, account=account)
    if amount.minor <= 0:
        return 0
    # The trading company pays from the operator's bank: its money is not at the card provider.
    is_trade = account.kind is AccountKind.TRADE_PAYABLE
    destination = None if is_trade else _destination(session, owner_id, now)
    payee = None if destination else _active_payee(session, owner_id, account.currency)
    if payee is None and destination is None:
        return 0
    payout = Payout(
        id=new_id(),
        reference=new_reference(rules.PREFIX),
        company_id=owner_id,
        source=account.kind,
        currency=account.currency,
        amount_minor=amount.minor,
        payee_account=payee.as_json() if payee else {},
        way=PayoutWay.PROVIDER_TRANSFER if destination else PayoutWay.BANK_FILE,
        destination=destination,
        attempt=1,
        approvals_needed=by_hand.approvals_of(session, company_id=owner_id, amount=amount, now=now),
        state=PayoutState.DUE,
        act_by=payout_steps.act_by(session, PayoutState.DUE, now),
        created_at=now,
        changed_at=now,
    )
    session.add(payout)
    session.flush()
    payout_steps.note(session, payout, "payout.due", actor=actor, now=now)
    return 1


def _has_open(session: Session, account: AccountRef) -> bool:
    open_one = sa.select(Payout.id).where(
        Payout.company_id == account.owner_id,
        Payout.currency == account.currency,
        Payout.source == account.kind,
        Payout.state.in_(RESERVING),
    )
    return session.scalars(open_one).first() is not None


def _fail_outdated(session: Session, *, now: datetime) -> None:
    waiting = session.scalars(
        sa.select(Payout)
        .where(Payout.state.in_(RESERVING))
        .order_by(Payout.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for payout in waiting:
        failure = _outdated(session, payout)
        if failure is None and receivables.payable(session, account=payout_steps.source(payout)).minor < 0:
            failure = Failure.TAKEN_BACK
        if failure is not None:
            payout_steps.fail(session, payout, failure, now=now)


def _going(session: Session, approved: Sequence[Payout], *, now: datetime) -> list[Payout]:
    """Return the payouts whose account is still the one and whose money is still there; the others fail."""
    going: list[Payout] = []
    for payout in approved:
        failure = _outdated(session, payout)
        if failure is None and receivables.payable(session, account=payout_steps.source(payout)).minor < 0:
            failure = Failure.TAKEN_BACK
        if failure is None:
            going.append(payout)
        else:
            payout_steps.fail(session, payout, failure, now=now)
    return going


def _destination(session: Session, company_id: UUID, now: datetime) -> str | None:
    """Return the company's account at the provider, None where payouts do not go there, or not yet."""
    account = account_of(session, company_id=company_id)
    return account.provider_id if account is not None and account.receives(now) else None


def _active_payee(session: Session, company_id: UUID, currency: str) -> PayeeAccount | None:
    """Return the account to pay into: the active one, none while another waits to replace it."""
    if merchants.payee_waits(session, company_id=company_id, currency=currency):
        return None
    return merchants.payee(session, company_id=company_id, currency=currency)


def _outdated(session: Session, payout: Payout) -> Failure | None:
    """Return why a payout that was not sent yet does not go where it was to go, None while it does."""
    if payout.way is PayoutWay.PROVIDER_TRANSFER:
        account = account_of(session, company_id=payout.company_id)
        if account is None or account.state is not AccountState.ACTIVE:
            return Failure.PROVIDER_ACCOUNT
        return None if account.provider_id == payout.destination else Failure.ACCOUNT_CHANGED
    if merchants.payee_waits(session, company_id=payout.company_id, currency=payout.currency):
        return Failure.ACCOUNT_HELD
    payee = merchants.payee(session, company_id=payout.company_id, currency=payout.currency)
    if payee is None:
        return Failure.NO_ACCOUNT
    return None if payee.as_json() == payout.payee_account else Failure.ACCOUNT_CHANGED


def _instruction(payout: Payout) -> rules.Instruction:
    account = PayeeAccount(**payout.payee_account)
    return rules.Instruction(payout.reference, account, Money(payout.amount_minor, payout.currency))


def _locked(session: Session, payout_id: UUID) -> Payout:
    found = session.scalars(
        sa.select(Payout).where(Payout.id == payout_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("payout")
    return found
