"""Claims and the time to make them as rows, and the promise they must keep."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import queries as audit
from marketplace.audit.queries import AuditEntry
from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, decode_id, page_of
from marketplace.orders.models import (
    Claim,
    ClaimEvidence,
    ClaimText,
    LineMove,
    LinePart,
    Order,
    OrderLine,
)
from marketplace.orders.purchases import queries as purchases
from marketplace.orders.queries.orders import PAGE
from marketplace.orders.rules.claims import (
    OPEN,
    ClaimReason,
    ClaimState,
    Owner,
    Respondent,
    default_outcome,
)
from marketplace.orders.rules.deciding import Decision, Fallen, Step, course_of
from marketplace.orders.rules.remedies import PERFORMED, Remedy, possible
from marketplace.orders.rules.returning import WayBack
from marketplace.orders.rules.states import AT_MERCHANT, LineState

# Of these what happened says more than the claim itself: who decided and when, or why it fell.
_TOLD: Final = (ClaimState.DECIDED, ClaimState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class ClaimTextRow:
    """What a company said about a claim."""

    company_id: UUID
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A file by which a company shows what is so."""

    file_id: UUID
    company_id: UUID
    added_at: datetime


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim; from ``texts`` on it is filled where one claim is shown.

    ``offer`` is what its respondent offered; ``standing`` what counts while something is to be sent: that offer, or
    what was decided. ``fallen`` says why it was withdrawn.
    ``said`` of its units stand in ``units_in`` because it says so, others were counted so when they came; what is to
    replace them ``waits_for_lorry`` where it has room on one.
    """

    id: UUID
    reference: str
    order_id: UUID
    order_reference: str
    line_id: UUID
    claimant_id: UUID
    respondent_id: UUID
    respondent: Respondent
    reason: ClaimReason
    quantity: int
    blocks: bool
    value: Money
    offer: Money | None
    awarded: Money | None
    remedy: Remedy | None
    remedies: tuple[Remedy, ...]
    promised_at: datetime | None
    days_late: int | None
    odometer_km: int | None
    sent_at: datetime | None
    way: WayBack | None
    state: ClaimState
    owner: Owner | None
    deadline_at: datetime | None
    opened_at: datetime
    ended_at: datetime | None
    units_in: LineState | None = None
    standing: Money | None = None
    decision: Decision | None = None
    fallen: Fallen | None = None
    texts: tuple[ClaimTextRow, ...] = ()
    shown: tuple[EvidenceRow, ...] = ()
    said: int = 0
    waits_for_lorry: bool = False

    @property
    def award(self) -> Money | None:
        """What the claim brings its claimant: what it brought, or, until it has ended, what was decided."""
        return self.decision.amount if self.awarded is None and self.decision else self.awarded

    @property
    def decided_because(self) -> str | None:
        """The words with which the operator decided; None without such, or where they were erased."""
        if self.decision is None:
            return None
        parties, at = (self.claimant_id, self.respondent_id), self.decision.at
        return next((one.body for one in self.texts if one.at == at and one.company_id not in parties), None) or None

    def words_about(self, file: EvidenceRow) -> str | None:
        """Return what its company said as it handed a file in."""
        found = (one.body for one in self.texts if (one.company_id, one.at) == (file.company_id, file.added_at))
        return next((body for body in found if body), None)

    @property
    def evidence(self) -> tuple[UUID, ...]:
        """The files of both sides."""
        return tuple(row.file_id for row in self.shown)

    @property
    def can_be_taken(self) -> bool:
        """Whether an offer stands: what was sent once, and contested, is settled by money alone."""
        return bool(self.offer) and (self.sent_at is None or self.remedy not in PERFORMED)

    @property
    def is_on_lorry(self) -> bool:
        """Whether what replaces the goods goes by lorry: the clocks of its own line count."""
        is_sent = self.state is ClaimState.SENT and self.deadline_at is None
        return is_sent and self.remedy is Remedy.REPLACEMENT

    @property
    def as_counted(self) -> int:
        """How many units stand as they were counted when the claim is withdrawn; of the others is kept what it said."""
        return 0 if self.units_in is None else self.quantity - self.said

    @property
    def sender_id(self) -> UUID | None:
        """The company that sends what was agreed, while something is to be sent or to be confirmed."""
        if self.state not in (ClaimState.SENDING, ClaimState.SENT):
            return None
        return self.claimant_id if self.remedy is Remedy.RETURN else self.respondent_id

    @property
    def by_silence(self) -> str | None:
        """What the end of the deadline does to an open claim."""
        if self.owner is None:
            return None
        return default_outcome(state=self.state, owner=self.owner, offer=self.standing, value=self.value)[0]


def claims(
    session: Session,
    *,
    company_id: UUID | None,
    line_ids: Collection[UUID] | None = None,
    state: ClaimState | None = None,
    cursor: str | None = None,
) -> Page[ClaimRow]:
    """Return the claims that a company makes or answers (None: all, for who decides them), newest first."""
    statement = _claims_of(company_id).order_by(Claim.id.desc()).limit(PAGE + 1)
    if line_ids is not None:
        statement = statement.where(Claim.line_id.in_(line_ids))
    if state is not None:
        statement = statement.where(Claim.state == state)
    if cursor:
        statement = statement.where(Claim.id < decode_id(cursor))
    rows = _for(session, [_claim_row(*found) for found in session.execute(statement)], company_id)
    return page_of(rows, PAGE, lambda row: (str(row.id),))


def escalated(session: Session) -> int:
    """Count the claims that wait for the operator's decision."""
    return session.scalar(sa.select(sa.func.count()).where(Claim.state == ClaimState.ESCALATED)) or 0


