"""Payment plans as values: shares that sum, stages that are a plan, offers that fit, when what falls due."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.accounts.rules.closures import Works
from marketplace.checkout.rules import plan as checkouts
from marketplace.kernel.errors import Refused
from marketplace.kernel.money import Money
from marketplace.payments.rules import plans
from marketplace.payments.rules.plans import AgreedPlan, Counted, Offer, Stage
from marketplace.payments.rules.terms import WHOLE, MilestoneEvent, Mode, Plan, Rail

E = MilestoneEvent
AMOUNTS = st.integers(1, 10**13).map(lambda minor: Money(minor, "CNY"))
FRIDAY = datetime(2026, 11, 27, 4, tzinfo=UTC)


@st.composite
def agreed(draw):
    """Any plan that a merchant can make."""
    events = draw(
        st.lists(st.sampled_from(E), min_size=1, unique=True).map(lambda found: sorted(found, key=list(E).index))
    )
    cuts = sorted(
        draw(st.lists(st.integers(1, WHOLE - 1), min_size=len(events) - 1, max_size=len(events) - 1, unique=True))
    )
    shares = [after - before for before, after in zip([0, *cuts], [*cuts, WHOLE], strict=True)]
    counted = draw(st.sampled_from(Counted))
    stages = [
        Stage(event, share, draw(st.integers(1, 10 if event is E.DEPOSIT else 180)), counted)
        for event, share in zip(events, shares, strict=True)
    ]
    return AgreedPlan("own_plan", tuple(stages), "Own plan")


def net(days=30, **more):
    return AgreedPlan("net_30", (Stage(E.DELIVERED, WHOLE, days, Counted.CALENDAR),), "Net 30", **more)


@given(AMOUNTS, agreed(), st.integers(0, WHOLE))
def test_shares_sum_to_the_line_and_commissions_to_its_commission(amount, plan, commission_bp):
    shares = plans.share_line(amount, plan=plan, commission_bp=commission_bp)
    assert sum(share.amount.minor for share in shares) == amount.minor
    assert sum(share.basis_points for share in shares) == WHOLE
    assert sum(share.commission.minor for share in shares) == amount.portion(commission_bp, WHOLE).minor
    assert all(0 <= share.commission.minor <= share.amount.minor for share in shares)
    assert all(abs(share.amount.minor * WHOLE - amount.minor * share.basis_points) < WHOLE for share in shares)


@given(agreed())
def test_a_plan_is_kept_and_read_back(plan):
    plans.check_stages(plan.stages)
    assert plans.from_json(plans.to_json(plan)) == plan
    assert plan.has_deposit is (plan.stage(E.DEPOSIT) is not None)
    assert plan.longest == max(stage.days for stage in plan.stages)


@given(agreed(), st.sampled_from(E))
def test_an_event_brings_what_lies_before_it_and_never_the_deposit(plan, event):
    found = plans.reached(plan, event)
    place = list(E).index
    assert all(place(one) <= place(event) for one in found)
    assert (E.DEPOSIT in found) is (event is E.DEPOSIT and plan.has_deposit)
    if event is not E.DEPOSIT:
        assert set(found) == {
            s.event for s in plan.stages if E.DEPOSIT is not s.event and place(s.event) <= place(event)
        }


@pytest.mark.parametrize("kept", [{}, {"code": "x", "stages": []}, {"code": "x", "stages": [["deposit", 1, 5]]}, None])
def test_what_is_no_plan_is_not_read(kept):
    with pytest.raises(ValueError, match="no payment plan"):
        plans.from_json(kept)


@pytest.mark.parametrize(
    ("code", "stages"),
    [
        ("range", ()),
        ("plan_order", (Stage(E.ACCEPTED, 5_000, 5), Stage(E.DEPOSIT, 5_000, 5))),
        ("plan_order", (Stage(E.READY, 5_000, 5), Stage(E.READY, 5_000, 5))),
        ("plan_whole", (Stage(E.READY, 9_999, 5),)),
        ("plan_whole", (Stage(E.DEPOSIT, 0, 5), Stage(E.READY, WHOLE, 5))),
        ("plan_days", (Stage(E.READY, WHOLE, 0),)),
        ("plan_days", (Stage(E.READY, WHOLE, 181),)),
        ("plan_days", (Stage(E.DEPOSIT, WHOLE, 11),)),
    ],
)
def test_stages_that_are_no_plan_are_refused(code, stages):
    with pytest.raises(Refused) as refusal:
        plans.check_stages(stages)
    assert [(error.field, error.code) for error in refusal.value.errors] == [("stages", code)]


def test_presets_are_plans_like_any_other():
    deposit = plans.preset(Plan.DEPOSIT_30_70, mode=Mode.DIRECT, days=5)
    assert deposit.stages == (Stage(E.DEPOSIT, 3_000, 5), Stage(E.HANDED_OVER, 7_000, 5))
    of_mode = {mode: plans.preset(Plan.FREIGHT_HANDOVER_100, mode=mode, days=5).stages[0].event for mode in Mode}
    assert of_mode.pop(Mode.PROVIDER_HELD) is E.DELIVERED
    assert set(of_mode.values()) == {E.HANDED_OVER}
    assert deposit.stage(E.ACCEPTED) is None
    assert plans.is_preset("acceptance_100")
    assert not plans.is_preset("net_30")


def test_days_to_pay_are_the_payers():
    works = Works("CN")
    stage = net(days=2).stages[0]
    assert plans.due_at(stage, works, FRIDAY).date().isoformat() == "2026-11-29"
    working = Stage(E.DELIVERED, WHOLE, 2, Counted.WORKING)
    assert plans.due_at(working, works, FRIDAY).date().isoformat() == "2026-12-01"


def offer(plan=None, **more):
    return Offer(**{"plan": plan or net(), "rails": (Rail.BANK,), **more})


def test_an_offer_takes_what_it_is_for():
    ten = Money(10_00, "CNY")
    assert offer().takes(rail=Rail.BANK, amount=ten)
    assert not offer().takes(rail=Rail.CARD, amount=ten)
    assert not offer(active=False).takes(rail=Rail.BANK, amount=ten)
    least = offer(minimum=ten)
    assert [
        least.takes(rail=Rail.BANK, amount=amount) for amount in (ten, Money(9_99, "CNY"), Money(99_00, "USD"))
    ] == [
        True,
        False,
        False,
    ]
    assert plans.choose([least, offer()], code="net_30", rail=Rail.BANK, amount=ten, field="plan") == net()
    with pytest.raises(Refused) as refusal:
        plans.choose([offer(active=False)], code="net_30", rail=Rail.BANK, amount=ten, field="payment.plan")
    assert [error.field for error in refusal.value.errors] == ["payment.plan"]


@pytest.mark.parametrize(
    ("fields", "bad"),
    [
        (["code"], offer(AgreedPlan("Net 30", net().stages, "Net"))),
        (["name"], offer(AgreedPlan("net_30", net().stages, " "))),
        (["rails"], offer(rails=())),
        (["credit"], offer(net(credit=True), rails=(Rail.BANK, Rail.CARD))),
        (["credit"], offer(AgreedPlan("net", (Stage(E.READY, WHOLE, 5),), "N", credit=True))),
        (["credit"], offer(AgreedPlan("acceptance_100", (Stage(E.ACCEPTED, WHOLE, 5),), credit=True))),
        (["minimum"], offer(minimum=Money(0, "CNY"))),
        (["default"], offer(active=False, default=True)),
        (["stages"], offer(AgreedPlan("net_30", (), "Net"))),
    ],
)
def test_offers_that_do_not_fit_are_refused(fields, bad):
    with pytest.raises(Refused) as refusal:
        plans.check_offer(bad)
    assert [error.field for error in refusal.value.errors] == fields


def test_offers_that_fit_are_taken():
    plans.check_offer(offer(net(credit=True), default=True, minimum=Money(1, "CNY")))
    plans.check_offer(
        offer(plans.preset(Plan.ACCEPTANCE_100, mode=Mode.DIRECT, days=5), rails=tuple(Rail), active=False)
    )


def test_a_checkout_of_before_has_the_plan_of_its_preset(monkeypatch):
    seen = {}
    monkeypatch.setattr(checkouts, "_ADAPTER", type("A", (), {"validate_python": staticmethod(seen.update)}))
    old, new = {"plan": "deposit_30_70", "mode": "direct"}, {"agreed": plans.to_json(net())}
    checkouts.from_json({"group": {"orders": [old, new]}, "charges": []})
    first, second = seen["group"]["orders"]
    assert plans.from_json(first["agreed"]) == plans.preset(Plan.DEPOSIT_30_70, mode=Mode.DIRECT, days=5)
    assert second == new


def test_a_sample_is_paid_by_its_own_plan_and_by_no_other():
    for minor, codes, wrong in ((100, ["sample_100"], "sample_free"), (0, ["sample_free", "sample_100"], "net_30")):
        amount = Money(minor, "CNY")
        for code in codes:
            found = plans.choose_of_sample(amount, code=code, days=5, field="payment.plan")
            assert (found, found.code) == (plans.of_sample(amount, days=5), codes[0])
        with pytest.raises(Refused) as refused:
            plans.choose_of_sample(amount, code=wrong, days=5, field="payment.plan")
        assert [(one.field, one.accepted) for one in refused.value.errors] == [("payment.plan", codes[0])]
