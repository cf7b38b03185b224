"""Tables of approval rules, spending limits, delegations, cases and decisions."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.approvals.rules.cases import OPEN, CaseState, Verdict
from marketplace.approvals.rules.content import CaseKind
from marketplace.approvals.rules.limits import HolderKind, Period
from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json
from marketplace.kernel.ids import new_id

_IS_OPEN = sa.text(f"state IN ({', '.join(repr(str(state)) for state in OPEN)}) AND consumed_at IS NULL")
_COUNTS = sa.text("ended_at IS NULL")


class ApprovalBook(Base):
    """Says that a company has, or had, rules or limits; whoever reads or changes them for an act locks this row."""

    __tablename__ = "approval_book"

    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), primary_key=True)
    # Of how many rules and limits count now: with none, nothing else is asked.
    counted: Mapped[int] = mapped_column(sa.Integer)


class ApprovalRule(Base):
    """A rule as it is now; cases keep what they need of it."""

    __tablename__ = "approval_rule"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    position: Mapped[int] = mapped_column(sa.Integer)
    name: Mapped[str] = mapped_column(sa.String(100))
    condition: Mapped[dict[str, Any]] = mapped_column(Json)
    currency: Mapped[str] = mapped_column(sa.String(3))
    tiers: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    version: Mapped[int] = mapped_column(sa.Integer)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.Index("ix_approval_rule_counts", "company_id", "position", sqlite_where=_COUNTS, postgresql_where=_COUNTS),
    )


class SpendingLimit(Base):
    """What a person, each holder of a role, or a unit may spend in a period."""

    __tablename__ = "spending_limit"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    kind: Mapped[HolderKind] = mapped_column(StateColumn(HolderKind))
    holder: Mapped[str] = mapped_column(sa.String(40))
    period: Mapped[Period] = mapped_column(StateColumn(Period))
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3))
    steps: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("amount_minor >= 0", name="amount"),
        sa.Index(
            "uq_spending_limit_counts",
            "company_id",
            "kind",
            "holder",
            "period",
            unique=True,
            sqlite_where=_COUNTS,
            postgresql_where=_COUNTS,
        ),
    )


class ApprovalDelegation(Base):
    """Who decides in whose place from a day to a day, both included, by the company's calendar."""

    __tablename__ = "approval_delegation"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    person_id: Mapped[UUID] = mapped_column(sa.Uuid)
    delegate_id: Mapped[UUID] = mapped_column(sa.Uuid)
    first_day: Mapped[date] = mapped_column(sa.Date)
    last_day: Mapped[date] = mapped_column(sa.Date)
    said_by: Mapped[UUID] = mapped_column(sa.Uuid)
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("first_day <= last_day", name="days"),
        sa.CheckConstraint("person_id <> delegate_id", name="two_people"),
        sa.Index("ix_approval_delegation_company_id_last_day", "company_id", "last_day"),
    )


class ApprovalCase(Base):
    """One request: what is asked for, why, who decides, how it stands, and what used it.

    ``taken_by`` is the order group of a checkout that waits for its payment; ``consumed_at`` says that it was placed.
    """

    __tablename__ = "approval_case"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    kind: Mapped[CaseKind] = mapped_column(StateColumn(CaseKind))
    state: Mapped[CaseState] = mapped_column(StateColumn(CaseState))
    requester_id: Mapped[UUID] = mapped_column(sa.Uuid)
    unit_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    content_hash: Mapped[str] = mapped_column(sa.String(64))
    # What the requester said beside it that needs nobody's approval: the order is asked for with it again.
    beside: Mapped[dict[str, str]] = mapped_column(Json, default=dict, server_default=sa.text("'{}'"))
    totals: Mapped[list[list[Any]]] = mapped_column(Json)
    causes: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    steps: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    step: Mapped[int] = mapped_column(sa.Integer)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Until when the present step is to be decided, or the approval to be used; shortly before, who decides is reminded.
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    remind_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Why it was voided: a code, and what moved.
    reason: Mapped[dict[str, Any] | None] = mapped_column(Json)
    taken_by: Mapped[UUID | None] = mapped_column(sa.Uuid, unique=True)
    consumed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("(state IN ('pending', 'approved')) = (ended_at IS NULL)", name="ended"),
        sa.CheckConstraint("(state = 'voided') = (reason IS NOT NULL)", name="voided_for_a_reason"),
        sa.CheckConstraint(
            "consumed_at IS NULL OR (state = 'approved' AND taken_by IS NOT NULL)", name="consumed_when_approved"
        ),
        sa.Index(
            "uq_approval_case_open",
            "company_id",
            "requester_id",
            "content_hash",
            unique=True,
            sqlite_where=_IS_OPEN,
            postgresql_where=_IS_OPEN,
        ),
        sa.Index("ix_approval_case_company_id_id", "company_id", "id"),
        sa.Index("ix_approval_case_state_due_at", "state", "due_at"),
    )


class ApprovalDecision(Base):
    """What one person said of a case, at which step, in whose place, and for which steps it counts."""

    __tablename__ = "approval_decision"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(sa.ForeignKey("approval_case.id"))
    step: Mapped[int] = mapped_column(sa.Integer)
    person_id: Mapped[UUID] = mapped_column(sa.Uuid, index=True)
    seat: Mapped[UUID] = mapped_column(sa.Uuid)
    verdict: Mapped[Verdict] = mapped_column(StateColumn(Verdict))
    counts_for: Mapped[list[int]] = mapped_column(Json)
    note: Mapped[str] = mapped_column(sa.String(1_000))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.UniqueConstraint("case_id", "person_id"), sa.UniqueConstraint("case_id", "seat"))
