"""Changes of orders on both databases: two acts at once, one wins; goods, room and money always agree."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.accounts.rules.permissions import CompanyKind, Role, permissions_of
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work
from marketplace.kernel.errors import Conflict, NotAllowed
from marketplace.kernel.money import UnitPrice
from marketplace.kernel.quantity import Load
from marketplace.orders.changes import queries
from marketplace.orders.changes.models import OrderChange
from marketplace.orders.changes.rules import ChangeKind, Terms
from marketplace.orders.changes.services import proposing, resolving
from marketplace.orders.changes.services.shared import Standing
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.rules.packing import Declared
from marketplace.orders.services import deciding, fulfilment
from tests import factories
from tests.conftest import SOAK
from tests.support.claims import line_of, place
from tests.support.invariants import fresh, sound
from tests.support.racing import codes, units_at_once
from tests.support.statements import statements

pytestmark = pytest.mark.both_databases
PACKED = Declared(cartons=10, confirmed=True)
CHECKED = True


def at_once(app, *works):
    """Do the works at the same moment, and return what each came to: ``done``, or the code of its refusal."""
    ends = codes(units_at_once(app, *works))
    return [end if isinstance(end, str) else "done" for end in ends]


def proposed(market, order_id, line_id, *, quantity=100):
    terms = Terms(kind=ChangeKind.REDUCE, line=line_id, quantity=quantity)
    return in_unit_of_work(
        lambda session: proposing.propose(
            session, order_id=UUID(order_id), terms=terms, actor=market.buyer.actor, now=clock.now()
        )
    )


def accepting(market, change_id):
    return lambda session: resolving.accept(
        session, change_id=change_id, content_hash=None, actor=market.merchant.actor, now=clock.now()
    )


def withdrawing(market, change_id):
    return lambda session: resolving.withdraw(session, change_id=change_id, actor=market.buyer.actor, now=clock.now())


def state_of(change_id):
    session = fresh()
    return queries.change(session, company_id=None, change_id=change_id).state


def test_of_an_acceptance_and_a_withdrawal_at_once_one_wins(app, call, market):
    order_id = place(call, market)
    line_id = line_of(order_id)
    for _ in range(4):
        change_id = proposed(market, order_id, line_id, quantity=10)
        ends = at_once(app, accepting(market, change_id), withdrawing(market, change_id))
        assert sorted(ends) == ["done", "state"]
        assert state_of(change_id) == ("accepted" if ends[0] == "done" else "withdrawn")


def test_of_an_acceptance_and_a_packing_at_once_one_wins(app, call, market):
    for _ in range(3):
        order_id = place(call, market)
        line_id = line_of(order_id)
        change_id = proposed(market, order_id, line_id)

        def packing(session, line_id=line_id):
            fulfilment.pack(session, line_id=line_id, declared=PACKED, actor=market.merchant.actor, now=clock.now())

        ends = at_once(app, accepting(market, change_id), packing)
        assert ends[1] == "done"
        assert (ends[0], state_of(change_id)) in {("done", "accepted"), ("state", "void")}


def test_accepting_twice_at_once_happens_once(app, call, market):
    order_id = place(call, market)
    change_id = proposed(market, order_id, line_of(order_id))
    assert at_once(app, accepting(market, change_id), accepting(market, change_id)) == ["done", "done"]
    assert call(market.buyer, "GET", f"/orders/{order_id}", expect=200)["agreed_total"]["amount"] == "8220.00"


def test_a_proposal_past_its_time_is_not_accepted(call, market):
    order_id = place(call, market)
    change_id = proposed(market, order_id, line_of(order_id))
    later = clock.now() + timedelta(days=30)
    with pytest.raises(Conflict, match="deadline"):
        in_unit_of_work(
            lambda session: resolving.accept(
                session, change_id=change_id, content_hash=None, actor=market.merchant.actor, now=later
            )
        )
    in_unit_of_work(
        lambda session: deciding.cancel_order(
            session, order_id=UUID(order_id), actor=market.buyer.actor, now=clock.now()
        )
    )
    assert state_of(change_id) == "void"


def test_each_side_changes_by_a_right_of_its_own(call, market):
    order_id = place(call, market)
    line_id = line_of(order_id)
    terms = Terms(kind=ChangeKind.REDUCE, line=line_id, quantity=1)

    def only(trader, role):
        granted = permissions_of(CompanyKind.TRADE, [role])
        return replace(trader.actor, roles=frozenset({role.value}), permissions=granted)

    def proposing_as(actor):
        return lambda session: proposing.propose(
            session, order_id=UUID(order_id), terms=terms, actor=actor, now=clock.now()
        )

    for actor in (only(market.buyer, Role.SALES), only(market.merchant, Role.PURCHASING)):
        with pytest.raises(NotAllowed):
            in_unit_of_work(proposing_as(actor))
    change_id = in_unit_of_work(proposing_as(only(market.buyer, Role.PURCHASING)))
    for act in (resolving.decline, resolving.accept):
        more = {"content_hash": None} if act is resolving.accept else {}
        with pytest.raises(NotAllowed):
            in_unit_of_work(
                lambda session, act=act, more=more: act(
                    session, change_id=change_id, actor=only(market.merchant, Role.FINANCE), now=clock.now(), **more
                )
            )
    seller = only(market.merchant, Role.SALES)
    in_unit_of_work(lambda session: resolving.decline(session, change_id=change_id, actor=seller, now=clock.now()))
    assert state_of(change_id) == "declined"


def test_what_no_lorry_takes_is_not_added(app, call):
    market = factories.open_market(app, capacity=Load(grams=500_000, cm3=5_000_000, ldm_mm=1_000, pallets=2))
    order_id = place(call, market)
    path = f"/orders/{order_id}"
    before = call(market.buyer, "GET", path, expect=200)
    terms = {"kind": "add", "line": before["lines"][0]["id"], "quantity": 4_000}
    terms["departure"] = before["bookings"][0]["departure_id"]
    made = call(market.merchant, "POST", f"{path}/changes", json=terms, expect=201)
    accepted = f"/order-changes/{made['id']}/acceptance", {"content_hash": made["content_hash"]}
    refused = call(market.buyer, "POST", accepted[0], json=accepted[1], expect=409)
    assert refused["type"] == "urn:city:problem:capacity"
    assert call(market.buyer, "GET", path, expect=200) == before
    assert state_of(UUID(made["id"])) == "proposed"
    sound()


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        (sa.update(Order).values(let_off_minor=Order.let_off_minor + 1), {"order"}),
        (sa.update(OrderLine).values(let_off_minor=OrderLine.let_off_minor + 1), {"order", "order_line"}),
        (sa.update(OrderLine).values(agreed_price_micro=OrderLine.unit_price_micro + 1), {"order_line"}),
        (sa.update(OrderChange).values(delta_minor=-1), {"order_change"}),
        (sa.update(Order).values(state="completed"), {"order_change"}),
    ],
)
def test_the_check_finds_what_a_change_left_undone(call, market, statement, found):
    order_id = place(call, market)
    line_id = line_of(order_id)
    in_unit_of_work(accepting(market, proposed(market, order_id, line_id)))
    proposed(market, order_id, line_id)
    session = fresh()
    session.execute(statement)
    assert {breach.subject for breach in queries.breaches(session)} == found
    session.rollback()


STEPS = st.lists(st.tuples(st.sampled_from(["reduce", "discount", "add", "pay"]), st.integers(1, 10**6)), max_size=6)


@pytest.fixture
def deep(app):
    """A market whose shelves outlast every sequence, in order at the end as every other."""
    yield factories.open_market(app, stock=10**6)
    sound()


@pytest.mark.soak
@settings(
    max_examples=60 if SOAK else 8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS, deposit=st.booleans())
def test_any_sequence_of_changes_keeps_money_units_and_room(app, call, deep, steps, deposit):
    order_id = place(call, deep, plan="deposit_30_70" if deposit else "acceptance_100")
    path = f"/orders/{order_id}"
    for kind, seed in steps:
        order = call(deep.buyer, "GET", path, expect=200)
        lines = [one for one in order["lines"] if one["agreed"]["quantity"]]
        if not lines:
            break
        line = lines[seed % len(lines)]
        if kind == "pay":
            _pay(call, deep, order)
            continue
        terms = {"kind": kind, "line": line["id"]}
        if kind == "discount":
            micro = UnitPrice.of(line["agreed"]["unit_price"]["amount"], "CNY").micro
            terms["unit_price"] = f"{UnitPrice(1 + seed % micro, 'CNY').amount:f}"
        else:
            terms["quantity"] = 1 + seed % (line["agreed"]["quantity"] if kind == "reduce" else 200)
        if kind == "add":
            terms["departure"] = order["bookings"][0]["departure_id"]
        made = call(deep.buyer, "POST", f"{path}/changes", json=terms)
        if "content_hash" in made:
            body = {"content_hash": made["content_hash"]}
            call(deep.merchant, "POST", f"/order-changes/{made['id']}/acceptance", json=body)
        _adds_up(call(deep.buyer, "GET", path, expect=200))
        sound()


def _pay(call, market, order):
    today = clock.now().date().isoformat()
    for payment in order["payments"]:
        if payment["subject"] == "order" and payment["state"] == "due":
            body = {"amount": payment["amount"]["amount"], "received_on": today}
            call(market.merchant, "POST", f"/payments/{payment['id']}/confirmation", json=body, expect=200)


def _adds_up(order):
    """What is left of the order is what its shares still say, less what was paid and is owed back."""
    if order["state"] == "cancelled":
        return
    for line in order["lines"]:
        assert sum(line["parts"].values()) == line["quantity"]
        shares = [
            one for one in order["milestones"] if one["order_line_id"] == line["id"] and one["subject"] == "order"
        ]
        live = sum(_fen(one) for one in shares if one["state"] != "cancelled")
        paid = sum(_fen(one) for one in shares if one["state"] == "paid")
        agreed = _fen(line["agreed"])
        assert agreed <= live
        assert live == max(agreed, paid)
    assert sum(_fen(line["agreed"]) for line in order["lines"]) == _fen({"amount": order["agreed_total"]})


def _fen(row):
    return int(row["amount"]["amount"].replace(".", ""))


@pytest.mark.one_database
def test_an_order_of_many_lines_is_looked_at_with_as_many_questions_as_one_of_few(call, market):
    def asked(lines):
        goods = in_unit_of_work(
            lambda session: [
                factories.listing(session, market.merchant.actor, sku=f"L-{lines}-{n}", now=clock.now())
                for n in range(lines)
            ]
        )
        call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
        for listing_id in goods:
            cart = call(market.buyer, "PUT", f"/cart/lines/{listing_id}", json={"quantity": 40}, expect=200)
        body = {"expected_totals": cart["totals"], "payment": {"rail": "bank", "plan": "acceptance_100"}}
        (order_id,) = call(market.buyer, "POST", "/checkout", json=body, expect=201)["order_ids"]
        session = fresh()
        order = session.get_one(Order, UUID(order_id))
        with statements() as sent:
            standing = Standing.of(session, order)
        assert [sum(of.values()) for of in standing.parts.values()] == [40] * lines
        return len(sent)

    assert asked(2) == asked(4) == 2
