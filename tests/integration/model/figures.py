"""The same figures as each of those sees them who has to do with them, beside the sums that the model keeps itself."""

from collections import Counter
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from marketplace.kernel.db import reading
from marketplace.kernel.money import Money
from marketplace.orders.changes.models import OrderChange
from marketplace.orders.models import Order
from marketplace.orders.notes.models import TradeNote
from marketplace.payments.models.credit import Dunning
from marketplace.payments.models.ledger import LedgerTransfer
from marketplace.payments.models.payouts import Allowance, Payout
from marketplace.payments.models.plans import Payment, PaymentTerms
from marketplace.payments.models.remitting import PayoutReversal
from marketplace.payments.rules.allowances import Why
from marketplace.payments.rules.ledger import AccountKind
from marketplace.payments.rules.paying import PaymentState
from marketplace.payments.rules.terms import Mode, Rail, SubjectKind
from tests import factories
from tests.integration.model.truths import Books
from tests.integration.model.world import World

_ORDERS = 2  # so many are looked at each time


def disagree(world: World, books: Books) -> list[str]:
    """Return where two who look at the same money see different figures."""
    treasury = world.staff["treasury"]
    ours = books.totals()
    theirs = {(row["kind"], *_of(row["balance"])) for row in world.ask(treasury, "/ledger")["items"]}
    told = {(kind, currency, minor) for (kind, currency), minor in ours.items()}
    wrong = [f"the ledger's page and its entries differ: {one}" for one in theirs ^ told if one[2]]
    for path, kind in (
        ("/commissions", AccountKind.COMMISSION_RECEIVABLE),
        ("/receivables", AccountKind.MERCHANT_RECEIVABLE),
    ):
        shown = {(row["company_id"], *_of(row["owed"])) for row in _all(world, treasury, path)}
        kept = {(str(owner), currency, minor) for (owner, currency), minor in books.balances(kind).items() if minor}
        wrong += [f"{path} and the books differ: {one}" for one in shown ^ kept]
    for row in world.ask(treasury, "/house-bank")["items"]:
        currency, minor = _of(row["in_books"])
        if row["difference"]["amount"].strip("0.") or ours.get((AccountKind.HOUSE_BANK, currency), 0) != minor:
            wrong.append(f"the house's bank: {row}")
    return wrong + _trade(world, books) + _statement(world, books) + _orders(world, books)


def _all(world: World, trader: factories.Trader, path: str) -> list[Any]:
    rows: list[Any] = []
    cursor = ""
    while True:
        page = world.ask(trader, f"{path}{cursor}")
        rows += page["items"]
        if page["next"] is None:
            return rows
        cursor = f"?cursor={page['next']}"


def _of(amount: Any) -> tuple[str, int]:
    return amount["currency"], Money.of(amount["amount"], amount["currency"]).minor


def _trade(world: World, books: Books) -> list[str]:
    """What the trading company sold, bought, is owed and owes back: its pages and the books."""
    treasury = world.staff["treasury"]
    sold, by_banks = books.balances(AccountKind.TRADE_SALES), _kept_by_banks()
    told, wrong = Counter[str](), list[str]()
    for row in _all(world, treasury, "/trading-sales"):
        figure = {name: _of(row[name])[1] for name in ("sale", "purchase_price", "margin", "sold", "bought")}
        told[row["sale"]["currency"]] += figure["bought"]
        if figure["sale"] != figure["purchase_price"] + figure["margin"] or figure["margin"] < 0:
            wrong.append(f"order {row['order_id']}: {figure} do not add up")
        order_id = UUID(row["order_id"])
        if figure["sold"] + by_banks[order_id] != -sold.get(order_id, 0):
            wrong.append(f"order {order_id}: {figure}, the books {sold.get(order_id)}, by banks {by_banks[order_id]}")
    totals = books.totals()
    kept = {currency: minor for (kind, currency), minor in totals.items() if kind is AccountKind.TRADE_PURCHASES}
    if +told != +Counter(kept):
        wrong.append(f"bought {told}, the books {kept}")
    for path, name, kind, sign in (
        ("/trading-payments", "outstanding", AccountKind.TRADE_RECEIVABLE, 1),
        ("/trading-returns", "amount", AccountKind.TRADE_REFUND, -1),
    ):
        shown = Counter[str]()
        for row in _all(world, treasury, path):
            shown[row[name]["currency"]] += _of(row[name])[1]
        there = Counter({one: sign * minor for (of, one), minor in totals.items() if of is kind})
        if +shown != +there:
            of = [str(subject) for subject, minor in books.balances(kind).items() if minor]
            wrong.append(f"{path}: {shown}, the books {there}, of {of}")
    return wrong


