"""Money that a card's bank would not take back: two people send it, once more to the card or another way."""

from collections.abc import Collection
from enum import StrEnum
from typing import Final
from uuid import UUID

from marketplace.kernel.errors import Conflict, NotAllowed, Refused
from marketplace.kernel.lifecycle import Lifecycle
from marketplace.merchants.rules.payees import PayeeAccount, masked

PREFIX: Final = "RTN"
APPROVALS: Final = 2
# Refunds that a return makes are told from others by their key.
KEY: Final = "return:"


class Way(StrEnum):
    """How the money goes back: to the card it came from, or from the provider's bank to an account of the payer."""

    CARD = "card"
    BANK = "bank"


class ReturnState(StrEnum):
    """Where a return stands; its owner is the operator's treasury until it is settled."""

    DUE = "due"
    APPROVED = "approved"
    SETTLED = "settled"
    COVERED = "covered"  # its payer got this money another way: by a dispute, or on the provider's own pages


RETURNS: Final = Lifecycle[ReturnState](
    "card_return",
    {
        ReturnState.DUE: {"approve": ReturnState.APPROVED, "cover": ReturnState.COVERED},
        # A card that refuses once more sends the return back to the two people, who choose another way.
        ReturnState.APPROVED: {
            "settle": ReturnState.SETTLED,
            "fail": ReturnState.DUE,
            "cover": ReturnState.COVERED,
        },
        # A card's bank may take days to say so.
        ReturnState.SETTLED: {"fail": ReturnState.DUE},
    },
)
OPEN: Final = (ReturnState.DUE, ReturnState.APPROVED)


def way_of(text: str) -> Way:
    """Return the way of this name, or refuse ``way``."""
    if text not in set(Way):
        raise Refused.field("way", "choice", ", ".join(Way))
    return Way(text)


def check_approver(*, person_id: UUID, way: Way, chosen: Way | None, approved_by: Collection[UUID]) -> None:
    """Refuse a second yes of one person, and one to another way than the first person chose."""
    if person_id in approved_by:
        raise NotAllowed("same_person")
    if chosen not in (None, way):
        raise Conflict("way_chosen", way=str(chosen))


def account_for(*, named: PayeeAccount | None, told: PayeeAccount | None) -> PayeeAccount:
    """Return the account to which money goes back by bank: the one that its payer named, else the one that is told.

    Refused ``account_number`` where there is none, or where another is told than the payer named.
    """
    if named is not None:
        if told is not None and told.account_number != named.account_number:
            raise Refused.field("account_number", "payer_account", masked(named.account_number))
        return named
    if told is None:
        raise Refused.field("account_number", "account_number", "the account of the payer")
    return told


def refund_key(return_id: UUID, attempt: int) -> str:
    """Return the key of the refund that a return makes on a card."""
    return f"{KEY}{return_id}:{attempt}"


def return_of(refund_key: str) -> UUID | None:
    """Return the return that made a refund; None for any other."""
    if not refund_key.startswith(KEY):
        return None
    return UUID(refund_key.removeprefix(KEY).partition(":")[0])
