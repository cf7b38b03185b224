"""What the operator's trading company is paid and pays back: written down by hand, told by a statement, or both."""

from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from marketplace.accounts import queries as accounts
from marketplace.kernel import clock
from marketplace.kernel.db import db, reading
from marketplace.kernel.money import Money
from marketplace.payments.models.plans import IncomingTransfer, Payment
from marketplace.payments.rules.paying import UNPAID, PaymentState, TransferState
from marketplace.payments.rules.terms import Mode
from tests import factories
from tests.integration.model.paying import near
from tests.integration.model.world import World
from tests.support.bank import Booked

_PLACED = {"sale": "payment_id", "sale_receipt": "transfer_id", "sale_return": "return_id"}


def finance(world: World) -> factories.Trader:
    """Return one of the operator's finance people."""
    return world.staff[world.pick(("treasury", "treasury2"))]


def to_receive(world: World, currency: str | None = None) -> list[Any]:
    """Return the latest payments that buyers still owe the trading company."""
    wanted = sa.select(Payment).where(Payment.mode == Mode.OPERATOR_SELLS, Payment.state.in_(UNPAID))
    if currency is not None:
        wanted = wanted.where(Payment.currency == currency)
    return [row[0] for row in world.rows(wanted.order_by(Payment.id.desc()).limit(10))]


def be_paid(world: World) -> None:
    """Write down what came for a payment to the trading company; or say that what a slip shows has not come."""
    if world.likely(0.15):
        shown = sa.select(Payment.id).where(
            Payment.mode == Mode.OPERATOR_SELLS, Payment.state == PaymentState.SLIP_RECEIVED
        )
        payment = world.pick(world.rows(shown.order_by(Payment.id)))
        if payment is not None:
            world.act(finance(world), f"/trading-payments/{payment.id}/dispute")
        return
    payment = world.pick(to_receive(world))
    if payment is None:
        return
    body: dict[str, Any] = {
        "amount": f"{near(world, payment).amount:f}",
        "received_on": clock.now().date().isoformat(),
    }
    if world.likely(0.7):
        body["confirmed"] = True
    world.act(finance(world), f"/trading-payments/{payment.id}/confirmation", body)


def pay_back(world: World) -> None:
    """Send back what the trading company owes its buyers, or take back a receipt that was a mistake."""
    if world.likely(0.3):
        found = world.pick(_receipts(world))
        if found is not None:
            mistake = world.pick(("never_came", "wrong_amount", "wrong_account"))
            world.act(finance(world), f"/trading-receipts/{found.id}/withdrawal", {"mistake": mistake})
        return
    owed = world.pick(world.ask(finance(world), "/trading-returns")["items"])
    if owed is not None:
        today = accounts.house_day(reading(), now=clock.now()).isoformat()
        db.session.rollback()
        told = {"booked_on": owed["booked_on"] or today, "bank_reference": owed["bank_reference"] or "TT"}
        world.act(finance(world), f"/trading-returns/{owed['id']}/confirmation", told)


def _receipts(world: World, currency: str | None = None) -> list[Any]:
    wanted = sa.select(IncomingTransfer.id, IncomingTransfer.amount_minor).where(
        IncomingTransfer.payee_id == world.staff["trader"].company,
        IncomingTransfer.state == TransferState.MATCHED,
        IncomingTransfer.house_entry_id.is_(None),
    )
    if currency is not None:
        wanted = wanted.where(IncomingTransfer.currency == currency)
    return world.rows(wanted.order_by(IncomingTransfer.id.desc()).limit(5))


def told(world: World, currency: str) -> list[Booked]:
    """Return what the operator's bank tells of buyers: new money, what was written down before, what went back."""
    lines: list[Booked] = []
    for payment in to_receive(world, currency)[: world.rng.randint(1, 3)]:
        text = world.pick((payment.reference, payment.creditor_reference, "for the order"))
        lines.append(_line(world, near(world, payment).minor, text))
    known = world.pick(_receipts(world, currency))
    if known is not None and world.likely(0.6):
        lines.append(_line(world, known.amount_minor, "as agreed"))
    owed = [one["amount"] for one in world.ask(world.staff["treasury"], "/trading-returns")["items"]]
    sent = world.pick(one for one in owed if one["currency"] == currency)
    if sent is not None and world.likely(0.5):
        lines.append(_line(world, -Money.of(sent["amount"], currency).minor, "we give back"))
    return lines


def _line(world: World, minor: int, text: str) -> Booked:
    return Booked(minor, text, f"HB{world.number()}", "Buyer Co", "19030099")


def place_sale(world: World) -> None:
    """Say which sale a line of the operator's bank paid, by what the city suggests or by any that is open."""
    waiting = world.ask(finance(world), "/house-entries?state=unmatched")["items"]
    meant = [(row, one) for row in waiting for one in row["suggested"] if one["purpose"] in _PLACED]
    if meant and world.likely(0.8):
        row, one = world.pick(meant)
        part = {"purpose": one["purpose"], _PLACED[one["purpose"]]: one["target_id"]}
        parts, purpose = [part], one["purpose"]
    else:
        row = world.pick(one for one in waiting if Decimal(one["entry"]["amount"]["amount"]) > 0)
        payment = world.pick(to_receive(world, row["entry"]["amount"]["currency"])) if row else None
        if payment is None:
            return
        purpose = "sale"
        parts = _in_two(row, {"purpose": "sale", "payment_id": str(payment.id)}, payment)
    path = f"/house-entries/{row['entry']['id']}/match"
    world.act(finance(world), path, {"parts": parts}, called=f"house money for {purpose}")


def _in_two(row: Any, part: dict[str, Any], payment: Any) -> list[dict[str, Any]]:
    """Give a payment no more than it lacks of a line; the rest is the operator's own."""
    amount = row["entry"]["amount"]
    came = Money.of(amount["amount"], amount["currency"])
    lacks = Money(payment.amount_minor - payment.paid_minor, payment.currency)
    if lacks.minor <= 0 or came <= lacks:
        return [part]
    rest = came - lacks
    return [part | {"amount": f"{lacks.amount:f}"}, {"purpose": "own", "amount": f"{rest.amount:f}"}]
