"""Categories and commodities, kept by the city itself."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.names import skeleton
from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.catalog.events import ProposalDecided
from marketplace.catalog.models import Brand, Category, CategoryAttribute, Commodity, CommodityProposal
from marketplace.catalog.rules.details.attributes import MOST_ATTRIBUTES, Attribute, check_attribute
from marketplace.catalog.rules.details.brand import LONGEST_BRAND
from marketplace.catalog.rules.proposals import (
    LONGEST_REASON,
    PROPOSAL,
    Proposal,
    ProposalState,
    check_proposal,
    check_slug,
)
from marketplace.catalog.services import cards
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from marketplace.kernel.events import record
from marketplace.kernel.ids import new_id
from marketplace.reference.rules import hs_code

# So many wishes of a company wait at a time.
MOST_WAITING: Final = 20
ACTIONS: Final = tuple(PROPOSAL.actions(ProposalState.PENDING))


def put_category(
    session: Session,
    *,
    code: str,
    names: Mapping[str, str],
    drawing: str,
    fresh: bool,
    hs_chapters: Sequence[str],
    position: int,
) -> UUID:
    """Make a category or bring the one with this code up to date; return its id."""
    category = session.scalars(sa.select(Category).where(Category.code == code)).one_or_none()
    if category is None:
        category = Category(id=new_id(), code=code)
        session.add(category)
    category.names, category.drawing, category.fresh = dict(names), drawing, fresh
    category.hs_chapters, category.position = list(hs_chapters), position
    session.flush()
    return category.id


def put_commodity(
    session: Session, *, slug: str, names: Mapping[str, str], category: str, hs6: str, grade: str = ""
) -> UUID:
    """Make a commodity or bring the one with this slug up to date; return its id."""
    category_id = _category_id(session, category)
    commodity = session.scalars(sa.select(Commodity).where(Commodity.slug == slug)).one_or_none()
    if commodity is None:
        commodity = Commodity(id=new_id(), slug=slug)
        session.add(commodity)
    commodity.names, commodity.category_id = dict(names), category_id
    commodity.hs6, commodity.grade = hs_code(hs6)[:6], grade
    session.flush()
    return commodity.id


def put_attribute(session: Session, *, category: str, attribute: Attribute, position: int) -> None:
    """Let a category ask for an attribute, or bring the one with this code up to date.

    Its kind stays: what merchants stated was checked by it. Cards show the new names when they are drawn next.
    """
    check_attribute(attribute)
    category_id = _category_id(session, category)
    row = session.get(CategoryAttribute, (category_id, attribute.code))
    if row is None:
        count = sa.select(sa.func.count()).where(CategoryAttribute.category_id == category_id)
        if (session.scalar(count) or 0) >= MOST_ATTRIBUTES:
            raise Conflict("attributes_full", most=MOST_ATTRIBUTES)
        row = CategoryAttribute(category_id=category_id, code=attribute.code, kind=attribute.kind)
        session.add(row)
    elif row.kind is not attribute.kind or row.unit != attribute.unit:
        raise Refused.field("kind", "attribute_fixed", f"{row.kind} {row.unit or ''}".strip())
    row.names, row.wanted, row.unit = dict(attribute.names), attribute.wanted, attribute.unit
    row.choices = {code: dict(names) for code, names in attribute.choices.items()}
    row.position = position
    session.flush()


def ask(session: Session, *, actor: Actor, category: str, attribute: Attribute, position: int, now: datetime) -> None:
    """Let a category ask for an attribute, by the city's own people."""
    actor.must(Permission.OPERATOR_LISTING_MODERATE)
    put_attribute(session, category=category, attribute=attribute, position=position)
    facts = {"category": category, "attribute": attribute.code, "wanted": attribute.wanted.value}
    audit.record(
        session, actor=actor, action="category.asks", subject="company", subject_id=actor.company, facts=facts, now=now
    )


def ask_dangerous(session: Session, *, actor: Actor, category: str, asks: bool, now: datetime) -> None:
    """Ask, or no longer, of each goods of a category whether they are dangerous; what is up is undecided at once."""
    actor.must(Permission.OPERATOR_LISTING_MODERATE)
    row = session.get_one(Category, _category_id(session, category))
    if row.asks_dangerous is asks:
        return
    row.asks_dangerous = asks
    session.flush()
    cards.refresh_category(session, category_id=row.id, now=now)
    facts = {"category": category, "asks": asks}
    audit.record(
        session, actor=actor, action="category.asks_dangerous", subject="company", subject_id=actor.company,
        facts=facts, now=now,
    )  # fmt: skip


def register_brand(session: Session, *, actor: Actor, name: str, now: datetime) -> UUID:
    """Register a brand; one that looks like it already is refused."""
    actor.must(Permission.OPERATOR_LISTING_MODERATE)
    clean = " ".join(name.split())
    look = skeleton(clean)
    if not look or len(clean) > LONGEST_BRAND:
        raise Refused.field("name", "too_long", f"1 to {LONGEST_BRAND} characters")
    made = new_id()
    if not insert_if_new(session, Brand, id=made, name=clean, skeleton=look, registered_at=now):
        raise Refused.field("name", "taken", "a brand that looks like no other")
    _brand_audit(session, actor, "brand.registered", made, now)
    return made