def claim(session: Session, *, company_id: UUID | None, claim_id: UUID) -> ClaimRow:
    """Return a claim with what was said and shown; NotFound for who is no party (None: who decides)."""
    found = session.execute(_claims_of(company_id).where(Claim.id == claim_id)).one_or_none()
    if found is None:
        raise NotFound("claim")
    texts = session.scalars(sa.select(ClaimText).where(ClaimText.claim_id == claim_id).order_by(ClaimText.id))
    shown = session.scalars(
        sa.select(ClaimEvidence)
        .where(ClaimEvidence.claim_id == claim_id)
        .order_by(ClaimEvidence.added_at, ClaimEvidence.file_id)
    )
    files = tuple(EvidenceRow(one.file_id, one.company_id, one.added_at) for one in shown)
    said = tuple(ClaimTextRow(text.company_id, text.body, text.at) for text in texts)
    (row,) = _for(session, [_claim_row(*found)], company_id)
    return replace(
        row,
        texts=said,
        shown=files,
        said=_said(session, row),
        waits_for_lorry=_waits_for_lorry(session, claim_id),
    )


def replacement(session: Session, *, claim_id: UUID) -> UUID | None:
    """Return the line of the goods that come in the place of those claimed, None while there is none."""
    return session.scalar(sa.select(OrderLine.id).where(OrderLine.replaces_id == claim_id))


def some(session: Session, *, claim_ids: Collection[UUID]) -> dict[UUID, ClaimRow]:
    """Return claims by id, at the prices of the sale: for other features, not for readers; unknown ids are left out."""
    found = session.execute(_SOME, {"claims": list(claim_ids)}) if claim_ids else ()
    return {each.id: _claim_row(each, each.order_reference) for each in found}


def of_lines(session: Session, *, line_ids: Collection[UUID]) -> dict[UUID, tuple[ClaimRow, ...]]:
    """Return the claims about these lines by line, oldest first, whoever their parties are."""
    found: dict[UUID, list[ClaimRow]] = {}
    for each in session.execute(_OF_LINES, {"lines": list(line_ids)}) if line_ids else ():
        row = _claim_row(each, each.order_reference)
        found.setdefault(row.line_id, []).append(row)
    return {line_id: tuple(rows) for line_id, rows in found.items()}


