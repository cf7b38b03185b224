"""Card charges and refunds as rows, those whose outcome is still owed, and the promises they must keep."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.checks import Promise
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.payments.models.cards import CardCharge, CardRefund, CardReturn, WebhookEvent
from marketplace.payments.rules.card_returns import OPEN, ReturnState, Way
from marketplace.payments.rules.cards import FEE_EXPECTED, CardOutcome, CardState, RefundState
from marketplace.payments.rules.local_methods import LocalMethod
from marketplace.payments.rules.terms import Subject, SubjectKind


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """A charge; ``subject_ids`` maps kinds to ids, the paying kind among them."""

    id: UUID
    key: str
    subject: Subject
    subject_ids: dict[str, UUID]
    amount: Money
    authorised: Money
    captured: Money
    refunded: Money
    state: CardState
    payment_method: str | None
    local_method: LocalMethod | None
    return_url: str | None
    title: str
    intent_id: str | None
    page_id: str | None
    page_url: str | None
    decline_code: str | None
    attempt: int
    created_at: datetime
    asked_at: datetime
    capture_asked_at: datetime | None
    capture_attempt: int
    cancel_asked_at: datetime | None
    cancel_attempt: int

    @property
    def outcome(self) -> CardOutcome:
        """What the caller of an authorisation is told."""
        shown = self.page_url if self.state is CardState.NEEDS_PAGE else None
        return CardOutcome(self.state, self.intent_id, shown, self.decline_code)


@dataclass(frozen=True, slots=True)
class RefundRow:
    """A refund of a charge."""

    id: UUID
    key: str
    charge_id: UUID
    amount: Money
    reason: str
    state: RefundState
    provider_id: str | None
    attempt: int
    created_at: datetime
    asked_at: datetime

    @property
    def is_open(self) -> bool:
        """Tell whether the provider has still to answer."""
        return self.state is RefundState.ASKED


def charge(session: Session, *, key: str) -> ChargeRow:
    """Return a charge by its key; NotFound when it was never claimed."""
    found = session.scalars(sa.select(CardCharge).where(CardCharge.key == key)).one_or_none()
    if found is None:
        raise NotFound("card_charge")
    return charge_row(found)


def charge_by_id(session: Session, *, charge_id: UUID) -> ChargeRow:
    """Return a charge by its id; NotFound."""
    found = session.get(CardCharge, charge_id)
    if found is None:
        raise NotFound("card_charge")
    return charge_row(found)


def charges_under(session: Session, *, keys: Collection[str]) -> tuple[ChargeRow, ...]:
    """Return the charges of these keys that were claimed, in order of key."""
    found = session.scalars(sa.select(CardCharge).where(CardCharge.key.in_(keys)).order_by(CardCharge.key))
    return tuple(charge_row(one) for one in found)


def charges_of(session: Session, *, kind: str, subject_ids: list[UUID]) -> tuple[ChargeRow, ...]:
    """Return the charges that pay for these subjects, oldest first."""
    found = session.scalars(
        sa.select(CardCharge)
        .where(CardCharge.subject_kind == kind, CardCharge.subject_id.in_(subject_ids))
        .order_by(CardCharge.id)
    )
    return tuple(charge_row(one) for one in found)


def methods_of(session: Session, *, subjects: Collection[Subject]) -> dict[Subject, LocalMethod]:
    """Return by which local method subjects are paid; those paid by card, or by bank, are left out."""
    if not subjects:
        return {}
    about = sa.tuple_(CardCharge.subject_kind, CardCharge.subject_id)
    found = session.execute(
        sa.select(CardCharge.subject_kind, CardCharge.subject_id, CardCharge.local_method)
        .where(about.in_([(one.kind, one.id) for one in subjects]), CardCharge.local_method.is_not(None))
        .order_by(CardCharge.id)
    )
    return {Subject(SubjectKind(kind), subject_id): method for kind, subject_id, method in found if method}


def concerned(
    session: Session, *, charge_id: UUID | None, intent_id: str | None, page_id: str | None
) -> ChargeRow | None:
    """Return the charge that a notice is about, by our id first, then by the provider's."""
    given = {CardCharge.id: charge_id, CardCharge.intent_id: intent_id, CardCharge.page_id: page_id}
    named = [column == value for column, value in given.items() if value is not None]
    if not named:
        return None
    found = session.scalars(sa.select(CardCharge).where(sa.or_(*named)).limit(1)).one_or_none()
    return charge_row(found) if found else None