def strike_brand(session: Session, *, actor: Actor, brand_id: UUID, now: datetime) -> None:
    """Take a brand out of the register."""
    actor.must(Permission.OPERATOR_LISTING_MODERATE)
    row = session.get(Brand, brand_id)
    if row is None:
        raise NotFound("brand")
    session.delete(row)
    session.flush()
    _brand_audit(session, actor, "brand.struck", brand_id, now)


def _brand_audit(session: Session, actor: Actor, action: str, brand_id: UUID, now: datetime) -> None:
    audit.record(session, actor=actor, action=action, subject="brand", subject_id=brand_id, facts={}, now=now)


def propose(session: Session, *, actor: Actor, proposal: Proposal, now: datetime) -> UUID:
    """Ask for a shared page that is not there; the same wish while it waits is the one there is."""
    actor.must(Permission.CATALOG_LISTING_EDIT)
    check_proposal(proposal)
    try:
        category_id = _category_id(session, proposal.category)
    except NotFound:
        raise Refused.field("category", "unknown", "the code of a category") from None
    hs6 = hs_code(proposal.hs6)[:6]
    mine = sa.select(CommodityProposal).where(
        CommodityProposal.company_id == actor.company, CommodityProposal.state == ProposalState.PENDING
    )
    waiting = session.scalars(mine).all()
    wished = (dict(proposal.names), category_id, hs6, proposal.grade)
    for row in waiting:
        if (row.names, row.category_id, row.hs6, row.grade) == wished:
            return row.id
    if len(waiting) >= MOST_WAITING:
        raise Conflict("proposals_full", most=MOST_WAITING)
    row = CommodityProposal(
        id=new_id(), company_id=actor.company, state=ProposalState.PENDING, names=dict(proposal.names),
        category_id=category_id, hs6=hs6, grade=proposal.grade, proposed_by=actor.person_id, proposed_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    _audit(session, actor, "commodity.proposed", row.id, now, category=proposal.category)
    return row.id


def decide(
    session: Session, *, actor: Actor, proposal_id: UUID, action: str, slug: str = "", reason: str = "", now: datetime
) -> str | None:
    """Make a shared page of a wish (``accept``), put it to the page there is (``merge``), or ``decline`` it with why.

    Each once: Conflict ``state`` for what was decided before. Accepting writes a page that nobody had; Refused ``slug``
    for one that is there, into which it is merged instead. Return the slug of what became of it.
    """
    actor.must(Permission.OPERATOR_LISTING_MODERATE)
    row = session.get(CommodityProposal, proposal_id, with_for_update=True)
    if row is None:
        raise NotFound("proposal")
    if action not in ACTIONS:
        raise Refused.field("action", "choice", ", ".join(ACTIONS))
    if row.company_id == actor.company:
        raise NotAllowed("own_listing")
    after = PROPOSAL.apply(row.state, action)
    if len(reason) > LONGEST_REASON:
        raise Refused.field("reason", "too_long", f"at most {LONGEST_REASON} characters")
    if action == "decline" and not reason.strip():
        raise Refused.field("reason", "required", "why not, for the merchant")
    if action == "decline":
        slug = ""
    else:
        row.commodity_id = _page_of(session, row, action, slug)
    row.state, row.reason, row.decided_by, row.decided_at = after, reason.strip(), actor.person_id, now
    session.flush()
    _audit(session, actor, f"commodity.{action}", row.id, now, commodity=row.commodity_id)
    record(session, ProposalDecided(proposal_id=row.id, at=now))
    return slug or None


def _page_of(session: Session, row: CommodityProposal, action: str, slug: str) -> UUID:
    check_slug(slug)
    found = session.scalars(sa.select(Commodity.id).where(Commodity.slug == slug)).one_or_none()
    if action == "merge":
        if found is None:
            raise Refused.field("slug", "unknown", "the slug of a commodity of this city")
        return found
    values = {"names": row.names, "category_id": row.category_id, "hs6": row.hs6, "grade": row.grade}
    made = new_id()
    if found is not None or not insert_if_new(session, Commodity, id=made, slug=slug, **values):
        raise Refused.field("slug", "taken", "an address that no shared page has; or merge into that page")
    return made


def _category_id(session: Session, code: str) -> UUID:
    found = session.scalars(sa.select(Category.id).where(Category.code == code)).one_or_none()
    if found is None:
        raise NotFound("category")
    return found


def _audit(session: Session, actor: Actor, action: str, proposal_id: UUID, now: datetime, **facts: Any) -> None:
    audit.record(
        session, actor=actor, action=action, subject="commodity_proposal", subject_id=proposal_id, facts=facts, now=now
    )
