"""The published history in short: driven through the services, cut off, taken up again, its totals told over HTTP."""

from decimal import Decimal

import pytest
import sqlalchemy as sa

from marketplace.distribution.statistics import services
from marketplace.distribution.statistics.flows import replanned
from marketplace.distribution.statistics.models import ClosedLorries
from marketplace.distribution.statistics.queries import closed
from marketplace.distribution.statistics.queries.demand import sufficed
from marketplace.distribution.statistics.queries.happened import happened
from marketplace.distribution.statistics.queries.standing import standing
from marketplace.distribution.statistics.rules.months import Month, months
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import Conflict
from marketplace.logistics.models.departures import Departure, DepartureStop
from marketplace.logistics.rules.states import DepartureState
from marketplace.reports import queries as reports
from marketplace.seed import people
from marketplace.seed.replay import cast, flows
from marketplace.seed.replay.published import totals
from marketplace.seed.replay.rides import Ride
from tests import factories
from tests.support.invariants import fresh

DEPARTURES = 100


class CutOff(BaseException):
    """What kill -9 does to a run: nothing after it happens."""


def _replay(app, report=lambda _done, _total: None):
    return flows.replay(
        app.extensions["city.vault"], store=app.extensions["city.store"], departures=DEPARTURES, report=report
    )


def _cut_off(app, monkeypatch):
    """Stop the history in the middle of each kind of stage, with what that stage had begun undone or left."""
    for name in ("_place", "prepare", "leave", "travel", "end"):
        done, act = [], getattr(Ride, name)

        def acting(ride, *args, done=done, act=act):
            if len(done) == 2:
                raise CutOff
            done.append(ride)
            return act(ride, *args)

        monkeypatch.setattr(Ride, name, acting)
        monkeypatch.setattr(flows, "_ACTS", (Ride.order, Ride.prepare, Ride.leave, Ride.travel, Ride.end))
        with pytest.raises(CutOff):
            _replay(app)
        monkeypatch.undo()


def _look(client, query=""):
    answer = client.get(f"/api/v1/statistics{query}")
    assert answer.status_code == 200
    return answer.get_json()


def _sums(row):
    return (
        row["lorries"]["departures"],
        Decimal(row["lorries"]["teu"]) * 100,
        Decimal(row["goods"]["kg"]),
        Decimal(row["goods"]["value"]["amount"]),
    )


def _published(found):
    return found.departures, found.teu_hundredths, found.kilograms, found.yuan


@pytest.mark.slow
def test_a_history_that_was_cut_off_comes_to_the_published_totals(app, client, monkeypatch):
    _cut_off(app, monkeypatch)
    seen = []
    assert _replay(app, lambda done, total: seen.append((done, total))) == DEPARTURES - seen[0][0] + 1
    assert seen[-1] == (DEPARTURES, DEPARTURES)
    assert _replay(app) == 0
    session = fresh()
    assert set(session.scalars(sa.select(Departure.state))) == {DepartureState.SETTLED}
    assert reports.check(session) == []

    told = _look(client, "?year=2020")
    assert told["closed_until"] == "2021-01"
    assert _sums(told["total"]) == _published(totals(DEPARTURES))
    (year,) = [row for row in told["years"] if row["key"] == "2020"]
    assert _sums(year) == _published(totals(DEPARTURES, of_2020=True))
    assert sum(row["lorries"]["departures"] for row in told["months"]) == year["lorries"]["departures"]
    page = client.get("/statistics?year=2020").get_data(as_text=True)
    assert f"{totals(DEPARTURES).kilograms / 1000:,.1f}" in page
    assert f"{totals(DEPARTURES).yuan:,.2f}" in page

    _corrects(app)
    _holds_its_own(app)


def _corrects(app):
    """A lorry is found to have left a month later than noted: closed months stay, the next says what was wrong."""
    session = reading()
    before = standing(session, now=clock.now())
    stop_id, left_at = session.execute(
        sa.select(DepartureStop.id, DepartureStop.reached_at)
        .where(DepartureStop.position == 0)
        .order_by(DepartureStop.reached_at)
        .limit(1)
    ).one()
    assert left_at < Month(2016, 5).begins_at
    in_unit_of_work(
        lambda writing: writing.execute(
            sa.update(DepartureStop).where(DepartureStop.id == stop_id).values(reached_at=Month(2016, 5).begins_at)
        )
    )
    staff = people.actor(reading(), cast.LOGISTICS)
    in_unit_of_work(lambda writing: services.close(writing, actor=staff, month=Month(2021, 3), now=clock.now()))
    session = fresh()
    known = closed.closes(session)
    assert [row.month for row in known[-2:]] == ["2021-02", "2021-03"]
    rows = session.execute(
        sa.select(ClosedLorries.month, ClosedLorries.departures).where(ClosedLorries.closed_in == "2021-02")
    )
    assert sorted(tuple(row) for row in rows) == [("2016-04", -1), ("2016-05", 1)]
    after = standing(session, now=clock.now())
    assert sum(counts.departures for counts in after.closed.lorries.values()) == sum(
        counts.departures for counts in before.closed.lorries.values()
    )
    standing_now, _ = happened(session, wanted=tuple(months(Month(2016, 4), Month(2021, 3))))
    written = closed.written(session, until="2021-03")
    assert closed.whole(written.values()) - standing_now == closed.NOTHING
    assert reports.check(session) == []
    for month, code in ((Month(2021, 3), "month_closed"), (Month(2099, 1), "month_running")):
        with pytest.raises(Conflict) as refused:
            in_unit_of_work(
                lambda writing, month=month: services.close(writing, actor=staff, month=month, now=clock.now())
            )
        assert refused.value.code == code


def _holds_its_own(app):
    """Fewer lorries would have sufficed, no fewer than the bound; another history is not begun in the same city."""
    for row, planned in zip(sufficed(reading()), replanned(reading(), seconds=1.0), strict=True):
        assert 0 < row.bound <= planned <= row.filled <= row.ran
    with pytest.raises(ValueError, match="departures"):
        flows.replay(
            app.extensions["city.vault"],
            store=app.extensions["city.store"],
            departures=DEPARTURES + 1,
            report=lambda _done, _total: None,
        )


def test_a_city_in_use_has_no_history_made_up(app):
    factories.open_market(app)
    with pytest.raises(ValueError, match="in use"):
        _replay(app)
