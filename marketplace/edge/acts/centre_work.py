"""What is to be done in the asker's distribution centres; shared by pages and API."""

from collections.abc import Collection
from uuid import UUID

from marketplace.distribution.centre_work import queries
from marketplace.distribution.centre_work.queries import WorkRow
from marketplace.distribution.centre_work.rules import Task
from marketplace.edge.acts import centres
from marketplace.edge.requests.centre_work import WorkQuery
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import NotFound
from marketplace.kernel.pages import Page
from marketplace.logistics.centres.queries.centres import CentreRow


def own(query: WorkQuery) -> tuple[CentreRow, ...]:
    """Return the asker's centres, the one that is asked for alone; NotFound ``centre`` for one that is not its own."""
    found = centres.own_centres()
    if query.centre is None:
        return found
    mine = tuple(row for row in found if row.id == query.centre)
    if not mine:
        raise NotFound("centre")
    return mine


def many(query: WorkQuery, centre_ids: Collection[UUID]) -> Page[WorkRow]:
    """Return what is to be done in some of the asker's centres."""
    return queries.work(reading(), centre_ids=centre_ids, now=clock.now(), task=query.task, cursor=query.cursor)


def counts(centre_ids: Collection[UUID]) -> dict[Task, int]:
    """Return how much is to be done of each task in some of the asker's centres."""
    return queries.counts(reading(), centre_ids=centre_ids, now=clock.now())
