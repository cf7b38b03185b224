"""Money of the demo's orders: slips, what comes and what does not, and what is paid out."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.distribution import queries as distribution
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.money import Money
from marketplace.payments.flows import payouts as flows
from marketplace.payments.queries import payments as queries
from marketplace.payments.queries import payouts
from marketplace.payments.queries.payments import PaymentRow
from marketplace.payments.rules.payouts import PayoutState
from marketplace.payments.rules.terms import Rail, Subject, SubjectKind
from marketplace.payments.services import payouts as payout_services
from marketplace.payments.services import slips, transfers
from marketplace.seed import cast
from marketplace.seed.desk import Desk

# A bank between the two keeps this much of a hundred thousand of the smallest unit, for the story of the charges.
_CHARGES_MINOR = 130_00


def attach_slip(subject: Subject, *, payer: Actor, slip_id: UUID, now: datetime) -> None:
    """Hand in the slip of what is due."""
    for due in _due(subject):
        in_unit_of_work(
            lambda session, due=due: slips.attach_slip(
                session, actor=payer, payment_id=due.id, file_id=slip_id, now=now
            )
        )


def arrives(subject: Subject, *, payee: Actor, twist: str, now: datetime) -> None:
    """Confirm what came: all of what is due, half where the story pays in parts, less what a bank keeps."""
    for due in _due(subject):
        amount = due.outstanding
        if twist == "part":
            amount = amount.portion(1, 2)
        elif twist == "charges":
            amount -= Money(_CHARGES_MINOR, amount.currency)
        _confirm(due, amount, payee, now)


def freight_arrives(order_id: UUID, *, carrier: Actor, now: datetime) -> None:
    """Confirm the freight of an order."""
    for contract in distribution.contracts_of(_fresh(), order_ids=[order_id])[order_id]:
        for due in _due(Subject(SubjectKind.FREIGHT, contract.id)):
            _confirm(due, due.outstanding, carrier, now)


def arrives_unnamed(payee: Actor, *, amount: Money, note: str, now: datetime) -> None:
    """Record money that names no payment."""
    in_unit_of_work(
        lambda session: transfers.record_transfer(
            session, actor=payee, amount=amount, received_on=now.date(), note=note, now=now
        )
    )


def pay_out(desk: Desk, now: datetime) -> None:
    """Gather what was released, agree to and send what is the demo merchants'; the bank says of one that it was paid.

    What is gathered for others waits: on whatever weekday the city is made, some payouts are due when it opens.
    """
    flows.gather(actor=desk.actor(cast.FINANCE), now=now)
    theirs = {desk.actor(login).company for login in (cast.PARTS, cast.FRUIT)}
    for row in (row for row in _payouts() if row.company_id in theirs):
        for login in (cast.FINANCE, cast.FINANCE_TWO):
            if payouts.payout(_fresh(), company_id=None, payout_id=row.id).state is PayoutState.DUE:
                flows.approve(payout_id=row.id, actor=desk.actor(login), remittance=desk.site, now=now)
    sent = _payouts(PayoutState.SENT)
    in_unit_of_work(
        lambda session: payout_services.record_result(
            session,
            payout_id=sent[0].id,
            result="settled",
            booked_on=accounts.house_day(session, now=now),
            bank_reference=f"FT{sent[0].reference.removeprefix('OUT-')}",
            actor=desk.actor(cast.FINANCE),
            now=now,
        )
    )


def gather_again(desk: Desk, now: datetime) -> None:
    """Gather what was released since; of the first, the first pair of eyes has seen it and the second too."""
    finance = desk.actor(cast.FINANCE)
    flows.gather(actor=finance, now=now)
    first = _payouts()[0]
    for login in (cast.FINANCE, cast.FINANCE_TWO):
        if payouts.payout(_fresh(), company_id=None, payout_id=first.id).state is PayoutState.DUE:
            in_unit_of_work(
                lambda session, login=login: payout_services.approve(
                    session, payout_id=first.id, actor=desk.actor(login), now=now
                )
            )


def _payouts(state: PayoutState = PayoutState.DUE) -> tuple[payouts.PayoutRow, ...]:
    return tuple(payouts.payouts(_fresh(), company_id=None, state=state).items)


def _due(subject: Subject) -> list[PaymentRow]:
    found = queries.payments_of(_fresh(), subjects=[subject])[subject]
    return [row for row in found if row.rail is Rail.BANK and row.outstanding]


def _confirm(due: PaymentRow, amount: Money, payee: Actor, now: datetime) -> None:
    if due.payee_id != payee.company:  # of another carrier than ours
        return
    in_unit_of_work(
        lambda session: transfers.confirm_payment(
            session, actor=payee, payment_id=due.id, amount=amount, received_on=now.date(), now=now
        )
    )


def _fresh() -> Session:
    session = reading()
    session.rollback()
    return session
