"""Change halls and booths, retire them and bring them back; who rented a booth keeps it for the time agreed."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.exchange.models.fairs import Fair
from marketplace.exchange.models.showroom import Booth, Hall, Tenancy
from marketplace.exchange.queries import showroom as queries
from marketplace.exchange.rules import showroom as rules
from marketplace.exchange.rules.fairs import FairState
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused

_RUN: Final = Permission.OPERATOR_SHOWROOM_RUN
# The column of the plan in which retired booths wait.
_AWAY: Final = 0
_OVER: Final = (FairState.HELD, FairState.CANCELLED)


def open_hall(session: Session, *, hall_id: UUID) -> Hall:
    """Return a hall, locked; NotFound for an unknown one, Conflict ``hall_retired`` for one that is closed."""
    hall = session.get(Hall, hall_id, with_for_update=True, populate_existing=True)
    if hall is None:
        raise NotFound("hall")
    if hall.retired_at is not None:
        raise Conflict("hall_retired")
    return hall


def open_booth(session: Session, *, booth_id: UUID) -> Booth:
    """Return a booth, locked; NotFound for an unknown one, Conflict ``booth_retired`` for one that was taken away."""
    booth = session.get(Booth, booth_id, with_for_update=True, populate_existing=True)
    if booth is None:
        raise NotFound("booth")
    if booth.retired_at is not None:
        raise Conflict("booth_retired")
    return booth


def change_hall(
    session: Session, *, actor: Actor, hall_id: UUID, code: str, names: Mapping[str, str], now: datetime
) -> None:
    """Give a hall another code and other names; Refused ``code`` for one that is taken, Conflict ``hall_retired``."""
    actor.must(_RUN)
    rules.check_hall(code, names)
    hall = open_hall(session, hall_id=hall_id)
    taken = Refused.field("code", "taken", "another code")
    _change(session, actor, "hall", hall, {"code": code, "names": dict(names)}, taken, now)


def change_booth(
    session: Session, *, actor: Actor, booth_id: UUID, code: str, area_m2: Decimal, column: int, row: int, now: datetime
) -> None:
    """Give a booth another code, ground or cell of the plan; whoever rented it keeps it.

    Refused ``code`` where the code or the cell is taken, Conflict ``booth_retired``.
    """
    actor.must(_RUN)
    rules.check_booth(code, area_m2, column, row)
    booth = open_booth(session, booth_id=booth_id)
    taken = Refused.field("code", "booth_taken", "another code and another cell of the plan")
    place = {"code": code, "area_m2": area_m2, "plan_column": column, "plan_row": row}
    _change(session, actor, "booth", booth, place, taken, now)


def retire_booth(session: Session, *, actor: Actor, booth_id: UUID, now: datetime) -> None:
    """Take a booth from its hall; its cell of the plan is free for another, its code and its past stay.

    Conflict ``booth_tenanted`` while somebody stands there or has rented it, ``booth_retired`` the second time.
    """
    actor.must(_RUN)
    _hall_of(session, booth_id)
    booth = open_booth(session, booth_id=booth_id)
    _check_free(session, [booth.id], now)
    _put_away(session, actor, booth, now)


def retire_hall(session: Session, *, actor: Actor, hall_id: UUID, now: datetime) -> None:
    """Close a hall, its booths with it.

    Conflict ``booth_tenanted`` while somebody stands on one of them or has rented it, ``hall_fair`` while an event is
    to be held there, ``hall_retired`` the second time.
    """
    actor.must(_RUN)
    hall = open_hall(session, hall_id=hall_id)
    standing = sa.select(Booth).where(Booth.hall_id == hall_id, Booth.retired_at.is_(None)).order_by(Booth.id)
    booths = session.scalars(standing.with_for_update().execution_options(populate_existing=True)).all()
    _check_free(session, [booth.id for booth in booths], now)
    held = sa.select(Fair.id).where(Fair.hall_id == hall_id, Fair.state.not_in(_OVER), Fair.ends_at > now).limit(1)
    if session.scalars(held).first() is not None:
        raise Conflict("hall_fair")
    for booth in booths:
        _put_away(session, actor, booth, now)
    _mark(session, actor, "hall", hall, now, at=now)


def bring_hall_back(session: Session, *, actor: Actor, hall_id: UUID, now: datetime) -> None:
    """Open a closed hall again, without its booths: each is brought back by itself. Conflict ``hall_stands``."""
    actor.must(_RUN)
    hall = session.get(Hall, hall_id, with_for_update=True, populate_existing=True)
    if hall is None:
        raise NotFound("hall")
    if hall.retired_at is None:
        raise Conflict("hall_stands")
    _mark(session, actor, "hall", hall, now, at=None)


def bring_booth_back(session: Session, *, actor: Actor, booth_id: UUID, column: int, row: int, now: datetime) -> None:
    """Put a retired booth back into its hall, into a cell of the plan that is free.

    Refused ``column`` where the cell is taken; Conflict ``booth_stands``, ``hall_retired`` while its hall is closed.
    """
    actor.must(_RUN)
    hall = _hall_of(session, booth_id)
    booth = session.get_one(Booth, booth_id, with_for_update=True, populate_existing=True)
    if booth.retired_at is None:
        raise Conflict("booth_stands")
    if hall.retired_at is not None:
        raise Conflict("hall_retired")
    rules.check_booth(booth.code, booth.area_m2, column, row)
    taken = Refused.field("column", "booth_taken", "another code and another cell of the plan")
    _change(session, actor, "booth", booth, {"plan_column": column, "plan_row": row}, taken, now)
    _mark(session, actor, "booth", booth, now, at=None)


def _hall_of(session: Session, booth_id: UUID) -> Hall:
    """Return the hall of a booth, locked before the booth: whoever changes several of its booths locks it first."""
    hall_id = session.scalars(sa.select(Booth.hall_id).where(Booth.id == booth_id)).one_or_none()
    if hall_id is None:
        raise NotFound("booth")
    return session.get_one(Hall, hall_id, with_for_update=True, populate_existing=True)


def _put_away(session: Session, actor: Actor, booth: Booth, now: datetime) -> None:
    last = sa.select(sa.func.min(Booth.plan_row)).where(Booth.hall_id == booth.hall_id, Booth.plan_column == _AWAY)
    booth.plan_column, booth.plan_row = _AWAY, (session.scalar(last) or 0) - 1
    _mark(session, actor, "booth", booth, now, at=now)


def _check_free(session: Session, booth_ids: list[UUID], now: datetime) -> None:
    """Refuse to take away what somebody rented; the booths are locked, so nobody rents one meanwhile."""
    today = queries.today_at(session, now=now)
    rented = (
        sa.select(Booth.code, Tenancy.until_on)
        .join(Booth, Booth.id == Tenancy.booth_id)
        .where(Tenancy.booth_id.in_(booth_ids), Tenancy.until_on >= today)
        .order_by(Tenancy.until_on.desc(), Tenancy.id)
        .limit(1)
    )
    if found := session.execute(rented).one_or_none():
        raise Conflict("booth_tenanted", booth=found.code, until=found.until_on.isoformat())


def _change(
    session: Session, actor: Actor, kind: str, row: Hall | Booth, values: dict[str, Any], taken: Refused, now: datetime
) -> None:
    fields = sorted(name for name, value in values.items() if getattr(row, name) != value)
    if not fields:
        return
    try:
        with session.begin_nested():
            for name in fields:
                setattr(row, name, values[name])
            session.flush()
    except IntegrityError:
        raise taken from None
    audit.record(
        session, actor=actor, action=f"{kind}.changed", subject=kind, subject_id=row.id, facts={"fields": fields},
        now=now,
    )  # fmt: skip


def _mark(session: Session, actor: Actor, kind: str, row: Hall | Booth, now: datetime, *, at: datetime | None) -> None:
    """Note that something is retired since an instant, or back: the one place that does."""
    row.retired_at = at
    session.flush()
    action = f"{kind}.retired" if at else f"{kind}.brought_back"
    audit.record(session, actor=actor, action=action, subject=kind, subject_id=row.id, facts={}, now=now)
