"""Pack a lorry: read what is asked, let the packer work outside of any transaction, keep what came of it."""

from collections.abc import Callable
from uuid import UUID

from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.logistics.floor import child, queries
from marketplace.logistics.floor.rules.boxes import Task
from marketplace.logistics.floor.rules.states import Effort, Failure, PlanState
from marketplace.logistics.floor.services import plans
from marketplace.logistics.floor.services.plans import Answer

Run = Callable[[Task, Effort], Answer | Failure]


def pack(plan_id: UUID, *, run: Run = child.run) -> None:
    """Draw a plan that was asked for; one that is drawn, or failed, stays as it is."""
    session = reading()
    row = queries.plan(session, plan_id=plan_id)
    session.rollback()
    if row.state is not PlanState.PACKING:
        return
    answer = run(row.task, row.effort)
    now = clock.now()
    if isinstance(answer, Failure):
        failure = answer
        in_unit_of_work(lambda session: plans.fail(session, plan_id=plan_id, failure=failure, now=now))
    else:
        found = answer
        in_unit_of_work(lambda session: plans.keep(session, plan_id=plan_id, answer=found, now=now))
