"""Money by bank between two companies: written down by hand or by a statement, for this or for that, and back."""

from typing import Any

import sqlalchemy as sa

from marketplace.kernel import clock
from marketplace.kernel.money import MINOR_UNITS, Money
from marketplace.payments.models.plans import IncomingTransfer, Payment
from marketplace.payments.rules.paying import UNPAID, PaymentState, TransferState
from marketplace.payments.rules.terms import Mode
from tests import factories
from tests.integration.model.world import World
from tests.support.bank import Booked, Day, camt053, mt940, table
from tests.support.pdfs import pdf

FORMS = {"camt053": camt053, "mt940": mt940, "csv": table}
ACCOUNT = "6222000011112222"
_SLIP = pdf("a slip")
_BY_BANK = (Mode.DIRECT, Mode.OPERATOR_SELLS)


def open_payments(world: World, payee: factories.Trader) -> list[Any]:
    """Return the latest payments by bank that have not come yet."""
    return [
        row[0]
        for row in world.rows(
            sa.select(Payment)
            .where(Payment.payee_id == payee.company, Payment.mode.in_(_BY_BANK), Payment.state.in_(UNPAID))
            .order_by(Payment.id.desc())
            .limit(10)
        )
    ]


def _payee(world: World) -> factories.Trader:
    return world.pick(world.payees)


def near(world: World, payment: Any) -> Money:
    """Return what comes for a payment, as people pay."""
    left = max(1, payment.amount_minor - payment.paid_minor)
    return Money(world.near(left, 10 ** MINOR_UNITS[payment.currency]), payment.currency)


def receive_money(world: World) -> None:
    """Write down what came for a payment, as its payee."""
    payee = _payee(world)
    payment = world.pick(open_payments(world, payee))
    if payment is None:
        return
    amount = near(world, payment)
    body: dict[str, Any] = {"amount": f"{amount.amount:f}", "received_on": clock.now().date().isoformat()}
    if world.likely(0.5):
        body["confirmed"] = True
    if world.likely(0.7):
        world.act(payee, f"/payments/{payment.id}/confirmation", body)
        return
    body["currency"] = payment.currency
    text = world.pick((payment.reference, payment.creditor_reference, "for the goods", ""))
    world.act(payee, "/transfers", body | ({"reference": text} if text else {}))


def statement(world: World) -> None:
    """Bring in a statement of a payee's bank: some of it names what it is for, some of it nobody knows."""
    payee = _payee(world)
    payments = open_payments(world, payee)
    if not payments:
        return
    currency = payments[0].currency
    lines: list[Booked] = []
    for payment in [one for one in payments if one.currency == currency][: world.rng.randint(1, 3)]:
        text = world.pick(
            (payment.reference, payment.reference, f"/ROC/{payment.creditor_reference}", "PAY-0000-0000", "goods")
        )
        lines.append(Booked(near(world, payment).minor, text, f"FT{world.number()}", "Buyer Co", "1903000111"))
    if world.likely(0.4):
        lines.append(Booked(-world.rng.randint(1, 9) * 100, "bank charges", f"FT{world.number()}"))
    if world.likely(0.4):
        lines.append(Booked(world.rng.randint(1, 99_999) * 100, "somebody else's invoice", f"FT{world.number()}"))
    bring(world, payee, currency, tuple(lines))


def bring(world: World, owner: factories.Trader, currency: str, lines: tuple[Booked, ...]) -> None:
    """Import a day in one of the three forms; now and then the same day again in another form brings nothing."""
    key = (str(owner.company), currency)
    balance, number = world.banks.get(key, (1_000_000_00, 0))
    told = Day(clock.now().date(), ACCOUNT, lines, opening=balance, currency=currency, number=number + 1)
    form = world.pick(FORMS)
    done = world.send(owner, "/bank-statements", FORMS[form](told), **_as_table(form, currency))
    if not done.done:
        return
    world.happened(f"statement as {form}")
    world.banks[key] = (told.closing, number + 1)
    if [one["new_entries"] for one in done.body["statements"]] != [len(lines)]:
        world.log.append(f"taken in: {done.body}")
    if world.likely(0.2):
        other = world.pick(FORMS)
        again = world.send(owner, "/bank-statements", FORMS[other](told), **_as_table(other, currency))
        if again.done and any(one["new_entries"] for one in again.body["statements"]):
            world.log.append(f"the same day as {other} brought something new: {again.body}")
            world.happened("the same day twice")


def _as_table(form: str, currency: str) -> dict[str, str]:
    return {"account": ACCOUNT, "currency": currency} if form == "csv" else {}


def match_money(world: World) -> None:
    """Say what unmatched money was for, that it is no order's, or that it had never come."""
    payee = _payee(world)
    transfer = world.pick(
        world.rows(
            sa.select(IncomingTransfer.id, IncomingTransfer.state, IncomingTransfer.currency)
            .where(
                IncomingTransfer.payee_id == payee.company,
                IncomingTransfer.state.in_((TransferState.UNMATCHED, TransferState.MATCHED)),
            )
            .order_by(IncomingTransfer.state.desc(), IncomingTransfer.id.desc())
            .limit(8)
        )
    )
    if transfer is None:
        return
    path = f"/transfers/{transfer.id}"
    if transfer.state is TransferState.MATCHED or world.likely(0.1):
        mistake = world.pick(("never_came", "wrong_amount", "wrong_account"))
        world.act(payee, f"{path}/withdrawal", {"mistake": mistake})
        return
    if world.likely(0.2):
        world.act(payee, f"{path}/dismissal")
        return
    payments = [one.id for one in open_payments(world, payee) if one.currency == transfer.currency]
    chosen = world.rng.sample(payments, min(len(payments), world.rng.randint(1, 2)))
    if chosen:
        world.act(payee, f"{path}/match", {"payment_ids": [str(one) for one in chosen], "confirmed": True})


def show_slip(world: World) -> None:
    """Hand in a bank slip as the payer; or say as the payee that no money came."""
    if world.likely(0.4):
        shown = world.rows(
            sa.select(Payment.id, Payment.payee_id)
            .where(Payment.state == PaymentState.SLIP_RECEIVED, Payment.mode == Mode.DIRECT)
            .order_by(Payment.id)
        )
        payment = world.pick(shown)
        if payment is not None:
            world.act(world.who(payment.payee_id), f"/payments/{payment.id}/dispute")
        return
    payment = world.pick(open_payments(world, world.pick((*world.payees, world.staff["trader"]))))
    if payment is None:
        return
    payer = world.who(payment.payer_id)
    file = world.send(payer, "/files", _SLIP, purpose="slip")
    if file.done:
        world.act(payer, f"/payments/{payment.id}/slip", {"file_id": file.body["id"]})


def give_back(world: World) -> None:
    """Say that what is owed back was sent, or has come."""
    trader = world.pick([*world.traders, world.market.carrier, world.staff["inspector"]])
    owed = world.pick(one for one in world.ask(trader, "/returns")["items"] if one["received_at"] is None)
    if owed is not None:
        act = "confirmation" if owed["payee_id"] == str(trader.company) else "receipt"
        world.act(trader, f"/returns/{owed['id']}/{act}")
