"""Fees for lorries, by whoever asks: rules for everybody, one's own fees, the operator's desk."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.distribution.fees.queries import charged, terms
from marketplace.distribution.fees.queries.charged import FeeRow
from marketplace.distribution.fees.rules.terms import FeeRule, FeeTerms
from marketplace.distribution.fees.services import charging, publishing, waiving
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import fees as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Refused
from marketplace.kernel.money import MINOR_UNITS, Money, UnitPrice
from marketplace.kernel.pages import Page
from marketplace.reference.rules import local_day

HOUSE: Final = "CN"  # by whose days rules begin


def shown() -> tuple[FeeRule, ...]:
    """Return what freight that is agreed today may cost on top."""
    return terms.shown(reading(), on=local_day(HOUSE, clock.now()))


def rules() -> tuple[FeeRule, ...]:
    """Return all rules, the latest first."""
    return terms.versions(reading())[::-1]


def publish(session: Session, body: requests.NewRule) -> UUID:
    """Publish a rule and return its id."""
    now = clock.now()
    try:
        minimum = Money.of(body.minimum or 0, body.currency)
    except ValueError:
        finest = f"at most {MINOR_UNITS[body.currency]} decimals in {body.currency}"
        raise Refused.field("minimum", "too_fine", finest) from None
    return publishing.publish(
        session,
        terms=FeeTerms(
            kind=body.kind,
            basis=body.basis,
            share_bp=int((body.percent or 0) * 100),
            per_kg=None if body.per_kg is None else UnitPrice.of(body.per_kg, body.currency),
            minimum=minimum,
            grace=timedelta(minutes=body.grace_minutes or 0),
            free_until=timedelta(days=body.free_days or 0),
        ),
        valid_from=body.valid_from,
        today=local_day(HOUSE, now),
        source=body.source,
        is_fictitious=body.fictitious,
        actor=require_actor(),
        now=now,
    )


def mine(query: requests.FeesQuery) -> Page[FeeRow]:
    """Return the fees that one's company owes or is owed."""
    company_id = require_actor().company
    return charged.of_company(reading(), company_id=company_id, order_id=query.order, cursor=query.cursor)


def one(fee_id: UUID) -> FeeRow:
    """Return a fee of one's company."""
    return charged.fee(reading(), fee_id=fee_id, company_id=require_actor().company)


def sees_order(row: FeeRow) -> bool:
    """Tell whether the asker is a side of the order: a carrier has the freight and not the order behind it."""
    return row.payer_id == require_actor().company


def desk(query: requests.DeskQuery) -> Page[FeeRow]:
    """Return all fees, for the operator."""
    return charged.all_of(reading(), state=query.state, departure_id=query.departure, cursor=query.cursor)


def looked_at(fee_id: UUID) -> FeeRow:
    """Return any fee, for the operator."""
    return charged.fee(reading(), fee_id=fee_id)


def names(rows: Iterable[FeeRow]) -> Mapping[UUID, str]:
    """Return the names of the companies of fees."""
    ids = {company_id for row in rows for company_id in (row.payer_id, row.carrier_id)}
    return {one.id: one.name for one in accounts.get_companies(reading(), company_ids=ids).values()}


def waive(session: Session, fee_id: UUID, body: requests.NewWaiver) -> str:
    """Let a fee off or ask a second person to; return where it stands."""
    return waiving.waive(
        session, fee_id=fee_id, cause=body.cause, reason=body.reason, actor=require_actor(), now=clock.now()
    ).value


def approve(session: Session, fee_id: UUID) -> None:
    """Let off, as another person, what somebody would let off."""
    waiving.approve(session, fee_id=fee_id, actor=require_actor(), now=clock.now())


def keep(session: Session, fee_id: UUID) -> None:
    """Let a fee stay owed that somebody would let off."""
    waiving.decline(session, fee_id=fee_id, actor=require_actor(), now=clock.now())


def charge(session: Session, fee_id: UUID) -> None:
    """Charge a fee that waited for its carrier's account."""
    charging.settle_account(session, fee_id=fee_id, actor=require_actor(), now=clock.now())