def _kept_by_banks() -> Counter[UUID]:
    """Return what banks kept of what was paid for orders that were called off: sold in the books, and nobody's."""
    found = (
        sa.select(Payment.subject_id, sa.func.sum(Payment.charges_minor))
        .join(PaymentTerms, PaymentTerms.subject_id == Payment.subject_id)
        .where(Payment.subject_kind == SubjectKind.ORDER, PaymentTerms.cancelled_at.is_not(None))
        .group_by(Payment.subject_id)
    )
    return Counter({subject_id: int(minor) for subject_id, minor in reading().execute(found)})


def _statement(world: World, books: Books) -> list[str]:
    """A company's statement closes with what its accounts have."""
    currency = world.pick(sorted(world.goods))
    seller = world.goods[currency][0][0]
    told = world.ask(seller, f"/statements?currency={currency}&from=2026-11-01&to=2029-01-01")
    shown = {row["account"]: abs(_of(row["closing"])[1]) for row in told["balances"]}
    kept = {kind: abs(minor) for kind, minor in books.owned_by(seller.company, currency).items()}
    return [
        f"the statement of {seller.login} in {currency} says {shown.get(kind)} of {kind}, the books {kept.get(kind)}"
        for kind in shown.keys() | kept.keys()
        if shown.get(kind, 0) != kept.get(kind, 0)
    ]


def _orders(world: World, books: Books) -> list[str]:
    """Buyer, merchant and operator see the same of an order, and it is what the books have."""
    columns = (Order.id, Order.buyer_id, Order.merchant_id, Order.mode, Order.rail)
    orders = world.rows(sa.select(*columns).order_by(Order.id))
    held = books.balances(AccountKind.HELD)
    wrong: list[str] = []
    for order in world.rng.sample(orders, min(len(orders), _ORDERS)):
        bought = world.ask(world.who(order.buyer_id), f"/orders/{order.id}")
        sold = world.ask(world.who(order.merchant_id), f"/orders/{order.id}")
        known = world.ask(world.staff["treasury"], f"/orders/{order.id}/money")
        if order.mode is Mode.OPERATOR_SELLS:
            wrong += _sale(world, order.id, bought, sold)
            sold = bought
        # Of freight each reads the disputes about what it pays itself.
        theirs, ours = _of_goods(bought), known.pop("card_disputes")
        if not theirs == _of_goods(sold) == ours:
            wrong.append(f"order {order.id}: {theirs} for its buyer, {_of_goods(sold)} for its merchant, {ours} here")
        bought, sold = bought["money"], sold["money"]
        if not bought == sold == known:
            wrong.append(f"order {order.id}: {bought} for its buyer, {sold} for its merchant, {known} here")
        names = ("total", "due_now", "paid", "balance", "held", "released", "taken_back", "sent_back")
        figure = {name: _of(known[name])[1] for name in names}
        wrong += _adds_up(order.id, known, figure)
        if order.rail is Rail.BANK:
            wrong += _by_bank(world, order.id, figure)
        elif figure["held"] > -held.get(order.id, 0):
            wrong.append(f"order {order.id}: shows {figure['held']} held, the books {-held.get(order.id, 0)}")
    return wrong


def _of_goods(order: Any) -> list[Any]:
    return [one for one in order["card_disputes"] if one["subject"] == "order"]


