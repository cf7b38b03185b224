"""Plan what was carried anew, as the planner plans: a week of a line at a time, each in a process of its own."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from marketplace.distribution.statistics.queries.demand import demands
from marketplace.distribution.statistics.rules.bound import fewest, first_fit_decreasing
from marketplace.kernel.quantity import Load
from marketplace.logistics.planning import child
from marketplace.logistics.planning.rules.instance import Instance, Lorry, Parcel

Report = Callable[[int, int], None]

# Of one attempt to do with a lorry less; most end long before, when nothing more can be improved.
SECONDS: Final = 5.0
# So many neighbourhoods are looked at, that the answer does not depend on how fast the machine is.
_ROUNDS: Final = 200
_DAY: Final = date(2021, 1, 8)
_THERE: Final = "there"


def replanned(session: Session, *, seconds: float = SECONDS, report: Report = lambda _done, _total: None) -> list[int]:
    """Return how many lorries the planner needs for what left on each line, in the order of ``demands``.

    A week begins with what first-fit-decreasing fills and loses a lorry as long as everything still rides. Weeks in
    which that is the lower bound are not planned: nothing does with fewer.
    """
    found = demands(session)
    session.rollback()
    weeks = [(at, week, row.lorry) for at, row in enumerate(found) for week in row.weeks]
    counts = [0] * len(found)
    for done, (at, week, lorry) in enumerate(weeks, 1):
        counts[at] += _fewest(week, lorry, seconds)
        report(done, len(weeks))
    return counts


def _fewest(loads: Sequence[Load], lorry: Load, seconds: float) -> int:
    count, least = first_fit_decreasing(loads, lorry), fewest(loads, lorry)
    while count > least and _suffices(loads, lorry, count - 1, seconds):
        count -= 1
    return count


def _suffices(loads: Sequence[Load], lorry: Load, count: int, seconds: float) -> bool:
    instance = Instance(
        tuple(Parcel(str(at), _THERE, load, 1_000) for at, load in enumerate(loads)),
        tuple(Lorry(str(at), lorry, 0, {_THERE: 0}) for at in range(count)),
        _DAY,
    )
    return len(child.solve(instance, seconds=seconds, rounds=_ROUNDS).answer) == len(loads)
