"""Payouts and returns as their readers see them, and acts on them, by whoever asks."""

from collections.abc import Collection, Iterable
from uuid import UUID

from flask import Response, current_app
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import payouts as requests
from marketplace.kernel import clock
from marketplace.kernel.cells import as_csv
from marketplace.kernel.db import reading
from marketplace.kernel.errors import NotFound
from marketplace.kernel.pages import Page
from marketplace.kernel.pages import late_first as late_first_pages
from marketplace.payments.flows import payouts as flows
from marketplace.payments.queries import payouts as queries
from marketplace.payments.queries.ledger import Statement
from marketplace.payments.queries.payouts import PayoutRow, ReturnRow
from marketplace.payments.rules.payouts import PayoutState
from marketplace.payments.rules.terms import Subject
from marketplace.payments.services import payouts, returns

_STATEMENT_COLUMNS = ("at", "account", "kind", "subject", "subject_id", "payment", "amount", "currency", "entry_id")


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


def one(session: Session, payout_id: UUID) -> PayoutRow:
    """Return a payout that the asker may see."""
    return queries.payout(session, company_id=_seen_by(), payout_id=payout_id)


def gather() -> int:
    """Make payouts of what was released."""
    return flows.gather(actor=require_actor(), now=clock.now())


def approve(payout_id: UUID) -> None:
    """Agree to a payout; once enough people did, it is sent."""
    site = current_app.extensions["city.settings"].site_name
    flows.approve(payout_id=payout_id, actor=require_actor(), remittance=site, now=clock.now())


def record_result(session: Session, payout_id: UUID, body: requests.Result) -> None:
    """Note what the bank made of a payout."""
    payouts.record_result(session, payout_id=payout_id, result=body.result, actor=require_actor(), now=clock.now())


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


def record_return(session: Session, return_id: UUID) -> ReturnRow:
    """Say that what was owed back is returned."""
    return returns.record_made(session, actor=require_actor(), return_id=return_id, now=clock.now())


def record_receipt(session: Session, return_id: UUID) -> ReturnRow:
    """Say that what was owed back has come."""
    return returns.record_received(session, actor=require_actor(), return_id=return_id, now=clock.now())


def statement_csv(statement: Statement) -> Response:
    """Give a statement as a table: every entry, then the balances before and after."""
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
        )
        for entry in statement.entries
    ]
    for balance in statement.balances:
        for at, kind, amount in (
            (statement.since, "opening", balance.opening),
            (statement.until, "closing", balance.closing),
        ):
            figure = f"{amount.amount:f}"
            rows.append((at.isoformat(), balance.account, kind, "", "", "", figure, statement.currency, ""))
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
