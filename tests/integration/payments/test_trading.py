"""Sale and purchase of the trading company in the books: in step after whatever happens to either."""

from random import Random

import pytest

from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotAllowed
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.money import Money
from marketplace.payments.queries import checks, ledger, payments, payouts, trading
from marketplace.payments.rules.allowances import Why
from marketplace.payments.rules.ledger import AccountKind, AccountRef
from marketplace.payments.rules.paying import UNPAID
from marketplace.payments.rules.plans import preset
from marketplace.payments.rules.terms import MilestoneEvent, Mode, Plan, Rail, Subject, SubjectKind
from marketplace.payments.rules.trading import Margin
from marketplace.payments.services import allowances, plans, returns, transfers
from tests.integration.payments.conftest import ACCOUNT, NOW, TODAY, clerk, exist

E = MilestoneEvent
MARGIN = Margin(730)


class Resale:
    """An order that the trading company sells to a buyer and buys of a merchant."""

    def __init__(self, session, minors=(700_003, 299_999), plan=Plan.DEPOSIT_30_70, rail=Rail.BANK):
        self.session, self.buyer, self.merchant, self.trader = session, clerk(), clerk(), clerk()
        self.house = Actor(person_id=new_id(), company_id=self.trader.company, company_kind="operator")
        self.sale, self.purchase = Subject(SubjectKind.ORDER, new_id()), Subject(SubjectKind.PURCHASE, new_id())
        self.lines = tuple((new_id(), Money(minor, "CNY")) for minor in minors)
        common = {
            "plan": preset(plan, mode=Mode.OPERATOR_SELLS, days=5),
            "mode": Mode.OPERATOR_SELLS,
            "payee_account": ACCOUNT,
            "deposit_due_at": NOW,
            "commission_bp": 0,
        }
        bought = tuple((line, MARGIN.purchase(amount)) for line, amount in self.lines)
        openings = [
            plans.Opening(
                subject=self.sale, reference=new_reference("ORD"), payer_id=self.buyer.company,
                payee_id=self.trader.company, lines=self.lines, rail=rail, **common,
            ),
            plans.Opening(
                subject=self.purchase, reference=new_reference("PUR"), payer_id=self.trader.company,
                payee_id=self.merchant.company, lines=bought, sale_id=self.sale.id, margin_bp=MARGIN.basis_points,
                rail=Rail.BANK, **common,
            ),
        ]  # fmt: skip
        plans.open_all(session, openings=openings, actor=self.buyer, now=NOW)

    def happens(self, event, lines=None):
        plans.fall_due(self.session, subject=self.sale, event=event, line_ids=lines, due_at=NOW, now=NOW)

    def secured(self):
        plans.begin_purchase(self.session, sale=self.sale, now=NOW)

    def open_payments(self):
        rows = payments.payments_of(self.session, subjects=[self.sale])[self.sale]
        return [row for row in rows if row.state in UNPAID]

    def pays(self, minor, actor=None):
        transfers.confirm_payment(
            self.session, actor=actor or self.house, payment_id=self.open_payments()[0].id,
            amount=Money(minor, "CNY"), received_on=TODAY, confirmed=True, now=NOW,
        )  # fmt: skip

    def lets_off(self, line, minor, **more):
        allowances.allow(
            self.session, subject=self.sale, line_id=line, amount=Money(minor, "CNY"), cause_id=new_id(), why=Why.CLAIM,
            actor=self.buyer, now=NOW, **more,
        )  # fmt: skip

    def adds(self, minor):
        line, amount = new_id(), Money(minor, "CNY")
        for subject, price in ((self.sale, amount), (self.purchase, MARGIN.purchase(amount))):
            plans.extend(self.session, subject=subject, line_id=line, amount=price, actor=self.buyer, now=NOW)
        self.lines += ((line, amount),)

    def left(self, line):
        whole = next(amount for one, amount in self.lines if one == line)
        return allowances.left_of(self.session, subject=self.sale, line_id=line, amount=whole).minor

    def balance(self, kind, owner=None, subject=None):
        ref = AccountRef(kind, owner, "CNY", subject)
        return ledger.balance(self.session, account=ref).minor

    def sums(self):
        row = trading.sale(self.session, order_id=self.sale.id)
        return row.sale.minor, row.purchase.minor, row.margin.minor


@pytest.fixture
def resale(session):
    return Resale(session)


def sound(session):
    assert checks.breaches(session) == []


def test_what_falls_due_to_a_buyer_is_sold_and_what_to_a_merchant_bought(session, resale):
    sales, bought = AccountKind.TRADE_SALES, AccountKind.TRADE_PURCHASES
    assert resale.balance(sales, subject=resale.sale) == -300_001
    assert resale.balance(bought, subject=resale.purchase) == 0
    resale.secured()
    resale.secured()
    assert resale.balance(bought, subject=resale.purchase) == 278_101
    resale.happens(E.HANDED_OVER)
    assert resale.balance(sales, subject=resale.sale) == -1_000_002
    assert resale.sums() == (1_000_002, 927_002, 73_000)
    assert -resale.balance(AccountKind.TRADE_PAYABLE, owner=resale.merchant.company) == 927_002
    sound(session)


