"""How much a transfer may be short, in the currency of the payment."""

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.kernel.money import Money
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting


def tolerance(session: Session, *, currency: str, at: datetime) -> Money:
    """Return the tolerance in force, at the day's rate; nothing where no rate is known."""
    agreed = reference.money_setting(session, Setting.TRANSFER_TOLERANCE, at=at)
    rate = reference.fx(session, base=agreed.currency, quote=currency, on=at.date())
    return reference.convert(agreed, rate) if rate else Money.zero(currency)
