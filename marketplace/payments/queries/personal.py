"""What is kept of a person about money, for that person."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.exports import rows
from marketplace.payments.models.bank import BankStatement, HouseMatch
from marketplace.payments.models.cards import CardReturn
from marketplace.payments.models.ledger import ReturnNotice, ReturnReceipt
from marketplace.payments.models.payouts import PayoutApproval, PayoutResult
from marketplace.payments.models.plans import TransferWithdrawal
from marketplace.payments.models.remitting import WriteOff


def of_person(session: Session, *, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return statements and house money worked on, payouts and returns agreed to or confirmed, earliest first."""
    agreed = sa.or_(CardReturn.first_by == person_id, CardReturn.second_by == person_id)
    placed = sa.or_(HouseMatch.first_by == person_id, HouseMatch.second_by == person_id)
    return {
        "statements_imported": rows(
            session,
            sa.select(BankStatement.id, BankStatement.created_at)
            .where(BankStatement.person_id == person_id)
            .order_by(BankStatement.id),
        ),
        "house_money_placed": rows(
            session, sa.select(HouseMatch.id, HouseMatch.state, HouseMatch.at).where(placed).order_by(HouseMatch.id)
        ),
        "write_offs": rows(
            session,
            sa.select(WriteOff.id, WriteOff.state, WriteOff.reason, WriteOff.created_at)
            .where(sa.or_(WriteOff.first_by == person_id, WriteOff.second_by == person_id))
            .order_by(WriteOff.id),
        ),
        "payout_approvals": rows(
            session,
            sa.select(PayoutApproval.payout_id, PayoutApproval.at)
            .where(PayoutApproval.person_id == person_id)
            .order_by(PayoutApproval.at, PayoutApproval.payout_id),
        ),
        "payout_results": rows(
            session,
            sa.select(PayoutResult.payout_id, PayoutResult.result, PayoutResult.at)
            .where(PayoutResult.person_id == person_id)
            .order_by(PayoutResult.id),
        ),
        "card_return_approvals": rows(
            session,
            sa.select(CardReturn.id, CardReturn.way, CardReturn.changed_at).where(agreed).order_by(CardReturn.id),
        ),
        "transfers_withdrawn": rows(
            session,
            sa.select(TransferWithdrawal.transfer_id, TransferWithdrawal.mistake, TransferWithdrawal.at)
            .where(TransferWithdrawal.person_id == person_id)
            .order_by(TransferWithdrawal.at, TransferWithdrawal.transfer_id),
        ),
        "returns_sent": rows(
            session,
            sa.select(ReturnNotice.return_id, ReturnNotice.at)
            .where(sa.or_(ReturnNotice.person_id == person_id, ReturnNotice.second_by == person_id))
            .order_by(ReturnNotice.at, ReturnNotice.return_id),
        ),
        "returns_confirmed": rows(
            session,
            sa.select(ReturnReceipt.return_id, ReturnReceipt.at)
            .where(ReturnReceipt.person_id == person_id)
            .order_by(ReturnReceipt.at, ReturnReceipt.return_id),
        ),
    }
