"""A merchant asks another reviewer to look again."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.catalog.models import Listing
from marketplace.catalog.services import listings
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict
from marketplace.kernel.ids import new_id
from marketplace.moderation.models import Case, CaseStatement
from marketplace.moderation.queries import appeals
from marketplace.moderation.rules import CaseKind, CaseState
from marketplace.moderation.rules.reports import check_text
from marketplace.moderation.services import weighing
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting

_KIND: Final = CaseKind.APPEAL


def appeal(session: Session, *, actor: Actor, listing_id: UUID, text: str, now: datetime) -> UUID:
    """Ask for another look at the latest decision against the actor's listing, and return the case of it.

    Once for each decision, within the days of the setting: Conflict ``nothing_to_appeal`` otherwise.
    """
    listing: Listing = listings.own(session, actor=actor, listing_id=listing_id)
    said = check_text(text)
    about = appeals.appealable(session, listing_id=listing_id, now=now)
    if about is None:
        raise Conflict("nothing_to_appeal")
    case_id = new_id()
    is_new = insert_if_new(
        session,
        Case,
        id=case_id,
        kind=_KIND,
        listing_id=listing_id,
        change_id=about.change_id,
        company_id=listing.company_id,
        state=CaseState.PENDING,
        about_id=about.case_id,
        risk=0,
        risk_points={},
        opened_at=now,
        due_at=now + timedelta(hours=reference.setting(session, Setting.REVIEW_HOURS, at=now)),
    )
    if not is_new:
        raise Conflict("nothing_to_appeal")
    session.add(CaseStatement(case_id=case_id, person_id=actor.person_id, text=said, at=now))
    session.flush()
    weighing.weigh_again(session, case_ids=[case_id], now=now)
    facts = {"listing": listing_id, "about": about.case_id}
    audit.record(
        session, actor=actor, action="moderation.appeal", subject="case", subject_id=case_id, facts=facts, now=now
    )
    return case_id
