"""Read how far buyers are trusted, and which partners may be given work; a last day is read against today's."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.accounts.models import Company
from marketplace.accounts.rules.permissions import PARTNERS, CompanyKind
from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.kernel.exports import rows
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, decode_id, page_of
from marketplace.merchants.models import CreditLimit, Qualification, RequirementRuling
from marketplace.merchants.rules.levels import BuyerLevel, QualificationState, level
from marketplace.merchants.rules.requirements import Kind

PAGE: Final = 24


@dataclass(frozen=True, slots=True)
class LimitRow:
    """How much a buyer may owe in a currency and until which day, why, and who said so when."""

    limit: Money
    until: date
    reason: str
    set_by: UUID | None
    set_at: datetime


@dataclass(frozen=True, slots=True)
class BuyerRow:
    """A verified buyer, with the limits that count."""

    company_id: UUID
    company_name: str
    country: str
    until: date | None
    limits: tuple[Money, ...]


def is_verified(company_id: Any, *, now: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that a buyer is verified at this instant; ``company_id``: a column, or an id.

    For use inside another query: ``sa.select(...).where(is_verified(Order.buyer_id, now=now))``.
    """
    return _is_qualified(company_id, now.date(), (Kind.BUYER,))


def is_admitted(company_id: Any, *, now: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that a partner may be given new work at this instant."""
    return _is_qualified(company_id, now.date(), tuple(Kind(kind) for kind in PARTNERS))


def is_verified_buyer(session: Session, *, company_id: UUID, now: datetime) -> bool:
    """Tell whether a company is verified as a buyer at this instant: one row by its key."""
    return session.execute(_VERIFIED, {"company_id": company_id, "today": now.date()}).first() is not None


def level_of(session: Session, *, company_id: UUID, now: datetime) -> BuyerLevel:
    """Return a company's level as a buyer, in one statement; who is unknown or no trader is not verified."""
    return levels_of(session, company_ids=(company_id,), now=now)[company_id]


def levels_of(session: Session, *, company_ids: Collection[UUID], now: datetime) -> dict[UUID, BuyerLevel]:
    """Return the levels of companies as buyers, each of them, in one statement."""
    has_limit = sa.exists().where(CreditLimit.company_id == Company.id, *_counts(now.date()))
    found = session.execute(
        sa.select(Company.id, has_limit).where(Company.id.in_(company_ids), is_verified(Company.id, now=now))
    )
    limits = {row[0]: row[1] for row in found}
    return {each: level(is_verified=each in limits, has_limit=limits.get(each, False)) for each in company_ids}


def admitted(session: Session, *, company_ids: Collection[UUID], now: datetime) -> set[UUID]:
    """Return those of the partners that may be given new work now."""
    wanted = sa.select(Company.id).where(Company.id.in_(company_ids), is_admitted(Company.id, now=now))
    return set(session.scalars(wanted))


def is_buyer(session: Session, *, company_id: UUID) -> bool:
    """Tell whether an id is that of an open company that trades."""
    found = sa.select(Company.id).where(
        Company.id == company_id, Company.kind == CompanyKind.TRADE, Company.closed_at.is_(None)
    )
    return session.scalars(found).one_or_none() is not None


def limits_of(session: Session, *, company_id: UUID, now: datetime) -> tuple[LimitRow, ...]:
    """Return the limits of a company that count now, by currency; none of them does while it is not verified."""
    return tuple(map(_limit, session.execute(_LIMITS, {"company_id": company_id, "today": now.date()})))


def limit_in(session: Session, *, company_id: UUID, currency: str, now: datetime) -> Money:
    """Return how much a buyer may owe in a currency now; nothing where nobody said so."""
    found = {row.limit.currency: row.limit for row in limits_of(session, company_id=company_id, now=now)}
    return found.get(currency, Money.zero(currency))


def history_of(session: Session, *, company_id: UUID, cursor: str | None = None) -> Page[LimitRow]:
    """Return every limit that was ever set for a company, the newest first."""
    wanted = (
        sa.select(CreditLimit)
        .where(CreditLimit.company_id == company_id)
        .order_by(CreditLimit.id.desc())
        .limit(PAGE + 1)
    )
    if cursor:
        wanted = wanted.where(CreditLimit.id < decode_id(cursor))
    return page_of(session.scalars(wanted).all(), PAGE, lambda row: (str(row.id),)).map(_limit)


def verified_buyers(session: Session, *, now: datetime, cursor: str | None = None) -> Page[BuyerRow]:
    """Return the buyers that are verified now, newest companies first, with the limits that count."""
    wanted = (
        sa.select(Company.id, Company.name, Company.country, Qualification.until)
        .join(Qualification, Qualification.company_id == Company.id)
        .where(Company.closed_at.is_(None), is_verified(Company.id, now=now))
        .order_by(Company.id.desc())
        .limit(PAGE + 1)
    )
    if cursor:
        wanted = wanted.where(Company.id < decode_id(cursor))
    page = page_of(session.execute(wanted).all(), PAGE, lambda row: (str(row.id),))
    limits: dict[UUID, list[Money]] = {}
    counting = sa.select(CreditLimit).where(
        CreditLimit.company_id.in_([row.id for row in page.items]), *_counts(now.date())
    )
    for row in session.scalars(counting.order_by(CreditLimit.currency)):
        limits.setdefault(row.company_id, []).append(Money(row.amount, row.currency))
    return page.map(lambda row: BuyerRow(row.id, row.name, row.country, row.until, tuple(limits.get(row.id, ()))))


def until_of(session: Session, *, company_id: UUID) -> date | None:
    """Return to which day a company stays qualified if it shows nothing else; None for no end, or while it is not."""
    row = session.get(Qualification, company_id)
    return row.until if row else None


def ended(session: Session, *, today: date) -> tuple[UUID, ...]:
    """Return the companies of which something that counted ended before today and that were not looked at since."""
    wanted = sa.select(Qualification.company_id).where(
        Qualification.state == QualificationState.MET, Qualification.until < today
    )
    return tuple(session.scalars(wanted.order_by(Qualification.company_id)))


def judged_in(session: Session, *, kind: Kind, country: str) -> tuple[UUID, ...]:
    """Return the open companies of a country that are asked as this kind, and of which anything was ever said."""
    company = CompanyKind.TRADE if kind is Kind.BUYER else CompanyKind(kind)
    was_judged = sa.exists().where(RequirementRuling.company_id == Company.id)
    wanted = sa.select(Company.id).where(
        Company.kind == company, Company.country == country, Company.closed_at.is_(None), was_judged
    )
    return tuple(session.scalars(wanted.order_by(Company.id)))


def breaches(session: Session) -> list[Breach]:
    """Return companies that are qualified as something they are not."""
    return _PROMISES.breaches(session)


def _of_another_kind() -> sa.Select[UUID]:
    kind = sa.case((Company.kind == CompanyKind.TRADE, Kind.BUYER.value), else_=sa.cast(Company.kind, sa.String))
    return (
        sa.select(Qualification.company_id)
        .join(Company, Company.id == Qualification.company_id)
        .where(sa.cast(Qualification.kind, sa.String) != kind)
    )


_PROMISES: Final = Promises(
    "4 resolved once", Promise("qualification", "is qualified as another kind", _of_another_kind)
)


def of_person(session: Session, *, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return the limits that a person set, earliest first."""
    columns = (CreditLimit.company_id, CreditLimit.currency, CreditLimit.amount, CreditLimit.reason, CreditLimit.set_at)
    mine = sa.select(*columns).where(CreditLimit.set_by == person_id).order_by(CreditLimit.id)
    return {"credit_limits": rows(session, mine)}


def _is_qualified(company_id: Any, today: Any, kinds: tuple[Kind, ...]) -> sa.ColumnElement[bool]:
    """Return the condition as an EXISTS of its own table, so that a query that names the same one may hold it."""
    mine = aliased(Qualification)
    return sa.exists().where(
        mine.company_id == company_id,
        mine.kind.in_(kinds),
        mine.state == QualificationState.MET,
        sa.or_(mine.until.is_(None), mine.until >= today),
    )


def _counts(today: Any) -> tuple[sa.ColumnElement[bool], ...]:
    later = aliased(CreditLimit)
    is_newest = ~sa.exists().where(
        later.company_id == CreditLimit.company_id,
        later.currency == CreditLimit.currency,
        later.id > CreditLimit.id,
    )
    return (CreditLimit.amount > 0, CreditLimit.until >= today, is_newest)


def _limit(row: Any) -> LimitRow:
    return LimitRow(Money(row.amount, row.currency), row.until, row.reason, row.set_by, row.set_at)


_TODAY: Final = sa.bindparam("today", type_=sa.Date())
_QUALIFIED: Final = Qualification.__table__.c
# Every cart, checkout and order page asks it.
_VERIFIED: Final = sa.select(_QUALIFIED.company_id).where(
    _QUALIFIED.company_id == sa.bindparam("company_id", type_=sa.Uuid()),
    _QUALIFIED.kind == Kind.BUYER,
    _QUALIFIED.state == QualificationState.MET,
    sa.or_(_QUALIFIED.until.is_(None), _QUALIFIED.until >= _TODAY),
)
# Whoever takes something on without paying first asks it.
_LIMITS: Final = (
    sa.select(CreditLimit.__table__)
    .where(
        CreditLimit.company_id == sa.bindparam("company_id", type_=sa.Uuid()),
        *_counts(_TODAY),
        _is_qualified(CreditLimit.company_id, _TODAY, (Kind.BUYER,)),
    )
    .order_by(CreditLimit.currency)
)
