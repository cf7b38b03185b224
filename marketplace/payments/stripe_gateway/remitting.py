"""Accounts of companies at the provider, what is moved to them, and the provider's own books."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import stripe

from marketplace.kernel.money import Money
from marketplace.payments.rules.provider import AccountSeen, BookingSeen, Remittance, ReversalSeen, TransferSeen
from marketplace.payments.rules.provider_amounts import to_provider
from marketplace.payments.stripe_gateway.errors import our_errors
from marketplace.payments.stripe_gateway.reading import (
    COMPANY,
    PAYOUT,
    REVERSAL,
    our_id,
    read_account,
    read_booking,
    read_reversal,
    read_transfer,
)

# The house answers for the account's fees and losses; the provider asks the company for what the law wants.
_CONTROLLER: Final = {
    "fees": {"payer": "application"},
    "losses": {"payments": "application"},
    "requirement_collection": "stripe",
    "stripe_dashboard": {"type": "express"},
}


class Remitting:
    """The adapter of the port ``rules.provider.Remitter``."""

    _client: stripe.StripeClient
    _country: str

    @property
    def country(self) -> str:
        """Return the country of the house's own account there (ISO 3166-1)."""
        return self._country

    def open_account(self, company_id: UUID, *, country: str, key: str) -> AccountSeen:
        """Make an account for a company; it receives nothing before it is set up on the provider's own page."""
        asked: Any = {
            "country": country,
            "controller": _CONTROLLER,
            "capabilities": {"transfers": {"requested": True}},
            "metadata": {COMPANY: str(company_id)},
        }
        with our_errors():
            return read_account(self._client.v1.accounts.create(asked, {"idempotency_key": key}))

    def find_account(self, company_id: UUID, *, since: datetime) -> AccountSeen | None:
        """Look an account up by our id among those made since."""
        with our_errors():
            found = self._client.v1.accounts.list({"created": {"gte": int(since.timestamp())}, "limit": 100})
            for account in found.auto_paging_iter():
                if our_id(account.metadata, COMPANY) == company_id:
                    return read_account(account)
        return None

    def look_at_account(self, account_id: str) -> AccountSeen:
        """Read an account."""
        with our_errors():
            return read_account(self._client.v1.accounts.retrieve(account_id))

    def setup_page(self, account_id: str, *, return_url: str) -> str:
        """Return the address of the page on which an account is set up; good for one visit, soon."""
        # Whoever comes too late starts again from our page.
        back = {"return_url": return_url, "refresh_url": return_url}
        asked: Any = {"account": account_id, "type": "account_onboarding", **back}
        with our_errors():
            return self._client.v1.account_links.create(asked).url

    def transfer(self, order: Remittance, *, key: str) -> TransferSeen:
        """Move available money to a company's account."""
        units, currency = to_provider(order.amount)
        asked: Any = {
            "amount": units,
            "currency": currency,
            "destination": order.destination,
            "transfer_group": order.reference,
            "metadata": {PAYOUT: str(order.payout_id)},
        }
        with our_errors():
            return read_transfer(self._client.v1.transfers.create(asked, {"idempotency_key": key}))

    def find_transfer(self, payout_id: UUID, *, reference: str) -> TransferSeen | None:
        """Look a transfer up by our id in its group; None when it was never made."""
        with our_errors():
            found = self._client.v1.transfers.list({"transfer_group": reference, "limit": 100})
            for transfer in found.auto_paging_iter():
                if our_id(transfer.metadata, PAYOUT) == payout_id:
                    return self.look_at_transfer(transfer.id)
        return None

    def look_at_transfer(self, transfer_id: str) -> TransferSeen:
        """Read a transfer with what was taken back of it."""
        with our_errors():
            transfer = self._client.v1.transfers.retrieve(transfer_id)
            if not transfer.amount_reversed:
                return read_transfer(transfer)
            found = self._client.v1.transfers.reversals.list(transfer_id, {"limit": 100})
            return read_transfer(transfer, tuple(read_reversal(one) for one in found.auto_paging_iter()))

    def reverse(self, transfer_id: str, *, reversal_id: UUID, amount: Money, key: str) -> ReversalSeen:
        """Take a part of a transfer back; refused when the account has no longer so much."""
        asked: Any = {"amount": to_provider(amount)[0], "metadata": {REVERSAL: str(reversal_id)}}
        with our_errors():
            return read_reversal(
                self._client.v1.transfers.reversals.create(transfer_id, asked, {"idempotency_key": key})
            )

    def bookings(self, *, since: datetime, until: datetime) -> Iterator[BookingSeen]:
        """Read what moved the house's balance in this time, in whatever order."""
        created: Any = {"gte": int(since.timestamp()), "lt": int(until.timestamp())}
        with our_errors():
            found = self._client.v1.balance_transactions.list(
                {"created": created, "limit": 100, "expand": ["data.source"]}
            )
            for booked in found.auto_paging_iter():
                yield read_booking(booked)
