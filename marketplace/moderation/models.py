"""Tables of cases, of the reasons given for decisions, and of what listings are alike."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json, insert_only
from marketplace.kernel.ids import new_id
from marketplace.moderation.rules import CaseKind, CaseState
from marketplace.moderation.rules.likeness import Likeness
from marketplace.moderation.rules.reports import ReportKind, ReportState
from marketplace.moderation.rules.trust import Judgement

_PENDING = sa.text("state = 'pending'")
_OPEN = sa.text("state = 'open'")


class Case(Base):
    """One review; ``content_hash`` is the fingerprint of what was decided upon, ``risk_points`` points by reason."""

    __tablename__ = "moderation_case"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    kind: Mapped[CaseKind] = mapped_column(StateColumn(CaseKind))
    listing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("listing.id"))
    change_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("listing_change.id"))
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    state: Mapped[CaseState] = mapped_column(StateColumn(CaseState))
    risk: Mapped[int] = mapped_column(sa.Integer)
    risk_points: Mapped[dict[str, int]] = mapped_column(Json)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # While one that takes longer still waits.
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    content_hash: Mapped[str | None] = mapped_column(sa.String(64))
    # Of cases that one person decided in one go.
    batch: Mapped[UUID | None] = mapped_column(sa.Uuid, index=True)
    # The decision that an appeal is about: of each there is one appeal.
    about_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("moderation_case.id"), unique=True)

    __table_args__ = (
        sa.Index("ix_moderation_case_state_id", "state", "id"),
        sa.Index("ix_moderation_case_listing_id_id", "listing_id", "id"),
        sa.Index("ix_moderation_case_company_id_state_decided_at", "company_id", "state", "decided_at"),
        sa.Index(
            "uq_moderation_case_pending",
            "listing_id",
            "kind",
            unique=True,
            sqlite_where=_PENDING,
            postgresql_where=_PENDING,
        ),
    )


class CaseReason(Base):
    """Why a case was decided as it was: prose for the merchant, kept out of audit and events.

    ``said`` is the canned reason by language as it read then, ``text`` what the reviewer wrote beside it.
    """

    __tablename__ = "moderation_reason"

    case_id: Mapped[UUID] = mapped_column(sa.ForeignKey("moderation_case.id"), primary_key=True)
    text: Mapped[str] = mapped_column(sa.Text)
    canned: Mapped[str | None] = mapped_column(sa.String(40))
    said: Mapped[dict[str, str]] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class CaseStatement(Base):
    """What a merchant says in an appeal."""

    __tablename__ = "moderation_statement"

    case_id: Mapped[UUID] = mapped_column(sa.ForeignKey("moderation_case.id"), primary_key=True)
    person_id: Mapped[UUID | None] = mapped_column(sa.Uuid, index=True)
    text: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ListingReport(Base):
    """What somebody says is wrong with a listing; those of one listing that wait share a case.

    ``contact`` is where somebody who is not signed in hears what became of it, in ``locale``.
    """

    __tablename__ = "listing_report"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    listing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("listing.id"))
    case_id: Mapped[UUID] = mapped_column(sa.ForeignKey("moderation_case.id"), index=True)
    kind: Mapped[ReportKind] = mapped_column(StateColumn(ReportKind))
    text: Mapped[str] = mapped_column(sa.Text)
    person_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    contact: Mapped[str | None] = mapped_column(sa.String(254))
    locale: Mapped[str] = mapped_column(sa.String(8))
    state: Mapped[ReportState] = mapped_column(StateColumn(ReportState))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.Index("ix_listing_report_listing_id_state", "listing_id", "state"),
        sa.Index("ix_listing_report_person_id_at", "person_id", "at"),
        sa.Index(
            "uq_listing_report_open",
            "listing_id",
            "person_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )


class ReviewSeed(Base):
    """A secret by which samples are drawn; its hash stands in the audit trail from the moment it was made."""

    __tablename__ = "review_seed"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    seed: Mapped[str] = mapped_column(sa.String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CaseJudgement(Base):
    """How a trusted merchant's case was judged by rule, with all that the judgement rests on."""

    __tablename__ = "moderation_judgement"

    case_id: Mapped[UUID] = mapped_column(sa.ForeignKey("moderation_case.id"), primary_key=True)
    judgement: Mapped[Judgement] = mapped_column(StateColumn(Judgement))
    version: Mapped[int] = mapped_column(sa.Integer)
    risk: Mapped[int] = mapped_column(sa.Integer)
    most_risk: Mapped[int] = mapped_column(sa.Integer)
    in_a_row: Mapped[int] = mapped_column(sa.Integer)
    needed: Mapped[int] = mapped_column(sa.Integer)
    clean_days: Mapped[int] = mapped_column(sa.Integer)
    sample_percent: Mapped[int] = mapped_column(sa.Integer)
    seed_id: Mapped[UUID] = mapped_column(sa.ForeignKey("review_seed.id"))
    is_sampled: Mapped[bool] = mapped_column(sa.Boolean)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


insert_only(CaseJudgement)


class ReviewReason(Base):
    """A reason that reviewers choose instead of writing it: its texts by language, the kinds of cases it is for."""

    __tablename__ = "review_reason"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    texts: Mapped[dict[str, str]] = mapped_column(Json)
    kinds: Mapped[list[str]] = mapped_column(Json)
    position: Mapped[int] = mapped_column(sa.Integer)
    retired: Mapped[bool] = mapped_column(sa.Boolean)


class PicturePrint(Base):
    """The difference hash of a picture's bytes as a signed number; None for one that shows nothing to recognise."""

    __tablename__ = "picture_print"

    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    bits: Mapped[int | None] = mapped_column(sa.BigInteger)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PictureBand(Base):
    """One band of a picture's hash: alike pictures have at least one in common."""

    __tablename__ = "picture_band"

    band: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    value: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(sa.ForeignKey("picture_print.sha256"), primary_key=True)


class ListingPrint(Base):
    """What a listing's text and pictures were when it was last compared with others: ``digest`` of both."""

    __tablename__ = "listing_print"

    listing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("listing.id"), primary_key=True)
    version: Mapped[int] = mapped_column(sa.Integer)
    digest: Mapped[str] = mapped_column(sa.String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ListingBand(Base):
    """One band of the minhash of a listing's text."""

    __tablename__ = "listing_band"

    band: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    value: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    listing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("listing.id"), primary_key=True, index=True)


class ListingMatch(Base):
    """Two listings that are alike, in both directions; ``nearness`` in per cent."""

    __tablename__ = "listing_match"

    listing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("listing.id"), primary_key=True)
    other_id: Mapped[UUID] = mapped_column(sa.ForeignKey("listing.id"), primary_key=True, index=True)
    by: Mapped[Likeness] = mapped_column(StateColumn(Likeness), primary_key=True)
    nearness: Mapped[int] = mapped_column(sa.Integer)
