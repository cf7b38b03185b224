"""Read who may sell, what they applied with, and where they are paid."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company
from marketplace.accounts.rules.numbers import Proof
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.exports import rows
from marketplace.kernel.pages import Page, decode_cursor, decode_id, page_of
from marketplace.merchants.models import Merchant, MerchantApplication, MerchantDecision, Payee
from marketplace.merchants.rules.payees import PayeeAccount, masked
from marketplace.merchants.rules.states import ApplicationState, MerchantState, PayeeState

PAGE: Final = 24
# Of accounts a company has few: one page but for who changes them all the time.
PAYEES: Final = 50
_APPLIED: Final = sa.select(Merchant.company_id).where(
    Merchant.company_id == sa.bindparam("company_id", type_=sa.Uuid())
)
# The same as a column for whoever reads companies: each page that a member sees wants it for its menu.
APPLIED: Final = sa.exists().where(Merchant.company_id == Company.id).correlate(Company)


@dataclass(frozen=True, slots=True)
class MerchantRow:
    """A company that applied to sell."""

    company_id: UUID
    state: MerchantState
    legal_name: str
    country: str
    registration_number: str
    licence_file_id: UUID
    licence_until: date | None


@dataclass(frozen=True, slots=True)
class CheckRow:
    """How the operator compared a company with its register, and when."""

    proof: Proof
    at: datetime


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """What was decided and why."""

    action: str
    reason: str
    decided_by: UUID | None
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """An application as it was sent, with what was decided about it."""

    id: UUID
    company_id: UUID
    state: ApplicationState
    legal_name: str
    country: str
    registration_number: str
    number_check: str
    proof: Proof
    licence_file_id: UUID
    licence_until: date | None
    submitted_by: UUID | None
    submitted_at: datetime
    due_at: datetime | None
    escalated_at: datetime | None
    decision: DecisionRow | None


@dataclass(frozen=True, slots=True)
class PayeeRow:
    """An account of a company, its number masked; ``account`` has it whole for those who may see it."""

    id: UUID
    currency: str
    state: PayeeState
    account: PayeeAccount
    shown_number: str
    created_at: datetime
    active_from: datetime
    ended_at: datetime | None


def active(session: Session, *, company_ids: Collection[UUID], hold: bool = False) -> set[UUID]:
    """Return those of the companies that may sell now; with ``hold`` nobody suspends one before the caller commits."""
    wanted = sa.select(Merchant.company_id).where(
        Merchant.company_id.in_(company_ids), Merchant.state == MerchantState.APPROVED
    )
    if hold:
        wanted = wanted.order_by(Merchant.company_id).with_for_update(read=True)
    return set(session.scalars(wanted))


def suspended(company_id: Any) -> sa.ColumnElement[bool]:
    """Tell of a column of companies which may not sell any more, or not now."""
    return sa.exists().where(Merchant.company_id == company_id, Merchant.state == MerchantState.SUSPENDED)


def approved(session: Session, *, part: int, size: int) -> tuple[tuple[UUID, datetime], ...]:
    """Return a part of so many of the companies that may sell, counted from 0, and when each last changed."""
    found = (
        sa.select(Merchant.company_id, Merchant.changed_at)
        .where(Merchant.state == MerchantState.APPROVED)
        .order_by(Merchant.company_id)
        .offset(part * size)
        .limit(size)
    )
    return tuple((row.company_id, row.changed_at) for row in session.execute(found))


def count_approved(session: Session) -> int:
    """Return how many companies may sell."""
    return session.scalar(sa.select(sa.func.count()).where(Merchant.state == MerchantState.APPROVED)) or 0


def last_check(session: Session, *, company_id: UUID) -> CheckRow | None:
    """Return how the number of a company was proved when it was approved last, and when that was."""
    approved = (
        sa.select(MerchantApplication.proof, MerchantDecision.decided_at)
        .join(MerchantDecision, MerchantDecision.application_id == MerchantApplication.id)
        .where(MerchantApplication.company_id == company_id, MerchantApplication.state == ApplicationState.APPROVED)
        .order_by(MerchantApplication.id.desc())
        .limit(1)
    )
    found = session.execute(approved).one_or_none()
    return CheckRow(*found) if found else None


def has_applied(session: Session, *, company_id: UUID) -> bool:
    """Tell whether a company is, or asked to become, a merchant."""
    return session.execute(_APPLIED, {"company_id": company_id}).first() is not None


def payee(session: Session, *, company_id: UUID, currency: str) -> PayeeAccount | None:
    """Return the account that a company is paid into in a currency, None while it named none."""
    row = session.scalars(
        sa.select(Payee).where(
            Payee.company_id == company_id, Payee.currency == currency, Payee.state == PayeeState.ACTIVE
        )
    ).one_or_none()
    return _account(row) if row else None


def payee_of(session: Session, *, company_id: UUID, payee_id: UUID) -> PayeeRow:
    """Return an account that a company named, whatever became of it; NotFound for another's."""
    found = session.scalars(sa.select(Payee).where(Payee.id == payee_id, Payee.company_id == company_id)).one_or_none()
    if found is None:
        raise NotFound("payee")
    return _payee_row(found)


