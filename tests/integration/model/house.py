"""What the operator's finance people do: payouts, the house's bank, commission, disputes, money that came back."""

from typing import Any

import sqlalchemy as sa

from marketplace.kernel.money import Money
from marketplace.payments.models.bank import BankEntry, SenderReturn
from marketplace.payments.models.cards import CardReturn
from marketplace.payments.models.holds import CardHold
from marketplace.payments.models.payouts import Payout
from marketplace.payments.models.remitting import ProviderAccount
from marketplace.payments.rules.card_returns import ReturnState
from marketplace.payments.rules.holds import HoldState
from marketplace.payments.rules.house_money import EntryState
from marketplace.payments.rules.house_money import ReturnState as SenderState
from marketplace.payments.rules.payouts import PayoutState
from marketplace.payments.rules.remitting import PayoutWay
from marketplace.stripe_double.resources import balance
from tests.integration.model import trading
from tests.integration.model.paying import bring
from tests.integration.model.trading import finance
from tests.integration.model.world import World
from tests.support.bank import Booked
from tests.support.payouts import said


def pay_out(world: World) -> None:
    """Gather payouts, agree to them, or hear from the provider's bank what became of them."""
    person = finance(world)
    if world.likely(0.3):
        world.act(person, "/payouts")
        return
    payout = world.pick(
        world.rows(
            sa.select(Payout.id, Payout.state, Payout.way)
            .where(Payout.state.in_((PayoutState.DUE, PayoutState.SENT, PayoutState.SETTLED)))
            .order_by(Payout.id.desc())
            .limit(6)
        )
    )
    if payout is None:
        return
    if payout.state is PayoutState.DUE:
        world.act(person, f"/payouts/{payout.id}/approval")
    elif payout.way is PayoutWay.BANK_FILE:
        result = world.rng.choice(("settled", "settled", "failed", "returned"))
        world.act(person, f"/payouts/{payout.id}/result", said(result), called=f"payout {result}")


def house_statement(world: World) -> None:
    """Bring in a statement of the house's bank: payouts that left or bounced, commission, strangers' money."""
    currency = world.pick(sorted(world.goods))
    sent = world.rows(
        sa.select(Payout.reference, Payout.amount_minor, Payout.state)
        .where(
            Payout.way == PayoutWay.BANK_FILE,
            Payout.currency == currency,
            Payout.state.in_((PayoutState.SENT, PayoutState.SETTLED)),
        )
        .order_by(Payout.id.desc())
        .limit(3)
    )
    # What has arrived seldom bounces.
    chance = {PayoutState.SENT: 0.8, PayoutState.SETTLED: 0.2}
    lines = [_left_or_bounced(world, payout) for payout in sent if world.likely(chance[payout.state])]
    going = world.rows(
        sa.select(SenderReturn.reference, SenderReturn.amount_minor, SenderReturn.state).where(
            SenderReturn.currency == currency, SenderReturn.state.in_((SenderState.SENT, SenderState.SETTLED))
        )
    )
    lines += [_left_or_bounced(world, back) for back in going if world.likely(0.5)]
    lines += trading.told(world, currency)
    if world.likely(0.5):
        lines.append(
            Booked(world.rng.randint(1, 60_000) * 100, "who is this", f"HB{world.number()}", "Stranger Ltd", "19030022")
        )
    if world.likely(0.3):
        lines.append(Booked(world.rng.randint(1, 500) * 100, "STRIPE PAYOUT", f"HB{world.number()}", "STRIPE"))
    if world.likely(0.3):
        lines.append(Booked(-world.rng.randint(1, 500) * 100, "rent", f"HB{world.number()}", "Landlord"))
    if lines:
        bring(world, finance(world), currency, tuple(lines))


def _left_or_bounced(world: World, going: Any) -> Booked:
    sign = -1 if going.state == "sent" else 1
    return Booked(sign * going.amount_minor, f"{going.reference} as told", f"HB{world.number()}", "Payee", "6222")


