"""An import whose process is killed goes on where it stopped: every good row lands exactly once."""

import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.catalog.imports import flows, services
from marketplace.catalog.models import Listing, StockEntry
from marketplace.catalog.rules.import_states import ImportState
from marketplace.catalog.rules.imported import Outcome
from marketplace.edge.acts.imports import called, explain
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from tests.conftest import SOAK
from tests.support.sheets import row, table, workbook

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
BATCH = services.BATCH if SOAK else 50
KILLS = 2 if SOAK else 1
RUN = """
import sys
from pathlib import Path
from uuid import UUID
from marketplace.app import create_app
from marketplace.catalog.imports import flows, services
from marketplace.config import Settings
from marketplace.edge.acts.imports import called, explain

url, data_dir, import_id, batch = sys.argv[1:]
services.BATCH = int(batch)
app = create_app(Settings(env="test", data_dir=Path(data_dir), database_url=url, limits="off"))
with app.app_context():
    flows.run(UUID(import_id), store=app.extensions["city.store"], explain=explain, called=called,
              progress=lambda done, total: print(done, flush=True))
"""


def kill_after(desk, import_id: UUID, rows: int) -> None:
    """Run the import in a process of its own and kill it once so many rows are written."""
    settings = desk.app.extensions["city.settings"]
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, settings.database, str(settings.data_dir), str(import_id), str(BATCH)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) >= rows:
            break
    process.kill()
    process.wait()
    process.stdout.close()


def test_every_good_row_lands_exactly_once_however_often_the_process_is_killed(desk):
    count = BATCH * 33 // 10
    bad = len(range(0, count, 7))
    rows = [row(sku=f"K-{number}", **({"hs": "1"} if number % 7 == 0 else {})) for number in range(count)]
    import_id = desk.begin(workbook(table(rows)), submit=False)
    for kill in range(1, KILLS + 1):
        kill_after(desk, import_id, kill * BATCH)
    half = desk.view(import_id)
    assert half.state is ImportState.COMMITTING
    assert KILLS * BATCH <= half.done < count
    view = desk.run(import_id)
    assert (view.state, view.done) == (ImportState.DONE, count)
    assert view.counts == {
        Outcome.CREATE: count - bad, Outcome.UPDATE: 0, Outcome.UNCHANGED: 0, Outcome.ERROR: bad,
    }  # fmt: skip
    assert len(desk.given_back(view)) == bad + 1
    session = reading()
    listings = session.execute(sa.select(Listing.id, Listing.version).where(Listing.sku.like("K-%"))).all()
    assert len(listings) == count - bad
    entries = session.scalars(
        sa.select(StockEntry.listing_id).where(StockEntry.listing_id.in_([item.id for item in listings]))
    )
    assert len(list(entries)) == count - bad
    assert desk.run(import_id) == view


class CutOff(BaseException):
    """Ends a run where it is."""


def test_a_cancelled_import_stops_and_what_it_wrote_is_unchanged_next_time(desk, monkeypatch):
    monkeypatch.setattr(services, "BATCH", BATCH)
    count = BATCH * 14 // 10

    def cut_off(done, _total):
        if done:
            raise CutOff

    content = workbook(table([row(sku=f"C-{number}") for number in range(count)]))
    import_id = desk.begin(content, submit=False)
    with pytest.raises(CutOff):
        flows.run(import_id, store=desk.store, explain=explain, called=called, progress=cut_off)
    with unit_of_work() as session:
        services.cancel(session, actor=desk.market.merchant.actor, import_id=import_id, now=clock.now())
    assert desk.run(import_id).state is ImportState.CANCELLED
    counts = desk.bring(content, submit=False).counts
    assert (counts[Outcome.CREATE], counts[Outcome.UNCHANGED]) == (count - BATCH, BATCH)


def test_a_listing_that_vanished_from_the_preview_is_judged_anew(desk):
    content = workbook(table([row()]))
    first, second = desk.bring(content, dry_run=True), desk.bring(content, dry_run=True)
    for view in (first, second):
        with unit_of_work() as session:
            services.commit(session, actor=desk.market.merchant.actor, import_id=view.id, now=clock.now())
    assert desk.run(first.id).counts[Outcome.CREATE] == 1
    assert desk.run(second.id).counts[Outcome.UNCHANGED] == 1
