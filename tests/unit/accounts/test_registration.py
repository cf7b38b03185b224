"""A form is sent back once, with everything that is wrong."""

import pytest

from marketplace.accounts.rules.logins import Login
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.accounts.rules.registration import (
    NewCompany,
    NewPerson,
    read_partner,
    read_person,
    read_registration,
    taken,
)
from marketplace.kernel.errors import Refused
from marketplace.mail.rules import Channel

GOOD = {
    "name": " Lanxang Trading Sole Co. ",
    "country": "la",
    "registration_number": "01-00012345",
    "person_name": "A Buyer",
    "login": "Buyer@demo.test",
    "password": "over the Friendship Bridge",
    "locale": "en",
    "accepted_terms": ["privacy:1", "terms:1"],
    "current_terms": ["privacy:1", "terms:1"],
    "allow_test_mail": True,
}


def test_a_good_form_becomes_company_and_person():
    assert read_registration(**GOOD) == (
        NewCompany("Lanxang Trading Sole Co.", "LA", "01-00012345"),
        NewPerson("A Buyer", Login(Channel.MAIL, "buyer@demo.test"), "over the Friendship Bridge", "en"),
    )


def test_a_national_number_is_read_in_the_company_s_country():
    _, person = read_registration(**GOOD | {"country": "CN", "login": "138 0013 8000"})
    assert person.login == Login(Channel.TEXT, "+8613800138000")


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"name": ""}, ["company_name"]),
        ({"country": "Laos"}, ["country"]),
        ({"registration_number": "x" * 65}, ["registration_number"]),
        ({"login": "buyer"}, ["login"]),
        ({"password": "lanxang-trading"}, ["password"]),
        ({"accepted_terms": ["terms:1"]}, ["accepted_terms"]),
        ({"locale": "?"}, ["locale"]),
        (
            {"name": "\n", "country": "", "registration_number": "", "person_name": "", "login": "", "password": ""},
            ["company_name", "country", "registration_number", "login", "password", "person_name"],
        ),
    ],
)
def test_every_wrong_field_is_named(changes, fields):
    with pytest.raises(Refused) as refusal:
        read_registration(**GOOD | changes)
    assert [error.field for error in refusal.value.errors] == fields


def test_an_invited_person_brings_name_password_and_consent():
    login = Login(Channel.MAIL, "colleague@demo.test")
    wanted = {"login": login, "locale": "vi", "about": ["Lanxang"], "current_terms": ["terms:1"]}
    person = read_person(name="B", password="over the Friendship Bridge", accepted_terms=["terms:1"], **wanted)
    assert person == NewPerson("B", login, "over the Friendship Bridge", "vi")
    with pytest.raises(Refused) as refusal:
        read_person(name="", password="colleague@demo", accepted_terms=[], **wanted)
    assert [error.field for error in refusal.value.errors] == ["password", "person_name", "accepted_terms"]


PARTNER = {
    "kind": "broker",
    "name": "Clear",
    "country": "vn",
    "registration_number": "1",
    "login": "b@demo.test",
    "allow_test_mail": True,
}


def test_a_partner_is_a_kind_a_company_and_who_leads_it():
    found = read_partner(**PARTNER)
    assert found == (CompanyKind.BROKER, NewCompany("Clear", "VN", "1"), Login(Channel.MAIL, "b@demo.test"))


@pytest.mark.parametrize("kind", ["operator", "trade", ""])
def test_traders_and_operators_are_no_partners(kind):
    with pytest.raises(Refused) as refusal:
        read_partner(**PARTNER | {"kind": kind, "login": "b"})
    assert [error.field for error in refusal.value.errors] == ["kind", "login"]


def test_a_taken_login_name_is_a_refused_field():
    (error,) = taken().errors
    assert (error.field, error.code) == ("login", "taken")
