"""What people send about companies, logins and themselves."""

from typing import Annotated, Literal
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import AfterValidator, BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Country, Line, Request, Verbatim, Whole, blank_is_none, clean_text, one_line

Secret = Annotated[Verbatim, Field(min_length=1, max_length=200)]
PersonName = Annotated[Line, Field(max_length=100)]
Optional = Annotated[Line | None, BeforeValidator(blank_is_none)]
OptionalName = Annotated[PersonName | None, BeforeValidator(blank_is_none)]

# Text that may be empty: then nothing is said any more.
Words = Annotated[
    str,
    BeforeValidator(clean_text, json_schema_input_type=str),
    AfterValidator(one_line),
    Field(max_length=200),
]

# Pages and letters are written in these.
Language = Annotated[Literal["en", "zh", "vi"] | None, BeforeValidator(blank_is_none)]


class Registration(Request):
    """A company and its first member; ``login`` is an e-mail address or a phone number with its country code.

    ``locale`` is the language the member is written to in, by default the one that Accept-Language asks for.
    """

    company_name: Line
    country: Country
    registration_number: Line
    person_name: PersonName
    login: Line
    password: Secret
    accepted_terms: list[Line] = Field(default_factory=list, max_length=10)
    locale: Language = None


class CompanyPatch(Request):
    """What changes of a company, and the ``version`` that was looked at; what is left out stays, empty text clears.

    ``tax_id`` is the number its country's tax office knows it by; ``contact`` is a desk or mailbox, not a person.
    """

    version: Whole
    name: Words | None = None
    tax_id: Words | None = None
    street: Words | None = None
    city: Words | None = None
    region: Words | None = None
    postcode: Words | None = None
    contact: Words | None = None


class SignIn(Request):
    """A login with its password or a one-time code, and the second factor where there is one.

    ``company_id`` chooses the company to act for; without it, it is the one joined first.
    """

    login: Line
    password: Secret | None = None
    code: Optional = None
    second_factor: Optional = None
    company_id: Annotated[UUID | None, BeforeValidator(blank_is_none)] = None


class CompanyChoice(Request):
    """Which of one's companies one acts for from now on."""

    company_id: UUID


class CodeRequest(Request):
    """Where a one-time code is sent, and what for."""

    login: Line
    purpose: Literal["sign_in", "reset_password"] = "sign_in"


class Invitation(Request):
    """Who is invited into a company, to do what, and the language of the letter."""

    login: Line
    roles: list[Line] = Field(min_length=1, max_length=12)
    locale: Language = None


class InvitationAcceptance(Request):
    """A newcomer's name, password and language; somebody with an account keeps those of that account and says none."""

    person_name: OptionalName = None
    password: Annotated[Secret | None, BeforeValidator(blank_is_none)] = None
    accepted_terms: list[Line] = Field(default_factory=list, max_length=10)
    locale: Language = None


class PasswordChange(Request):
    """The old password and the new one."""

    current_password: Secret
    new_password: Secret


class PasswordReset(Request):
    """A one-time code and the new password."""

    login: Line
    code: Line
    new_password: Secret


class SecondFactor(Request):
    """A code of the authenticator, or a recovery code where allowed."""

    code: Line


class TermsAcceptance(Request):
    """The versions that are accepted, by label."""

    accepted_terms: list[Line] = Field(min_length=1, max_length=10)


class Erasure(Request):
    """The password again, before a person's data is deleted for ever."""

    current_password: Secret


messages.register(
    errors={
        "wrong_login": _("Login, password or code is wrong, or no longer valid."),
        "wrong_code": _("The code is wrong, used or too old."),
        "wrong_password": _("The password is wrong."),
        "second_factor_needed": _("The code of your authenticator app is needed too."),
        "terms_needed": _(
            "The terms or the privacy notice have changed. Accept them first: on your account's page, or with"
            " POST /api/v1/me/terms."
        ),
        "must_enrol": _("The operator's staff need a second factor. Set it up on the site first."),
        "already_member": _("This person is a member already."),
        "last_leader": _("Somebody has to lead the company: give another member the leading role first."),
        "own_roles": _("Nobody gives themselves a role of the operator's staff. Another admin has to."),
        "second_admin": _(
            "Treasury and admin are given to members only, by an admin who did not invite them, or on the command line."
        ),
        "totp_active": _("An authenticator app is set up already."),
        "totp_missing": _("There is no authenticator app to confirm or remove."),
        "company_changed": _(
            "Somebody changed the company since you opened it. Nothing of yours is saved; open it again."
        ),
        "key_malformed": _("An Idempotency-Key has 1 to 255 printable ASCII characters."),
    },
    fields={
        "name_verified": _("The operator compared this name with your licence, so it stays: %(accepted)s."),
        "number_pattern": _("Write the number as your tax office does: %(accepted)s."),
        "terms": _("Please accept the current versions: %(accepted)s."),
        "email": _("Write an e-mail address such as %(accepted)s."),
        "phone": _("Write a phone number with its country code such as %(accepted)s."),
        "no_texts": _("No text messages are sent here yet. Write an e-mail address: %(accepted)s."),
        "login": _("Write an e-mail address, or a phone number with its country code: %(accepted)s."),
        "password_common": _("This password is tried first by anybody who guesses. Choose another."),
        "password_monotonous": _("Use at least %(accepted)s different characters."),
        "password_personal": _("A password does not contain your name, login or company."),
        "key_missing": _("Send a key."),
    },
)
