"""An import whose process is killed goes on where it stopped: every good row lands exactly once."""

import subprocess
import sys
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from marketplace.catalog.imports import services
from marketplace.catalog.models import Listing, StockEntry
from marketplace.catalog.rules.import_states import ImportState
from marketplace.catalog.rules.imported import Outcome
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from tests.support.sheets import row, table, workbook

ROOT = Path(__file__).resolve().parents[3]
RUN = """
import sys
from pathlib import Path
from uuid import UUID
from marketplace.app import create_app
from marketplace.catalog.imports import flows
from marketplace.config import Settings
from marketplace.edge.acts.imports import explain

url, data_dir, import_id = sys.argv[1:]
app = create_app(Settings(env="test", data_dir=Path(data_dir), database_url=url, limits="off"))
with app.app_context():
    flows.run(UUID(import_id), store=app.extensions["city.store"], explain=explain,
              progress=lambda done, total: print(done, flush=True))
"""


def kill_after(desk, import_id: UUID, rows: int) -> None:
    """Run the import in a process of its own and kill it once so many rows are written."""
    settings = desk.app.extensions["city.settings"]
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, settings.database, str(settings.data_dir), str(import_id)],
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
    rows = [row(sku=f"K-{number}", **({"hs": "1"} if number % 7 == 0 else {})) for number in range(1_650)]
    import_id = desk.begin(workbook(table(rows)), submit=False)
    for written in (500, 1_000):
        kill_after(desk, import_id, written)
    half = desk.view(import_id)
    assert half.state is ImportState.COMMITTING
    assert 1_000 <= half.done < 1_650
    view = desk.run(import_id)
    assert (view.state, view.done) == (ImportState.DONE, 1_650)
    assert view.counts == {Outcome.CREATE: 1_414, Outcome.UPDATE: 0, Outcome.UNCHANGED: 0, Outcome.ERROR: 236}
    assert len(desk.given_back(view)) == 237
    session = reading()
    listings = session.execute(sa.select(Listing.id, Listing.version).where(Listing.sku.like("K-%"))).all()
    assert len(listings) == 1_414
    entries = session.scalars(
        sa.select(StockEntry.listing_id).where(StockEntry.listing_id.in_([item.id for item in listings]))
    )
    assert len(list(entries)) == 1_414
    assert desk.run(import_id) == view


def test_a_cancelled_import_stops_and_what_it_wrote_is_unchanged_next_time(desk):
    content = workbook(table([row(sku=f"C-{number}") for number in range(700)]))
    import_id = desk.begin(content, submit=False)
    kill_after(desk, import_id, 500)
    with unit_of_work() as session:
        services.cancel(session, actor=desk.market.merchant.actor, import_id=import_id, now=clock.now())
    assert desk.run(import_id).state is ImportState.CANCELLED
    counts = desk.bring(content, submit=False).counts
    assert (counts[Outcome.CREATE], counts[Outcome.UNCHANGED]) == (200, 500)


def test_a_listing_that_vanished_from_the_preview_is_judged_anew(desk):
    content = workbook(table([row()]))
    first, second = desk.bring(content, dry_run=True), desk.bring(content, dry_run=True)
    for view in (first, second):
        with unit_of_work() as session:
            services.commit(session, actor=desk.market.merchant.actor, import_id=view.id, now=clock.now())
    assert desk.run(first.id).counts[Outcome.CREATE] == 1
    assert desk.run(second.id).counts[Outcome.UNCHANGED] == 1
