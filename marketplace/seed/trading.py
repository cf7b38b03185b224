"""The demo's trading company: the operator buys and sells by it, and one merchant agreed. Its only member is a desk."""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from marketplace.accounts.services.vault import Vault
from marketplace.kernel.actor import Actor
from marketplace.merchants.rules.payees import PayeeAccount
from marketplace.merchants.services import payees
from marketplace.payments.services import trading
from marketplace.seed import cast, merchants, people

# The house's own at its bank, which buyers of the trading company pay into.
_ACCOUNT: Final = PayeeAccount(
    "Demo City Operating Co.", "Demo Bank Chongqing", "6222000000000000004", "DEMOCN22", "CN"
)
_CURRENCIES: Final = ("CNY", "THB", "VND")
_MARGIN: Final = 300


def seed_trading(
    session: Session, *, operator: Actor, treasurer: Actor, merchant: Actor, vault: Vault, now: datetime
) -> None:
    """Found the trading company, name it and the house's accounts, and let a merchant agree to sell to it."""
    company = people.found(session, cast.TRADING, vault=vault, now=now)
    for currency in _CURRENCIES:
        payees.name_payee(session, actor=treasurer, currency=currency, account=_ACCOUNT, now=now - merchants.WAIT)
    payees.activate_due(session, now=now)
    trading.name(session, company_id=company.company, actor=operator, now=now)
    agreement = trading.offer(
        session,
        merchant_id=merchant.company,
        margin_bp=_MARGIN,
        begins_on=None,
        ends_on=None,
        words="Terms of the demo city.",
        actor=operator,
        now=now,
    )
    trading.answer(session, agreement_id=agreement, agree=True, actor=merchant, now=now)
