"""Grant rights to review, write and change reviews, reply to them."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.exchange.events.remarks import ReviewReplied, ReviewWritten
from marketplace.exchange.models.remarks import Remark
from marketplace.exchange.models.reviews import Review, ReviewRight, ReviewVersion
from marketplace.exchange.rules.remarks import RemarkKind
from marketplace.exchange.rules.reviews import Marks, check_turn, open_until
from marketplace.exchange.services import remarks
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound
from marketplace.kernel.events import record
from marketplace.kernel.ids import new_id
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting


def grant(
    session: Session, *, line_id: UUID, listing_id: UUID, merchant_id: UUID, company_id: UUID, now: datetime
) -> bool:
    """Let a company review what it received of an order line; again changes nothing. Tell whether it is new."""
    return insert_if_new(
        session,
        ReviewRight,
        line_id=line_id,
        listing_id=listing_id,
        merchant_id=merchant_id,
        company_id=company_id,
        granted_at=now,
    )


def write(
    session: Session,
    *,
    actor: Actor,
    line_id: UUID,
    marks: Marks,
    text: str,
    language: str,
    is_named: bool,
    seen: int,
    now: datetime,
) -> UUID:
    """Review what the actor's company received of an order line, or change that review; return the review's id.

    ``seen``: the version that the writer looked at, 0 for none; Conflict ``review_changed`` when a colleague wrote
    meanwhile, ``review_over`` when it is too old to change. NotFound for a line that the company has not received
    anything of, NotAllowed ``own_merchant`` for a member of the merchant, Refused ``text``, ``language`` and marks.
    A changed review that a moderator hides stays hidden.
    """
    actor.must(Permission.TRADE_ORDER_ACCEPT)
    right = _right(session, actor, line_id)
    review = session.scalars(
        sa.select(Review).where(Review.line_id == line_id).execution_options(populate_existing=True)
    ).one_or_none()
    days = reference.setting(session, Setting.REVIEW_CHANGE_DAYS, at=now)
    until = open_until(review.written_at, days) if review else None
    check_turn(seen=seen, version=review.version if review else 0, until=until, now=now)
    remark = remarks.keep(
        session,
        actor=actor,
        kind=RemarkKind.REVIEW,
        listing_id=right.listing_id,
        text=text,
        language=language,
        is_public=True,
        is_secret=not is_named,
        is_needed=False,
        now=now,
    )
    if review is None:
        review = _first(session, right, now)
    else:
        _stay_hidden(session, review, remark)
        review.version += 1
    session.flush()
    session.add(
        ReviewVersion(
            review_id=review.id,
            version=review.version,
            remark_id=remark.id,
            goods=marks.goods,
            packing=marks.packing,
            on_time=marks.on_time,
            is_named=is_named,
            at=now,
        )
    )
    remarks.count(session, listing_id=review.listing_id)
    _audit(session, actor, "review.written", review, now, version=review.version)
    record(session, ReviewWritten(review_id=review.id, merchant_id=review.merchant_id, at=now))
    return review.id


def reply(session: Session, *, actor: Actor, review_id: UUID, text: str, language: str, now: datetime) -> None:
    """Reply to a review of the actor's goods, once, in public; Conflict ``review_replied`` for a second reply.

    NotFound for a review of others' goods, Refused ``text`` and ``language``.
    """
    actor.must(Permission.EXCHANGE_ANSWER_WRITE)
    wanted = sa.select(Review).where(Review.id == review_id, Review.merchant_id == actor.company).with_for_update()
    review = session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()
    if review is None:
        raise NotFound("review")
    if review.reply_id is not None:
        raise Conflict("review_replied")
    remark = remarks.keep(
        session,
        actor=actor,
        kind=RemarkKind.REPLY,
        listing_id=review.listing_id,
        text=text,
        language=language,
        is_public=True,
        now=now,
    )
    review.reply_id, review.reply_version = remark.id, review.version
    session.flush()
    _audit(session, actor, "review.replied", review, now)
    record(session, ReviewReplied(review_id=review.id, company_id=review.company_id, at=now))


def _right(session: Session, actor: Actor, line_id: UUID) -> ReviewRight:
    """Return the actor's right, locked: members of one company take turns."""
    wanted = sa.select(ReviewRight).where(ReviewRight.line_id == line_id, ReviewRight.company_id == actor.company)
    right = session.scalars(wanted.with_for_update()).one_or_none()
    if right is None:
        raise NotFound("order_line")
    if right.merchant_id in accounts.companies_of(session, actor=actor):
        raise NotAllowed("own_merchant")
    return right


def _first(session: Session, right: ReviewRight, now: datetime) -> Review:
    review = Review(
        id=new_id(),
        line_id=right.line_id,
        listing_id=right.listing_id,
        merchant_id=right.merchant_id,
        company_id=right.company_id,
        version=1,
        written_at=now,
    )
    session.add(review)
    return review


def _stay_hidden(session: Session, review: Review, remark: Remark) -> None:
    """Hide a new version of what a moderator hides: the moderator shows it, and not its author."""
    last = session.get_one(ReviewVersion, (review.id, review.version))
    before = session.get_one(Remark, last.remark_id, populate_existing=True)
    remark.hidden_at, remark.hidden_by = before.hidden_at, before.hidden_by
    remark.hidden_because = before.hidden_because


def _audit(session: Session, actor: Actor, action: str, review: Review, now: datetime, **facts: Any) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        subject="review",
        subject_id=review.id,
        facts={"listing": review.listing_id, "line": review.line_id, **facts},
        now=now,
    )
