"""What the API says of how the money of an order stands."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.api.shared.plans import AgreedAnswer, StageAnswer
from marketplace.payments.queries.disputes import DisputeAbout
from marketplace.payments.rules.standing import MoneyFacts


class CardDispute(Answer):
    """A dispute about what was charged to a card for the goods (``order``) or for a freight contract (``freight``).

    ``open`` and ``answered`` ones wait for the card's bank: it has the amount, or only asks (``is_inquiry``), and
    listens until ``due_by``; ``frozen`` is not released meanwhile. ``won`` ones came back, ``closed`` ones took
    nothing. Of a ``lost`` one ``taken`` went from the money of the subject, and ``borne`` is the operator's loss.
    """

    id: UUID
    reference: str
    subject: str
    subject_id: UUID
    reason: str
    is_inquiry: bool
    state: str
    amount: Amount
    frozen: Amount
    taken: Amount
    borne: Amount
    since: Instant
    due_by: Instant | None
    changed_at: Instant

    @classmethod
    def of(cls, row: DisputeAbout) -> "CardDispute":
        """Write a dispute as both sides of its subject read it."""
        found = row.dispute
        return cls(
            id=found.id,
            reference=found.reference,
            subject=str(row.subject.kind),
            subject_id=row.subject.id,
            reason=found.reason,
            is_inquiry=found.is_inquiry,
            state=str(found.state),
            amount=Amount.of(found.amount),
            frozen=Amount.of(row.frozen),
            taken=Amount.of(found.taken),
            borne=Amount.of(found.borne),
            since=found.created_at,
            due_by=found.due_by,
            changed_at=found.changed_at,
        )


class StageStanding(Answer):
    """A milestone over all lines of an order: ``amount`` as agreed now.

    It is ``paid + due + pending + taken_back + sent_back``.

    Lines reach the event at different times: ``due`` is asked for and did not come, ``overdue`` of it in time, and
    ``pending`` is not asked for yet. Of what is paid a provider has ``held`` and ``released``; ``frozen`` of it waits
    for a card's bank, ``taken_back`` such a bank took, and ``sent_back`` went back to the card at the provider's limit.
    ``state`` is that of the part that needs somebody first: ``overdue``, ``due`` or ``slip_received`` says so of
    ``due`` alone; ``part_paid`` that some is paid and some not. ``due_at`` is the first day of what is due, and of a
    milestone that is paid its last one.
    """

    stage: StageAnswer
    amount: Amount
    paid: Amount
    due: Amount
    overdue: Amount
    pending: Amount
    held: Amount
    released: Amount
    frozen: Amount
    taken_back: Amount
    sent_back: Amount
    state: str
    due_at: Instant | None


class MoneyAnswer(Answer):
    """How the money of the goods stands, the same for buyer, merchant and operator.

    ``total = paid + balance``; ``due_now`` is the part of the balance that is asked for. What is paid to a provider is
    ``held`` or ``released``. ``bank_charges`` of what is ``paid`` banks kept on the way: short by so little counts as
    paid, and nobody received it. ``waits`` says whether a ``payment`` or an ``event`` comes next, and ``event`` which
    one.

    ``agreed`` is what both sides agree on, ``let_off`` what was credited of it for a cause, and ``still_agreed`` what
    is left. What was paid of it before, or ``overpaid``, is ``owed_back``, of which ``come_back`` has come:
    ``paid + overpaid - owed_back + taken_back + sent_back = still_agreed - balance``: ``taken_back`` is what a card's
    bank took of what was paid, ``sent_back`` what went back to the card because its provider holds no money longer, and
    both sides settle directly. ``frozen`` of what is held waits for a card's bank to decide.

    Of a cancelled order ``total`` and ``agreed`` are what was agreed, as ``agreed_total``; ``still_agreed`` is nothing
    then, and ``kept`` what of what was paid is not owed back: by bank ``paid + overpaid = owed_back + kept +
    bank_charges``. While it runs ``kept`` is null.
    """

    settlement_mode: str
    plan: AgreedAnswer
    total: Amount
    agreed: Amount
    let_off: Amount
    still_agreed: Amount
    kept: Amount | None
    overpaid: Amount
    owed_back: Amount
    come_back: Amount
    due_now: Amount
    paid: Amount
    bank_charges: Amount
    balance: Amount
    held: Amount
    frozen: Amount
    released: Amount
    taken_back: Amount
    sent_back: Amount
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
            agreed=Amount.of(money.agreed),
            let_off=Amount.of(money.let_off),
            still_agreed=Amount.of(money.still_agreed),
            overpaid=Amount.of(money.overpaid),
            owed_back=Amount.of(money.owed_back),
            come_back=Amount.of(money.come_back),
            kept=Amount.of(money.kept) if money.kept is not None else None,
            due_now=Amount.of(money.due_now),
            paid=Amount.of(money.paid),
            bank_charges=Amount.of(money.bank_charges),
            balance=Amount.of(money.balance),
            held=Amount.of(money.held),
            frozen=Amount.of(money.frozen),
            released=Amount.of(money.released),
            taken_back=Amount.of(money.taken_back),
            sent_back=Amount.of(money.sent_back),
            waits=money.waits,
            event=str(money.event) if money.event else None,
            stages=[
                StageStanding(
                    stage=StageAnswer.of(one.stage),
                    amount=Amount.of(one.amount),
                    paid=Amount.of(one.paid),
                    due=Amount.of(one.due),
                    overdue=Amount.of(one.overdue),
                    pending=Amount.of(one.pending),
                    held=Amount.of(one.held),
                    released=Amount.of(one.released),
                    frozen=Amount.of(one.frozen),
                    taken_back=Amount.of(one.taken_back),
                    sent_back=Amount.of(one.sent_back),
                    state=str(one.state),
                    due_at=one.due_at,
                )
                for one in money.stages
            ],
        )


class OrderMoney(MoneyAnswer):
    """How the money of an order stands, with the disputes of the card that paid it."""

    card_disputes: list[CardDispute]

    @classmethod
    def with_disputes(cls, money: MoneyFacts, disputes: Sequence[DisputeAbout]) -> "OrderMoney":
        """Write how money stands, and what cards' banks do about it."""
        rows = [CardDispute.of(one) for one in disputes]
        return cls(**dict(MoneyAnswer.of(money)), card_disputes=rows)
