"""The house's bank beside its books: what both say, and what keeps them apart."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.money import Money
from marketplace.payments.models.bank import BankAccount, BankEntry, SenderReturn
from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry
from marketplace.payments.queries import bank, house_bank, trade_due
from marketplace.payments.rules.house_money import GOING_BACK
from marketplace.payments.rules.ledger import AccountKind
from marketplace.payments.rules.statement_order import last_closing
from marketplace.payments.rules.statements import first_opening


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One currency of the house's bank: its statements' closing balance, the books, and the lines nobody has placed.

    ``going_back`` is placed: two people send it back to where it came from, and the bank has not told that it left.
    ``untold`` was written down by hand, and no line tells of it yet: what came, less what was sent.
    """

    at_bank: Money
    in_books: Money
    unplaced: Money
    going_back: Money
    untold: Money
    told_until: str

    @property
    def difference(self) -> Money:
        """What the bank shows and the books do not: a statement is missing."""
        return self.at_bank - self.in_books


def at_bank(session: Session, *, currency: str) -> Money:
    """Return what the accounts of the house began with and what their entries moved: what the books must show."""
    ids = session.scalars(sa.select(BankAccount.id).where(BankAccount.is_house, BankAccount.currency == currency)).all()
    begun = sum(first_opening([each.span for each in told]) for told in bank.told(session, account_ids=ids).values())
    moved = sa.select(sa.func.coalesce(sa.func.sum(BankEntry.minor), 0)).where(BankEntry.account_id.in_(ids))
    return Money(begun + int(session.scalars(moved).one()), currency)


def in_books(session: Session, *, currency: str, kind: AccountKind = AccountKind.HOUSE_BANK) -> Money:
    """Return the balance of an account of the house: what is at its bank."""
    found = (
        sa.select(sa.func.coalesce(sa.func.sum(LedgerEntry.minor), 0))
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerAccount.kind == kind, LedgerAccount.currency == currency)
    )
    return Money(int(session.scalars(found).one()), currency)


def unplaced(session: Session, *, currency: str) -> Money:
    """Return what the books have at the bank, not placed or on its way back: positive is owed to whoever it is for."""
    return -in_books(session, currency=currency, kind=AccountKind.SUSPENSE)


def going_back(session: Session) -> dict[str, int]:
    """Return, by currency, what two people send back and the bank has not told that it left."""
    found = (
        sa.select(SenderReturn.currency, sa.func.sum(SenderReturn.amount_minor))
        .where(SenderReturn.state.in_(GOING_BACK))
        .group_by(SenderReturn.currency)
    )
    return {currency: int(minor) for currency, minor in session.execute(found)}


def waiting_for_place(session: Session, *, currency: str) -> Money:
    """Return what must be unplaced: what waits, what goes back and has not gone, less receipts without a line."""
    by_hand = house_bank.receipts(session, currency=currency)
    written = sum(row.amount.minor for row in by_hand if house_bank.waits_for_line(session, receipt_id=row.id))
    written += trade_due.without_line(session, currency=currency)
    back = going_back(session).get(currency, 0)
    return _waiting(session, currency=currency) + Money(back - written, currency)


def _waiting(session: Session, *, currency: str) -> Money:
    """Return what the lines that nobody has placed come to: money that came, less money that left."""
    waits = sa.select(sa.func.coalesce(sa.func.sum(BankEntry.minor), 0)).where(
        BankEntry.currency == currency, BankEntry.state.in_(house_bank.WAITING)
    )
    return Money(int(session.scalars(waits).one()), currency)


def figures(session: Session) -> tuple[FigureRow, ...]:
    """Return each currency of the house's bank: the closing balances of the latest statements beside the books."""
    accounts_found = session.execute(
        sa.select(BankAccount.id, BankAccount.currency).where(BankAccount.is_house).order_by(BankAccount.currency)
    ).all()
    kept = bank.told(session, account_ids=[row.id for row in accounts_found])
    back = going_back(session)
    rows: list[FigureRow] = []
    for currency in dict.fromkeys(row.currency for row in accounts_found):
        own = [kept[row.id] for row in accounts_found if row.currency == currency and row.id in kept]
        waiting_lines, going = _waiting(session, currency=currency), Money(back.get(currency, 0), currency)
        rows.append(
            FigureRow(
                at_bank=Money(sum(last_closing(found) for found in own), currency),
                in_books=in_books(session, currency=currency),
                unplaced=waiting_lines,
                going_back=going,
                untold=waiting_lines + going - unplaced(session, currency=currency),
                told_until=min(str(max(each.span.until for each in found)) for found in own),
            )
        )
    return tuple(rows)
