"""Another plan for what is to come: nothing else is touched, and every line sums to what it was."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.money import Money, largest_remainder
from marketplace.payments.rules.paying import MilestoneState
from marketplace.payments.rules.plans import AgreedPlan, Counted, Plan, Stage, check_stages, preset
from marketplace.payments.rules.replanning import Portion, check_rest, is_amended, is_to_come, replan
from marketplace.payments.rules.terms import WHOLE, MilestoneEvent, Mode

E, M = MilestoneEvent, MilestoneState
LINES = [UUID(int=number) for number in range(1, 4)]
BEFORE = preset(Plan.DEPOSIT_30_70, mode=Mode.DIRECT, days=5)


def portion(event, minor, *, line=LINES[0], part=0, fee=0, to_come=True, over=False):
    return Portion(line, event, part, Money(minor, "CNY"), Money(fee, "CNY"), to_come, over)


def rest(*shares, days=7):
    return tuple(Stage(event, points, days) for event, points in shares)


def test_the_rest_is_divided_and_what_was_paid_is_part_of_the_whole_plan():
    portions = [portion(E.DEPOSIT, 3_000, fee=150, to_come=False), portion(E.HANDED_OVER, 7_000, fee=350)]
    done = replan(BEFORE, portions, rest((E.READY, 5_000), (E.DELIVERED, 5_000)), number=1)
    assert [(one.event, one.part, one.amount.minor, one.commission.minor) for one in done.shares] == [
        (E.READY, 0, 3_500, 175), (E.DELIVERED, 0, 3_500, 175)
    ]  # fmt: skip
    assert [(one.event, one.basis_points, one.days) for one in done.plan.stages] == [
        (E.DEPOSIT, 3_000, 5), (E.READY, 3_500, 7), (E.DELIVERED, 3_500, 7)
    ]  # fmt: skip
    assert {one.basis_points for one in done.shares} == {3_500}
    assert is_amended(done.plan)
    assert not is_amended(BEFORE)


def test_an_event_that_took_its_effect_for_one_line_can_come_for_another():
    portions = [
        portion(E.HANDED_OVER, 700, to_come=False), portion(E.HANDED_OVER, 50, part=1, to_come=False, over=True),
        portion(E.HANDED_OVER, 700, line=LINES[1]),
    ]  # fmt: skip
    done = replan(BEFORE, portions, rest((E.HANDED_OVER, 5_000), (E.ACCEPTED, 5_000)), number=2)
    assert [(one.line_id, one.event, one.part) for one in done.shares] == [
        (LINES[1], E.HANDED_OVER, 0), (LINES[1], E.ACCEPTED, 0)
    ]  # fmt: skip
    assert [(one.event, one.basis_points) for one in done.plan.stages] == [(E.HANDED_OVER, 7_500), (E.ACCEPTED, 2_500)]
    same = replan(BEFORE, [portion(E.HANDED_OVER, 10, to_come=False), portion(E.HANDED_OVER, 90, part=1)],
                  rest((E.HANDED_OVER, WHOLE)), number=3)  # fmt: skip
    assert [one.part for one in same.shares] == [1]


def test_a_share_too_small_for_a_hundredth_of_a_per_cent_is_there_all_the_same():
    done = replan(
        BEFORE,
        [
            portion(E.DEPOSIT, 10_000_000, to_come=False),
            portion(E.HANDED_OVER, 3),
            portion(E.ACCEPTED, 0, line=LINES[1]),
        ],
        rest((E.READY, 1), (E.DELIVERED, 9_999)),
        number=1,
    )
    assert [one.basis_points for one in done.plan.stages] == [9_998, 1, 1]
    assert [one.amount.minor for one in done.shares] == [0, 3]


def test_nothing_is_divided_where_nothing_is_to_come():
    for portions in ([portion(E.DEPOSIT, 1, to_come=False)], [portion(E.HANDED_OVER, 0)], []):
        with pytest.raises(Conflict, match="nothing_to_come"):
            replan(BEFORE, portions, rest((E.ACCEPTED, WHOLE)), number=1)


def test_the_rest_names_what_can_still_happen_and_no_money_before_the_goods_of_a_credit():
    possible = (E.HANDED_OVER, E.DELIVERED)
    check_rest(BEFORE, rest((E.HANDED_OVER, 5_000), (E.DELIVERED, 5_000)), possible=possible)
    with pytest.raises(Refused) as refused:
        check_rest(BEFORE, rest((E.READY, WHOLE)), possible=possible)
    assert (refused.value.errors[0].code, refused.value.errors[0].accepted) == ("plan_passed", "handed_over, delivered")
    with pytest.raises(Refused):
        check_rest(BEFORE, rest((E.DELIVERED, 9_000)), possible=possible)
    credit = AgreedPlan("open", rest((E.DELIVERED, WHOLE)), "Open", credit=True)
    check_rest(credit, rest((E.HANDED_OVER, WHOLE)), possible=possible)
    with pytest.raises(Refused) as refused:
        check_rest(credit, rest((E.READY, WHOLE)), possible=tuple(E))
    assert refused.value.errors[0].code == "plan_credit"


@pytest.mark.parametrize(
    ("mode", "state", "happened", "frozen", "expected"),
    [
        (Mode.DIRECT, M.PENDING, False, False, True),
        (Mode.DIRECT, M.DUE, True, False, False),
        (Mode.PROVIDER_HELD, M.PENDING, False, False, True),
        (Mode.PROVIDER_HELD, M.PENDING, True, False, False),
        (Mode.PROVIDER_HELD, M.HELD, False, False, True),
        (Mode.PROVIDER_HELD, M.HELD, False, True, False),
        (Mode.PROVIDER_HELD, M.RELEASED, True, False, False),
        (Mode.PROVIDER_HELD, M.REFUNDED, False, False, False),
    ],
)
def test_what_is_to_come(mode, state, happened, frozen, expected):
    assert is_to_come(mode=mode, state=state, has_happened=happened, is_frozen=frozen) is expected


@st.composite
def standings(draw):
    portions = []
    for line in LINES[: draw(st.integers(1, 3))]:
        for event in draw(st.lists(st.sampled_from(list(E)), unique=True, min_size=1)):
            minor = draw(st.integers(0, 10_000_000))
            fee = draw(st.integers(0, minor))
            portions.append(portion(event, minor, line=line, fee=fee, to_come=draw(st.booleans())))
    return portions


@st.composite
def plans(draw):
    events = sorted(draw(st.lists(st.sampled_from(list(E)[1:]), unique=True, min_size=1)), key=list(E).index)
    weights = draw(st.lists(st.integers(1, 100), min_size=len(events), max_size=len(events)))
    points = [1 + part for part in largest_remainder(WHOLE - len(events), weights)]
    return tuple(Stage(event, share, 5, Counted.CALENDAR) for event, share in zip(events, points, strict=True))


@given(portions=standings(), stages=plans())
def test_every_line_sums_to_what_it_was(portions, stages):
    before = AgreedPlan("all", tuple(Stage(event, 1_000 + 3_000 * (event is E.DEPOSIT), 5) for event in E))
    try:
        done = replan(before, portions, stages, number=1)
    except Conflict:
        assert not any(one.amount for one in portions if one.is_to_come)
        return
    for line in LINES:
        was = [one for one in portions if one.line_id == line and one.is_to_come]
        now = [one for one in done.shares if one.line_id == line]
        assert sum(one.amount.minor for one in was) == sum(one.amount.minor for one in now)
        if now:
            assert sum(one.commission.minor for one in was) == sum(one.commission.minor for one in now)
        assert all(0 <= one.commission.minor <= one.amount.minor for one in now)
    check_stages(done.plan.stages)
    names = {(one.line_id, one.event, one.part) for one in portions if not one.is_to_come}
    assert not names & {(one.line_id, one.event, one.part) for one in done.shares}
    assert {stage.event for stage in stages} <= {stage.event for stage in done.plan.stages}