def payees_by_id(session: Session, *, payee_ids: Collection[UUID]) -> dict[UUID, PayeeRow]:
    """Return accounts whoever named them: for other features, not for readers."""
    found = session.scalars(sa.select(Payee).where(Payee.id.in_(payee_ids)))
    return {row.id: _payee_row(row) for row in found}


def accounts_of(session: Session, *, company_ids: Collection[UUID]) -> dict[tuple[UUID, str], PayeeAccount]:
    """Return the accounts that companies are paid into, by company and currency, in one question."""
    rows = session.scalars(_PAID_INTO, {"companies": list(company_ids)})
    return {(row.company_id, row.currency): _account(row) for row in rows}


_PAID_INTO: Final = (
    sa.select(Payee)
    .where(Payee.company_id.in_(sa.bindparam("companies", expanding=True)), Payee.state == PayeeState.ACTIVE)
    .execution_options(populate_existing=True)
)
_CURRENCIES: Final = sa.select(Payee.company_id, Payee.currency).where(
    Payee.company_id.in_(sa.bindparam("companies", expanding=True)), Payee.state == PayeeState.ACTIVE
)


def payee_currencies(session: Session, *, company_ids: Collection[UUID]) -> dict[UUID, frozenset[str]]:
    """Return the currencies in which companies are paid by bank, in one query; who named no account is left out."""
    found: dict[UUID, set[str]] = {}
    for row in session.execute(_CURRENCIES, {"companies": list(company_ids)}) if company_ids else ():
        found.setdefault(row.company_id, set()).add(row.currency)
    return {company_id: frozenset(currencies) for company_id, currencies in found.items()}


def paid_into(session: Session, *, number: str, currency: str) -> frozenset[UUID]:
    """Return the companies whose account this is, as they named it; there should be one."""
    named = sa.select(Payee.company_id).where(
        Payee.account_number == number, Payee.currency == currency, Payee.state == PayeeState.ACTIVE
    )
    return frozenset(session.scalars(named)) if number else frozenset()


def account_numbers(session: Session, *, company_ids: Collection[UUID]) -> dict[UUID, frozenset[str]]:
    """Return the numbers of the accounts that companies are paid into, in one query."""
    found: dict[UUID, set[str]] = {}
    rows = session.execute(
        sa.select(Payee.company_id, Payee.account_number).where(
            Payee.company_id.in_(company_ids), Payee.state == PayeeState.ACTIVE
        )
    )
    for company_id, number in rows:
        found.setdefault(company_id, set()).add(number)
    return {company_id: frozenset(numbers) for company_id, numbers in found.items()}


def named_accounts(session: Session, *, company_id: UUID) -> tuple[tuple[str, str], ...]:
    """Return number and currency of every account that a company ever named, the newest first, each once."""
    found = sa.select(Payee.account_number, Payee.currency).where(Payee.company_id == company_id)
    return tuple(dict.fromkeys((row[0], row[1]) for row in session.execute(found.order_by(Payee.id.desc()))))