def test_only_the_operators_people_say_what_came_to_its_bank(session, resale):
    with pytest.raises(NotAllowed) as refused:
        resale.pays(1, actor=resale.trader)
    assert refused.value.code == "house_money"
    resale.pays(300_001 + 5_000)
    assert resale.balance(AccountKind.HOUSE_BANK) == 305_001
    assert resale.balance(AccountKind.TRADE_REFUND, subject=resale.sale) == -5_000
    sound(session)


def test_what_others_owe_each_other_for_a_sale_is_not_the_trading_companys(session, resale):
    inspector, sales = clerk(), AccountKind.TRADE_SALES
    before = resale.balance(sales, subject=resale.sale)
    returns.owe(
        session, subject=resale.sale, payee_id=resale.buyer.company, payer_id=inspector.company,
        amount=Money(1_500, "CNY"), cause_id=new_id(), now=NOW,
    )  # fmt: skip
    figures = resale.balance(AccountKind.TRADE_REFUND, subject=resale.sale), resale.balance(sales, subject=resale.sale)
    assert figures == (0, before)
    sound(session)
    (fee,) = payouts.returns(session, company_id=resale.buyer.company)
    with pytest.raises(NotAllowed):
        returns.record_made(session, actor=inspector, return_id=fee.id, now=NOW)
    for actor in (inspector, resale.buyer):
        exist(session, actor)
    assert returns.record_made(session, actor=resale.buyer, return_id=fee.id, now=NOW).said_at == NOW
    assert returns.record_received(session, actor=inspector, return_id=fee.id, now=NOW).made_at == NOW
    sound(session)


def test_one_person_writes_down_so_much_of_one_buyer_in_a_week_and_no_more(session):
    resale = Resale(session, minors=(12_000_000, 8_000_000))
    resale.pays(30_000_00)
    with pytest.raises(Conflict, match="hand_limit"):
        resale.pays(20_000_00)
    resale.pays(19_999_99)
    sound(session)


def test_nothing_is_added_to_what_a_card_paid_the_trading_company(session):
    resale = Resale(session, rail=Rail.CARD)
    with pytest.raises(Conflict) as refused:
        resale.adds(1)
    assert refused.value.code == "order_anew"


def test_what_is_added_is_sold_and_bought(session, resale):
    resale.secured()
    resale.adds(100_000)
    resale.secured()
    assert resale.sums() == (1_100_002, 1_019_702, 80_300)
    assert resale.balance(AccountKind.TRADE_PURCHASES, subject=resale.purchase) == 278_101 + 27_810
    resale.happens(E.HANDED_OVER)
    assert resale.balance(AccountKind.TRADE_SALES, subject=resale.sale) == -1_070_002
    assert resale.balance(AccountKind.TRADE_PURCHASES, subject=resale.purchase) == 1_019_702
    sound(session)


def test_an_end_takes_back_what_the_merchant_was_owed(session, resale):
    resale.secured()
    resale.pays(300_001)
    plans.cancel(session, subject=resale.sale, actor=resale.buyer, now=NOW)
    plans.cancel(session, subject=resale.sale, actor=resale.buyer, now=NOW)
    assert resale.sums() == (0, 0, 0)
    assert resale.balance(AccountKind.TRADE_PURCHASES, subject=resale.purchase) == 0
    assert resale.balance(AccountKind.TRADE_PAYABLE, owner=resale.merchant.company) == 0
    assert resale.balance(AccountKind.TRADE_REFUND, subject=resale.sale) == -300_001
    sound(session)


@pytest.mark.parametrize("seed", range(6))
def test_sale_is_purchase_and_margin_after_any_sequence(session, seed):
    chance = Random(seed)
    resale = Resale(session, minors=(chance.randint(1, 99), chance.randint(10**4, 10**7)))
    events = [E.HANDED_OVER, E.DELIVERED, E.ACCEPTED]
    acts = ["secured", "happens", "pays", "lets_off", "lets_off", "all", "adds"]
    for _ in range(14):
        act, (line, _amount) = chance.choice(acts), chance.choice(resale.lines)
        left = resale.left(line)
        if act == "secured":
            resale.secured()
        elif act == "happens":
            resale.happens(chance.choice(events), [line])
        elif act == "pays" and resale.open_payments():
            resale.pays(chance.randint(1, resale.open_payments()[0].outstanding.minor))
        elif act == "lets_off" and left:
            resale.lets_off(line, chance.randint(1, left), unpaid_too=chance.random() < 0.5)
        elif act == "adds":
            resale.adds(chance.randint(1, 10**6))
        elif act == "all" and left and chance.random() < 0.3:
            resale.lets_off(line, left, unpaid_too=True)
        sale, purchase, margin = resale.sums()
        assert sale == purchase + margin
        assert 0 <= purchase <= sale
        sound(session)
    plans.cancel(session, subject=resale.sale, actor=resale.buyer, now=NOW)
    assert resale.sums() == (0, 0, 0)
    sound(session)
