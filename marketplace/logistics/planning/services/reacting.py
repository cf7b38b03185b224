"""Take out of plans what a departure's floor has no place for."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.logistics.floor.events import FloorPlanShort
from marketplace.logistics.planning.models import LoadPlan, LoadPlanRow
from marketplace.logistics.planning.rules.obstacles import Why
from marketplace.logistics.planning.rules.states import PlanState


def on_floor_plan_short(session: Session, event: FloorPlanShort) -> None:
    """Leave behind, in drafts, what they keep on a departure that has no place for it; the next run looks for one."""
    rows = session.scalars(
        sa.select(LoadPlanRow)
        .join(LoadPlan, LoadPlan.id == LoadPlanRow.plan_id)
        .where(
            LoadPlan.state == PlanState.DRAFT,
            LoadPlanRow.departure_id == event.departure_id,
            LoadPlanRow.booking_id.in_(event.booking_ids),
        )
    )
    for row in rows:
        row.departure_id, row.reason = None, Why.FLOOR
        row.facts = {
            "lorry": str(event.departure_id),
            "gain": row.value_minor,
            "cost": None,
            "placed": event.placed,
            "total": event.total,
        }
