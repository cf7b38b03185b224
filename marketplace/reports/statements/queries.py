"""The figures of a statement, who may have one with whom, which were issued, and whether they are the ledger's."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.distribution import queries as distribution
from marketplace.kernel.checks import Breach
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.orders.models import Order, OrderLine
from marketplace.papers.models import DocumentParty, IssuedDocument
from marketplace.papers.rules.commercial_invoice import is_for_customs
from marketplace.papers.rules.documents import PaperKind
from marketplace.payments.queries import between, commissions
from marketplace.payments.queries.between import BetweenRow
from marketplace.payments.queries.commissions import CommissionRow
from marketplace.payments.rules.ledger import TransferKind
from marketplace.payments.rules.terms import Subject, SubjectKind
from marketplace.reference.rules import zone_of
from marketplace.reports.rules import Period
from marketplace.reports.statements.models import IssuedStatement

KINDS: Final = (PaperKind.COMMISSION_STATEMENT, PaperKind.FREIGHT_STATEMENT, PaperKind.ACCOUNT_STATEMENT)
# What is paid for, of the statements between a payer and a payee.
SUBJECTS: Final = {
    PaperKind.FREIGHT_STATEMENT: SubjectKind.FREIGHT,
    PaperKind.ACCOUNT_STATEMENT: SubjectKind.ORDER,
}
_COLUMNS: Final = {PaperKind.COMMISSION_STATEMENT: ("commission", "vat", "settled")}
_BALANCES: Final = {PaperKind.COMMISSION_STATEMENT: ("commission",)}
_OPEN_AND_HELD: Final = ("open", "held")
_LISTED: Final = (PaperKind.COMMERCIAL_INVOICE, PaperKind.CREDIT_NOTE, PaperKind.DEBIT_NOTE)


@dataclass(frozen=True, slots=True)
class Parties:
    """Who states an account to whom, in one currency; the recipient is who owes, the issuer who is owed."""

    kind: PaperKind
    issuer_id: UUID
    recipient_id: UUID
    currency: str

    @property
    def is_monthly(self) -> bool:
        """Tell whether it is stated by itself, a month at a time; a buyer asks for its account with a merchant."""
        return self.kind in (PaperKind.COMMISSION_STATEMENT, PaperKind.FREIGHT_STATEMENT)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the ledger; ``amounts`` stand under the statement's columns."""

    transfer_id: UUID
    at: datetime
    kind: TransferKind
    subject: Subject | None
    reference: str
    order_id: UUID | None
    order: str
    purchase_order_number: str
    article: str
    payment_reference: str
    base: Money | None
    rate_bp: int | None
    amounts: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A commercial invoice or note between the two companies; both see the goods' papers only."""

    document_id: UUID
    kind: PaperKind
    number: str
    reference: str
    issued_on: date
    total: Money