def stranded(session: Session) -> tuple[ClaimRow, ...]:
    """Return the claims whose goods lie at a hub and no lorry takes back, oldest first."""
    statement = _claims_of(None).where(Claim.way == WayBack.STRANDED, Claim.state == ClaimState.SENT)
    return tuple(_claim_row(*each) for each in session.execute(statement.order_by(Claim.id)))


def _for(session: Session, rows: Sequence[ClaimRow], company_id: UUID | None) -> list[ClaimRow]:
    """Return claims as a company sees them: a merchant answers its buyer, the trading company, at its own prices."""
    answered = {row.order_id for row in rows if row.respondent is Respondent.MERCHANT}
    rows = _with_course(session, rows)
    margins = purchases.margins_for(session, order_ids=answered, company_id=company_id)
    if not margins:
        return rows
    awards = purchases.let_off_for(session, causes={row.id: row.order_id for row in rows if row.awarded})
    return [
        replace(
            row,
            value=margin.purchase(row.value),
            offer=row.offer and margin.purchase(row.offer),
            standing=row.standing and margin.purchase(row.standing),
            decision=row.decision and replace(row.decision, amount=margin.purchase(row.decision.amount)),
            awarded=row.awarded and awards.get(row.id, margin.purchase(row.awarded)),
        )
        if row.respondent is Respondent.MERCHANT and (margin := margins.get(row.order_id))
        else row
        for row in rows
    ]


def _with_course(session: Session, rows: Sequence[ClaimRow]) -> list[ClaimRow]:
    """Return claims with what was offered, what was decided and why they fell."""
    asked = [row.id for row in rows if row.remedy in PERFORMED or row.state in _TOLD]
    happened = audit.histories(session, subject="claim", subject_ids=asked) if asked else {}
    return [_went(row, happened[row.id]) if row.id in happened else row for row in rows]


def _went(row: ClaimRow, happened: Sequence[AuditEntry]) -> ClaimRow:
    course = course_of(
        (
            Step(
                act=one.action.removeprefix("claim."),
                at=one.at,
                company_id=one.company_id,
                minor=one.facts.get("minor"),
                remedy=one.facts.get("remedy"),
            )
            for one in happened
        ),
        claimant_id=row.claimant_id,
        respondent_id=row.respondent_id,
        currency=row.value.currency,
    )
    return replace(row, offer=course.offer, decision=course.decision, fallen=course.fallen)


def lapsed_claims(session: Session, *, now: datetime, limit: int = 200) -> tuple[UUID, ...]:
    """Return open claims whose deadline passed."""
    found = session.scalars(
        sa.select(Claim.id)
        .where(Claim.state.in_(OPEN), Claim.deadline_at <= now)
        .order_by(Claim.deadline_at)
        .limit(limit)
    )
    return tuple(found)


def breaches(session: Session) -> list[Breach]:
    """Return lines with claims about more units than stand aside, or with more awarded than the line's price."""
    return _PROMISES.breaches(session)


def _beyond_units() -> sa.Select[UUID]:
    there = (
        sa.select(sa.func.coalesce(sa.func.sum(LinePart.quantity), 0))
        .where(LinePart.line_id == Claim.line_id, LinePart.state == Claim.units_in)
        .scalar_subquery()
    )
    return (
        sa.select(Claim.line_id)
        .where(Claim.state.in_(OPEN), Claim.units_in.is_not(None))
        .group_by(Claim.line_id, Claim.units_in)
        .having(sa.func.sum(Claim.quantity) > there)
    )


def _beyond_price() -> sa.Select[UUID]:
    return (
        sa.select(OrderLine.id)
        .join(Claim, Claim.line_id == OrderLine.id)
        .where(OrderLine.replaces_id.is_(None))
        .group_by(OrderLine.id, OrderLine.amount_minor)
        .having(sa.func.sum(sa.func.coalesce(Claim.awarded_minor, 0)) > OrderLine.amount_minor)
    )


