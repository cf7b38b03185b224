"""The states of a checkout attempt, and what its buyer is told of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from marketplace.checkout.rules.standing import PaymentSeen, Stand
from marketplace.kernel.errors import Conflict, DomainError, FieldError, Refused
from marketplace.kernel.lifecycle import Lifecycle

# A request that is still at work on an attempt is younger than this.
IN_FLIGHT: Final = timedelta(seconds=60)


class AttemptState(StrEnum):
    """How far a checkout is."""

    HELD = "held"
    AWAITING_PAYMENT = "awaiting_payment"
    ORDERED = "ordered"
    ABANDONED = "abandoned"


LIFECYCLE: Final = Lifecycle(
    "checkout",
    {
        AttemptState.HELD: {
            "await": AttemptState.AWAITING_PAYMENT,
            "order": AttemptState.ORDERED,
            "abandon": AttemptState.ABANDONED,
        },
        AttemptState.AWAITING_PAYMENT: {"order": AttemptState.ORDERED, "abandon": AttemptState.ABANDONED},
    },
)
OPEN: Final = (AttemptState.HELD, AttemptState.AWAITING_PAYMENT)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a checkout stands: the group once it is ordered, the page to pay on while it waits for the buyer.

    ``order_ids`` are those that were placed just now, by id; empty where somebody has to look. Until it is ordered
    ``payments`` say how each payment stands, and ``pay_by`` is how long it waits for them.
    """

    attempt_id: UUID
    state: AttemptState
    group_id: UUID | None = None
    payment_url: str | None = None
    order_ids: tuple[UUID, ...] = ()
    payments: tuple[PaymentSeen, ...] = ()
    pay_by: datetime | None = None

    @property
    def to_pay(self) -> tuple[PaymentSeen, ...]:
        """The payments that the buyer has still to make."""
        return tuple(one for one in self.payments if one.stand is Stand.TO_PAY)

    @property
    def waits_for_bank(self) -> bool:
        """Tell whether the buyer did all he can, and only a bank's answer is missing."""
        return not self.to_pay and any(one.stand is Stand.WITH_BANK for one in self.payments)


def is_at_work(state: AttemptState, *, begun_at: datetime, now: datetime) -> bool:
    """Tell whether a request may be placing this attempt just now, so that nobody may end it from outside."""
    return state is AttemptState.HELD and now - begun_at < IN_FLIGHT


def in_checkout(attempt_id: UUID, state: AttemptState) -> Conflict:
    """Return the refusal of a checkout whose goods another one of the same cart has, naming it and its page."""
    return Conflict("cart_in_checkout", checkout=str(attempt_id), page=f"/checkout/{attempt_id}", state=str(state))


def superseded(attempt_id: UUID) -> dict[str, Any]:
    """Return why an attempt ends for whose goods a later one was begun."""
    return {"code": "checkout_superseded", "by": str(attempt_id)}


def refused(refusal: dict[str, Any], payments: Sequence[PaymentSeen] = ()) -> DomainError:
    """Return the refusal that an abandoned attempt tells, with what became of money that was taken for it."""
    facts = {name: value for name, value in refusal.items() if name != "code"}
    if told := [one.facts for one in payments if one.is_told]:
        facts["payments"] = told
    if refusal.get("code") == "card_declined":
        field = FieldError("payment.payment_method", "card_declined", "another card", facts)
        return Refused("card_declined", errors=(field,), **facts)
    return Conflict(str(refusal.get("code", "checkout_expired")), **facts)