@dataclass(frozen=True, slots=True)
class Figures:
    """A statement: opening and closing are the ledger's own sums, and the lines lead from one to the other."""

    parties: Parties
    period: Period
    zone: str
    columns: tuple[str, ...]
    balances: tuple[str, ...]
    opening: tuple[Money, ...]
    lines: tuple[Line, ...]
    closing: tuple[Money, ...]
    listed: tuple[Listed, ...]

    @property
    def sums(self) -> tuple[Money, ...]:
        """The lines added up, column by column."""
        nothing = Money.zero(self.parties.currency)
        return tuple(sum((line.amounts[place] for line in self.lines), nothing) for place in range(len(self.columns)))

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to state."""
        return not (self.lines or any(self.opening) or self.listed)

    @property
    def has_no_vat(self) -> bool:
        """Tell whether commission was charged without value added tax."""
        return self.parties.kind is PaperKind.COMMISSION_STATEMENT and not any(line.amounts[1] for line in self.lines)


@dataclass(frozen=True, slots=True)
class IssuedRow:
    """A numbered statement and its paper."""

    parties: Parties
    period: Period
    document_id: UUID
    number: str
    opening: tuple[Money, ...]
    closing: tuple[Money, ...]


def house(session: Session) -> UUID | None:
    """Return the company that runs the city, None before there is one."""
    houses = accounts.companies_of_kind(session, kind=CompanyKind.OPERATOR)
    return houses[0].id if houses else None


def possible(session: Session, *, company_id: UUID | None) -> tuple[Parties, ...]:
    """Return the statements that there can be: all of them, or those of which this company is a party."""
    owner = house(session)
    found: list[Parties] = []
    if owner is not None:
        one = None if company_id == owner else company_id
        found += [
            Parties(PaperKind.COMMISSION_STATEMENT, owner, merchant_id, currency)
            for merchant_id, currency in commissions.merchants(session, company_id=one)
        ]
    for kind, subject in SUBJECTS.items():
        pairs = between.pairs(session, kind=subject, company_id=company_id)
        found += [Parties(kind, pair.payee_id, pair.payer_id, pair.currency) for pair in pairs]
    return tuple(found)


def check_party(session: Session, *, parties: Parties, company_id: UUID) -> None:
    """Raise NotFound unless this company is a party of a statement that there can be."""
    is_mine = company_id in (parties.issuer_id, parties.recipient_id)
    if not is_mine or parties not in possible(session, company_id=company_id):
        raise NotFound("statement")


def figures(session: Session, *, parties: Parties, period: Period) -> Figures:
    """Return the figures of a statement by the clock of its issuer; Refused for more than 5,000 entries."""
    zone = zone_of(accounts.get_company(session, company_id=parties.issuer_id).country)
    since, until = period.bounds(zone)
    columns = _COLUMNS.get(parties.kind, _OPEN_AND_HELD)
    balances = _BALANCES.get(parties.kind, _OPEN_AND_HELD)
    if parties.kind is PaperKind.COMMISSION_STATEMENT:
        owed = commissions.commissions(
            session, company_id=parties.recipient_id, currency=parties.currency, since=since, until=until
        )
        ends = (owed.opening,), (owed.closing,)
        lines = _commission_lines(session, owed.rows)
    else:
        account = between.between(
            session,
            kind=SUBJECTS[parties.kind],
            payer_id=parties.recipient_id,
            payee_id=parties.issuer_id,
            currency=parties.currency,
            since=since,
            until=until,
        )
        ends = account.opening, account.closing
        lines = _account_lines(session, account.rows)
    listed = _listed(session, parties, since, until) if parties.kind is PaperKind.ACCOUNT_STATEMENT else ()
    return Figures(parties, period, zone, columns, balances, ends[0], lines, ends[1], listed)


def issued(session: Session, *, company_id: UUID, limit: int = 200) -> tuple[IssuedRow, ...]:
    """Return the numbered statements of which a company is a party, the latest period first."""
    mine = sa.or_(IssuedStatement.issuer_id == company_id, IssuedStatement.recipient_id == company_id)
    found = session.execute(
        sa.select(IssuedStatement, IssuedDocument.number)
        .join(IssuedDocument, IssuedDocument.id == IssuedStatement.document_id)
        .where(mine)
        .order_by(IssuedStatement.last_day.desc(), IssuedStatement.id.desc())
        .limit(limit)
    )
    return tuple(_issued(row, number) for row, number in found)


def find(session: Session, *, parties: Parties, period: Period) -> UUID | None:
    """Return the document of a numbered statement, None before it was issued."""
    return session.scalar(
        sa.select(IssuedStatement.document_id).where(
            IssuedStatement.kind == parties.kind,
            IssuedStatement.issuer_id == parties.issuer_id,
            IssuedStatement.recipient_id == parties.recipient_id,
            IssuedStatement.currency == parties.currency,
            IssuedStatement.first_day == period.first,
            IssuedStatement.last_day == period.last,
        )
    )


def issued_for(session: Session, *, periods: Collection[Period]) -> frozenset[tuple[Parties, Period]]:
    """Return which numbered statements there are of some periods."""
    first_days = {period.first for period in periods}
    found = session.execute(
        sa.select(
            IssuedStatement.kind,
            IssuedStatement.issuer_id,
            IssuedStatement.recipient_id,
            IssuedStatement.currency,
            IssuedStatement.first_day,
            IssuedStatement.last_day,
        ).where(IssuedStatement.first_day.in_(first_days))
    )
    return frozenset((Parties(*row[:4]), Period(*row[4:])) for row in found)


def breaches(session: Session) -> list[Breach]:
    """Return the statements whose balances are not what the ledger sums to, at either end of their period."""
    found: list[Breach] = []
    for row in session.scalars(sa.select(IssuedStatement).order_by(IssuedStatement.id)):
        parties = Parties(row.kind, row.issuer_id, row.recipient_id, row.currency)
        now = figures(session, parties=parties, period=Period(row.first_day, row.last_day))
        ends = [[amount.minor for amount in side] for side in (now.opening, now.closing)]
        if ends != [row.opening, row.closing] or not adds_up(now):
            found.append(Breach("1 money", "document", row.document_id, "states other figures than the ledger has"))
    return found


def adds_up(found: Figures) -> bool:
    """Tell whether the lines lead from the opening to the closing balance."""
    if found.parties.kind is PaperKind.COMMISSION_STATEMENT:
        charged, vat, settled = found.sums
        return found.opening[0] + charged + vat - settled == found.closing[0]
    moved = zip(found.opening, found.sums, found.closing, strict=True)
    return all(opening + change == closing for opening, change, closing in moved)


def _issued(row: IssuedStatement, number: str) -> IssuedRow:
    parties = Parties(row.kind, row.issuer_id, row.recipient_id, row.currency)
    opening, closing = (tuple(Money(minor, row.currency) for minor in side) for side in (row.opening, row.closing))
    return IssuedRow(parties, Period(row.first_day, row.last_day), row.document_id, number, opening, closing)


@dataclass(frozen=True, slots=True)
class _About:
    order_id: UUID
    reference: str
    purchase_order_number: str


def _commission_lines(session: Session, rows: Sequence[CommissionRow]) -> tuple[Line, ...]:
    about = _orders(session, {row.subject for row in rows if row.subject})
    wanted = {row.line_id for row in rows if row.line_id}
    goods = session.execute(sa.select(OrderLine.id, OrderLine.sku).where(OrderLine.id.in_(wanted)))
    articles = {one.id: one.sku for one in goods}
    return tuple(
        _line(
            row,
            about.get(row.subject) if row.subject else None,
            article=articles.get(row.line_id, "") if row.line_id else "",
            base=row.base,
            rate_bp=row.rate_bp,
            amounts=(row.commission, row.vat, row.settled),
        )
        for row in rows
    )


def _account_lines(session: Session, rows: Sequence[BetweenRow]) -> tuple[Line, ...]:
    about = _orders(session, {row.subject for row in rows})
    return tuple(
        _line(
            row,
            about.get(row.subject),
            payment_reference=row.payment_reference,
            amounts=(row.open, row.held),
        )
        for row in rows
    )


def _line(
    row: CommissionRow | BetweenRow,
    about: _About | None,
    *,
    amounts: tuple[Money, ...],
    article: str = "",
    payment_reference: str = "",
    base: Money | None = None,
    rate_bp: int | None = None,
) -> Line:
    return Line(
        transfer_id=row.transfer_id,
        at=row.at,
        kind=row.kind,
        subject=row.subject,
        reference=row.reference,
        order_id=about.order_id if about else None,
        order=about.reference if about and about.reference != row.reference else "",
        purchase_order_number=about.purchase_order_number if about else "",
        article=article,
        payment_reference=payment_reference,
        base=base,
        rate_bp=rate_bp,
        amounts=amounts,
    )


def _orders(session: Session, subjects: Collection[Subject]) -> dict[Subject, _About]:
    """Return the order of each subject: itself, or that which a freight contract is for."""
    freight = {one.id for one in subjects if one.kind is SubjectKind.FREIGHT}
    of_freight = distribution.orders_of(session, contract_ids=freight)
    ids = {one.id for one in subjects if one.kind is SubjectKind.ORDER} | set(of_freight.values())
    orders = {
        row.id: _About(row.id, row.reference, row.purchase_order_number)
        for row in session.execute(
            sa.select(Order.id, Order.reference, Order.purchase_order_number).where(Order.id.in_(ids))
        )
    }
    named = {one: orders.get(of_freight.get(one.id, one.id)) for one in subjects}
    return {one: about for one, about in named.items() if about}


def _listed(session: Session, parties: Parties, since: datetime, until: datetime) -> tuple[Listed, ...]:
    """Return the invoices and notes between the two that were issued in the period, in its currency.

    An invoice for customs alone, of goods that replace others or go back, is none: nobody owes what it names.
    """
    reader = sa.exists().where(
        DocumentParty.document_id == IssuedDocument.id, DocumentParty.company_id == parties.recipient_id
    )
    found = session.scalars(
        sa.select(IssuedDocument)
        .where(
            IssuedDocument.issuer_id == parties.issuer_id,
            IssuedDocument.kind.in_(_LISTED),
            IssuedDocument.issued_at >= since,
            IssuedDocument.issued_at < until,
            reader,
        )
        .order_by(IssuedDocument.issued_at, IssuedDocument.id)
    )
    return tuple(
        Listed(
            row.id,
            row.kind,
            row.number,
            str(row.data["order"]),
            date.fromisoformat(row.data["issued_on"]),
            Money.of(row.data["total"]["amount"], row.data["total"]["currency"]),
        )
        for row in found
        if row.data["total"]["currency"] == parties.currency and not is_for_customs(row.data)
    )
