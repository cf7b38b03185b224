"""Open centres and change what is said of them; every version stays."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.logistics.centres.models import Centre, CentreVersion
from marketplace.logistics.centres.queries.centres import CentreRow, centre
from marketplace.logistics.centres.rules.centres import Figures, check_figures
from marketplace.reference import queries as reference
from marketplace.reference.rules import PlaceKind

_KEEPERS = frozenset({CompanyKind.DC, CompanyKind.OPERATOR})


def open_centre(
    session: Session, *, actor: Actor, place_code: str, keeper_id: UUID, figures: Figures, now: datetime
) -> UUID:
    """Open a centre at a place of kind dc and return its id.

    Refused ``place`` for another kind of place or one that has a centre, ``keeper`` for another kind of company.
    """
    actor.must(Permission.OPERATOR_NETWORK_EDIT)
    if session.scalar(sa.select(Centre.id).where(Centre.place_code == place_code)) is not None:
        raise Refused.field("place", "taken")
    return provide(session, actor=actor, place_code=place_code, keeper_id=keeper_id, figures=figures, now=now)


def provide(
    session: Session, *, actor: Actor, place_code: str, keeper_id: UUID, figures: Figures, now: datetime
) -> UUID:
    """Open a centre for who sets the city up, refused as ``open_centre`` is; one that is there stays as it is."""
    there = session.scalar(sa.select(Centre.id).where(Centre.place_code == place_code))
    if there is not None:
        return there
    places = [place.code for place in reference.places(session, PlaceKind.DC)]
    if place_code not in places:
        raise Refused.field("place", "choice", ", ".join(places) or "a place of kind dc")
    _check(session, keeper_id, figures)
    row = Centre(id=new_id(), place_code=place_code, company_id=keeper_id, version=1, created_at=now)
    session.add(row)
    session.flush()
    _say(session, row, figures, now)
    _audit(session, actor, "centre.opened", row.id, now, keeper=keeper_id, version=1)
    return row.id


def change(
    session: Session, *, actor: Actor, centre_id: UUID, keeper_id: UUID, figures: Figures, version: int, now: datetime
) -> None:
    """Say something else of a centre, or give it to another keeper; what was said before stays readable.

    Refused ``version`` where somebody has changed it meanwhile; the same again changes nothing.
    """
    actor.must(Permission.OPERATOR_NETWORK_EDIT)
    row = session.scalars(sa.select(Centre).where(Centre.id == centre_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound("centre")
    session.refresh(row)
    before = centre(session, centre_id=centre_id)
    if (before.company_id, before.figures) == (keeper_id, figures):
        return
    if version != row.version:
        raise Refused.field("version", "centre_changed", str(row.version))
    _check(session, keeper_id, figures)
    row.version, row.company_id = row.version + 1, keeper_id
    session.flush()
    _say(session, row, figures, now)
    _audit(session, actor, "centre.changed", row.id, now, keeper=keeper_id, version=row.version)


def kept(session: Session, *, actor: Actor, centre_id: UUID) -> CentreRow:
    """Return a centre that the actor works in: a keeper's own, or any for the operator; NotFound."""
    actor.must(Permission.PARTNER_CENTRE_KEEP)
    company_id = None if actor.company_kind == CompanyKind.OPERATOR else actor.company
    return centre(session, centre_id=centre_id, company_id=company_id)


def _check(session: Session, keeper_id: UUID, figures: Figures) -> None:
    found = accounts.get_companies(session, company_ids=[keeper_id]).get(keeper_id)
    if found is None or found.kind not in _KEEPERS:
        raise Refused.field("keeper", "unknown", "a partner company of kind DC, or the operator")
    check_figures(figures)


def _say(session: Session, row: Centre, figures: Figures, now: datetime) -> None:
    session.add(
        CentreVersion(
            centre_id=row.id,
            version=row.version,
            company_id=row.company_id,
            days=figures.days,
            opens=figures.opens,
            closes=figures.closes,
            licence_number=figures.licence_number,
            licence_until=figures.licence_until,
            source=figures.source,
            is_assumed=figures.is_assumed,
            at=now,
        )
    )
    session.flush()


def _audit(session: Session, actor: Actor, action: str, centre_id: UUID, now: datetime, **facts: Any) -> None:
    audit.record(session, actor=actor, action=action, subject="centre", subject_id=centre_id, facts=facts, now=now)
