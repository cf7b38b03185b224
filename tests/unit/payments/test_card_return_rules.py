"""How money goes back that a card's bank refused, as rules."""

import pytest

from marketplace.kernel.errors import Conflict, NotAllowed, Refused
from marketplace.kernel.ids import new_id
from marketplace.merchants.rules.payees import PayeeAccount
from marketplace.payments.rules.card_returns import Way, account_for, check_approver, refund_key, return_of, way_of


@pytest.mark.parametrize("way", Way)
def test_ways_have_names(way: Way) -> None:
    assert way_of(way.value) is way


@pytest.mark.parametrize("text", ["", "BANK", "cash"])
def test_other_names_are_refused_with_those_that_there_are(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        way_of(text)
    assert refusal.value.errors[0].accepted == ", ".join(Way)


def test_two_people_choose_one_way() -> None:
    first, second = new_id(), new_id()
    check_approver(person_id=first, way=Way.BANK, chosen=None, approved_by=[])
    check_approver(person_id=second, way=Way.BANK, chosen=Way.BANK, approved_by=[first])
    with pytest.raises(NotAllowed):
        check_approver(person_id=first, way=Way.BANK, chosen=Way.BANK, approved_by=[first])
    with pytest.raises(Conflict):
        check_approver(person_id=second, way=Way.CARD, chosen=Way.BANK, approved_by=[first])


def test_a_refund_tells_which_return_made_it() -> None:
    number = new_id()
    assert return_of(refund_key(number, 3)) == number
    assert return_of("refund:3") is None


def test_money_goes_back_to_the_payers_own_account_and_else_to_the_one_that_is_told():
    named = PayeeAccount("Buyer", "Bank", "6222000000000077", "BFTVVNVX", "VN")
    other = PayeeAccount("Buyer", "Bank", "6222000000000088", "BFTVVNVX", "VN")
    assert account_for(named=named, told=None) == named
    assert account_for(named=named, told=named) == named
    assert account_for(named=None, told=other) == other
    for told in (other, None):
        with pytest.raises(Refused):
            account_for(named=named if told else None, told=told)
