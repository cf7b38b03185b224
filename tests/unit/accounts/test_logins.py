"""Login names and what people are called, in their one stored form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.accounts.rules.companies import (
    Address,
    parse_address,
    parse_country,
    parse_line,
    parse_locale,
    parse_optional_line,
)
from marketplace.accounts.rules.logins import Login, check_reachable, parse_email, parse_login, parse_phone
from marketplace.kernel.errors import Refused
from marketplace.mail.rules import Channel


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Buyer@Durian-Trade.COM", "buyer@durian-trade.com"),
        ("  sales@lanxang.la ", "sales@lanxang.la"),
        ("nguyễn@cà-phê.vn", "nguyễn@cà-phê.vn"),
    ],
)
def test_mail_has_one_form(typed, stored):
    assert parse_email(typed) == stored


@pytest.mark.parametrize(
    "typed", ["", "buyer", "buyer@", "@durian.com", "a b@durian.com", "a@b@durian.com", "a\x00@durian.com",
              "a\r\nBcc: x@durian.com", "x" * 300 + "@durian.com", "buyer@localhost", "\ud800@durian.com"]
)  # fmt: skip
def test_what_is_no_mail_is_refused(typed):
    with pytest.raises(Refused) as refusal:
        parse_email(typed)
    assert refusal.value.errors[0].field == "email"


def test_test_addresses_only_where_nothing_is_real():
    assert parse_email("buyer@demo.test", allow_test=True) == "buyer@demo.test"
    with pytest.raises(Refused):
        parse_email("buyer@demo.test")


@pytest.mark.parametrize(
    ("typed", "country", "stored"),
    [
        ("+86 138 0013 8000", None, "+8613800138000"),
        ("138 0013 8000", "CN", "+8613800138000"),
        ("091 234 56 78", "VN", "+84912345678"),
        ("+84 (0)91 234 5678", None, "+84912345678"),
        ("０８１-234-5678", "TH", "+66812345678"),
    ],
)
def test_phones_have_one_form(typed, country, stored):
    assert parse_phone(typed, country=country) == stored


@pytest.mark.parametrize("typed", ["", "12", "138 0013 8000", "+86 1", "+999 123456789", "call me", "9" * 500])
def test_what_is_no_phone_is_refused(typed):
    with pytest.raises(Refused) as refusal:
        parse_phone(typed)
    assert refusal.value.errors[0].field == "phone"


@pytest.mark.parametrize(
    ("typed", "login"),
    [
        ("Buyer@durian.com", Login(Channel.MAIL, "buyer@durian.com")),
        ("+86 138 0013 8000", Login(Channel.TEXT, "+8613800138000")),
    ],
)
def test_an_at_sign_tells_mail_from_phone(typed, login):
    assert parse_login(typed) == login
    assert (login.email, login.phone).count(None) == 1
    assert login.address in (login.email, login.phone)


@given(st.text())
def test_every_text_is_a_login_name_or_refused(text):
    errors = []
    try:
        login = parse_login(text, allow_test=True)
    except Refused as refusal:
        errors = [(error.field, error.code) for error in refusal.errors]
    assert errors == [("login", "login")] or parse_login(login.address, allow_test=True) == login


@pytest.mark.parametrize(
    ("typed", "code"),
    [("", "required"), ("  ", "required"), ("x" * 201, "too_long"), ("a\nb", "one_line"), ("a\x00b", "one_line")],
)
def test_names_are_one_line(typed, code):
    with pytest.raises(Refused) as refusal:
        parse_line("company_name", typed)
    assert [(error.field, error.code) for error in refusal.value.errors] == [("company_name", code)]


def test_names_are_composed_and_trimmed():
    assert parse_line("name", " Cà phê ") == "Cà phê"
    assert parse_optional_line("tax_id", " ") == ""
    assert parse_optional_line("tax_id", " 42 ") == "42"


def test_countries_and_languages():
    assert parse_country(" cn ") == "CN"
    assert parse_locale("zh_Hans") == "zh_Hans"
    # Ascension and Tristan da Cunha can be telephoned, but nobody here knows their feasts.
    for read, wrong in [
        (parse_country, "AC"),
        (parse_country, "TA"),
        (parse_country, "XX"),
        (parse_country, "China"),
        (parse_locale, ""),
        (parse_locale, "../en"),
    ]:
        with pytest.raises(Refused):
            read(wrong)


def test_an_address_is_cleaned_line_by_line():
    assert parse_address(Address(" 1 Quay ", "Qinzhou", "", "535000")) == Address("1 Quay", "Qinzhou", "", "535000")
    assert parse_address(Address(" ", "", "", "")).lines == ""
    assert Address("1 Quay", "Qinzhou", "", "535000").lines == "1 Quay, Qinzhou, 535000"
    with pytest.raises(Refused) as refusal:
        parse_address(Address(region="Guangxi"))
    assert [error.field for error in refusal.value.errors] == ["street", "city"]
    with pytest.raises(Refused) as refusal:
        parse_address(Address(postcode="5" * 17))
    assert refusal.value.errors[0].field == "postcode"


def test_a_phone_is_a_login_only_where_texts_are_sent():
    phone, mail = Login(Channel.TEXT, "+8613800138000"), Login(Channel.MAIL, "name@company.example")
    assert check_reachable(phone, sends_texts=True) == phone
    assert check_reachable(mail, sends_texts=False) == mail
    with pytest.raises(Refused) as refusal:
        check_reachable(phone, sends_texts=False)
    assert [(error.field, error.code) for error in refusal.value.errors] == [("login", "no_texts")]
