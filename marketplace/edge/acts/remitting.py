"""A company's account at the payment provider, what it owes, and what was asked back, by whoever asks."""

from uuid import UUID

from flask import current_app, url_for
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts.merchants import prove_second_factor
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import payouts as requests
from marketplace.edge.requests.merchants import Proof
from marketplace.edge.requests.payments import money
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import DomainError
from marketplace.kernel.pages import Page
from marketplace.payments.flows import card_calls, provider_accounts
from marketplace.payments.queries import remitting as queries
from marketplace.payments.queries import write_offs as write_off_rows
from marketplace.payments.queries.ledger import AccountRow
from marketplace.payments.queries.remitting import ProviderAccountRow, ReversalRow
from marketplace.payments.queries.write_offs import WriteOffRow
from marketplace.payments.rules.remitting import can_transfer
from marketplace.payments.services import provider_accounts as services
from marketplace.payments.services import write_offs as write_off_services


def account() -> ProviderAccountRow | None:
    """Return the account of the asker's company at the provider, None before it asked for one."""
    return queries.account_of(reading(), company_id=require_actor().company)


def looked_at() -> ProviderAccountRow | None:
    """Return the same, asked of the provider anew; as it is known here where the provider does not answer."""
    found = account()
    if found is None:
        return None
    try:
        return provider_accounts.refresh(account=found, now=clock.now())
    except DomainError:
        return found


def may_have_one(country: str) -> bool:
    """Tell whether the provider moves money to companies of this country."""
    return card_calls.takes_cards() and can_transfer(platform=card_calls.remitter().country, company=country)


def set_up(body: Proof) -> str:
    """Have an account for the asker's company, after the second factor was proved; return the provider's page."""
    prove_second_factor(body.code)
    back = current_app.extensions["city.settings"].base_url + url_for("payouts.account_return")
    return provider_accounts.set_up(actor=require_actor(), return_url=back, now=clock.now())


def stop(body: Proof) -> ProviderAccountRow:
    """Have the asker's company paid by bank file again, after the second factor was proved."""
    prove_second_factor(body.code)
    return in_unit_of_work(lambda session: services.stop(session, actor=require_actor(), now=clock.now()))


def receivables(session: Session, cursor: str | None = None) -> Page[AccountRow]:
    """Return what companies owe of money that was paid out and had to go back: the asker's own, all to the operator."""
    return queries.receivables(session, company_id=_seen_by(), cursor=cursor)


def reversals(session: Session, cursor: str | None = None) -> Page[ReversalRow]:
    """Return what was asked back of transfers: of the asker's company, of all to the operator."""
    return queries.reversals(session, company_id=_seen_by(), cursor=cursor)


def write_offs(session: Session, cursor: str | None = None) -> Page[WriteOffRow]:
    """Return what somebody wants to write off, or two people did, newest first."""
    return write_off_rows.write_offs(session, cursor=cursor)


def propose_write_off(session: Session, body: requests.WriteOff) -> WriteOffRow:
    """Say that a company will not pay what it owes."""
    write_off_id = write_off_services.propose(
        session,
        actor=require_actor(),
        company_id=body.company_id,
        amount=money(body.amount, body.currency),
        reason=body.reason,
        now=clock.now(),
    )
    return write_off_rows.write_off(session, write_off_id=write_off_id)


def approve_write_off(session: Session, write_off_id: UUID) -> WriteOffRow:
    """Agree, as another person, that a company will not pay."""
    write_off_services.approve(session, actor=require_actor(), write_off_id=write_off_id, now=clock.now())
    return write_off_rows.write_off(session, write_off_id=write_off_id)


def decline_write_off(session: Session, write_off_id: UUID) -> WriteOffRow:
    """Let a company go on owing it."""
    write_off_services.decline(session, actor=require_actor(), write_off_id=write_off_id, now=clock.now())
    return write_off_rows.write_off(session, write_off_id=write_off_id)


def _seen_by() -> UUID | None:
    actor = require_actor()
    if actor.may(Permission.OPERATOR_PAYOUT_READ):
        return None
    actor.must(Permission.TRADE_PAYOUT_READ)
    return actor.company
