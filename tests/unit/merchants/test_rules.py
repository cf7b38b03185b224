"""Who may sell: numbers, accounts, impartial decisions."""

from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.accounts.rules.numbers import STATED, VALIDATORS, Proof, check_number, is_as_stated
from marketplace.kernel.errors import NotAllowed, Refused
from marketplace.merchants.rules.applications import check_decision, check_impartial, check_standing
from marketplace.merchants.rules.payees import PayeeAccount, check_account, masked
from marketplace.reference.rules import RCEP

TODAY = date(2026, 11, 25)
ACCOUNT = PayeeAccount("Demo Co.", "Demo Bank", "6217 0000-1234.5678", "demo cn 22", "CN")


@pytest.mark.parametrize(
    ("country", "text", "number", "check", "proof"),
    [
        ("CN", "91110000600037341L", "91110000600037341L", "stdnum.cn.uscc", Proof.CHECKSUM),
        ("VN", "0100233488", "0100233488", "stdnum.vn.mst", Proof.CHECKSUM),
        ("TH", "0-99-4-000-61772-1", "0994000617721", "stdnum.th.tin", Proof.CHECKSUM),
        ("ID", "01.300.066.6-091.000", "013000666091000", "stdnum.id.npwp", Proof.CHECKSUM),
        ("SG", "S16FC0121D", "S16FC0121D", "stdnum.sg.uen", Proof.CHECKSUM),
        ("JP", "5-8356-7825-6246", "5835678256246", "stdnum.jp.cn", Proof.CHECKSUM),
        ("KR", "116-82-00276", "1168200276", "stdnum.kr.brn", Proof.FORMAT),
        ("AU", "83 914 571 673", "83914571673", "stdnum.au.abn", Proof.CHECKSUM),
        ("NZ", "4909185-0", "49091850", "stdnum.nz.ird", Proof.CHECKSUM),
        ("LA", " 01-00004321 ", "01-00004321", "pattern", Proof.PATTERN),
        ("MY", "201901000005 (1312525-a)".partition(" ")[0], "201901000005", "pattern", Proof.PATTERN),
    ],
)
def test_numbers_are_checked_by_their_country(country, text, number, check, proof):
    found = check_number(country, text)
    assert (found.number, found.check, found.proof) == (number, check, proof)


@pytest.mark.parametrize(
    ("country", "text", "code"),
    [
        ("CN", "91110000600037340L", "registration_number"),
        ("VN", "12345", "registration_number"),
        ("TH", "1-2345-45678-78-9", "registration_number"),
        ("ID", "0130006660910000", "registration_number"),
        ("JP", "2-8356-7825-6246", "registration_number"),
        ("AU", "99 999 999 999", "registration_number"),
        ("NZ", "136410133", "registration_number"),
        ("LA", "abc", "registration_pattern"),
        ("KH", "ABCDE", "registration_pattern"),
        ("MM", "1" * 31, "registration_pattern"),
    ],
)
def test_wrong_numbers_are_refused_saying_which_is_wanted(country, text, code):
    with pytest.raises(Refused) as refusal:
        check_number(country, text)
    (error,) = refusal.value.errors
    assert (error.field, error.code, bool(error.accepted)) == ("registration_number", code, True)


@pytest.mark.parametrize(
    ("country", "text", "code"),
    [("CN", "91110000600037340L", "registration_number"), ("LA", "abc", "number_pattern")],
)
def test_a_tax_id_is_checked_like_a_registration_number(country, text, code):
    with pytest.raises(Refused) as refusal:
        check_number(country, text, field="tax_id")
    assert [(error.field, error.code) for error in refusal.value.errors] == [("tax_id", code)]


def test_every_country_of_rcep_has_a_validator_or_a_stated_pattern():
    assert set(VALIDATORS).isdisjoint(STATED)
    assert set(VALIDATORS) | set(STATED) == RCEP
    for country, stated in STATED.items():
        assert is_as_stated(country, check_number(country, stated.example).number)
    assert is_as_stated("DE", "HRB 1234")


@given(st.data(), st.sampled_from(sorted(STATED)))
def test_a_number_as_its_register_states_is_taken_and_kept_as_it_is(data, country):
    number = data.draw(st.from_regex(STATED[country].pattern, fullmatch=True))
    if len(number) < 4:  # an old Malaysian number may be three characters long: no licence of today shows one
        return
    found = check_number(country, f" {number.lower()} ")
    assert (found.number, found.check, found.proof) == (number, "pattern", Proof.PATTERN)
    assert is_as_stated(country, found.number)


@given(st.sampled_from([("MY", "2019-01"), ("LA", "AB 12"), ("MM", "1234/2013"), ("BN", "12345"), ("KH", "12")]))
def test_a_number_written_otherwise_is_shown_to_the_reviewer(found):
    assert not is_as_stated(*found)


@given(
    st.sampled_from(
        [("CN", "91110000600037341L"), ("VN", "0100233488"), ("TH", "0994000617721"), ("ID", "013000666091000"),
         ("SG", "S16FC0121D"), ("JP", "5835678256246"), ("KR", "1168200276"), ("AU", "83914571673"),
         ("NZ", "49091850")]
    ),
    st.data(),
)  # fmt: skip
def test_blanks_and_small_letters_make_no_other_number(known, data):
    country, number = known
    gap = data.draw(st.integers(1, len(number) - 1))
    typed = f" {number[:gap]} {number[gap:]} "
    found = check_number(country, data.draw(st.sampled_from([typed, typed.lower()])))
    assert found.number == number
    assert check_number(country, found.number) == found


def test_accounts_are_kept_compact():
    kept = check_account(ACCOUNT, currency="CNY")
    assert (kept.account_number, kept.bic, masked(kept.account_number)) == ("6217000012345678", "DEMOCN22", "••••5678")
    assert PayeeAccount(**kept.as_json()) == kept


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"account_name": " "}, {"account_name": "required"}),
        ({"bank_name": "b" * 141}, {"bank_name": "too_long"}),
        ({"account_number": "12"}, {"account_number": "account_number"}),
        ({"account_number": "GB00WEST12345698765432"}, {"account_number": "iban"}),
        ({"bic": "NOPE"}, {"bic": "bic"}),
        ({"bic": "DEMOTH22"}, {"bic": "bic_country"}),
        ({"country": "ZZ"}, {"country": "country"}),
    ],
)
def test_every_wrong_part_of_an_account_is_named(changes, codes):
    given = PayeeAccount(**{**ACCOUNT.as_json(), **changes})
    with pytest.raises(Refused) as refusal:
        check_account(given, currency="XXX")
    assert {error.field: error.code for error in refusal.value.errors} == {**codes, "currency": "currency"}


def test_decisions_are_known_and_have_reasons():
    check_decision("approve", "Fine.")
    check_standing("suspend", "Counterfeits.")
    for check, word in ((check_decision, "suspend"), (check_standing, "approve")):
        with pytest.raises(Refused):
            check(word, "Fine.")
    for reason in (" ", "x" * 2_001):
        with pytest.raises(Refused):
            check_decision("approve", reason)


def test_nobody_decides_about_their_own():
    one, other, company = uuid4(), uuid4(), uuid4()
    check_impartial(reviewer=one, reviewer_companies=[uuid4()], applicant=company, submitted_by=other)
    check_impartial(reviewer=None, reviewer_companies=[], applicant=company, submitted_by=None)
    for companies, author in (([company], other), ([], one)):
        with pytest.raises(NotAllowed):
            check_impartial(reviewer=one, reviewer_companies=companies, applicant=company, submitted_by=author)
