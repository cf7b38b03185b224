"""Tables of companies, people and their keys. Personal data stands in ``person`` and ``invitation`` only."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, validates

from marketplace.accounts.rules import companies, names
from marketplace.accounts.rules.codes import Purpose
from marketplace.accounts.rules.handovers import HandoverState
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.accounts.rules.terms import TermsKind
from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json, insert_only
from marketplace.kernel.ids import new_id

# SHA-256 and HMAC-SHA-256 in hex.
_DIGEST: Final = sa.String(64)
_TAKES_ITS_NAME: Final = sa.text("verified_at IS NOT NULL AND NOT name_excused")


class Company(Base):
    """A legal entity that buys, sells, carries, declares or runs the city."""

    __tablename__ = "company"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    kind: Mapped[CompanyKind] = mapped_column(StateColumn(CompanyKind), index=True)
    name: Mapped[str] = mapped_column(sa.String(companies.LONGEST_NAME))
    # What the name looks like, see ``rules.names``; written with the name.
    name_skeleton: Mapped[str] = mapped_column(sa.String(names.LONGEST_SKELETON))
    # Whether the operator let a name stand beside one that looks like it.
    name_excused: Mapped[bool] = mapped_column(sa.Boolean, default=False, server_default=sa.false())
    country: Mapped[str] = mapped_column(sa.String(2))
    registration_number: Mapped[str] = mapped_column(sa.String(companies.LONGEST_NUMBER))
    tax_id: Mapped[str | None] = mapped_column(sa.String(companies.LONGEST_NUMBER))
    street: Mapped[str] = mapped_column(sa.String(companies.LONGEST_NAME), default="")
    city: Mapped[str] = mapped_column(sa.String(100), default="")
    region: Mapped[str] = mapped_column(sa.String(100), default="")
    postcode: Mapped[str] = mapped_column(sa.String(16), default="")
    # A desk or a company's mailbox, never a person: it stands on papers for ever.
    contact: Mapped[str | None] = mapped_column(sa.String(companies.LONGEST_CONTACT))
    version: Mapped[int] = mapped_column(sa.Integer, default=1, server_default="1")
    # Since when name and registration number are those that the operator compared with the licence.
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Whether papers of what it buys print the cost centre, which is else nobody's business but its own.
    prints_cost_centre: Mapped[bool] = mapped_column(sa.Boolean, default=False, server_default=sa.false())
    # Its closures that are not over, see ``rules.closures.stored``: read with its name wherever goods are shown.
    own_closures: Mapped[list[Any]] = mapped_column(Json, default=list, server_default="[]")

    __table_args__ = (
        sa.Index("ix_company_registration", "country", "registration_number"),
        sa.Index("ix_company_name_skeleton", "name_skeleton"),
        sa.Index(
            "uq_company_name_skeleton",
            "name_skeleton",
            unique=True,
            sqlite_where=_TAKES_ITS_NAME,
            postgresql_where=_TAKES_ITS_NAME,
        ),
    )

    @validates("name")
    def _look_of(self, _attribute: str, name: str) -> str:
        self.name_skeleton = names.skeleton(name)
        return name


class CompanyClosure(Base):
    """Days on which parts of a company are closed, as entered; kept when they are over, and when taken back."""

    __tablename__ = "company_closure"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    parts: Mapped[list[str]] = mapped_column(Json)  # sorted
    first_day: Mapped[date] = mapped_column(sa.Date)
    last_day: Mapped[date] = mapped_column(sa.Date)
    words: Mapped[dict[str, str]] = mapped_column(Json)
    entered_by: Mapped[UUID] = mapped_column(sa.Uuid)
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("first_day <= last_day", name="days"),
        sa.Index("ix_company_closure_company_id_first_day", "company_id", "first_day"),
    )


class Unit(Base):
    """A part of a company that its members belong to, with the cost centre that its orders are booked under."""

    __tablename__ = "company_unit"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    name: Mapped[str] = mapped_column(sa.String(100))
    cost_centre: Mapped[str] = mapped_column(sa.String(40))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.Index(
            "uq_company_unit_open_name",
            "company_id",
            "name",
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        ),
    )


class Person(Base):
    """Somebody who logs in; after erasure an id that others' facts still point to."""

    __tablename__ = "person"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    name: Mapped[str | None] = mapped_column(sa.String(companies.LONGEST_NAME))
    email: Mapped[str | None] = mapped_column(sa.String(254), unique=True)
    phone: Mapped[str | None] = mapped_column(sa.String(16), unique=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # a code or link sent there came back
    locale: Mapped[str] = mapped_column(sa.String(16))
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    # Raised by whatever must end every session; a session carries the number it began with.
    auth_epoch: Mapped[int] = mapped_column(sa.Integer, default=0)
    totp_sealed: Mapped[str | None] = mapped_column(sa.String(300))
    totp_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    totp_last_step: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint(
            "erased_at IS NOT NULL OR email IS NOT NULL OR phone IS NOT NULL", name="reachable_unless_erased"
        ),
        sa.CheckConstraint(
            "erased_at IS NULL OR (name IS NULL AND email IS NULL AND phone IS NULL AND password_hash IS NULL"
            " AND totp_sealed IS NULL AND disabled_at IS NOT NULL)",
            name="erased_is_empty",
        ),
    )


