"""Read what insurers offer."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.logistics.insurance.models import InsuranceCover
from marketplace.logistics.insurance.rules.covering import (
    Clauses,
    CoverKind,
    Goods,
    Terms,
    covers_rule,
    holds_on,
    insured_value,
    premium,
    rate_text,
    takes,
)


@dataclass(frozen=True, slots=True)
class CoverRow:
    """A cover with its insurer's name."""

    id: UUID
    insurer_id: UUID
    insurer: str
    kind: CoverKind
    policy_number: str
    is_fictitious: bool
    rate_ppm: int
    terms: Terms

    @property
    def rate(self) -> str:
        """The premium rate per mille, as it is written."""
        return rate_text(self.rate_ppm)


@dataclass(frozen=True, slots=True)
class Offer:
    """A cover for goods of a value: what they would be insured for, and for which premium."""

    cover: CoverRow
    value: Money
    insured: Money
    premium: Money


def covers(session: Session, *, insurer_id: UUID | None = None, currency: str | None = None) -> tuple[CoverRow, ...]:
    """Return covers, of one insurer or in one currency where that is named, in the order of insurer and policy."""
    query = sa.select(InsuranceCover, Company.name).join(Company, Company.id == InsuranceCover.insurer_id)
    if insurer_id is not None:
        query = query.where(InsuranceCover.insurer_id == insurer_id)
    if currency is not None:
        query = query.where(InsuranceCover.currency == currency)
    rows = session.execute(query.order_by(Company.name, InsuranceCover.policy_number))
    return tuple(_row(found, name) for found, name in rows)


def cover(session: Session, *, cover_id: UUID) -> CoverRow:
    """Return a cover; NotFound."""
    found = session.get(InsuranceCover, cover_id)
    if found is None:
        raise NotFound("insurance_cover")
    return _row(found, session.get_one(Company, found.insurer_id).name)


def offers(
    session: Session, *, value: Money, goods: Collection[Goods], day: date, wanted: Clauses = Clauses.C
) -> tuple[Offer, ...]:
    """Return the covers that take goods of this value on a day under at least these clauses, the cheapest first."""
    insured = insured_value(value)
    found = [
        Offer(row, value, insured, premium(insured, row.terms))
        for row in covers(session, currency=value.currency)
        if holds_on(row.terms, day) and takes(row.terms, goods) and covers_rule(row.terms.clauses, wanted)
    ]
    return tuple(sorted(found, key=lambda one: (one.premium.minor, one.cover.insurer, one.cover.policy_number)))


def _row(found: InsuranceCover, name: str) -> CoverRow:
    terms = Terms(
        clauses=found.clauses,
        rate_ppm=found.rate_ppm,
        minimum=Money(found.minimum_minor, found.currency),
        limit=Money(found.limit_minor, found.currency),
        valid_from=found.valid_from,
        valid_to=found.valid_to,
        excluded=tuple(found.excluded),
        takes_dangerous=found.takes_dangerous,
    )
    return CoverRow(
        found.id, found.insurer_id, name, found.kind, found.policy_number, found.is_fictitious, found.rate_ppm, terms
    )
