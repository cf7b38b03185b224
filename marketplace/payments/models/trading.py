"""The operator's trading company, and the merchants' agreements to sell to it."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, insert_only
from marketplace.kernel.ids import new_id
from marketplace.payments.rules.trading import LIVE, LONGEST_WORDS, MOST_MARGIN, AgreementState

_LIVE = sa.text(f"state IN ({', '.join(repr(str(state)) for state in LIVE)})")


class TradingCompany(Base):
    """The company by which the operator buys and sells from then on, the latest counts; None: it sells nothing."""

    __tablename__ = "trading_company"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("company.id"))
    person_id: Mapped[UUID] = mapped_column(sa.Uuid)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class TradingAgreement(Base):
    """A merchant's agreement to sell what buyers order of it to the trading company, at their price less a margin."""

    __tablename__ = "trading_agreement"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    merchant_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    trader_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    margin_bp: Mapped[int] = mapped_column(sa.Integer)
    begins_on: Mapped[date] = mapped_column(sa.Date)
    ends_on: Mapped[date | None] = mapped_column(sa.Date)  # the last day, None: until either side ends it
    words: Mapped[str] = mapped_column(sa.String(LONGEST_WORDS))  # further terms, as the operator wrote them
    state: Mapped[AgreementState] = mapped_column(StateColumn(AgreementState))
    # Until when an offer is answered; without an answer it is void.
    answer_by: Mapped[datetime] = mapped_column(UtcDateTime)
    offered_by: Mapped[UUID] = mapped_column(sa.Uuid)
    answered_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint(f"margin_bp BETWEEN 0 AND {MOST_MARGIN}", name="margin"),
        sa.Index("uq_trading_agreement_live", "merchant_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
        sa.Index("ix_trading_agreement_merchant_id_id", "merchant_id", "id"),
    )


insert_only(TradingCompany)
