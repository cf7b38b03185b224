"""Other accounts for placed orders: proposed by who proves twice who it is, looked over and stopped by the operator."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.edge.acts.merchants import prove_again, prove_for
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import payee_changes as requests
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.pages import Page
from marketplace.merchants import queries as merchants
from marketplace.merchants.queries import PayeeRow
from marketplace.orders.changes import queries
from marketplace.orders.changes.queries import ChangeRow, PayableOrder
from marketplace.orders.changes.services import payees, resolving
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting


@dataclass(frozen=True, slots=True)
class ProposedAccount:
    """An account that was proposed for an order, as the operator sees it."""

    change: ChangeRow
    account: PayeeRow
    reason: str | None  # why it was stopped


def account(payee_id: UUID) -> PayeeRow:
    """Return an account of the asker's company; NotFound for another's."""
    return merchants.payee_of(reading(), company_id=require_actor().company, payee_id=payee_id)


def orders_for(payee_id: UUID) -> tuple[PayableOrder, ...]:
    """Return the orders that an account of the asker's company can be proposed for; NotFound for another's."""
    company_id = require_actor().company
    return queries.payable_into(reading(), merchant_id=company_id, payee=account(payee_id))


def wait_hours() -> int:
    """Return for how many hours after its proposal an account is not paid into."""
    return reference.setting(reading(), Setting.PAYEE_CHANGE_HOURS, at=clock.now())


def propose(payee_id: UUID, body: requests.PayeeProposal) -> tuple[UUID, ...]:
    """Propose an account for placed orders, after the password and the second factor; return the changes."""
    actor = require_actor()
    prove_again(body.current_password)

    def work(session: Session) -> tuple[UUID, ...]:
        return payees.propose(session, order_ids=body.order_ids, payee_id=payee_id, actor=actor, now=clock.now())

    prove_for(work, body.code)
    return in_unit_of_work(work)


def proposed(session: Session, *, is_open: bool, cursor: str | None) -> Page[ProposedAccount]:
    """Return the accounts that merchants proposed for placed orders, the latest first: the operator's to look over."""
    page = queries.of_payees(session, is_open=is_open, cursor=cursor)
    rows = _seen(session, page.items)
    return page.map(lambda row: rows[row.id])


def stop(session: Session, change_id: UUID, body: requests.PayeeStop) -> None:
    """Stop an account before it is paid into."""
    resolving.stop(session, change_id=change_id, reason=body.reason, actor=require_actor(), now=clock.now())


def look(session: Session, change_id: UUID) -> ProposedAccount:
    """Return one of them."""
    row = queries.change(session, company_id=None, change_id=change_id)
    return _seen(session, [row])[row.id]


def names_of(session: Session, rows: Collection[ProposedAccount]) -> dict[UUID, str]:
    """Return the names of the companies on both sides."""
    ids = {company for row in rows for company in (row.change.proposer_id, row.change.answerer_id)}
    return {row.id: row.name for row in accounts.get_companies(session, company_ids=ids).values()}


def _seen(session: Session, rows: Collection[ChangeRow]) -> dict[UUID, ProposedAccount]:
    named = {row.terms.payee for row in rows if row.terms.payee is not None}
    found = merchants.payees_by_id(session, payee_ids=named)
    reasons = queries.stops_of(session, change_ids=[row.id for row in rows])
    return {
        row.id: ProposedAccount(row, found[row.terms.payee], reasons.get(row.id))
        for row in rows
        if row.terms.payee is not None
    }