class Membership(Base):
    """A person in a company, with roles, until it ends."""

    __tablename__ = "membership"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    roles: Mapped[list[str]] = mapped_column(Json)  # sorted
    unit_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.Index(
            "uq_membership_live",
            "person_id",
            "company_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
        sa.Index("ix_membership_company", "company_id"),
    )


class Duty(Base):
    """Who in a company is in charge of something of another feature, by its kind and id: an order, a claim, a day."""

    __tablename__ = "duty"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    kind: Mapped[str] = mapped_column(sa.String(20))
    subject_id: Mapped[UUID] = mapped_column(sa.Uuid)
    person_id: Mapped[UUID] = mapped_column(sa.Uuid)
    since: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("company_id", "kind", "subject_id"),
        sa.Index("ix_duty_company_id_person_id", "company_id", "person_id"),
    )


class Handover(Base):
    """What a leaver has in hand goes to a successor once both confirm the same list, known by its hash.

    ``leaver_by`` is who confirmed in the leaver's place; ``items`` are pairs of kind and id, written when it is done.
    """

    __tablename__ = "handover"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), index=True)
    leaver_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    successor_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    state: Mapped[HandoverState] = mapped_column(StateColumn(HandoverState))
    opened_by: Mapped[UUID] = mapped_column(sa.Uuid)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    leaver_hash: Mapped[str | None] = mapped_column(_DIGEST)
    leaver_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    leaver_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    successor_hash: Mapped[str | None] = mapped_column(_DIGEST)
    successor_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    items: Mapped[list[list[str]] | None] = mapped_column(Json)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.Index(
            "uq_handover_open",
            "company_id",
            "leaver_id",
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
        sa.CheckConstraint("leaver_id <> successor_id", name="two_people"),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended"),
        sa.CheckConstraint(
            "state <> 'done' OR (items IS NOT NULL AND leaver_hash = successor_hash)", name="both_confirmed_the_same"
        ),
    )


class Invitation(Base):
    """A key to a company, sent to an address; used once, for a while."""

    __tablename__ = "invitation"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    token_hash: Mapped[str] = mapped_column(_DIGEST, unique=True)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), index=True)
    invited_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    email: Mapped[str | None] = mapped_column(sa.String(254), index=True)
    phone: Mapped[str | None] = mapped_column(sa.String(16), index=True)
    roles: Mapped[list[str]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))


class ApiToken(Base):
    """A bearer token: one person acting over the API, for one company or for none."""

    __tablename__ = "api_token"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    prefix: Mapped[str] = mapped_column(sa.String(16))  # enough to recognise it in a list
    token_hash: Mapped[str] = mapped_column(_DIGEST, unique=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"), index=True)
    company_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("company.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # to the hour
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # What its holder calls it; and all that it may do, where that is less than its holder may.
    name: Mapped[str] = mapped_column(sa.String(80), default="", server_default=sa.text("''"))
    scopes: Mapped[list[str] | None] = mapped_column(Json)


class LoginSession(Base):
    """A browser in which somebody is logged in: where it says it is, since when, and when it was seen last."""

    __tablename__ = "login_session"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"), index=True)
    agent: Mapped[str] = mapped_column(sa.String(200))  # what the browser calls itself
    address: Mapped[str] = mapped_column(sa.String(45))
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)  # to the hour
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OneTimeCode(Base):
    """A short code sent to a login name; kept for unknown names too, so that both take the same path."""

    __tablename__ = "one_time_code"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    purpose: Mapped[Purpose] = mapped_column(StateColumn(Purpose))
    login_hash: Mapped[str] = mapped_column(_DIGEST)
    code_hash: Mapped[str] = mapped_column(_DIGEST)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    attempts: Mapped[int] = mapped_column(sa.Integer, default=0)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (sa.Index("ix_one_time_code_login", "login_hash", "purpose"),)


class RecoveryCode(Base):
    """One of the codes that replace a lost phone, each good once."""

    __tablename__ = "recovery_code"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    code_hash: Mapped[str] = mapped_column(_DIGEST)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (sa.UniqueConstraint("person_id", "code_hash"),)


class LoginCounter(Base):
    """Failures of one bucket, counted here so that all workers count together."""

    __tablename__ = "login_counter"

    bucket: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    count: Mapped[int] = mapped_column(sa.Integer)
    window_start: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TermsVersion(Base):
    """A published version of the terms or the privacy notice; its words are in the translations."""

    __tablename__ = "terms_version"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    kind: Mapped[TermsKind] = mapped_column(StateColumn(TermsKind))
    version: Mapped[str] = mapped_column(sa.String(32))
    text_key: Mapped[str] = mapped_column(sa.String(100))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.UniqueConstraint("kind", "version"),)


class TermsAcceptance(Base):
    """Who accepted which version when."""

    __tablename__ = "terms_acceptance"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    terms_version_id: Mapped[UUID] = mapped_column(sa.ForeignKey("terms_version.id"))
    accepted_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.UniqueConstraint("person_id", "terms_version_id"),)


# What was agreed to is evidence.
insert_only(TermsVersion)
insert_only(TermsAcceptance)