def knows_event(session: Session, *, event_id: str) -> bool:
    """Tell whether a notice was taken before."""
    return session.get(WebhookEvent, event_id) is not None


def refund(session: Session, *, key: str) -> RefundRow:
    """Return a refund by its key; NotFound."""
    found = session.execute(_refunds().where(CardRefund.key == key)).one_or_none()
    if found is None:
        raise NotFound("card_refund")
    return refund_row(*found)


def refunds_of(session: Session, *, charge_id: UUID) -> tuple[RefundRow, ...]:
    """Return the refunds of a charge, oldest first."""
    found = session.execute(_refunds().where(CardRefund.charge_id == charge_id).order_by(CardRefund.id))
    return tuple(refund_row(*one) for one in found)


def refunds_about(session: Session, *, subject: Subject) -> tuple[RefundRow, ...]:
    """Return the refunds of the charges that paid an order or its freight, oldest first."""
    about = (CardCharge.subject_kind == subject.kind, CardCharge.subject_id == subject.id)
    return tuple(refund_row(*one) for one in session.execute(_refunds().where(*about).order_by(CardRefund.id)))


def sent_by_bank(session: Session, *, charge_id: UUID) -> int:
    """Return how many minor units of a charge the provider's bank has sent back instead of the card's."""
    total = sa.select(sa.func.coalesce(sa.func.sum(CardReturn.amount_minor), 0)).where(
        CardReturn.charge_id == charge_id, CardReturn.state == ReturnState.SETTLED, CardReturn.way == Way.BANK
    )
    return int(session.scalars(total).one())


def returning(session: Session, *, charge_id: UUID, but: UUID | None = None) -> int:
    """Return how many minor units of a charge wait to be sent on by its returns, ``but`` one left out."""
    total = sa.select(sa.func.coalesce(sa.func.sum(CardReturn.amount_minor), 0)).where(
        CardReturn.charge_id == charge_id, CardReturn.state.in_(OPEN)
    )
    if but is not None:
        total = total.where(CardReturn.id != but)
    return int(session.scalars(total).one())


def unresolved(session: Session, *, before: datetime, limit: int = 100) -> tuple[ChargeRow, ...]:
    """Return charges whose last question to the provider is old and has no answer yet.

    First what is owed: captures and cancellations that were claimed; then what may never have been made, pages that
    wait for their buyers, and captures whose fee is not known. Of each up to ``limit``, longest not looked at first,
    so that neither many waiting pages nor a few charges that cannot be settled keep the others from their turn.
    """
    asked = sa.or_(CardCharge.capture_asked_at <= before, CardCharge.cancel_asked_at <= before)
    may_be = CardCharge.state.in_((CardState.CREATED, CardState.NEEDS_PAGE))
    kinds = (
        sa.and_(CardCharge.state == CardState.AUTHORISED, asked),
        sa.and_(may_be, CardCharge.asked_at <= before),
        sa.and_(
            CardCharge.state == CardState.CAPTURED,
            CardCharge.fee_minor.is_(None),
            CardCharge.changed_at <= before,
            CardCharge.changed_at > before - FEE_EXPECTED,
        ),
    )
    next_ones = sa.select(CardCharge).order_by(*_next_of(CardCharge)).limit(limit)
    return tuple(charge_row(one) for kind in kinds for one in session.scalars(next_ones.where(kind)))


