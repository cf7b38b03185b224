"""A table is read in portions: each row once, and never more at a time than was said."""

import pytest
import sqlalchemy as sa

from marketplace.kernel import clock
from marketplace.kernel.checks import Portions
from marketplace.kernel.db import reading, unit_of_work
from marketplace.outbox import services as outbox
from marketplace.outbox.models import OutboxJob

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize(
    ("rows", "portions"), [(0, []), (1, [1]), (2, [2]), (3, [2, 1]), (4, [2, 2]), (7, [2, 2, 2, 1])]
)
def test_every_row_is_read_once_and_few_at_a_time(app, rows, portions):
    with unit_of_work() as session:
        ids = [outbox.enqueue(session, f"job {number}", {}, now=clock.now()) for number in range(rows)]
    found = list(Portions(sa.select(OutboxJob.id, OutboxJob.name), size=2)(reading()))
    assert [len(portion) for portion in found] == portions
    assert [row.id for portion in found for row in portion] == sorted(ids)


def test_only_what_was_asked_for_is_read(app):
    with unit_of_work() as session:
        ids = [outbox.enqueue(session, f"job {number % 2}", {}, now=clock.now()) for number in range(9)]
    wanted = Portions(sa.select(OutboxJob.id).where(OutboxJob.name == "job 1"), size=3)
    assert [row.id for portion in wanted(reading()) for row in portion] == sorted(ids[1::2])
