"""What one company owes another and what a provider holds between them, entry by entry."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.errors import Refused
from marketplace.kernel.money import Money
from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry, LedgerTransfer
from marketplace.payments.models.plans import Payment, PaymentTerms
from marketplace.payments.rules.ledger import AccountKind, TransferKind
from marketplace.payments.rules.terms import Subject, SubjectKind

LONGEST: Final = 5_000
_OWED: Final = (AccountKind.OBLIGATION_PAYER, AccountKind.RETURN_PAYER)


@dataclass(frozen=True, slots=True)
class BetweenRow:
    """One entry: by how much it raised what the payer owes (``open``), or what a provider holds of the payer's."""

    transfer_id: UUID
    at: datetime
    kind: TransferKind
    subject: Subject
    reference: str
    payment_reference: str
    open: Money
    held: Money


@dataclass(frozen=True, slots=True)
class Between:
    """The account of a payer with a payee over a period; ``closing = opening + Σ rows``, for open and held each."""

    opening: tuple[Money, Money]
    rows: tuple[BetweenRow, ...]
    closing: tuple[Money, Money]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two companies of which one pays the other in a currency."""

    payer_id: UUID
    payee_id: UUID
    currency: str


def pairs(session: Session, *, kind: SubjectKind, company_id: UUID | None = None) -> tuple[Pair, ...]:
    """Return who ever agreed to pay whom for subjects of a kind: all of them, or those with this company in."""
    statement = (
        sa.select(PaymentTerms.payer_id, PaymentTerms.payee_id, PaymentTerms.currency)
        .where(PaymentTerms.subject_kind == kind)
        .distinct()
        .order_by(PaymentTerms.payee_id, PaymentTerms.payer_id, PaymentTerms.currency)
    )
    if company_id is not None:
        mine = sa.or_(PaymentTerms.payer_id == company_id, PaymentTerms.payee_id == company_id)
        statement = statement.where(mine)
    return tuple(Pair(*row) for row in session.execute(statement))


def between(
    session: Session,
    *,
    kind: SubjectKind,
    payer_id: UUID,
    payee_id: UUID,
    currency: str,
    since: datetime,
    until: datetime,
) -> Between:
    """Return the account of a payer with a payee for subjects of a kind, up to, not including, ``until``.

    Refused for a period with more than 5,000 entries.
    """
    terms = sa.select(PaymentTerms.subject_id).where(
        PaymentTerms.subject_kind == kind,
        PaymentTerms.payer_id == payer_id,
        PaymentTerms.payee_id == payee_id,
        PaymentTerms.currency == currency,
    )
    owed = sa.and_(LedgerAccount.kind.in_(_OWED), LedgerAccount.owner_id == payer_id)
    mine = (
        LedgerAccount.currency == currency,
        LedgerAccount.subject_id.in_(terms),
        sa.or_(owed, LedgerAccount.kind == AccountKind.HELD),
    )
    found = session.execute(
        sa.select(
            LedgerTransfer.id,
            LedgerTransfer.at,
            LedgerTransfer.kind,
            LedgerAccount.subject_kind,
            LedgerAccount.subject_id,
            PaymentTerms.reference,
            Payment.reference.label("payment"),
            LedgerAccount.kind.label("account"),
            LedgerEntry.minor,
        )
        .join(LedgerEntry, LedgerEntry.transfer_id == LedgerTransfer.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .join(
            PaymentTerms,
            sa.and_(
                PaymentTerms.subject_id == LedgerAccount.subject_id,
                PaymentTerms.subject_kind == LedgerAccount.subject_kind,
            ),
        )
        .outerjoin(Payment, Payment.id == LedgerTransfer.payment_id)
        .where(*mine, LedgerTransfer.at >= since, LedgerTransfer.at < until)
        .order_by(LedgerTransfer.at, LedgerEntry.id)
        .limit(LONGEST + 1)
    ).all()
    if len(found) > LONGEST:
        raise too_long()
    rows = tuple(_row(row, currency) for row in found)
    opening = _balances(session, mine, currency, since)
    return Between(opening, rows, _balances(session, mine, currency, until))


def too_long() -> Refused:
    """Return the refusal of a period with too many entries for one statement."""
    return Refused.field("from", "too_long", f"a period of at most {LONGEST} entries")


def _balances(
    session: Session, mine: tuple[sa.ColumnElement[bool], ...], currency: str, until: datetime
) -> tuple[Money, Money]:
    """Return what is owed and what is held just before an instant, as the ledger sums it."""

    def total(*kinds: AccountKind) -> sa.ColumnElement[int]:
        of_kind = LedgerAccount.kind.in_(kinds)
        return sa.func.coalesce(sa.func.sum(sa.case((of_kind, LedgerEntry.minor), else_=0)), 0)

    owed, held = session.execute(
        sa.select(total(*_OWED), total(AccountKind.HELD))
        .select_from(LedgerEntry)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .join(LedgerTransfer, LedgerTransfer.id == LedgerEntry.transfer_id)
        .where(*mine, LedgerTransfer.at < until)
    ).one()
    return Money(-int(owed), currency), Money(-int(held), currency)


def _row(row: Any, currency: str) -> BetweenRow:
    amount, nothing = Money(-row.minor, currency), Money.zero(currency)
    is_held = row.account is AccountKind.HELD
    return BetweenRow(
        transfer_id=row.id,
        at=row.at,
        kind=row.kind,
        subject=Subject(row.subject_kind, row.subject_id),
        reference=row.reference,
        payment_reference=row.payment or "",
        open=nothing if is_held else amount,
        held=amount if is_held else nothing,
    )
