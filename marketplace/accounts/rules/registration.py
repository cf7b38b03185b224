"""What somebody types to join, read as a whole: every field that is wrong is said at once."""

from collections.abc import Iterable
from dataclasses import dataclass

from marketplace.accounts.rules import companies, passwords, terms
from marketplace.accounts.rules.logins import Login, parse_login
from marketplace.accounts.rules.permissions import PARTNERS, CompanyKind
from marketplace.accounts.rules.refusals import Refusals
from marketplace.kernel.errors import Refused
from marketplace.mail.rules import Channel


@dataclass(frozen=True, slots=True)
class NewCompany:
    """A company as it will be stored."""

    name: str
    country: str
    registration_number: str


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person as they will be stored, but for the password, which will be hashed."""

    name: str
    login: Login
    password: str
    locale: str


def read_registration(
    *,
    name: str,
    country: str,
    registration_number: str,
    person_name: str,
    login: str,
    password: str,
    locale: str,
    accepted_terms: Iterable[str],
    current_terms: Iterable[str],
    allow_test_mail: bool,
) -> tuple[NewCompany, NewPerson]:
    """Return company and person, or refuse every field that is wrong."""
    refusals = Refusals()
    company, found = _read_company(refusals, name, country, registration_number, login, allow_test_mail=allow_test_mail)
    person = _read_person(
        refusals, name=person_name, login=found, password=password, locale=locale, about=(company.name,)
    )
    refusals(lambda: terms.check_accepted(accepted_terms, current_terms), None)
    refusals.raise_any()
    return company, person


def read_partner(
    *, kind: str, name: str, country: str, registration_number: str, login: str, allow_test_mail: bool
) -> tuple[CompanyKind, NewCompany, Login]:
    """Return a partner company and who is asked to lead it, or refuse every field that is wrong."""
    refusals = Refusals()
    found_kind = refusals(lambda: _parse_partner(kind), CompanyKind.CARRIER)
    company, found = _read_company(refusals, name, country, registration_number, login, allow_test_mail=allow_test_mail)
    refusals.raise_any()
    return found_kind, company, found


def read_person(
    *,
    name: str,
    login: Login,
    password: str,
    locale: str,
    about: Iterable[str],
    accepted_terms: Iterable[str],
    current_terms: Iterable[str],
) -> NewPerson:
    """Return the person behind an invited login name, or refuse every field that is wrong."""
    refusals = Refusals()
    person = _read_person(refusals, name=name, login=login, password=password, locale=locale, about=about)
    refusals(lambda: terms.check_accepted(accepted_terms, current_terms), None)
    refusals.raise_any()
    return person


def _parse_partner(kind: str) -> CompanyKind:
    if kind not in PARTNERS:
        raise Refused.field("kind", "choice", ", ".join(sorted(PARTNERS)))
    return CompanyKind(kind)


def _read_company(
    refusals: Refusals, name: str, country: str, registration_number: str, login: str, *, allow_test_mail: bool
) -> tuple[NewCompany, Login]:
    company = NewCompany(
        name=refusals(lambda: companies.parse_line("company_name", name), ""),
        country=refusals(lambda: companies.parse_country(country), ""),
        registration_number=refusals(
            lambda: companies.parse_line("registration_number", registration_number, companies.LONGEST_NUMBER), ""
        ),
    )
    # Without a good country there is nothing to read a national number in; it is then refused as well.
    nowhere = Login(Channel.MAIL, "")
    return company, refusals(
        lambda: parse_login(login, country=company.country or None, allow_test=allow_test_mail), nowhere
    )


def _read_person(
    refusals: Refusals, *, name: str, login: Login, password: str, locale: str, about: Iterable[str]
) -> NewPerson:
    refusals(lambda: passwords.check_password(password, about=(login.address, *about)), None)
    return NewPerson(
        name=refusals(lambda: companies.parse_line("person_name", name), ""),
        login=login,
        password=password,
        locale=refusals(lambda: companies.parse_locale(locale), ""),
    )


def taken() -> Refused:
    """Return the refusal of a login name that somebody has."""
    return Refused.field("login", "taken")