def place_house_money(world: World) -> None:
    """Say what a line of the house's bank is for, agree to it as the second person, or put it aside."""
    entry = world.pick(
        world.rows(
            sa.select(BankEntry.id, BankEntry.minor, BankEntry.currency, BankEntry.state)
            .where(BankEntry.state.in_((EntryState.UNMATCHED, EntryState.PROPOSED)))
            .order_by(BankEntry.id.desc())
            .limit(8)
        )
    )
    if entry is None:
        return
    person, path = finance(world), f"/house-entries/{entry.id}"
    if entry.state is EntryState.PROPOSED:
        act = "approval" if world.likely(0.8) else "refusal"
        world.act(person, f"{path}/{act}")
        return
    purposes = ("own",) if entry.minor < 0 else ("own", "sender", "sender", "provider", "commission")
    purpose = world.pick(purposes)
    part: dict[str, Any] = {"purpose": purpose}
    if purpose == "commission":
        part["company_id"] = str(world.pick(world.sellers).company)
    body: dict[str, Any] = {"parts": [part]}
    if purpose == "sender":
        body |= {"bic": "DEMOVN22", "bank_name": "Demo Bank", "account_name": "Stranger Ltd"}
    elif world.likely(0.3) and abs(entry.minor) > 1:
        half = Money(abs(entry.minor) // 2, entry.currency)
        rest = Money(abs(entry.minor) - half.minor, entry.currency)
        body["parts"] = [part | {"amount": f"{half.amount:f}"}, {"purpose": "own", "amount": f"{rest.amount:f}"}]
    world.act(person, f"{path}/match", body, called=f"house money for {purpose}")


def doubt_money(world: World) -> None:
    """Say that a line of the house's bank was placed wrongly, or decide as the second person whether it was."""
    entry = world.pick(
        world.rows(
            sa.select(BankEntry.id, BankEntry.state)
            .where(BankEntry.state.in_((EntryState.MATCHED, EntryState.REVERSING)))
            .order_by(BankEntry.state.desc(), BankEntry.id.desc())
            .limit(8)
        )
    )
    if entry is None:
        return
    path = f"/house-entries/{entry.id}/reversal"
    if entry.state is EntryState.MATCHED:
        world.act(finance(world), path, {"reason": "it was another's"})
        return
    act = "approval" if world.likely(0.7) else "refusal"
    world.act(finance(world), f"{path}/{act}")


def pay_commission(world: World) -> None:
    """Write down that a merchant paid its commission bill, in part, or more than that."""
    person = finance(world)
    bill = world.pick(world.ask(person, "/commissions")["items"])
    if bill is None:
        return
    owed = Money.of(bill["owed"]["amount"], bill["owed"]["currency"])
    amount = Money(world.near(owed.minor), owed.currency)
    body = {"amount": f"{amount.amount:f}", "currency": owed.currency, "bank_reference": f"TT{world.number()}"}
    world.act(person, f"/commissions/{bill['company_id']}/receipts", body)


def send_back(world: World) -> None:
    """Let money that a card's bank refused go back, as two people."""
    found = world.pick(
        world.rows(
            sa.select(CardReturn.id, CardReturn.state, CardReturn.way)
            .where(CardReturn.state.in_((ReturnState.DUE, ReturnState.APPROVED)))
            .order_by(CardReturn.id)
        )
    )
    if found is None:
        return
    path = f"/card-returns/{found.id}"
    if found.state is ReturnState.APPROVED:
        world.act(finance(world), f"{path}/result", {"bank_reference": f"BK{world.number()}"})
        return
    way = found.way or world.pick(("card", "bank"))
    account = {"account_name": "Buyer Ltd", "account_number": "6222000000000088", "bic": "BFTVVNVX"}
    for person in ("treasury", "treasury2"):
        body = {"way": str(way), **(account if way == "bank" else {})}
        world.act(world.staff[person], f"{path}/approval", body)


def end_hold(world: World) -> None:
    """Decide about money that waits too long at the provider, as two people."""
    hold = world.pick(
        world.rows(
            sa.select(CardHold.id, CardHold.way)
            .where(CardHold.state == HoldState.WAITING, CardHold.escalated_at.is_not(None))
            .order_by(CardHold.id)
        )
    )
    if hold is None:
        return
    way = hold.way or world.pick(("release", "refund"))
    for person in ("treasury", "treasury2"):
        world.act(world.staff[person], f"/card-holds/{hold.id}/decision", {"way": str(way)}, called=f"hold {way}")


def dispute(world: World) -> None:
    """Let a card's holder dispute a charge, finance answer, or the card's bank decide."""
    rng, double = world.rng, world.double
    disputes = double.all("dispute")
    waiting = [one for one in disputes if one["status"] in ("needs_response", "under_review")]
    if waiting and rng.random() < 0.75:
        if rng.random() < 0.4:
            found = world.pick(world.ask(world.staff["treasury"], "/card-disputes?state=open")["items"])
            if found is not None:
                path = f"/card-disputes/{found['id']}/answer"
                world.act(finance(world), path, {"told": "delivered as agreed"})
            return
        won = rng.random() < 0.5
        double.decide(rng.choice(waiting)["id"], won=won)
        world.happened(f"dispute {'won' if won else 'lost'}")
        return
    known = {one["payment_intent"] for one in disputes}
    known |= {one["payment_intent"] for one in double.all("refund")}  # of a refunded one there may be nothing left
    taken = [one for one in double.all("payment_intent") if one["status"] == "succeeded" and one["id"] not in known]
    # Whoever is paid by transfer sells in dollars: what is disputed after it was paid out is taken back from there.
    dollars = [one for one in taken if one["currency"] == "usd"]
    intent = world.pick((dollars if dollars and world.likely(0.4) else taken)[:20])
    if intent is not None:
        part = rng.choice((None, max(1, intent["amount_received"] // 3)))
        reason = rng.choice(("product_not_received", "fraudulent"))
        double.dispute(intent["id"], amount=part, reason=reason)
        world.happened("dispute opened", f"{reason}: {part or 'all'} of {intent['amount_received']}")


def fill_balance(world: World) -> None:
    """Let the house have money at the provider to transfer, or a company spend what it has there."""
    currency = "usd"
    # Where much was spent nothing is taken back from a transfer any more; both are to happen.
    if world.likely(0.9):
        world.double.act(lambda call: balance.book(call, "topup", f"tu_{world.number()}", 50_000_00, currency))
        world.happened("provider balance filled")
        return
    for (account,) in world.rows(sa.select(ProviderAccount.provider_id)):
        there = world.double.act(lambda call, own=account: balance.available(call, own, currency))
        if there > 0:
            gone = {"source": f"po_{world.number()}", "amount": -there // 2, "account": account}
            world.double.act(lambda call, gone=gone: balance.book(call, "payout", currency=currency, **gone))
            world.happened("a company spent its transfer")