def unresolved_refunds(session: Session, *, before: datetime, limit: int = 100) -> tuple[RefundRow, ...]:
    """Return refunds that were asked for and not answered, longest not looked at first."""
    asked = _refunds().where(CardRefund.state == RefundState.ASKED, CardRefund.asked_at <= before)
    found = session.execute(asked.order_by(*_next_of(CardRefund)).limit(limit))
    return tuple(refund_row(*one) for one in found)


def _out_of_order() -> sa.Select[UUID]:
    in_order = sa.and_(
        CardCharge.refunded_minor >= 0,
        CardCharge.refunded_minor <= CardCharge.captured_minor,
        CardCharge.captured_minor <= CardCharge.authorised_minor,
        CardCharge.authorised_minor <= CardCharge.amount_minor,
    )
    return sa.select(CardCharge.id).where(sa.not_(in_order))


def _refunded_otherwise() -> sa.Select[UUID]:
    done = (
        sa.select(sa.func.coalesce(sa.func.sum(CardRefund.amount_minor), 0))
        .where(CardRefund.charge_id == CardCharge.id, CardRefund.state == RefundState.DONE)
        .scalar_subquery()
    )
    return sa.select(CardCharge.id).where(CardCharge.refunded_minor != done)


def _settled_otherwise() -> sa.Select[UUID]:
    settled = CardCharge.state.in_((CardState.CAPTURED, CardState.REFUNDED))
    return sa.select(CardCharge.id).where(settled != (CardCharge.captured_minor > 0))


_IN_ORDER: Final = "0 <= refunded <= captured <= authorised <= amount does not hold"
_OF_CHARGES: Final = "1 card charge"
PROMISES: Final = (
    Promise("card_charge", _IN_ORDER, _out_of_order, _OF_CHARGES),
    Promise("card_charge", "the refunds do not add up to what was refunded", _refunded_otherwise, _OF_CHARGES),
    Promise("card_charge", "state and captured amount disagree", _settled_otherwise, _OF_CHARGES),
)


def charge_row(found: CardCharge) -> ChargeRow:
    """Turn an entity into its row."""
    currency = found.currency
    return ChargeRow(
        id=found.id,
        key=found.key,
        subject=Subject(found.subject_kind, found.subject_id),
        subject_ids={kind: UUID(value) for kind, value in found.subject_ids.items()},
        amount=Money(found.amount_minor, currency),
        authorised=Money(found.authorised_minor, currency),
        captured=Money(found.captured_minor, currency),
        refunded=Money(found.refunded_minor, currency),
        state=found.state,
        payment_method=found.payment_method,
        local_method=found.local_method,
        return_url=found.return_url,
        title=found.title or "",
        intent_id=found.intent_id,
        page_id=found.page_id,
        page_url=found.page_url,
        decline_code=found.decline_code,
        attempt=found.attempt,
        created_at=found.created_at,
        asked_at=found.asked_at,
        capture_asked_at=found.capture_asked_at,
        capture_attempt=found.capture_attempt,
        cancel_asked_at=found.cancel_asked_at,
        cancel_attempt=found.cancel_attempt,
    )


def refund_row(found: CardRefund, currency: str) -> RefundRow:
    """Turn an entity into its row; the currency is the charge's."""
    return RefundRow(
        id=found.id,
        key=found.key,
        charge_id=found.charge_id,
        amount=Money(found.amount_minor, currency),
        reason=found.reason,
        state=found.state,
        provider_id=found.provider_id,
        attempt=found.attempt,
        created_at=found.created_at,
        asked_at=found.asked_at,
    )


def _refunds() -> sa.Select[CardRefund, str]:
    return sa.select(CardRefund, CardCharge.currency).join(CardCharge, CardCharge.id == CardRefund.charge_id)


def _next_of(table: type[CardCharge] | type[CardRefund]) -> tuple[sa.SQLColumnExpression[Any], ...]:
    """Order by whose turn it is: longest not looked at first."""
    return (table.looked_at.is_not(None), table.looked_at, table.asked_at, table.id)
