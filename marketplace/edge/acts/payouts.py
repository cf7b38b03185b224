"""Payouts and returns as their readers see them, and acts on them, by whoever asks."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from uuid import UUID

from flask import Response, current_app
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import subjects
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import payouts as requests
from marketplace.kernel import clock
from marketplace.kernel.cells import as_csv
from marketplace.kernel.db import reading
from marketplace.kernel.errors import NotFound
from marketplace.kernel.pages import Page
from marketplace.kernel.pages import late_first as late_first_pages
from marketplace.merchants import queries as merchants
from marketplace.merchants.rules.payees import PayeeAccount, masked
from marketplace.orders.queries import inspections
from marketplace.payments.flows import payouts as flows
from marketplace.payments.queries import payout_waits
from marketplace.payments.queries import payouts as queries
from marketplace.payments.queries.ledger import Statement
from marketplace.payments.queries.payout_waits import PayoutWaitRow
from marketplace.payments.queries.payouts import PayoutRow, ReturnRow
from marketplace.payments.rules.payouts import PayoutState
from marketplace.payments.rules.terms import Subject
from marketplace.payments.services import payouts, returns

_STATEMENT_COLUMNS = (
    "at", "account", "kind", "subject", "subject_id", "payment", "amount", "currency", "entry_id", "reference",
)  # fmt: skip


def many(session: Session, search: requests.PayoutsQuery) -> Page[PayoutRow]:
    """Return the payouts of the asker's company; all of them to the operator."""
    state = PayoutState(search.state) if search.state else None
    return queries.payouts(session, company_id=_seen_by(), state=state, overdue=search.overdue, cursor=search.cursor)


def late_first(session: Session, search: requests.PayoutsQuery) -> Page[PayoutRow]:
    """Return the payouts as a page shows them: those that are overdue stand before the first of the others."""
    if search.overdue is not None:
        return many(session, search)

    def pages(overdue: bool, cursor: str | None) -> Page[PayoutRow]:  # noqa: FBT001  as the caller wants it
        return many(session, search.model_copy(update={"overdue": overdue, "cursor": cursor}))

    return late_first_pages(pages, search.cursor)


def waits(session: Session, cursor: str | None = None) -> Page[PayoutWaitRow]:
    """Return what of released money stays, and why: of the asker's company, of all to the operator."""
    return payout_waits.payout_waits(session, company_id=_seen_by(), cursor=cursor, now=clock.now())


def own_waits(session: Session) -> Page[PayoutWaitRow]:
    """Return the first of what stays of the money released to the asker's own company; nothing to who may not ask."""
    actor = require_actor()
    if not actor.may(Permission.TRADE_PAYOUT_READ):
        return Page(())
    return payout_waits.payout_waits(session, company_id=actor.company, now=clock.now())


def one(session: Session, payout_id: UUID) -> PayoutRow:
    """Return a payout that the asker may see."""
    return queries.payout(session, company_id=_seen_by(), payout_id=payout_id)


def gather() -> int:
    """Make payouts of what was released."""
    return flows.gather(actor=require_actor(), now=clock.now())


def write_file() -> UUID | None:
    """Write the payment file of what was approved now, and return its id; None where nothing waits for one."""
    site = current_app.extensions["city.settings"].site_name
    return flows.send(actor=require_actor(), remittance=site, now=clock.now())


def approve(payout_id: UUID) -> None:
    """Agree to a payout; once enough people did, it is sent."""
    site = current_app.extensions["city.settings"].site_name
    flows.approve(payout_id=payout_id, actor=require_actor(), remittance=site, now=clock.now())


def record_result(session: Session, payout_id: UUID, body: requests.Result) -> None:
    """Note what the bank made of a payout."""
    payouts.record_result(
        session,
        payout_id=payout_id,
        result=body.result,
        booked_on=body.booked_on,
        bank_reference=body.bank_reference,
        actor=require_actor(),
        now=clock.now(),
    )


def file(file_id: UUID) -> Response:
    """Give an instruction file, byte for byte as it was written."""
    found = queries.file(reading(), file_id=file_id)
    return _csv(found.content, f"{found.reference}.csv")


def message(file_id: UUID) -> Response:
    """Give the same instructions as pain.001; NotFound where none was written."""
    found = queries.file(reading(), file_id=file_id)
    if found.pain001 is None:
        raise NotFound("payout_file")
    response = Response(found.pain001, mimetype="application/xml")
    response.headers.set("Content-Disposition", "attachment", filename=f"{found.reference}.xml")
    return response


