"""The planner needs no more lorries than first-fit-decreasing fills, and fewer where that wastes some."""

import pytest

from marketplace.distribution.statistics import flows
from marketplace.distribution.statistics.queries.demand import Demand
from marketplace.kernel.quantity import Load

LORRY = Load(100, 100, 100, 100)
# First-fit-decreasing begins with 50 and 46 together, after which the rest does not fit into one lorry more.
WASTED = tuple(Load(grams, 1, 1, 1) for grams in (24, 26, 26, 28, 46, 50))


class Session:
    def rollback(self):
        pass


@pytest.mark.parametrize(
    ("weeks", "count"),
    [((WASTED,), 2), ((WASTED, WASTED[:3]), 3), ((tuple(Load(51, 1, 1, 1) for _ in range(3)),), 3), ((), 0)],
)
def test_a_week_is_planned_with_a_lorry_less_as_long_as_everything_rides(monkeypatch, weeks, count):
    monkeypatch.setattr(flows, "demands", lambda _session: (Demand("EAST", 9, LORRY, weeks),))
    seen = []
    assert flows.replanned(Session(), report=lambda *done: seen.append(done)) == [count]
    assert seen == [(at, len(weeks)) for at in range(1, len(weeks) + 1)]
