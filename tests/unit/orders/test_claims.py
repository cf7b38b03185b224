"""Whose a claim is, what it blocks, and how it ends when nobody moves."""

import pytest

from marketplace.kernel.errors import Refused
from marketplace.kernel.money import Money
from marketplace.orders.rules import acceptance
from marketplace.orders.rules import claims as rules
from marketplace.orders.rules.claims import ClaimReason, ClaimState, Owner, Respondent
from marketplace.orders.rules.remedies import Remedy
from marketplace.orders.rules.states import LINE, LineState

VALUE, HALF, NOTHING = Money(100_00, "CNY"), Money(50_00, "CNY"), Money.zero("CNY")
NEVER_BLOCK = {ClaimReason.LATE, ClaimReason.WARRANTY}
CARRIERS = {ClaimReason.DAMAGED, ClaimReason.LOST, ClaimReason.LATE}


@pytest.mark.parametrize("reason", ClaimReason)
@pytest.mark.parametrize("incoterm", ["FCA", "CPT", "CIP", "DAP", "DPU", "DDP"])
def test_risk_decides_who_answers_and_what_is_blocked(reason, incoterm):
    by_carrier = incoterm in ("FCA", "CPT", "CIP") and reason in CARRIERS
    assert rules.respondent_for(reason, incoterm) is (Respondent.CARRIER if by_carrier else Respondent.MERCHANT)
    assert rules.blocks(reason, incoterm) is (not by_carrier and reason not in NEVER_BLOCK)


def test_what_never_came_is_the_merchants_loss_unless_lost_after_risk_passed():
    assert rules.is_merchants_loss(LineState.SHORT, "FCA")
    assert not rules.is_merchants_loss(LineState.LOST, "FCA")
    assert rules.is_merchants_loss(LineState.LOST, "DAP")


def test_every_fault_can_be_reached_from_delivery_and_left():
    for reason, state in rules.STANDING.items():
        if state is None:
            assert reason in NEVER_BLOCK
            continue
        assert LINE.apply(LineState.DELIVERED, rules.FAULTS[state]) is state
        for action in ("settle", "withdraw"):
            for awarded in (NOTHING, HALF, VALUE):
                assert LINE.allows(state, rules.end_of_units(state, action=action, awarded=awarded, value=VALUE))


def test_units_are_kept_unless_their_whole_price_goes_back():
    assert rules.end_of_units(LineState.WRONG, action="settle", awarded=HALF, value=VALUE) == "accept"
    assert rules.end_of_units(LineState.WRONG, action="settle", awarded=VALUE, value=VALUE) == "close"
    assert rules.end_of_units(LineState.SHORT, action="withdraw", awarded=NOTHING, value=VALUE) == "accept"
    assert rules.end_of_units(LineState.SHORT, action="settle", awarded=HALF, value=VALUE) == "close"
    ends = [
        rules.end_of_units(LineState.WRONG, action=action, awarded=awarded, value=VALUE, remedy=remedy)
        for action, awarded, remedy in (
            ("confirm", HALF, Remedy.RETURN), ("confirm", NOTHING, Remedy.REPLACEMENT),
            ("settle", HALF, Remedy.DISPOSAL),
            ("confirm", NOTHING, Remedy.REPAIR), ("fail", HALF, Remedy.REPLACEMENT),
            ("withdraw", NOTHING, Remedy.RETURN),
        )
    ]  # fmt: skip
    assert ends == ["return", "close", "close", "accept", "accept", "accept"]


@pytest.mark.parametrize(
    ("state", "owner", "offer", "outcome"),
    [
        (ClaimState.NEGOTIATING, Owner.RESPONDENT, None, ("escalate", NOTHING)),
        (ClaimState.NEGOTIATING, Owner.CLAIMANT, HALF, ("settle", HALF)),
        (ClaimState.NEGOTIATING, Owner.CLAIMANT, NOTHING, ("withdraw", NOTHING)),
        (ClaimState.ESCALATED, Owner.OPERATOR, None, ("decide", VALUE)),
        (ClaimState.ESCALATED, Owner.OPERATOR, NOTHING, ("decide", NOTHING)),
        (ClaimState.SENDING, Owner.RESPONDENT, HALF, ("fail", HALF)),
        (ClaimState.SENDING, Owner.CLAIMANT, HALF, ("withdraw", NOTHING)),
        (ClaimState.SENT, Owner.CLAIMANT, VALUE, ("confirm", NOTHING)),
    ],
)
def test_every_deadline_has_its_outcome(state, owner, offer, outcome):
    assert rules.default_outcome(state=state, owner=owner, offer=offer, value=VALUE) == outcome
    assert rules.CLAIMS.allows(state, outcome[0])


def test_an_offer_is_within_the_claim_and_never_lowered():
    rules.check_offer(NOTHING, value=VALUE, before=None)
    rules.check_offer(HALF, value=VALUE, before=HALF)
    for offer, before in ((Money(100_01, "CNY"), None), (Money(49_99, "CNY"), HALF), (Money(1, "THB"), None)):
        with pytest.raises(Refused):
            rules.check_offer(offer, value=VALUE, before=before)


def test_reasons_are_named():
    assert rules.reason_of("wrong") is ClaimReason.WRONG
    with pytest.raises(Refused):
        rules.reason_of("ugly")


def test_a_line_is_received_when_nothing_is_on_its_way():
    assert acceptance.is_received({LineState.DELIVERED: 1, LineState.SHORT: 1, LineState.ACCEPTED: 3})
    assert not acceptance.is_received({LineState.DELIVERED: 1, LineState.IN_TRANSIT: 1})
    assert acceptance.is_over({LineState.ACCEPTED: 1, LineState.CLOSED: 2})
    assert not acceptance.is_over({LineState.ACCEPTED: 1, LineState.WRONG: 2})


def test_what_is_accepted_is_bound_to_its_content():
    one = acceptance.content_hash({"line": "a", "accepted": 1})
    assert one == acceptance.content_hash({"accepted": 1, "line": "a"})
    assert one != acceptance.content_hash({"accepted": 2, "line": "a"})


S = LineState


@pytest.mark.parametrize(
    ("incoterm", "parts", "waits", "holds"),
    [
        ("DAP", {S.DAMAGED: 10, S.LOST: 5}, {S.DAMAGED: 10}, True),
        ("FCA", {S.DAMAGED: 10, S.LOST: 5, S.SHORT: 2}, {S.DAMAGED: 10, S.LOST: 5}, False),
        ("FCA", {S.WRONG: 3}, {S.WRONG: 3}, True),
        ("DAP", {S.RETURNED: 3, S.SHORT: 1, S.ACCEPTED: 9}, {}, False),
    ],
)
def test_faulty_units_wait_for_the_buyer_where_he_would_lose_by_silence(incoterm, parts, waits, holds):
    waiting = rules.waiting(rules.unclaimed(parts, {}), incoterm)
    assert waiting == waits
    assert any(rules.holds_payment(state, incoterm) for state in waiting) is holds


def test_claimed_units_do_not_wait():
    assert rules.unclaimed({S.DAMAGED: 10, S.LOST: 5, S.ACCEPTED: 1}, {S.DAMAGED: 4, S.LOST: 5}) == {S.DAMAGED: 6}
    assert [state for state in S if rules.is_kept(state)] == [S.DAMAGED, S.WRONG]
    assert not rules.is_merchants_loss(S.DAMAGED, "DAP")
