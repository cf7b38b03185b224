"""What is said of the operator's board."""

from typing import Any, Final

from flask_babel import lazy_gettext as _

from marketplace.payments.rules.ledger import AccountKind
from marketplace.reports.reconciliation.rules import Kind, Owner

KINDS: Final[dict[Kind, Any]] = {
    Kind.BANK_LINE: _("Lines of the house's bank to place"),
    Kind.SENDER_RETURN: _("Money to send back to its senders"),
    Kind.TRANSFER: _("Money that a payee cannot match"),
    Kind.SLIP: _("Slips that no payee answered"),
    Kind.OBLIGATION: _("Overdue payments"),
    Kind.CHARGE: _("Card payments without an answer"),
    Kind.REFUND: _("Refunds without an answer"),
    Kind.CARD_RETURN: _("Card money to send on"),
    Kind.PAYOUT: _("Payouts that take too long"),
    Kind.BOUNCED: _("Payouts that came back"),
    Kind.BOOKING: _("Differences with the provider's books"),
    Kind.HOLD: _("Money near the provider's limit"),
    Kind.DISPUTE: _("Card disputes to answer"),
    Kind.WRITE_OFF: _("Debts to write off"),
    Kind.CLAIM: _("Claims to decide"),
    Kind.JOB: _("Jobs about money that stopped"),
}
OWNERS: Final[dict[Owner, Any]] = {
    Owner.TREASURY: _("Treasury"),
    Owner.PAYER: _("The payer"),
    Owner.PAYEE: _("The payee"),
    Owner.ADMIN: _("Administration"),
}
BALANCES: Final[dict[AccountKind, Any]] = {
    AccountKind.SUSPENSE: _("At the bank, to place or to send back"),
    AccountKind.PAYOUT_IN_TRANSIT: _("Payouts on their way"),
    AccountKind.DISPUTED: _("Taken by card banks"),
    AccountKind.MERCHANT_RECEIVABLE: _("Owed after payout"),
    AccountKind.PROVIDER_CLEARING: _("At the card provider"),
    AccountKind.HOUSE_BANK: _("At the house's bank"),
}