def returns_of(session: Session, cursor: str | None = None) -> Page[ReturnRow]:
    """Return a page of what the asker's company owes back and is owed back."""
    return queries.returns_page(session, company_id=require_actor().company, cursor=cursor)


def returns_about(session: Session, subjects: Collection[Subject]) -> tuple[ReturnRow, ...]:
    """Return what is owed back about these subjects, as far as the asker's company owes it or is owed it."""
    return queries.returns(session, company_id=require_actor().company, subjects=subjects)


def fees_among(session: Session, rows: Collection[ReturnRow]) -> dict[UUID, str]:
    """Return, by its id, the inspection whose fee is owed, of those rows that owe one: it goes nowhere back."""
    causes = {row.id: row.cause_id for row in rows if row.cause_id is not None}
    known = inspections.references(session, ids=set(causes.values()))
    return {row_id: known[cause] for row_id, cause in causes.items() if cause in known}


def record_return(session: Session, return_id: UUID) -> ReturnRow:
    """Say that what was owed back is returned."""
    return returns.record_made(session, actor=require_actor(), return_id=return_id, now=clock.now())


def record_receipt(session: Session, return_id: UUID) -> ReturnRow:
    """Say that what was owed back has come."""
    return returns.record_received(session, actor=require_actor(), return_id=return_id, now=clock.now())


def record_missing(session: Session, return_id: UUID) -> ReturnRow:
    """Say that what is said to be returned has not come."""
    return returns.record_missing(session, actor=require_actor(), return_id=return_id, now=clock.now())


def pay_into(session: Session, rows: Collection[ReturnRow]) -> dict[UUID, PayeeAccount]:
    """Return, by its id, where what is still owed goes: the account of the company that is owed it, in that currency.

    None while another account waits to replace it. Who may not say that something is sent reads its number masked.
    """
    owed = [row for row in rows if row.is_owed]
    found = merchants.accounts_of(session, company_ids={row.payer_id for row in owed})
    waits = held_back(session, owed)
    is_whole = require_actor().may(Permission.TRADE_PAYMENT_CONFIRM)
    into: dict[UUID, PayeeAccount] = {}
    for row in owed:
        account = found.get((row.payer_id, row.amount.currency))
        if account is None or row.id in waits:
            continue
        into[row.id] = account if is_whole else replace(account, account_number=masked(account.account_number))
    return into


def held_back(session: Session, rows: Collection[ReturnRow]) -> frozenset[UUID]:
    """Return those still owed to a company that has named another account, which waits to replace the one before."""
    asked = {(row.payer_id, row.amount.currency) for row in rows if row.is_owed}
    waits = {one for one in asked if merchants.payee_waits(session, company_id=one[0], currency=one[1])}
    return frozenset(row.id for row in rows if row.is_owed and (row.payer_id, row.amount.currency) in waits)


def statement_csv(statement: Statement) -> Response:
    """Give a statement as a table: every entry with the number on its papers, then the balances before and after."""
    about = subjects.about(reading(), [entry.subject for entry in statement.entries])
    rows: list[Iterable[object]] = [
        (
            entry.at.isoformat(),
            entry.account,
            entry.kind,
            entry.subject.kind if entry.subject else "",
            entry.subject.id if entry.subject else "",
            entry.payment_reference,
            f"{entry.amount.amount:f}",
            entry.amount.currency,
            entry.id,
            about[entry.subject].reference if entry.subject and entry.subject in about else "",
        )
        for entry in statement.entries
    ]
    for balance in statement.balances:
        for at, kind, amount in (
            (statement.since, "opening", balance.opening),
            (statement.until, "closing", balance.closing),
        ):
            figure = f"{amount.amount:f}"
            rows.append((at.isoformat(), balance.account, kind, "", "", "", figure, statement.currency, "", ""))
    return _csv(as_csv([_STATEMENT_COLUMNS, *rows]), f"statement-{statement.currency}.csv")


def _seen_by() -> UUID | None:
    actor = require_actor()
    if actor.may(Permission.OPERATOR_PAYOUT_READ):
        return None
    actor.must(Permission.TRADE_PAYOUT_READ)
    return actor.company


def _csv(content: str, name: str) -> Response:
    response = Response(content, mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
