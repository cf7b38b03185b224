"""What the API says of how the money of an order stands."""

from typing import Literal

from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.api.shared.plans import AgreedAnswer, StageAnswer
from marketplace.payments.rules.standing import MoneyFacts


class StageStanding(Answer):
    """A milestone over all lines of an order: its amount as it is now, its state, and until when it is to be paid."""

    stage: StageAnswer
    amount: Amount
    state: str
    due_at: Instant | None


class MoneyAnswer(Answer):
    """How the money of the goods stands, the same for buyer, merchant and operator.

    ``total = paid + balance``; ``due_now`` is the part of the balance that is asked for. What is paid to a provider is
    ``held`` or ``released``. ``waits`` says whether a ``payment`` or an ``event`` comes next, and ``event`` which one.

    Of a cancelled order ``total`` is what was agreed, as ``agreed_total``; ``still_agreed`` is nothing then, and
    ``kept`` what of what was paid is not owed back. While it runs ``still_agreed`` is the total and ``kept`` null.
    """

    settlement_mode: str
    plan: AgreedAnswer
    total: Amount
    still_agreed: Amount
    kept: Amount | None
    due_now: Amount
    paid: Amount
    balance: Amount
    held: Amount
    released: Amount
    waits: Literal["payment", "event"] | None
    event: str | None
    stages: list[StageStanding]

    @classmethod
    def of(cls, money: MoneyFacts) -> "MoneyAnswer":
        """Write how money stands."""
        return cls(
            settlement_mode=str(money.mode),
            plan=AgreedAnswer.of(money.plan),
            total=Amount.of(money.total),
            still_agreed=Amount.of(money.still_agreed),
            kept=Amount.of(money.kept) if money.kept is not None else None,
            due_now=Amount.of(money.due_now),
            paid=Amount.of(money.paid),
            balance=Amount.of(money.balance),
            held=Amount.of(money.held),
            released=Amount.of(money.released),
            waits=money.waits,
            event=str(money.event) if money.event else None,
            stages=[
                StageStanding(
                    stage=StageAnswer.of(one.stage),
                    amount=Amount.of(one.amount),
                    state=str(one.state),
                    due_at=one.due_at,
                )
                for one in money.stages
            ],
        )
