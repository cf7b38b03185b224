"""Write down how goods came, beside a receipt, an acceptance, or by itself; whose line it is, the caller has asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.files import queries as files
from marketplace.files.rules import LIMITS, PICTURES, Purpose
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.ids import new_id
from marketplace.orders.arrivals.models import ArrivalPhoto, TemperatureRecord
from marketplace.orders.models import OrderLine
from marketplace.orders.rules.acceptance import OVER, RECEIVED
from marketplace.orders.rules.temperatures import KeptAt, Measured
from marketplace.orders.services.moves import parts_of

MOST_PHOTOS: Final = 40  # of a line, from each side
MOST_RECORDS: Final = 20


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody shows of how goods came; ``file_id`` is the logger's file, where there is one."""

    photos: Sequence[UUID] = ()
    measured: Measured | None = None
    file_id: UUID | None = None

    def __bool__(self) -> bool:
        """Tell whether anything is shown."""
        return bool(self.photos) or self.measured is not None


def record(session: Session, *, line_id: UUID, shown: Shown, actor: Actor, now: datetime) -> None:
    """Keep pictures and temperatures of a line of which something came; pictures that are there already stay once.

    NotFound for another's file, Refused ``photos`` for what is no picture, or for too many of one side, ``logger`` for
    too many records; Conflict ``state`` before anything was received.
    """
    if not shown:
        return
    line = session.get_one(OrderLine, line_id)
    if not parts_of(session, line_id=line_id).keys() & (RECEIVED | OVER):
        raise Conflict("state", thing="order_line", state=str(line.state), action="arrival", possible=[])
    added = _add_photos(session, line_id, shown.photos, actor, now)
    if shown.measured is not None:
        _add_temperature(session, line, shown.measured, shown.file_id, actor, now)
    facts = {"photos": added, "temperature": shown.measured is not None}
    audit.record(
        session,
        actor=actor,
        action="order_line.arrival",
        subject="order_line",
        subject_id=line_id,
        facts=facts,
        now=now,
    )


def _add_photos(session: Session, line_id: UUID, photos: Sequence[UUID], actor: Actor, now: datetime) -> int:
    found = [files.get_file(session, company_id=actor.company, file_id=key) for key in dict.fromkeys(photos)]
    if not all(file.serves(Purpose.EVIDENCE) for file in found):
        raise Refused.field("photos", "file_other", "pictures handed in with the purpose evidence")
    if not all(file.media_type in PICTURES for file in found):
        raise Refused.field("photos", "file_kind", LIMITS[Purpose.PICTURE].accepted)
    shown = session.execute(
        sa.select(ArrivalPhoto.file_id, ArrivalPhoto.company_id).where(ArrivalPhoto.line_id == line_id)
    ).all()
    there = {row.file_id for row in shown}
    new = [file for file in found if file.id not in there]
    # Each side has room of its own: none can fill that of the other first.
    if sum(row.company_id == actor.company for row in shown) + len(new) > MOST_PHOTOS:
        raise Refused.field("photos", "too_large", f"at most {MOST_PHOTOS} pictures")
    session.add_all(
        ArrivalPhoto(line_id=line_id, file_id=file.id, company_id=actor.company, added_at=now) for file in new
    )
    session.flush()
    return len(new)


def _add_temperature(
    session: Session, line: OrderLine, measured: Measured, file_id: UUID | None, actor: Actor, now: datetime
) -> None:
    mine = sa.select(sa.func.count()).where(
        TemperatureRecord.line_id == line.id, TemperatureRecord.company_id == actor.company
    )
    if session.scalars(mine).one() >= MOST_RECORDS:
        raise Refused.field("logger", "too_large", f"at most {MOST_RECORDS} records")
    kept_at = KeptAt(**line.kept_at) if line.kept_at else None
    session.add(
        TemperatureRecord(
            id=new_id(),
            line_id=line.id,
            company_id=actor.company,
            file_id=file_id,
            logger=measured.logger,
            unit=measured.unit,
            least_centi=measured.least_centi,
            most_centi=measured.most_centi,
            readings=measured.readings,
            outside=measured.outside,
            is_outside=measured.leaves(kept_at),
            first_at=measured.first_at,
            last_at=measured.last_at,
            recorded_at=now,
        )
    )
    session.flush()
