"""What happened to merchants and their accounts, by id."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from marketplace.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantSubmitted(Event):
    """A company applied to sell."""

    company_id: UUID
    application_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationOverdue(Event):
    """The operator has not answered an application in time; it still waits."""

    company_id: UUID
    application_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantApproved(Event):
    """A company may sell from now on."""

    company_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantTurnedDown(Event):
    """An application was rejected or sent back for changes."""

    company_id: UUID
    application_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantSuspended(Event):
    """A merchant takes no new orders from now on; those placed go on."""

    company_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantReinstated(Event):
    """A suspended merchant may sell again."""

    company_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementRuled(Event):
    """A reviewer accepted, rejected or waived an item of a company."""

    company_id: UUID
    item: str
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementEnding(Event):
    """What a merchant showed, or a waiver, ends soon or has ended; nothing else changes by that."""

    company_id: UUID
    item: str
    until: date
    is_waiver: bool
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PayeeNamed(Event):
    """A company named another account to be paid into; it waits before it counts."""

    company_id: UUID
    payee_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PayeeActivated(Event):
    """New contracts in this currency name this account from now on."""

    company_id: UUID
    payee_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationChanged(Event):
    """A buyer is verified, or a partner admitted, from now on; or no longer. Orders that run go on."""

    company_id: UUID
    kind: str
    is_met: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditLimitSet(Event):
    """A person of the operator said how much a buyer may owe in a currency."""

    company_id: UUID
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningHitFound(Event):
    """A company, somebody who acts for it, or goods of it are like an entry: a person looks, nothing else changes."""

    company_id: UUID
    hit_id: UUID
    is_goods: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningHitDecided(Event):
    """A person said of a hit whether it is the same."""

    company_id: UUID
    hit_id: UUID
    is_goods: bool = False
