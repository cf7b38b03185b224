"""Import a bank's file: read outside of any transaction, then taken in whole or not at all."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from marketplace.kernel.actor import Actor
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import Refused
from marketplace.kernel.money import MINOR_UNITS, Money
from marketplace.merchants import queries as merchants
from marketplace.merchants.rules.payees import masked
from marketplace.payments import bank_files
from marketplace.payments.queries import bank
from marketplace.payments.rules.statement_sheet import read_mapping
from marketplace.payments.rules.statements import Statement, compact, is_account
from marketplace.payments.services import statements
from marketplace.payments.services.statements import Imported

Accounts = tuple[tuple[str, str], ...]


def take_in(
    content: bytes,
    *,
    actor: Actor,
    is_house: bool,
    account: str = "",
    currency: str = "",
    mapping: Mapping[str, object] | None = None,
    opening: Decimal | None = None,
    now: datetime,
) -> tuple[Imported, ...]:
    """Import every statement of a file into the accounts of the actor's company; return what became of each.

    ``account``, alone or with its currency behind it, and ``currency`` say which account a table (CSV) is of, where
    there are several; ``mapping`` is which of its headers are our columns (None: as it was said last), ``opening`` its
    balance before. Refused names the file's field and row; then nothing is imported.
    """
    session = reading()
    own = merchants.named_accounts(session, company_id=actor.company)
    if not own:
        raise Refused.field("account", "statement_accounts", "an account that your company has named")
    number, own_currency = _chosen(own, account, currency)
    columns = bank.last_mapping(session, company_id=actor.company) if mapping is None else read_mapping(dict(mapping))
    session.rollback()
    found = bank_files.read(
        content, currency=own_currency, account=number, mapping=columns, opening=_minor(opening, own_currency)
    )
    placed = [(each, _account_of(each, own)) for each in found]
    is_table = all(each.is_table for each in found)
    return in_unit_of_work(
        lambda session: tuple(
            statements.take_in(
                session,
                actor=actor,
                statement=each,
                number=own_number,
                mapping=columns if is_table else None,
                is_house=is_house,
                now=now,
            )
            for each, own_number in placed
        )
    )


def _chosen(own: Accounts, account: str, currency: str) -> tuple[str, str]:
    """Return the account that a table is of: the one that is named, or the newest."""
    wanted = compact(account)
    fitting = [
        (number, own_currency)
        for number, own_currency in own
        if wanted in ("", compact(number), compact(number) + own_currency) and currency in ("", own_currency)
    ]
    if not fitting:
        raise Refused.field("account", "choice", _shown(own))
    return fitting[0]


def _minor(opening: Decimal | None, currency: str) -> int | None:
    try:
        return None if opening is None else Money.of(opening, currency).minor
    except ValueError:
        raise Refused.field("opening", "too_fine", f"at most {MINOR_UNITS[currency]} decimals in {currency}") from None


def _account_of(statement: Statement, own: Accounts) -> str:
    """Return the number of ours that a statement is of; Refused ``file`` for another's."""
    for number, currency in own:
        if currency == statement.currency and is_account(statement.account, number, currency):
            return number
    raise Refused.field("file", "statement_account", _shown(own), account=masked(compact(statement.account)))


def _shown(own: Accounts) -> str:
    return ", ".join(f"{masked(number)} {currency}" for number, currency in own)
