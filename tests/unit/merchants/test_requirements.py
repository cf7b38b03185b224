"""How what a company shows stands: by what it shows now, by what was said of just that, and by the day."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.accounts.rules.numbers import VALIDATORS
from marketplace.accounts.rules.permissions import PARTNERS, CompanyKind
from marketplace.kernel.errors import Conflict, Refused
from marketplace.merchants.rules.requirements import (
    BUYING,
    CHOSEN,
    COMPARED,
    FIXED,
    JUDGED,
    PAPERS,
    Asked,
    Evidence,
    Item,
    ItemState,
    Kind,
    Ruling,
    Verdict,
    asked_in,
    check_last_day,
    check_ruling,
    comes_alone,
    is_compared,
    is_verified,
    kinds_of,
    requirement,
)
from marketplace.merchants.rules.states import MerchantState
from marketplace.reference.rules import RCEP

TODAY = date(2026, 11, 27)
DAY = timedelta(days=1)


def said(verdict, mark="a", until=None, reason="Seen."):
    return Ruling(verdict, mark, until, reason)


def standing(evidence, ruling=None, item=Item.LICENCE, today=TODAY):
    return requirement(item, Asked.REQUIRED, evidence, ruling, today=today).state


@pytest.mark.parametrize(
    ("evidence", "counts"), [(Evidence("a"), True), (Evidence("b"), False), (Evidence("a", TODAY - DAY), False)]
)
def test_it_is_told_when_somebody_looked_while_that_counts(evidence, counts):
    at = datetime(2026, 1, 2, tzinfo=UTC)
    ruling = Ruling(Verdict.ACCEPT, "a", None, "It is.", at)
    found = requirement(Item.LICENCE, Asked.REQUIRED, evidence, ruling, today=TODAY)
    assert (found.looked_at, found.reason) == ((at, "It is.") if counts else (None, None))
    assert requirement(Item.LICENCE, Asked.REQUIRED, evidence, None, today=TODAY).looked_at is None


@pytest.mark.parametrize(
    ("evidence", "ruling", "state"),
    [
        (None, None, "missing"),
        (Evidence("a"), None, "pending"),
        (Evidence("a", proves_itself=True), None, "accepted"),
        (Evidence("a"), said(Verdict.ACCEPT), "accepted"),
        (Evidence("a"), said(Verdict.REJECT), "rejected"),
        (Evidence("a", proves_itself=True), said(Verdict.REJECT), "rejected"),
        (Evidence("b"), said(Verdict.ACCEPT), "pending"),
        (Evidence("b"), said(Verdict.REJECT), "pending"),
        (Evidence("a", TODAY), said(Verdict.ACCEPT), "accepted"),
        (Evidence("a", TODAY - DAY), said(Verdict.ACCEPT), "expired"),
        (None, said(Verdict.WAIVE), "waived"),
        (None, said(Verdict.WAIVE, until=TODAY), "waived"),
        (None, said(Verdict.WAIVE, until=TODAY - DAY), "missing"),
        (Evidence("a", TODAY - DAY), said(Verdict.WAIVE), "waived"),
        (Evidence("a"), said(Verdict.WAIVE, until=TODAY - DAY), "pending"),
    ],
)
def test_a_state_is_worked_out_when_it_is_read(evidence, ruling, state):
    assert standing(evidence, ruling) == ItemState(state)


days = st.dates(TODAY - 60 * DAY, TODAY + 60 * DAY)
marks = st.sampled_from(["a", "b", "c"])
shown = st.none() | st.builds(Evidence, marks, st.none() | days, st.booleans())
rulings = st.none() | st.builds(said, st.sampled_from(Verdict), marks, st.none() | days)


@given(st.sampled_from(Item), st.sampled_from(Asked), shown, rulings)
def test_nothing_counts_that_nobody_looked_at_and_nothing_that_is_over(item, asked, evidence, ruling):
    found = requirement(item, asked, evidence, ruling, today=TODAY)
    waived = ruling is not None and ruling.verdict is Verdict.WAIVE
    if found.state is ItemState.ACCEPTED:
        assert evidence is not None
        assert evidence.until is None or evidence.until >= TODAY
        assert evidence.proves_itself or (ruling is not None and ruling.mark == evidence.mark and not waived)
    if found.state is ItemState.WAIVED:
        assert waived
        assert ruling.until is None or ruling.until >= TODAY
    if found.is_open:
        assert asked is Asked.REQUIRED
    assert found.is_open or asked is not Asked.REQUIRED or found.state in (ItemState.ACCEPTED, ItemState.WAIVED)
    assert not found.is_lacking or (found.is_open and item in CHOSEN[Kind.MERCHANT])
    assert found.reason in (None, "Seen.")


@given(shown, rulings, st.integers(0, 120))
def test_time_alone_never_makes_what_counted_not_count_but_by_its_last_day(evidence, ruling, wait):
    before, after = standing(evidence, ruling), standing(evidence, ruling, today=TODAY + wait * DAY)
    ends = [each.until for each in (evidence, ruling) if each is not None and each.until is not None]
    if before is not after:
        assert any(TODAY <= end < TODAY + wait * DAY for end in ends)


@given(
    st.sampled_from(sorted(RCEP)),
    st.sampled_from(Kind),
    st.dictionaries(st.sampled_from(Item), st.sampled_from(Asked)),
)
def test_what_every_company_shows_is_not_for_the_operator_to_leave_out(country, kind, chosen):
    asked = asked_in(country, kind, chosen)
    assert list(asked) == [item for item in Item if item in (*FIXED[kind], *CHOSEN[kind])]
    assert all(asked[item] is Asked.REQUIRED for item in FIXED[kind])
    assert all(asked[item] is chosen[item] for item in CHOSEN[kind] if item in chosen)


def test_a_trader_is_asked_as_seller_and_buyer_a_partner_as_what_it_does_and_the_house_as_nothing():
    assert kinds_of(CompanyKind.TRADE) == (Kind.MERCHANT, Kind.BUYER)
    assert kinds_of(CompanyKind.OPERATOR) == ()
    assert all(kinds_of(kind) == (Kind(kind),) for kind in PARTNERS)
    asked = {kind: {*FIXED[kind], *CHOSEN[kind]} for kind in Kind}
    assert asked[Kind.MERCHANT] & asked[Kind.BUYER] == {Item.TERMS}  # what is said of one says nothing of the other
    assert asked[Kind.BUYER] == {*BUYING, Item.TERMS}
    assert set().union(*asked.values()) == set(Item)


def test_a_tax_id_is_asked_for_where_it_is_another_number_than_the_registers():
    for country in RCEP:
        usual = Asked.NOT_ASKED if country in VALIDATORS else Asked.OPTIONAL
        assert asked_in(country, Kind.MERCHANT, {})[Item.TAX_ID] is usual


@pytest.mark.parametrize(
    ("verdict", "reason", "until", "field"),
    [
        (Verdict.REJECT, " ", None, "reason"),
        (Verdict.WAIVE, "", None, "reason"),
        (Verdict.ACCEPT, "x" * 2_001, None, "reason"),
        (Verdict.ACCEPT, "", TODAY, "until"),
        (Verdict.WAIVE, "Why", TODAY - DAY, "until"),
    ],
)
def test_what_cannot_be_said_is_refused_by_its_field(verdict, reason, until, field):
    with pytest.raises(Refused) as refusal:
        check_ruling(verdict, reason, until, today=TODAY)
    (error,) = refusal.value.errors
    assert (error.field, bool(error.accepted)) == (field, True)


@given(st.sampled_from(Item), shown, rulings)
def test_a_page_offers_just_what_can_be_said(item, evidence, ruling):
    found = requirement(item, Asked.REQUIRED, evidence, ruling, today=TODAY)
    for verdict in Verdict:
        can = item in JUDGED and refusal_of(found, verdict, found.mark) is None
        assert can is (verdict in found.verdicts)


def refusal_of(found, verdict, mark="a"):
    try:
        found.check(verdict, mark)
    except Conflict as refusal:
        return refusal.code
    return None


def test_only_what_was_looked_at_is_judged():
    found = requirement(Item.LICENCE, Asked.REQUIRED, Evidence("a"), None, today=TODAY)
    assert refusal_of(found, Verdict.ACCEPT) is None
    assert refusal_of(found, Verdict.ACCEPT, "b") == "evidence_changed"
    assert refusal_of(found, Verdict.WAIVE, "") == "evidence_changed"


def test_what_is_over_is_not_accepted_though_it_is_waived():
    over = Evidence("a", TODAY - DAY)
    for ruling in (None, said(Verdict.WAIVE)):
        found = requirement(Item.LICENCE, Asked.REQUIRED, over, ruling, today=TODAY)
        assert refusal_of(found, Verdict.ACCEPT) == "evidence_over"
        assert found.verdicts == (Verdict.REJECT, Verdict.WAIVE)


def test_a_waiver_of_what_is_missing_can_be_taken_back():
    missing = requirement(Item.TAX_ID, Asked.REQUIRED, None, None, today=TODAY)
    assert refusal_of(missing, Verdict.REJECT, "") == "nothing_shown"
    waived = requirement(Item.TAX_ID, Asked.REQUIRED, None, said(Verdict.WAIVE, ""), today=TODAY)
    assert refusal_of(waived, Verdict.REJECT, "") is None
    back = requirement(Item.TAX_ID, Asked.REQUIRED, None, said(Verdict.REJECT, ""), today=TODAY)
    assert (back.state, back.reason) == (ItemState.MISSING, None)


@given(shown, rulings, days, st.booleans())
def test_an_end_is_told_of_only_while_it_is_what_counts(evidence, ruling, until, is_waiver):
    found = requirement(Item.LICENCE, Asked.REQUIRED, evidence, ruling, today=TODAY)
    if not found.stands_by(until, is_waiver=is_waiver):
        return
    if is_waiver:
        assert found.state is not ItemState.ACCEPTED
        assert found.state is not ItemState.WAIVED or (ruling.verdict is Verdict.WAIVE and ruling.until == until)
    else:
        assert evidence.until == until
        assert found.state is not ItemState.REJECTED


@pytest.mark.parametrize("state", [None, *MerchantState])
def test_the_first_licence_comes_with_the_application(state):
    applied = state in (MerchantState.SUBMITTED, MerchantState.APPROVED, MerchantState.SUSPENDED)
    assert comes_alone(Item.LICENCE, state) is applied
    assert comes_alone(Item.TAX_CERTIFICATE, state) is True
    assert comes_alone(Item.TAX_ID, state) is False


@pytest.mark.parametrize("until", [None, TODAY, TODAY + DAY], ids=["for_good", "today", "later"])
def test_what_is_waived_may_be_for_good_or_until_a_day_that_is_not_over(until):
    check_ruling(Verdict.WAIVE, "Its bank vouches for it.", until, today=TODAY)
    with pytest.raises(Refused) as refusal:
        check_ruling(Verdict.WAIVE, "Its bank vouches for it.", TODAY - DAY, today=TODAY)
    assert [(error.field, error.code, error.accepted) for error in refusal.value.errors] == [
        ("until", "day_over", "2026-11-27 or later")
    ]


def test_a_paper_that_is_shown_is_known_by_its_id_and_what_is_no_paper_by_none():
    paper = UUID(int=7)

    def shown_by(item, evidence):
        return requirement(item, Asked.REQUIRED, evidence, None, today=TODAY).paper_id

    assert shown_by(Item.LICENCE, Evidence(str(paper))) == paper
    assert shown_by(Item.LICENCE, Evidence(COMPARED)) is None
    assert shown_by(Item.LICENCE, None) is None
    assert shown_by(Item.TAX_ID, Evidence("0101243150")) is None


def test_papers_are_judged_and_a_paper_that_is_over_is_refused():
    assert set(PAPERS) <= set(JUDGED)
    check_last_day(None, field="until", today=TODAY)
    check_last_day(TODAY, field="until", today=TODAY)
    with pytest.raises(Refused):
        check_last_day(TODAY - DAY, field="until", today=TODAY)


@pytest.mark.parametrize(
    ("evidence", "ruling", "asked", "accepted", "verified"),
    [
        (Evidence("a"), None, Asked.REQUIRED, (), True),
        (Evidence("a"), said(Verdict.ACCEPT), Asked.REQUIRED, (Item.LICENCE,), True),
        (Evidence("a"), said(Verdict.REJECT), Asked.REQUIRED, (), False),
        # The next one waits: what it is to replace was rejected all the same.
        (Evidence("b"), said(Verdict.REJECT), Asked.REQUIRED, (), False),
        # The next one was rejected: the one before it still counts.
        (Evidence("a"), said(Verdict.REJECT), Asked.REQUIRED, (Item.LICENCE,), True),
        (Evidence("a"), said(Verdict.REJECT), Asked.OPTIONAL, (), True),
        (Evidence("b", proves_itself=True), said(Verdict.REJECT), Asked.REQUIRED, (), True),
        (None, said(Verdict.WAIVE), Asked.REQUIRED, (), True),
    ],
)
def test_nobody_is_called_verified_whose_paper_was_rejected(evidence, ruling, asked, accepted, verified):
    found = requirement(Item.LICENCE, asked, evidence, ruling, today=TODAY)
    assert is_verified([found], accepted) is verified


@pytest.mark.parametrize(
    ("ruling", "accepted", "compared"),
    [
        (None, (), True),
        (said(Verdict.ACCEPT), (Item.LICENCE,), True),
        (said(Verdict.REJECT), (), False),
        (said(Verdict.REJECT), (Item.LICENCE,), True),
        (said(Verdict.WAIVE), (), False),
        (said(Verdict.WAIVE), (Item.LICENCE,), True),
    ],
)
def test_no_claim_rests_on_a_licence_that_was_rejected(ruling, accepted, compared):
    assert is_compared(ruling, accepted) is compared
