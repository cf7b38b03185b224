"""Words for why money is not paid out."""

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import lazy_gettext as _

from marketplace.payments.rules.payouts import Failure, Waits

WAITS: Final[Mapping[Waits, Any]] = {
    Waits.SCREENING: _("The company, or somebody who acts for it, is on a list: the operator confirmed it."),
    Waits.SUSPENDED: _("The company is suspended as a merchant."),
    Waits.ACCOUNT_HELD: _("The company named another account, which is held back at first."),
    Waits.NO_ACCOUNT: _("The company has named no account in this currency."),
    Waits.EARLIER_PAYOUT: _("An earlier payout to the company is not sent yet; one at a time is made."),
}
FAILURES: Final[Mapping[str, Any]] = {
    Failure.ACCOUNT_HELD: _("The company named another account before it was sent; that is held back at first."),
    Failure.ACCOUNT_CHANGED: _("The company's account changed before it was sent."),
    Failure.NO_ACCOUNT: _("The company had no account any more."),
    Failure.PROVIDER_ACCOUNT: _("The account at the payment provider was stopped, or more is asked for there."),
    Failure.TAKEN_BACK: _("Its money had to go back to a payer before it was sent."),
    Failure.BANK: _("The bank did not carry it out."),
    "balance_insufficient": _("What is at the payment provider did not suffice."),
}


def failure(word: str | None) -> str:
    """Say why a payout failed; of other words of the provider, that it refused, and the word."""
    if word is None:
        return str(_("Why was not written down."))
    known = FAILURES.get(word)
    return str(known if known is not None else _("The payment provider refused: %(reason)s", reason=word))
