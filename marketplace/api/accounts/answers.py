"""What the API says of companies and people."""

from dataclasses import asdict
from uuid import UUID

from marketplace.accounts.queries import CompanyRow, MemberRow, UnitRow
from marketplace.accounts.queries.access import SessionRow, TokenRow
from marketplace.accounts.queries.directory import ListedPerson, PartnerRow
from marketplace.accounts.services import admission
from marketplace.accounts.services.tokens import Issued
from marketplace.api.shared.answers import Answer, Instant
from marketplace.audit import queries as audit


class Registered(Answer):
    """A company that joined, and its first member."""

    company_id: UUID
    person_id: UUID


class Token(Answer):
    """A bearer token, shown this once, and the company it acts for."""

    token: str
    company_id: UUID | None


class Company(Answer):
    """A company as its own members see it; ``verified_at`` says since when its name is the licence's."""

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
    contact: str
    version: int
    verified_at: Instant | None

    @classmethod
    def of(cls, row: CompanyRow) -> "Company":
        """Write a company."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


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


class Member(Answer):
    """A colleague, how they log in, and their roles."""

    person_id: UUID
    display_name: str
    email: str | None
    phone: str | None
    roles: list[str]
    since: Instant
    unit_id: UUID | None
    unit: str | None

    @classmethod
    def of(cls, row: MemberRow) -> "Member":
        """Write a member."""
        return cls.model_validate(row)


class IssuedToken(Answer):
    """A new token; its secret is shown this once."""

    id: UUID
    token: str
    expires_at: Instant

    @classmethod
    def of(cls, issued: Issued) -> "IssuedToken":
        """Write a new token."""
        return cls.model_validate(issued)


class OwnSession(Answer):
    """A browser in which one is logged in: what it calls itself, from which network address, since when."""

    id: UUID
    agent: str
    address: str
    began_at: Instant
    last_seen_at: Instant

    @classmethod
    def of(cls, row: SessionRow) -> "OwnSession":
        """Write a session."""
        return cls.model_validate(row)


class UnitAnswer(Answer):
    """A unit of a company, the cost centre of its orders, and how many members it has."""

    id: UUID
    name: str
    cost_centre: str
    members: int

    @classmethod
    def of(cls, row: UnitRow) -> "UnitAnswer":
        """Write a unit."""
        return cls.model_validate(row)


class CostCentres(Answer):
    """Whether papers of what a company orders print the cost centre."""

    printed: bool


class OwnToken(Answer):
    """A bearer token of one's own, known by the beginning of its secret; ``scopes`` null: it may what its holder may.

    ``last_used_at`` is noted once an hour.
    """

    id: UUID
    prefix: str
    company_id: UUID | None
    created_at: Instant
    expires_at: Instant
    last_used_at: Instant | None
    name: str
    scopes: list[str] | None

    @classmethod
    def of(cls, row: TokenRow) -> "OwnToken":
        """Write a token."""
        return cls.model_validate(row)


class Person(Answer):
    """A person as the city's admins see them."""

    id: UUID
    display_name: str
    email: str | None
    phone: str | None
    companies: list[str]
    created_at: Instant
    is_active: bool

    @classmethod
    def of(cls, row: ListedPerson) -> "Person":
        """Write a person."""
        return cls.model_validate(row)


class Partner(Answer):
    """A partner company; while nobody leads it, the address that was invited last.

    ``admitted``: it showed what it is asked for and may be given new work.
    """

    id: UUID
    kind: str
    name: str
    country: str
    registration_number: str
    created_at: Instant
    is_led: bool
    invited: str | None
    admitted: bool

    @classmethod
    def of(cls, row: PartnerRow, is_admitted: bool) -> "Partner":  # noqa: FBT001  the two halves of one row
        """Write a partner."""
        return cls.model_validate({**asdict(row), "admitted": is_admitted})


class Admitted(Answer):
    """A partner company and the open invitation of who shall lead it."""

    company_id: UUID
    invitation_id: UUID

    @classmethod
    def of(cls, row: admission.Admitted) -> "Admitted":
        """Write an admission."""
        return cls.model_validate(row)


class AuditEntry(Answer):
    """One act: when, by whom for which company, what, to which thing, with ids and codes only."""

    id: UUID
    at: Instant
    actor_id: UUID | None
    company_id: UUID | None
    action: str
    subject: str
    subject_id: UUID
    facts: dict[str, object]

    @classmethod
    def of(cls, row: audit.AuditEntry) -> "AuditEntry":
        """Write an audit row."""
        return cls.model_validate(row)
