"""What was decided about a claim, by whom, and why it fell, read from the steps that it went."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.orders.rules.deciding import Course, Decider, Decision, Fallen, Step, course_of
from marketplace.orders.rules.remedies import Remedy

CLAIMANT, RESPONDENT, HOUSE = (new_id() for _ in range(3))
CLOCK = None
START = datetime(2026, 12, 1, 9, tzinfo=UTC)
SENT_BACK = (("perform", HOUSE, 300, "return"),)


def course(*steps):
    """Each step is an act, who did it, and of what is decided the money and the remedy."""
    taken = [Step(act, START + timedelta(days=day), who, *of) for day, (act, who, *of) in enumerate(steps)]
    return course_of(taken, claimant_id=CLAIMANT, respondent_id=RESPONDENT, currency="CNY")


def decision(by, day, minor, remedy=None):
    return Decision(by, START + timedelta(days=day), Money(minor, "CNY"), remedy)


def test_a_claim_that_nothing_happened_to_has_no_course():
    assert course() == Course()


def test_the_last_offer_counts():
    assert course(("answer", RESPONDENT, 100), ("answer", RESPONDENT, 250)).offer == Money(250, "CNY")
    assert course(("answer", RESPONDENT, 100), ("answer", RESPONDENT)).offer is None


def test_what_the_operator_decides_is_a_decision_and_the_last_one_stands():
    found = course(("answer", RESPONDENT, 100), ("escalate", CLAIMANT), ("decide", HOUSE, 400, "price"))
    assert found == Course(Money(100, "CNY"), decision(Decider.OPERATOR, 2, 400, Remedy.PRICE))
    later = course(("decide", HOUSE, 400, "price"), ("contest", CLAIMANT), ("decide", HOUSE, 500, "refund"))
    assert later.decision == decision(Decider.OPERATOR, 2, 500, Remedy.REFUND)


def test_a_claim_that_was_refused_is_decided_without_a_remedy():
    assert course(("decide", HOUSE, 0)).decision == decision(Decider.OPERATOR, 0, 0)
    assert course(("decide", HOUSE, 0, "apology")).decision == decision(Decider.OPERATOR, 0, 0)


def test_what_the_operators_silence_decides_is_of_the_deadline():
    found = course(("escalate", CLAIMANT), ("decide", CLOCK, 300, "price"))
    assert found.decision == decision(Decider.DEADLINE, 1, 300, Remedy.PRICE)


@pytest.mark.parametrize("opening", ["escalate", "contest"])
def test_what_is_performed_by_the_clock_is_decided_only_while_the_operator_was_asked(opening):
    asked = course((opening, CLAIMANT), ("perform", CLOCK, 300, "return"))
    assert asked.decision == decision(Decider.DEADLINE, 1, 300, Remedy.RETURN)
    assert course(("answer", RESPONDENT, 300), ("perform", CLOCK, 300, "return")).decision is None
    again = course((opening, CLAIMANT), ("perform", HOUSE, 200, "repair"), ("perform", CLOCK, 300, "return"))
    assert again.decision == decision(Decider.OPERATOR, 1, 200, Remedy.REPAIR)


@pytest.mark.parametrize("who", [CLAIMANT, RESPONDENT], ids=["claimant", "respondent"])
def test_what_a_side_begins_to_perform_is_agreed_and_what_the_operator_begins_is_decided(who):
    assert course(("escalate", CLAIMANT), ("perform", who, 300, "return")).decision is None
    assert course(("perform", HOUSE, 300, "return")).decision == decision(Decider.OPERATOR, 0, 300, Remedy.RETURN)


def test_a_step_without_money_decides_nothing():
    assert course(("escalate", CLAIMANT), ("decide", HOUSE)).decision is None


@pytest.mark.parametrize(
    ("steps", "fallen"),
    [
        ([("withdraw", CLAIMANT)], Fallen.CLAIMANT),
        ([*SENT_BACK, ("withdraw", CLAIMANT)], Fallen.CLAIMANT),
        ([("withdraw", CLOCK)], Fallen.SILENCE),
        ([*SENT_BACK, ("withdraw", CLOCK)], Fallen.NOT_SENT_BACK),
        ([*SENT_BACK, ("contest", RESPONDENT), ("decide", HOUSE, 0), ("withdraw", CLOCK)], Fallen.SILENCE),
        ([*SENT_BACK, ("show", CLAIMANT)], None),
    ],
    ids=["taken_back", "taken_back_while_performed", "silence", "not_sent_back", "decided_since", "runs"],
)
def test_a_claim_falls_by_its_claimant_by_silence_or_because_nothing_was_sent_back(steps, fallen):
    assert course(*steps).fallen is fallen