def _adds_up(order_id: Any, known: Any, figure: dict[str, int]) -> list[str]:
    """All that is asked for is paid or to be paid, and what was paid of what is no longer agreed is owed back.

    What a card's bank took, or went back to the card at the provider's limit, is still agreed, and neither paid nor to
    be paid.

    Of what is cancelled some may be kept, and nothing is to be paid.
    """
    kept = known["kept"]
    total, paid, balance = figure["total"], figure["paid"], figure["balance"]
    names = ("agreed", "let_off", "still_agreed", "overpaid", "owed_back", "come_back", "taken_back", "sent_back")
    agreed, let_off, still, over, back, came, taken, sent = (_of(known[name])[1] for name in names)
    adds_up = 0 <= came <= back and min(taken, sent) >= 0 and taken + sent <= agreed
    if kept is None:
        rest = paid + over - back + taken + sent
        adds_up = adds_up and total == paid + balance and agreed == let_off + still and rest == still - balance
    else:
        adds_up = adds_up and still == balance == 0 and 0 <= _of(kept)[1] <= total
    adds_up = adds_up and _stages_add_up(known["stages"], figure)
    return [] if adds_up else [f"order {order_id}: {known} does not add up"]


def _stages_add_up(stages: Any, figure: dict[str, int]) -> bool:
    """Each milestone is all that became of it or is to come, and together they are what the order says."""
    parts = ("paid", "due", "pending", "taken_back", "sent_back")
    names = ("amount", *parts, "overdue", "held", "released", "frozen")
    rows = [{name: _of(stage[name])[1] for name in names} for stage in stages]
    whole = {name: sum(row[name] for row in rows) for name in names}
    return (
        all(row["amount"] == sum(row[name] for name in parts) and min(row.values()) >= 0 for row in rows)
        and all(row["frozen"] <= row["held"] for row in rows)
        and all(row["overdue"] <= row["due"] and row["held"] + row["released"] <= row["paid"] for row in rows)
        and all(whole[name] == figure[name] for name in ("paid", "held", "released", "taken_back", "sent_back"))
        and (whole["due"], whole["due"] + whole["pending"]) == (figure["due_now"], figure["balance"])
    )


def _sale(world: World, order_id: Any, sale: Any, purchase: Any) -> list[str]:
    """Buyer and merchant see each their own contract, and the operator both, but for what claims let off."""
    found = _all(world, world.staff["treasury"], "/trading-sales")
    row = next(one for one in found if one["order_id"] == str(order_id))
    other = Allowance.why.not_in((Why.CHANGE, Why.DISCOUNT, Why.REJECTED))
    if row["cancelled"] or world.rows(sa.select(Allowance.id).where(Allowance.subject_id == order_id, other)):
        return []
    seen = (sale["agreed_total"], purchase["agreed_total"])
    if seen != (row["sale"], row["purchase_price"]):
        return [f"order {order_id}: its sides see {seen}, the operator {row}"]
    return []


def _by_bank(world: World, order_id: Any, figure: dict[str, int]) -> list[str]:
    """Of an order paid by bank, what is due is what its open payments lack; nothing is held or released."""
    same = sa.and_(PaymentTerms.subject_id == Payment.subject_id, PaymentTerms.subject_kind == SubjectKind.ORDER)
    payments = world.rows(
        sa.select(Payment.amount_minor, Payment.paid_minor, Payment.state)
        .join(PaymentTerms, same)
        .where(Payment.subject_id == order_id)
    )
    over = (PaymentState.PAID, PaymentState.CANCELLED)
    due = sum(row.amount_minor - row.paid_minor for row in payments if row.state not in over)
    if (figure["due_now"], figure["held"], figure["released"]) != (due, 0, 0):
        return [f"order {order_id}: {figure}, its open payments lack {due}"]
    return []


def counted(world: World) -> Counter[str]:
    """Count what came of a life: orders by settlement, rail and currency, and why money moved in the books."""
    found = Counter[str]()
    for row in world.rows(sa.select(Order.mode, Order.rail, Order.currency)):
        found.update((f"order {row.mode} by {row.rail}", f"order by {row.rail} in {row.currency}"))
    found.update(f"books {row.kind}" for row in world.rows(sa.select(LedgerTransfer.kind)))
    found.update(f"payout by {row.way} {row.state}" for row in world.rows(sa.select(Payout.way, Payout.state)))
    found.update(f"reversal {row.state}" for row in world.rows(sa.select(PayoutReversal.state)))
    found.update(f"change {row.kind} {row.state}" for row in world.rows(sa.select(OrderChange.kind, OrderChange.state)))
    found.update(f"{row.kind} note" for row in world.rows(sa.select(TradeNote.kind)))
    found.update(f"reminder {row.level}" for row in world.rows(sa.select(Dunning.level)))
    return found