def _beyond_order() -> sa.Select[UUID]:
    """Find orders beyond their price: what replaced other goods has none of its own, theirs pays for it."""
    whole = sa.select(sa.func.sum(OrderLine.amount_minor)).where(OrderLine.order_id == Claim.order_id)
    return (
        sa.select(Claim.order_id)
        .group_by(Claim.order_id)
        .having(sa.func.sum(sa.func.coalesce(Claim.awarded_minor, 0)) > whole.correlate(Claim).scalar_subquery())
    )


_PROMISES: Final = Promises(
    "1 claims",
    Promise("order_line", "more units are claimed than stand aside", _beyond_units, "8 claims"),
    Promise("order_line", "claims brought more than the line's price", _beyond_price),
    Promise("order", "claims brought more than the order's price", _beyond_order),
)


def _claims_of(company_id: UUID | None) -> sa.Select[Claim, str]:
    statement = sa.select(Claim, Order.reference).join(Order, Order.id == Claim.order_id)
    if company_id is None:
        return statement
    return statement.where(sa.or_(Claim.claimant_id == company_id, Claim.respondent_id == company_id))


_WITH_ORDER: Final = sa.select(Claim.__table__, Order.reference.label("order_reference")).join(
    Order, Order.id == Claim.order_id
)
_SOME: Final = _WITH_ORDER.where(Claim.id.in_(sa.bindparam("claims", expanding=True)))
_OF_LINES: Final = _WITH_ORDER.where(Claim.line_id.in_(sa.bindparam("lines", expanding=True))).order_by(Claim.id)


def _claim_row(found: Any, order_reference: str) -> ClaimRow:
    return ClaimRow(
        id=found.id,
        reference=found.reference,
        order_id=found.order_id,
        order_reference=order_reference,
        line_id=found.line_id,
        claimant_id=found.claimant_id,
        respondent_id=found.respondent_id,
        respondent=found.respondent,
        reason=found.reason,
        quantity=found.quantity,
        blocks=found.blocks and found.state in OPEN,
        value=Money(found.value_minor, found.currency),
        offer=(standing := None if found.offer_minor is None else Money(found.offer_minor, found.currency)),
        standing=standing,
        awarded=None if found.awarded_minor is None else Money(found.awarded_minor, found.currency),
        remedy=found.remedy,
        remedies=_remedies(found),
        promised_at=found.promised_at,
        days_late=found.days_late,
        odometer_km=found.odometer_km,
        sent_at=found.sent_at,
        way=found.way,
        state=found.state,
        owner=found.owner,
        deadline_at=found.deadline_at,
        opened_at=found.opened_at,
        ended_at=found.ended_at,
        units_in=found.units_in,
    )


def _said(session: Session, row: ClaimRow) -> int:
    if row.units_in is None:
        return 0
    return min(row.quantity, said_by_claims(session, line_id=row.line_id, state=row.units_in))


def _waits_for_lorry(session: Session, claim_id: UUID) -> bool:
    statement = (
        sa.select(LinePart.line_id)
        .join(OrderLine, OrderLine.id == LinePart.line_id)
        .where(OrderLine.replaces_id == claim_id, LinePart.state.in_(AT_MERCHANT))
    )
    return session.scalars(statement).first() is not None


def said_by_claims(session: Session, *, line_id: UUID, state: LineState) -> int:
    """Count the units of a line that stand faulty because a claim said so; others were counted so by who received them.

    Withdrawn, a claim takes back what it said. What was counted stands as it did before it.
    """
    statement = sa.select(sa.func.coalesce(sa.func.sum(LineMove.quantity), 0)).where(
        LineMove.line_id == line_id, LineMove.before == LineState.DELIVERED, LineMove.after == state
    )
    return int(session.scalars(statement).one())


def _remedies(found: Any) -> tuple[Remedy, ...]:
    """Return what may be offered or decided for a claim now, those that never cross the border first."""
    among = possible(found.reason, by_carrier=found.respondent is Respondent.CARRIER)
    return among if found.sent_at is None else tuple(one for one in among if one not in PERFORMED)
