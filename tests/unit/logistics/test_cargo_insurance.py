"""What is insured for how much at which premium, and how a claim against an insurer goes."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.money import Money
from marketplace.logistics.insurance.rules import claiming
from marketplace.logistics.insurance.rules.claiming import CLAIM, Evidence, InsuranceClaimState
from marketplace.logistics.insurance.rules.covering import (
    INSURANCE,
    Clauses,
    Goods,
    InsuranceState,
    Terms,
    check_declared,
    check_limit,
    check_terms,
    covers_rule,
    holds_on,
    insured_alike,
    insured_value,
    premium,
    rate_text,
    shares,
    takes,
)

DAY = date(2026, 11, 29)


def cny(minor):
    return Money(minor, "CNY")


def terms(**changes):
    facts = {
        "clauses": Clauses.A, "rate_ppm": 1_250, "minimum": cny(5_000), "limit": cny(100_000_000), "valid_from": DAY,
        "valid_to": None,
    }  # fmt: skip
    return Terms(**{**facts, **changes})


AMOUNTS = some.integers(1, 10**12)


@given(value=AMOUNTS)
@settings(max_examples=100)
def test_the_default_is_a_tenth_more_and_never_less(value):
    insured = insured_value(cny(value)).minor
    assert value * 110 <= insured * 100 < value * 110 + 100


@given(value=AMOUNTS, rate=some.integers(1, 100_000), minimum=some.integers(0, 10**6))
@settings(max_examples=100)
def test_a_premium_is_the_rate_rounded_up_or_the_minimum(value, rate, minimum):
    found = premium(cny(value), terms(rate_ppm=rate, minimum=cny(minimum))).minor
    assert found >= minimum
    assert found == minimum or 0 <= found * 1_000_000 - value * rate < 1_000_000


@given(insured=AMOUNTS, amounts=some.lists(some.integers(0, 10**9), min_size=1, max_size=8))
@settings(max_examples=100)
def test_lines_share_what_is_insured_without_a_rest(insured, amounts):
    found = shares(cny(insured), [cny(amount) for amount in amounts])
    assert sum(part.minor for part in found) == insured


def test_a_declared_value_lies_between_the_goods_and_twice_them():
    value = cny(10_000)
    check_declared(cny(10_000), value=value, at_least_default=False)
    check_declared(cny(20_000), value=value, at_least_default=True)
    for declared, bound in ((9_999, False), (20_001, False), (10_999, True)):
        with pytest.raises(Refused):
            check_declared(cny(declared), value=value, at_least_default=bound)
    with pytest.raises(Refused):
        check_declared(Money(10_000, "THB"), value=value, at_least_default=False)


def test_terms_that_say_nothing_are_refused():
    check_terms(terms(valid_to=DAY))
    wrong = terms(rate_ppm=0, minimum=cny(-1), limit=cny(0), valid_to=date(2026, 11, 28))
    with pytest.raises(Refused) as refused:
        check_terms(wrong)
    assert {error.field for error in refused.value.errors} == {"rate_permille", "minimum", "limit", "valid_to"}


def test_a_cover_holds_for_a_time_and_takes_some_goods():
    assert holds_on(terms(), DAY)
    assert not holds_on(terms(), date(2026, 11, 28))
    assert holds_on(terms(valid_to=DAY), DAY)
    assert not holds_on(terms(valid_to=DAY), date(2026, 11, 30))
    assert takes(terms(), [Goods("8714.10"), Goods("7101")])
    assert not takes(terms(excluded=("71",)), [Goods("8714.10"), Goods("71.01")])
    assert takes(terms(excluded=("71",)), [Goods("8714.10")])
    assert not takes(terms(), [Goods("8507", is_dangerous=True)])
    assert takes(terms(takes_dangerous=True), [Goods("8507", is_dangerous=True)])
    assert [covers_rule(clauses, Clauses.B) for clauses in Clauses] == [True, True, False]
    assert rate_text(1_250) == "1.25"
    assert rate_text(2_000) == "2"


@given(limit=AMOUNTS, before=AMOUNTS, more=AMOUNTS)
@settings(max_examples=100)
def test_no_more_on_a_conveyance_than_the_limit(limit, before, more):
    asked = {"limit": cny(limit), "before": cny(before), "more": cny(more), "departure": "DEP-1"}
    if before + more <= limit:
        check_limit(**asked)
        return
    with pytest.raises(Conflict) as refused:
        check_limit(**asked)
    assert refused.value.facts["left"] == f"{cny(max(limit - before, 0)).amount:f} CNY"


def test_an_insurance_is_voided_before_its_risk_begins_only():
    assert INSURANCE.apply(InsuranceState.TAKEN, "void") is InsuranceState.VOID
    assert INSURANCE.apply(InsuranceState.AT_RISK, "end") is InsuranceState.ENDED
    for state in (InsuranceState.AT_RISK, InsuranceState.ENDED, InsuranceState.VOID):
        with pytest.raises(Conflict):
            INSURANCE.apply(state, "void")


def test_goods_that_are_added_are_insured_by_the_same_share():
    assert insured_alike(cny(100), value=cny(1_000), insured=cny(1_100)) == cny(110)
    assert insured_alike(cny(101), value=cny(1_000), insured=cny(1_100)) == cny(112)
    assert INSURANCE.apply(InsuranceState.TAKEN, "extend") is InsuranceState.TAKEN
    assert INSURANCE.apply(InsuranceState.ENDED, "extend") is InsuranceState.AT_RISK


def test_a_claim_is_surveyed_before_it_is_decided_and_accepted_before_it_is_paid():
    assert CLAIM.actions(InsuranceClaimState.OPENED) == ["survey"]
    assert set(CLAIM.actions(InsuranceClaimState.SURVEYED)) == {"survey", "accept", "refuse"}
    assert CLAIM.actions(InsuranceClaimState.ACCEPTED) == ["settle"]
    for state in (InsuranceClaimState.REFUSED, InsuranceClaimState.SETTLED):
        assert CLAIM.actions(state) == []


def test_an_insurer_names_the_documents_that_it_lacks():
    given_ = [Evidence.INVOICE, Evidence.WAYBILL, Evidence.PHOTO]
    assert claiming.missing(given_) == (Evidence.SURVEY_REPORT, Evidence.PROTEST)
    with pytest.raises(Conflict) as refused:
        claiming.check_evidence(given_)
    assert refused.value.facts["evidence"] == ["survey_report", "protest"]
    claiming.check_evidence(list(Evidence))


def test_what_is_claimed_is_what_is_insured_at_most():
    claiming.check_amount(cny(100), insured=cny(100))
    for amount in (cny(0), cny(101), Money(100, "THB")):
        with pytest.raises(Refused):
            claiming.check_amount(amount, insured=cny(100))
    assert claiming.needs_two(cny(100), cny(100))
    assert not claiming.needs_two(cny(99), cny(100))


def test_what_was_accepted_is_not_claimed_again():
    assert claiming.left(cny(100), [], line="l") == cny(100)
    assert claiming.left(cny(100), [cny(60), cny(39)], line="l") == cny(1)
    for accepted in ([cny(100)], [cny(60), cny(60)]):
        with pytest.raises(Conflict, match="insured_used_up"):
            claiming.left(cny(100), accepted, line="l")
