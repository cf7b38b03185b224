"""Who approves, and a file that no sheet program runs."""

import csv
import io
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.cells import as_csv
from marketplace.kernel.errors import Conflict, NotAllowed, Refused
from marketplace.kernel.money import Money
from marketplace.payments.rules import payouts as rules
from marketplace.payments.rules.terms import PayeeAccount

ONE, TWO, CITY, SHOP = (UUID(int=number) for number in range(1, 5))
THRESHOLD = Money(50_000_00, "CNY")


def test_two_people_from_the_threshold_on_and_where_no_rate_tells():
    assert rules.approvals_needed(Money(49_999_99, "CNY"), THRESHOLD) == 1
    assert rules.approvals_needed(THRESHOLD, THRESHOLD) == 2
    assert rules.approvals_needed(Money(1, "CNY"), None) == 2


def test_nobody_approves_his_own_or_twice():
    rules.check_approver(person_id=ONE, companies=[CITY], payee_company_id=SHOP, approved_by=[TWO])
    with pytest.raises(NotAllowed):
        rules.check_approver(person_id=ONE, companies=[CITY, SHOP], payee_company_id=SHOP, approved_by=[])
    with pytest.raises(Conflict):
        rules.check_approver(person_id=ONE, companies=[CITY], payee_company_id=SHOP, approved_by=[ONE])


def test_results_are_named():
    assert rules.result_action("returned") == "return"
    with pytest.raises(Refused):
        rules.result_action("sent")


def test_an_instruction_names_account_amount_and_reference():
    account = PayeeAccount("@Shop", "Bank", "6222", "BANKCNBJ", "CN")
    text = rules.instruction_file([rules.Instruction("OUT-1", account, Money(1_234_567, "VND"))], remittance="City")
    (row,) = csv.DictReader(io.StringIO(text))
    assert tuple(row) == rules.COLUMNS
    assert (row["beneficiary_name"], row["amount"], row["currency"]) == ("'@Shop", "1234567", "VND")
    assert row["remittance_text"] == "City OUT-1"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), min_size=1))
def test_no_cell_begins_like_a_formula(cells):
    _header, row = csv.reader(io.StringIO(as_csv([["a"], cells]), newline=""))
    for before, after in zip(cells, row, strict=True):
        assert after in (before, f"'{before}")
        assert after[:1] not in tuple("=+@\t\r")
        assert not after.startswith("-") or after[1:].replace(".", "", 1).isdigit()


def test_numbers_stay_numbers():
    assert as_csv([["a", "b", "c"], ["-12.50", None, "-1+1"]]).splitlines()[1] == "-12.50,,'-1+1"


@pytest.mark.parametrize("booked_on", [date(2026, 11, 26), date(2026, 11, 30)])
def test_a_bank_books_nothing_before_it_was_sent_nor_tomorrow(booked_on):
    sent_on, today = date(2026, 11, 27), date(2026, 11, 29)
    rules.check_result(booked_on=sent_on, sent_on=sent_on, today=today)
    rules.check_result(booked_on=today, sent_on=sent_on, today=today)
    with pytest.raises(Refused) as refusal:
        rules.check_result(booked_on=booked_on, sent_on=sent_on, today=today)
    assert [(error.field, error.code) for error in refusal.value.errors] == [("booked_on", "range")]
