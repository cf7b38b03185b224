"""Set a company's account at the provider up, look at it, and stop using it."""

from datetime import datetime, timedelta
from typing import Final

import structlog

from marketplace.kernel.actor import Actor
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import DomainError
from marketplace.payments.flows import card_calls as calls
from marketplace.payments.queries import remitting as queries
from marketplace.payments.queries.remitting import ProviderAccountRow
from marketplace.payments.rules.cards import call_key
from marketplace.payments.rules.provider import AccountSeen, ProviderBroke
from marketplace.payments.services import provider_accounts as services

_log = structlog.get_logger("city.payments")
_SKEW: Final = timedelta(minutes=10)
# Between two looks at an account that nobody comes back from the provider's page about.
_PAUSE: Final = timedelta(hours=1)


def set_up(*, actor: Actor, return_url: str, now: datetime) -> str:
    """Open the actor's company an account, or go on with the one it has; return the page on which it is set up.

    Conflict ``transfers_not_here`` where the provider moves no money to the company's country.
    """
    platform = calls.remitter().country
    account = in_unit_of_work(lambda session: services.claim(session, actor=actor, platform=platform, now=now))
    if account.provider_id is None:
        account = _open(account, now=now)
    if account.provider_id is None:
        msg = f"account {account.id} has no id at the provider"
        raise LookupError(msg)
    return calls.remitter().setup_page(account.provider_id, return_url=return_url)


def refresh(*, account: ProviderAccountRow, now: datetime) -> ProviderAccountRow:
    """Ask the provider how an account stands, as when its company comes back from the page."""
    if account.provider_id is not None:
        return _record(account, calls.remitter().look_at_account(account.provider_id), now=now)
    seen = calls.remitter().find_account(account.company_id, since=account.created_at - _SKEW)
    return _record(account, seen, now=now) if seen else account


def watch(*, now: datetime) -> int:
    """Look at the accounts that nobody looked at for an hour; return at how many."""
    session = reading()
    session.rollback()
    found = queries.accounts_to_look_at(session, before=now - _PAUSE)
    if not found:
        return 0
    in_unit_of_work(lambda session: services.note_look(session, account_ids=[account.id for account in found], now=now))
    for account in found:
        try:
            refresh(account=account, now=now)
        except DomainError as error:
            _log.warning("provider_account_not_read", id=str(account.id), code=error.code)
    return len(found)


def _open(account: ProviderAccountRow, *, now: datetime) -> ProviderAccountRow:
    found = calls.remitter().find_account(account.company_id, since=account.created_at - _SKEW)
    if found is None:
        try:
            found = _send(account)
        except ProviderBroke:
            again = in_unit_of_work(
                lambda session: services.claim_new_attempt(session, account_id=account.id, failed=account.attempt)
            )
            found = calls.remitter().find_account(account.company_id, since=account.created_at - _SKEW) or _send(again)
    return _record(account, found, now=now)


def _send(account: ProviderAccountRow) -> AccountSeen:
    key = call_key(account.id, "account", account.attempt)
    return calls.remitter().open_account(account.company_id, country=account.country, key=key)


def _record(account: ProviderAccountRow, seen: AccountSeen, *, now: datetime) -> ProviderAccountRow:
    return in_unit_of_work(lambda session: services.record(session, account_id=account.id, seen=seen, now=now))
