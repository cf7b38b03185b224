"""Amounts that are settings, such as how much a transfer may be short, in the currency of a payment."""

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.kernel.money import Money
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting


def tolerance(session: Session, *, currency: str, at: datetime) -> Money:
    """Return the tolerance in force, at the day's rate; nothing where no rate is known."""
    return equivalent(session, Setting.TRANSFER_TOLERANCE, currency=currency, at=at) or Money.zero(currency)


def equivalent(session: Session, setting: Setting, *, currency: str, at: datetime) -> Money | None:
    """Return an amount that is a setting in another currency at the day's rate; None where no rate is known."""
    agreed = reference.money_setting(session, setting, at=at)
    rate = reference.fx(session, base=agreed.currency, quote=currency, on=at.date())
    return reference.convert(agreed, rate) if rate else None
