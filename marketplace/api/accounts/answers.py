"""What the API says of companies and people."""

from uuid import UUID

from marketplace.api.shared.answers import Answer


class Registered(Answer):
    """A company that joined, and its first member."""

    company_id: UUID
    person_id: UUID


class Token(Answer):
    """A bearer token, shown this once, and the company it acts for."""

    token: str
    company_id: UUID | None


class Company(Answer):
    """A company as its own members see it."""

    id: UUID
    kind: str
    name: str
    country: str
    registration_number: str
    tax_id: str | None
    street: str
    city: str
    region: str
    postcode: str


class Me(Answer):
    """Who the token belongs to and what it may do."""

    person_id: UUID
    company_id: UUID | None
    display_name: str
    email: str | None
    phone: str | None
    locale: str
    has_second_factor: bool
    roles: list[str]
    permissions: list[str]
    terms_to_accept: list[str]


class Invited(Answer):
    """An open invitation; its token went to the invited address."""

    id: UUID


class Enrolment(Answer):
    """What an authenticator app is given."""

    secret: str
    uri: str


class RecoveryCodes(Answer):
    """Ten codes, shown this once, each good once."""

    codes: list[str]


class PersonData(Answer):
    """Everything the city keeps about a person."""

    data: dict[str, object]


class Terms(Answer):
    """The versions in force; registration accepts them by these labels."""

    labels: list[str]
