"""How each payment of a checkout stands, and what its payer is told of the money."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from marketplace.kernel.money import Money
from marketplace.payments.rules.cards import CardOutcome, CardState
from marketplace.payments.rules.local_methods import LocalMethod
from marketplace.payments.rules.terms import Subject


class Stand(StrEnum):
    """Where one payment of a checkout stands."""

    TO_PAY = "to_pay"
    WITH_BANK = "with_bank"  # the payer did what he can; his bank has not answered
    RESERVED = "reserved"
    TAKEN = "taken"
    NOT_TAKEN = "not_taken"  # and nothing of it is reserved any more, or will be
    GOING_BACK = "going_back"
    WENT_BACK = "went_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSeen:
    """One payment of a checkout: for whose goods, or for the freight of whose goods, and what became of its money."""

    subject: Subject
    reference: str
    merchant_id: UUID
    amount: Money
    local_method: LocalMethod | None
    stand: Stand
    page_url: str | None
    taken: Money
    taken_at: datetime | None
    returned: Money
    returned_at: datetime | None

    @property
    def is_told(self) -> bool:
        """Tell whether its payer must hear of its money though nothing was ordered: some was taken, or may be yet."""
        return bool(self.taken) or self.stand is Stand.WITH_BANK

    @property
    def facts(self) -> dict[str, Any]:
        """The payment as facts of a refusal."""
        return {
            "subject": str(self.subject.kind),
            "reference": self.reference,
            "amount": _amount(self.amount),
            "local_method": str(self.local_method) if self.local_method else None,
            "state": str(self.stand),
            "taken": _amount(self.taken),
            "taken_at": _moment(self.taken_at),
            "returned": _amount(self.returned),
            "returned_at": _moment(self.returned_at),
        }


def stand_of(outcome: CardOutcome | None, *, taken: Money, returned: Money, is_over: bool) -> Stand:
    """Return where a payment stands; ``outcome`` is None before it was asked for, ``is_over`` when nothing is ordered.

    A reservation of a checkout that is over is as good as let go: nobody can take it any more.
    """
    if taken:
        if returned == taken:
            return Stand.WENT_BACK
        return Stand.GOING_BACK if is_over else Stand.TAKEN
    if outcome is not None and outcome.waits_for_bank:
        return Stand.WITH_BANK
    if is_over or (outcome is not None and outcome.state in (CardState.DECLINED, CardState.CANCELLED)):
        return Stand.NOT_TAKEN
    return Stand.RESERVED if outcome is not None and outcome.state is CardState.AUTHORISED else Stand.TO_PAY


def _amount(amount: Money) -> dict[str, str]:
    return {"amount": f"{amount.amount:f}", "currency": amount.currency}


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None