def payee_waits(session: Session, *, company_id: UUID, currency: str) -> bool:
    """Tell whether another account is held back before it may replace the one that counts."""
    waiting = sa.select(Payee.id).where(
        Payee.company_id == company_id, Payee.currency == currency, Payee.state == PayeeState.PENDING
    )
    return session.scalars(waiting).first() is not None


def counted(session: Session, *, asked: Collection[tuple[UUID, str, datetime]]) -> set[tuple[UUID, str, datetime]]:
    """Return of companies, currencies and moments those at which an account was paid into and none waited to follow."""
    if not asked:
        return set()
    named: dict[tuple[UUID, str], list[Payee]] = {}
    for row in session.scalars(sa.select(Payee).where(Payee.company_id.in_({one[0] for one in asked}))):
        named.setdefault((row.company_id, row.currency), []).append(row)

    def counts(company_id: UUID, currency: str, at: datetime) -> bool:
        there = [
            row
            for row in named.get((company_id, currency), ())
            if row.created_at <= at and (row.ended_at is None or row.ended_at > at)
        ]
        return bool(there) and all(row.active_from <= at for row in there)

    return {one for one in asked if counts(*one)}


def payee_counts(company_id: Any, currency: Any) -> sa.ColumnElement[bool]:
    """Tell of columns of companies and currencies where an account is paid into."""
    return sa.exists().where(
        Payee.company_id == company_id, Payee.currency == currency, Payee.state == PayeeState.ACTIVE
    )


def payee_held_until(company_id: Any, currency: Any) -> sa.ScalarSelect[datetime]:
    """Return of such columns until when another account is held back; null where none is."""
    waiting = (Payee.company_id == company_id, Payee.currency == currency, Payee.state == PayeeState.PENDING)
    return sa.select(sa.func.max(Payee.active_from)).where(*waiting).scalar_subquery()


def payees(session: Session, *, company_id: UUID, cursor: str | None = None) -> Page[PayeeRow]:
    """Return the accounts a company ever named, the newest first."""
    wanted = sa.select(Payee).where(Payee.company_id == company_id).order_by(Payee.id.desc()).limit(PAYEES + 1)
    if cursor:
        wanted = wanted.where(Payee.id < decode_id(cursor))
    return page_of([_payee_row(row) for row in session.scalars(wanted)], PAYEES, lambda row: (str(row.id),))


def merchant_of(session: Session, *, company_id: UUID) -> MerchantRow | None:
    """Return how a company stands as a merchant, None when it never applied."""
    row = session.get(Merchant, company_id)
    if row is None:
        return None
    return MerchantRow(
        row.company_id,
        row.state,
        row.legal_name,
        row.country,
        row.registration_number,
        row.licence_file_id,
        row.licence_until,
    )


def has_payee(session: Session, *, company_id: UUID) -> bool:
    """Tell whether a company is paid into some account."""
    found = sa.select(Payee.id).where(Payee.company_id == company_id, Payee.state == PayeeState.ACTIVE).limit(1)
    return session.scalars(found).one_or_none() is not None


def waiting(session: Session) -> int:
    """Count the applications that wait for a decision."""
    submitted = MerchantApplication.state == ApplicationState.SUBMITTED
    return session.scalar(sa.select(sa.func.count()).where(submitted)) or 0


def applications(
    session: Session,
    *,
    state: ApplicationState | None = None,
    company_id: UUID | None = None,
    cursor: str | None = None,
    size: int = PAGE,
) -> Page[ApplicationRow]:
    """Return applications, the oldest first as a queue is worked; of one company when it is named."""
    query = _applications().order_by(MerchantApplication.id).limit(size + 1)
    if state is not None:
        query = query.where(MerchantApplication.state == state)
    if company_id is not None:
        query = query.where(MerchantApplication.company_id == company_id)
    if cursor:
        query = query.where(MerchantApplication.id > _after(cursor))
    rows = [_application_row(*row) for row in session.execute(query)]
    return page_of(rows, size, lambda row: (str(row.id),))


