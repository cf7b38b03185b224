"""Bad rows come back with reasons, are mended and run alone: each goes in once, whatever happens meanwhile."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from marketplace.catalog.imports import flows, queries, services
from marketplace.catalog.imports.models import ImportJob
from marketplace.catalog.models import Listing, StockEntry
from marketplace.catalog.rules.import_states import ImportState
from marketplace.catalog.rules.imported import Outcome
from marketplace.edge.acts.imports import called, explain
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.worker import runner
from tests.conftest import SOAK
from tests.support.sheets import comma_separated, row, table, workbook

ROOT = Path(__file__).resolve().parents[3]
ROWS = 10_000 if SOAK else 300
BAD = ROWS // 100
BATCH = services.BATCH if SOAK else 30
# One language a database is enough for a first look.
SPOKEN = {"sqlite": "zh", "postgresql": "vi"}
HEADED = {"zh": ["出错行号", "出错原因"], "vi": ["Dòng lỗi", "Lý do lỗi"]}
# The worker of a city, and nothing else: it hears the bell and looks for what was missed.
WORKER = """
import sys
from pathlib import Path
from marketplace.app import create_app
from marketplace.catalog.imports import services
from marketplace.config import Settings
from marketplace.worker import consumer

url, data_dir, batch = sys.argv[1:]
services.BATCH = int(batch)
consumer.consume(create_app(Settings(env="test", data_dir=Path(data_dir), database_url=url, limits="off")))
"""


def retry(desk, view, lines, name="rows.xlsx", **options):
    """Hand mended rows in and run them."""
    content = comma_separated(lines) if name.endswith(".csv") else workbook(lines)
    file_id = desk.file(content, name)
    with unit_of_work() as session:
        made = services.retry(
            session, actor=desk.market.merchant.actor, import_id=view.id, file_id=file_id, locale="en",
            now=clock.now(), **{"dry_run": False, **options},
        )  # fmt: skip
    return desk.run(made)


def one_in_a_hundred(count):
    return [row(sku=f"T-{number}", **({"hs": "1"} if number % 100 == 7 else {})) for number in range(count)]


def mended(lines, column="海关编码", value="871410"):
    header, *rows = lines
    for line in rows:
        line[header.index(column)] = value
    return [header, *rows]


@pytest.mark.soak
@pytest.mark.parametrize("locale", ["zh", "vi"] if SOAK else [None])
def test_a_big_list_survives_a_killed_worker_and_its_bad_rows_are_mended(desk, database, locale):
    locale = locale or SPOKEN[database.name]
    app = desk.app
    settings = app.extensions["city.settings"]
    import_id = desk.begin(workbook(table(one_in_a_hundred(ROWS), chinese=True)), submit=False, locale=locale)
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, settings.database, str(settings.data_dir), str(BATCH)], cwd=ROOT
    )
    try:
        deadline = time.monotonic() + 120
        while (done := cursor(import_id)) < ROWS * 2 // 5:
            assert time.monotonic() < deadline
            assert worker.poll() is None
            time.sleep(0.005)
        os.kill(worker.pid, signal.SIGKILL)
    finally:
        worker.kill()
        worker.wait()
    half = desk.view(import_id)
    assert (half.state, done <= half.done < ROWS) == (ImportState.COMMITTING, True)
    clock.set_offset(120)  # the dead worker's lease is over
    try:
        runner.run_due(app)
    finally:
        clock.set_offset(0)
    view = desk.view(import_id)
    assert (view.state, view.done, view.total) == (ImportState.DONE, ROWS, ROWS)
    assert (view.counts[Outcome.CREATE], view.counts[Outcome.ERROR], view.mended) == (ROWS - BAD, BAD, 0)
    header, *lines = given = desk.given_back(view)
    assert len(lines) == BAD
    assert header[-2:] == HEADED[locale]
    wrong = [found.errors[0] for found in desk.rows(view) if found.errors]
    assert len(wrong) == BAD
    for line, error in zip(lines, wrong, strict=True):
        assert explain(error, locale) != explain(error, "en")
        assert called(error.field, locale) in line[-1]
        assert error.field not in line[-1]
    before = listings()
    assert desk.bring(workbook(table(one_in_a_hundred(ROWS), chinese=True)), submit=False).counts == {
        Outcome.CREATE: 0, Outcome.UPDATE: 0, Outcome.UNCHANGED: ROWS - BAD, Outcome.ERROR: BAD,
    }  # fmt: skip
    assert listings() == before
    assert retry(desk, view, mended(given)).counts[Outcome.CREATE] == BAD
    view = desk.view(import_id)
    assert (view.counts[Outcome.ERROR], view.mended, view.errors_file_id) == (0, BAD, None)
    whole = listings()
    assert len(whole) == ROWS
    assert (
        reading().scalar(
            sa.select(sa.func.count()).select_from(StockEntry).where(StockEntry.listing_id.in_([it[0] for it in whole]))
        )
        == ROWS
    )
    with pytest.raises(Conflict):
        retry(desk, view, mended(given))
    assert listings() == whole


def cursor(import_id):
    session = reading()
    session.rollback()
    return session.scalars(sa.select(ImportJob.cursor).where(ImportJob.id == import_id)).one()


def listings():
    reading().rollback()
    return (
        reading()
        .execute(sa.select(Listing.id, Listing.version).where(Listing.sku.like("T-%")).order_by(Listing.id))
        .all()
    )


@pytest.fixture
def half(desk):
    """An import of which one row went in and two did not."""
    return desk.bring(workbook(table([row(), row(sku="CH-2", hs="1"), row(sku="CH-3", price="x")], chinese=True)))


def test_some_rows_are_mended_now_and_the_rest_later(desk, half):
    given = desk.given_back(half)
    made = retry(desk, half, mended([list(line) for line in given]))
    assert (made.counts[Outcome.CREATE], made.counts[Outcome.ERROR]) == (1, 1)
    view = desk.view(half.id)
    assert (view.counts[Outcome.ERROR], view.mended, view.counts[Outcome.CREATE]) == (1, 1, 1)
    left = desk.given_back(view)
    assert [line[0] for line in left[1:]] == ["CH-3"]
    # The file of the second run names the same rows of the first sheet.
    assert desk.given_back(made)[1][-2] == left[1][-2] == 4
    again = retry(desk, made, mended(desk.given_back(made), "单价", 30), dry_run=True)
    assert (again.state, again.counts[Outcome.CREATE]) == (ImportState.PREVIEWED, 1)
    with unit_of_work() as session:
        services.commit(session, actor=desk.market.merchant.actor, import_id=again.id, now=clock.now())
    desk.run(again.id)
    assert (desk.view(half.id).counts[Outcome.ERROR], desk.view(half.id).mended) == (0, 2)
    assert [count for _, _, count in queries.retries(reading(), import_id=half.id)] == [1, 1]
    mended_rows = {found.line: found.mended_by for found in desk.rows(desk.view(half.id))}
    assert mended_rows == {2: None, 3: made.id, 4: again.id}


def test_a_mended_row_is_not_run_again_though_its_listing_was_changed_since(desk, half):
    given = desk.given_back(half)
    retry(desk, half, mended([list(line) for line in given]))
    desk.bring(comma_separated(table([{"sku": "CH-2", "price": 99}])), "prices.csv")
    again = retry(desk, half, mended([list(line) for line in given]))
    assert (again.counts[Outcome.UNCHANGED], again.counts[Outcome.UPDATE]) == (1, 0)
    assert desk.draft("CH-2").ladders[0].tiers[0].price.amount == 99


def test_two_retries_at_the_same_time_write_a_row_once(desk, half):
    given = desk.given_back(half)
    previews = [retry(desk, half, mended([list(line) for line in given]), dry_run=True) for _ in range(2)]
    for view in previews:
        with unit_of_work() as session:
            services.commit(session, actor=desk.market.merchant.actor, import_id=view.id, now=clock.now())
    counts = [desk.run(view.id).counts for view in previews]
    assert [found[Outcome.CREATE] for found in counts] == [1, 0]
    assert counts[1][Outcome.UNCHANGED] == 1
    assert desk.view(half.id).mended == 1


def test_rows_that_were_not_bad_are_not_run(desk, half):
    header, *lines = mended(desk.given_back(half))
    strange = list(lines[0])
    strange[0], strange[-2] = "CH-1", 2
    made = retry(desk, half, [header, *lines, strange])
    assert [sorted(each.values()) for each in desk.errors(made)] == [["number"], ["row_not_bad"]]
    assert desk.view(half.id).mended == 1


def test_without_their_numbers_rows_are_known_by_their_articles(desk, half):
    header, *lines = mended(desk.given_back(half))
    made = retry(desk, half, [header[:-2], *(line[:-2] for line in lines)], "rows.csv")
    assert made.counts[Outcome.CREATE] == 1


def test_a_number_that_came_twice_needs_another_one(desk):
    view = desk.bring(workbook(table([row(), row(price=5)])))
    given = desk.given_back(view)
    assert [sorted(found.values()) for found in desk.errors(retry(desk, view, given))] == [["sku_landed"]]
    assert retry(desk, view, mended(given, "sku", "CH-9")).counts[Outcome.CREATE] == 1
    assert desk.draft("CH-1").ladders[0].tiers[0].price.amount != 5


def test_units_of_headers_over_two_rows_still_hold_when_a_row_comes_back(desk):
    lines = table([row(hs="1", carton_l=500, carton_w=400, carton_h=300)])
    over = ["" if not name.startswith("carton_l") else "carton (mm)" for name in lines[0]]
    at = lines[0].index("carton_l")
    over = [lines[0][place] if not at <= place < at + 3 else "carton size (mm)" for place in range(len(lines[0]))]
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    view = desk.bring(workbook([over, *lines], merge=(f"{letters[at]}1:{letters[at + 2]}1",)))
    made = retry(desk, view, mended(desk.given_back(view), "hs"))
    assert made.counts[Outcome.CREATE] == 1
    assert desk.draft("CH-1").packing.length_mm == 500


def test_an_import_is_retried_once_it_is_done_by_its_own_company_and_while_rows_are_bad(desk, half):
    preview = desk.bring(workbook(table([row(sku="P", hs="1")])), dry_run=True)
    clean = desk.bring(workbook(table([row()])))
    for view in (preview, clean):
        with pytest.raises(Conflict):
            retry(desk, view, [["x"]])
    with unit_of_work() as session, pytest.raises(NotFound):
        services.retry(
            session, actor=desk.market.thai.actor, import_id=half.id, file_id=half.file_id, dry_run=False,
            locale="en", now=clock.now(),
        )  # fmt: skip


def test_cells_are_mended_without_a_file(desk, half):
    (first, second) = queries.bad_rows(reading(), view=half).items
    assert (first.line, dict(first.cells), second.line, dict(second.cells)) == (3, {"hs": "1"}, 4, {"price": "x"})
    content = flows.mended(reading(), import_id=half.id, changes={3: {"hs": "871410"}, 4: {"price": "31.5"}})
    file_id = desk.file(content, "rows.xlsx")
    with unit_of_work() as session:
        made = services.retry(
            session, actor=desk.market.merchant.actor, import_id=half.id, file_id=file_id, dry_run=False,
            locale="en", now=clock.now(),
        )  # fmt: skip
    assert desk.run(made).counts[Outcome.CREATE] == 2
    assert str(desk.draft("CH-3").ladders[0].tiers[0].price) == "31.50 CNY"
    for changes in ({2: {"hs": "1"}}, {3: {"nonsense": "1"}}):
        with pytest.raises(Refused):
            flows.mended(reading(), import_id=half.id, changes=changes)


def test_a_column_that_the_sheet_lacked_is_added(desk):
    lines = [{name: cell for name, cell in row().items() if name != "origin"}]
    view = desk.bring(workbook(table(lines)))
    (bad,) = queries.bad_rows(reading(), view=view).items
    assert dict(bad.cells) == {"origin": ""}
    content = flows.mended(reading(), import_id=view.id, changes={bad.line: {"origin": "VN"}})
    file_id = desk.file(content, "rows.xlsx")
    with unit_of_work() as session:
        made = services.retry(
            session, actor=desk.market.merchant.actor, import_id=view.id, file_id=file_id, dry_run=False,
            locale="en", now=clock.now(),
        )  # fmt: skip
    assert desk.run(made).counts[Outcome.CREATE] == 1
    assert desk.draft("CH-1").origin == "VN"
