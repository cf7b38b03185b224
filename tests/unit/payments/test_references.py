"""References as banks mangle them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iso11649

from marketplace.kernel.ids import new_reference
from marketplace.payments.rules.references import (
    PREFIX,
    creditor_reference,
    doubtful_in,
    references_in,
    subjects_in,
)


@pytest.mark.parametrize("_attempt", range(50))
def test_a_creditor_reference_is_valid_and_names_our_reference(_attempt):
    ours = new_reference(PREFIX)
    creditor = creditor_reference(ours)
    assert iso11649.is_valid(creditor)
    assert references_in(creditor) == (ours,)


@pytest.mark.parametrize(
    "text",
    [
        "PAY-7K3M-Q9TX",
        "pay 7k3m q9tx",
        "/INV/12 PAY7K3MQ9TX//",
        "货款 PAY-7K3M-Q9TX 谢谢",
        "PAYMENT PAY-7K3M-Q9TX",
        "RF10 PAY7 K3MQ 9TX",
    ],
)
def test_a_reference_is_found_in_any_spelling(text):
    assert "PAY-7K3M-Q9TX" in references_in(text)


@pytest.mark.parametrize(
    "text", ["RF00PAYQPQAR4SX", "/ROC/RF51 PAYQ PQAR 4SX", "RF1SPAYQPQAR4SX", "inv rf00 pay-qpqa-r4sx"]
)
def test_behind_wrong_check_digits_a_reference_is_only_meant(text):
    assert (references_in(text), doubtful_in(text)) == ((), ("PAY-QPQA-R4SX",))
    beside = f"{text} PAY-QPQA-R4SX"
    assert (references_in(beside), doubtful_in(beside)) == (("PAY-QPQA-R4SX",), ())


def test_right_check_digits_may_be_misread_as_letters():
    assert references_in("RFI5PAYQPQAR4SX") == ("PAY-QPQA-R4SX",)
    assert doubtful_in("RF15PAYQPQAR4SX") == ()


def test_misread_letters_are_the_digits_they_look_like():
    assert references_in("PAY-OK3M-Q9LX") == ("PAY-0K3M-Q91X",)


@pytest.mark.parametrize("text", ["", "ORD-7K3M-Q9TX", "PAY-7K3M", "invoice 4711"])
def test_a_text_without_reference_names_none(text):
    assert references_in(text) == ()


@pytest.mark.parametrize("prefix", ["ORD", "FRT"])
@pytest.mark.parametrize(
    "written", ["{}-7K3M-Q9TX", "{} 7k3m q9tx", "payment for{}7K3MQ9TX thanks", "货款 {}-7K3M-Q9TX"]
)
def test_a_subject_is_found_in_any_spelling(prefix, written):
    assert f"{prefix}-7K3M-Q9TX" in subjects_in(written.format(prefix))
    assert f"{prefix}-7K3M-Q9TX" in subjects_in(written.format(prefix.lower()))


def test_a_payment_names_no_subject():
    assert subjects_in("PAY-7K3M-Q9TX") == ()
    assert subjects_in("0RD-7K3M-Q9TX ORD-0000-0000") == ("ORD-7K3M-Q9TX", "ORD-0000-0000")


@given(st.text())
def test_any_text_can_be_searched(text):
    assert all(len(reference) == 13 for reference in references_in(text))