def application(session: Session, *, application_id: UUID, company_id: UUID | None = None) -> ApplicationRow:
    """Return an application; NotFound for an unknown one, and for a foreign one when a company asks."""
    query = _applications().where(MerchantApplication.id == application_id)
    if company_id is not None:
        query = query.where(MerchantApplication.company_id == company_id)
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFound("application")
    return _application_row(*found)


def decisions(session: Session, *, company_id: UUID) -> tuple[DecisionRow, ...]:
    """Return everything that was decided about a company, the newest first."""
    rows = session.scalars(
        sa.select(MerchantDecision)
        .where(MerchantDecision.company_id == company_id)
        .order_by(MerchantDecision.id.desc())
    )
    return tuple(_decision_row(row) for row in rows)


def same_number(session: Session, *, company_id: UUID, country: str, number: str) -> tuple[UUID, ...]:
    """Return other companies that applied with this registration number, for a reviewer to look at."""
    return tuple(
        session.scalars(
            sa.select(Merchant.company_id)
            .where(
                Merchant.country == country,
                Merchant.registration_number == number,
                Merchant.company_id != company_id,
            )
            .order_by(Merchant.company_id)
        )
    )


def of_person(session: Session, *, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return a person's applications and decisions about merchants for that person, earliest first."""
    applied = (MerchantApplication.id, MerchantApplication.company_id, MerchantApplication.submitted_at)
    decided = (
        MerchantDecision.company_id,
        MerchantDecision.action,
        MerchantDecision.reason,
        MerchantDecision.decided_at,
    )
    return {
        "merchant_applications": rows(
            session,
            sa.select(*applied).where(MerchantApplication.submitted_by == person_id).order_by(MerchantApplication.id),
        ),
        "merchant_decisions": rows(
            session,
            sa.select(*decided).where(MerchantDecision.decided_by == person_id).order_by(MerchantDecision.id),
        ),
    }


def late(session: Session, *, now: datetime) -> tuple[UUID, ...]:
    """Return the applications that wait longer than was promised and were not told of yet, the oldest first."""
    wanted = sa.select(MerchantApplication.id).where(is_late(now)).order_by(MerchantApplication.id)
    return tuple(session.scalars(wanted))


def is_late(now: datetime) -> sa.ColumnElement[bool]:
    """Tell an application that waits longer than was promised, and was not told of yet."""
    return sa.and_(
        MerchantApplication.state == ApplicationState.SUBMITTED,
        MerchantApplication.due_at <= now,
        MerchantApplication.escalated_at.is_(None),
    )


def _applications() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(MerchantApplication, MerchantDecision).outerjoin(
        MerchantDecision, MerchantDecision.application_id == MerchantApplication.id
    )


def _after(cursor: str) -> UUID:
    (last,) = decode_cursor(cursor, str)
    try:
        return UUID(last)
    except ValueError:
        raise Refused.field("cursor", "cursor", "the value of `next` of the page before") from None


def _application_row(row: MerchantApplication, decision: MerchantDecision | None) -> ApplicationRow:
    return ApplicationRow(
        row.id,
        row.company_id,
        row.state,
        row.legal_name,
        row.country,
        row.registration_number,
        row.number_check,
        row.proof,
        row.licence_file_id,
        row.licence_until,
        row.submitted_by,
        row.submitted_at,
        row.due_at,
        row.escalated_at,
        _decision_row(decision) if decision else None,
    )


def _decision_row(row: MerchantDecision) -> DecisionRow:
    return DecisionRow(row.action, row.reason, row.decided_by, row.decided_at)


def _account(row: Payee) -> PayeeAccount:
    return PayeeAccount(row.account_name, row.bank_name, row.account_number, row.bic, row.country)


def _payee_row(row: Payee) -> PayeeRow:
    return PayeeRow(
        row.id,
        row.currency,
        row.state,
        _account(row),
        masked(row.account_number),
        row.created_at,
        row.active_from,
        row.ended_at,
    )
