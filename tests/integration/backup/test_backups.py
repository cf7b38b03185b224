"""A backup of a running city is one instant of it; a city made of it is the same, on either database."""

import contextvars
import fcntl
import shutil
import threading
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from marketplace.accounts.models import Person
from marketplace.app import create_app
from marketplace.backup import archive, flows, rules
from marketplace.cli.main import city as commands
from marketplace.cli.wiring import City
from marketplace.config import Settings
from marketplace.files import store as bytes_store
from marketplace.idempotency.models import IdempotencyKey
from marketplace.idempotency.rules import KeyState
from marketplace.kernel import clock
from marketplace.kernel.checks import Breach
from marketplace.kernel.db import db, reading, unit_of_work
from marketplace.outbox import services as outbox
from marketplace.reports import queries as reports
from marketplace.seed import flows as seed
from marketplace.seed.extent import Extent
from marketplace.worker import runner
from tests.conftest import SOAK
from tests.support import postgres


@pytest.fixture
def run(app, monkeypatch):
    """Runs a command on the test's city, or in another place, as an operator would: settings from the environment."""
    built = []

    def create():
        built.append(create_app(Settings()))
        return built[-1]

    def run(*arguments, place=None, code=0):
        monkeypatch.setenv("CITY_ENV", "test")
        monkeypatch.setenv("CITY_LIMITS", "off")
        if place:
            monkeypatch.setenv("CITY_DATA_DIR", str(place.folder))
            monkeypatch.setenv("CITY_DATABASE_URL", place.url)
        stands = City(create_app=create if place else lambda: app, supervise=print, consume=print)
        done = contextvars.Context().run(CliRunner().invoke, commands, arguments, obj=stands)
        assert done.exit_code == code, (done.output, done.exception)
        return done.output

    yield run
    for other in built:
        other.extensions["city.bell"].close()
        with other.app_context():
            db.session.remove()
            db.engine.dispose()


class Place:
    def __init__(self, folder, url=""):
        self.folder, self.url = folder, url


def _seed(app, extent):
    store = app.extensions["city.store"]
    assert seed.seed(app.extensions["city.vault"], store=store, extent=extent, if_empty=True)
    runner.run_due(app)


@pytest.fixture(scope="session")
def first_city(shared_app, database, settings, tmp_path_factory):
    """A city with its cast and first goods, kept: its rows, and the bytes of its files."""
    with shared_app.app_context():
        database.refresh()
        _seed(shared_app, Extent.START)
        folder = tmp_path_factory.mktemp("first")
        shutil.copytree(settings.data_dir / "files", folder / "files")
        return database.keep(), folder / "files"


@pytest.fixture
def city(first_city, app, database, settings):
    """The same, untouched."""
    rows, files = first_city
    database.refresh(rows)
    shutil.rmtree(settings.data_dir / "files")
    shutil.copytree(files, settings.data_dir / "files")
    return app


@pytest.fixture
def full_city(request):
    """The most that there is time for."""
    if not SOAK:
        return request.getfixturevalue("city")
    app = request.getfixturevalue("app")
    _seed(app, Extent.SMALL)
    return app


def _parts(target):
    _, manifest = archive.find(target)
    # What search sorts by is written anew with the index.
    return {part.name: (part.rows, part.sha256) for part in manifest.tables if not part.name.startswith("search_")}


@pytest.mark.slow
def test_a_city_with_everything_in_it_moves_between_databases_and_stays_the_same(full_city, run, database, tmp_path):
    app = full_city
    run("backup", str(tmp_path / "first"))
    places = [Place(tmp_path / "lite")]
    if database.name == "postgresql":
        places.append(Place(tmp_path / "pg", postgres.create(f"restored_{uuid4().hex[:12]}")))
    source = tmp_path / "first"
    for number, place in enumerate(places):
        said = run("restore", str(source), place=place)
        assert "every invariant holds" in said
        _, manifest = archive.find(source)
        trail = tmp_path / f"trail{number}.jsonl"
        run("audit", "export", str(trail), place=place)
        run("audit", "verify", str(trail), "--head", manifest.audit.head, place=place)
        source = tmp_path / f"again{number}"
        run("backup", str(source), place=place)
        assert _parts(source) == _parts(tmp_path / "first")
        assert (place.folder / "secret_key").read_text() == app.secret_key
    assert sum(rows for rows, _ in _parts(source).values()) > 200


def test_a_backup_is_one_instant_while_others_write(city, run, tmp_path, monkeypatch):
    dumped = archive.write_lines

    def write_between(path, lines):
        _in_thread(city, _write)
        return dumped(path, lines)

    def _write():
        with unit_of_work() as session:
            outbox.enqueue(session, "sweep_logins", {}, now=clock.now())
            session.add(Person(name="Latecomer", locale="en", created_at=clock.now(), email=f"{uuid4().hex}@x.test"))

    people = reading().scalar(sa.select(sa.func.count()).select_from(Person))
    reading().rollback()
    monkeypatch.setattr(archive, "write_lines", write_between)
    run("backup", str(tmp_path / "b"))
    assert _parts(tmp_path / "b")["person"][0] == people
    run("restore", str(tmp_path / "b"), place=Place(tmp_path / "new"))


def _in_thread(app, work):
    def inside():
        with app.app_context():
            work()

    thread = threading.Thread(target=inside)
    thread.start()
    thread.join()


def test_bytes_are_copied_once_and_parts_are_for_their_owner_alone(city, run, tmp_path, monkeypatch):
    target = tmp_path / "b"
    run("backup", str(target))
    monkeypatch.setattr(bytes_store, "stream", lambda *_: pytest.fail("copied again"))
    run("backup", str(target))
    assert len(archive.whole(target)) == 2
    for path in target.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0 or path.name == ".lock"


def test_a_backup_that_was_cut_off_is_none_and_the_next_one_goes_on(city, run, tmp_path, monkeypatch):
    target = tmp_path / "b"
    copied, keep = [], archive.keep

    def cut_off(*arguments):
        if len(copied) == 2:
            raise KeyboardInterrupt
        copied.append(arguments[1])
        return keep(*arguments)

    monkeypatch.setattr(archive, "keep", cut_off)
    run("backup", str(target), code=1)
    assert archive.whole(target) == []
    assert "no whole backup" in run("restore", str(target), place=Place(tmp_path / "none"), code=1)
    monkeypatch.setattr(archive, "keep", lambda *some: pytest.fail("again") if some[1] in copied else keep(*some))
    run("backup", str(target))
    assert run("restore", str(target), "--dry-run")
    assert not (target / archive.PARTIAL).exists()


def test_a_flipped_byte_is_named_and_nothing_is_changed(city, run, tmp_path):
    run("backup", str(tmp_path / "b"))
    folder, _ = archive.find(tmp_path / "b")
    parts = [folder / name for name in ("tables/audit_row.jsonl.gz", "files.txt.gz", "secret_key", "manifest.json")]
    place = Place(tmp_path / "new")
    for path in [*parts, next((tmp_path / "b" / "files").glob("??/*"))]:
        content = path.read_bytes()
        changed = bytearray(content)
        changed[len(content) // 2] ^= 1
        path.write_bytes(changed)
        assert path.name in run("restore", str(tmp_path / "b"), place=place, code=1)
        path.write_bytes(content)
    assert not place.folder.exists()


@pytest.mark.slow
def test_a_city_with_rows_is_never_overwritten(city, run, tmp_path):
    run("backup", str(tmp_path / "b"))
    place = Place(tmp_path / "new")
    run("restore", str(tmp_path / "b"), place=place)
    before = (place.folder / "city.sqlite3").read_bytes()
    assert "city already" in run("restore", str(tmp_path / "b"), place=place, code=1)
    assert (place.folder / "city.sqlite3").read_bytes() == before


def test_a_restore_that_was_cut_off_is_done_again(city, run, tmp_path, monkeypatch):
    run("backup", str(tmp_path / "b"))
    place = Place(tmp_path / "new")
    insert = flows.tables.insert

    def cut_off(connection, table, portion):
        if table.name == "listing":
            raise KeyboardInterrupt
        insert(connection, table, portion)

    monkeypatch.setattr(flows.tables, "insert", cut_off)
    run("restore", str(tmp_path / "b"), place=place, code=1)
    monkeypatch.setattr(flows.tables, "insert", insert)
    assert "every invariant holds" in run("restore", str(tmp_path / "b"), place=place)


def test_old_backups_and_files_that_nobody_needs_are_deleted(city, run, tmp_path):
    target = tmp_path / "b"
    run("backup", str(target))
    stray = archive.place_of(target, "0" * 64)
    archive.folder(stray.parent)
    stray.write_bytes(b"of an older backup")
    run("backup", str(target), "--keep", "1", "--no-check")
    assert len(archive.whole(target)) == 1
    assert not stray.exists()
    run("restore", str(target), "--dry-run")


def test_nothing_is_deleted_while_another_backup_is_on_its_way(city, run, tmp_path, monkeypatch):
    target, pruned, prune = tmp_path / "b", [], archive.prune

    def look(*arguments, **options):
        with (target / ".lock").open("ab") as lock, pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        pruned.append(prune(*arguments, **options))
        return pruned[-1]

    monkeypatch.setattr(archive, "prune", look)
    run("backup", str(target), "--no-check")
    assert pruned == []
    (name,) = archive.whole(target)
    assert f"deleted {target / name}" in run("backup", str(target), "--keep", "1", "--no-check")
    assert pruned == [[name]]


def test_what_a_killed_deletion_left_is_deleted(city, run, tmp_path):
    left = tmp_path / "b" / ".gone-20200101T000000Z"
    archive.folder(left / "tables")
    (left / "tables" / "person.jsonl.gz").write_bytes(b"somebody")
    run("backup", str(tmp_path / "b"), "--no-check")
    assert not left.exists()


def test_a_backup_that_is_not_sound_replaces_none(city, run, tmp_path, monkeypatch):
    target = tmp_path / "b"
    run("backup", str(target), "--no-check")
    sound = archive.whole(target)
    keep = ("--keep", "1")
    with monkeypatch.context() as patch:
        patch.setattr(reports, "check", lambda _session: [Breach("ledger", "journal", uuid4(), "does not balance")])
        run("backup", str(target), *keep, code=1)
    lost = min(flows.queries.sizes(reading()))
    reading().rollback()
    archive.place_of(target, lost).unlink()
    stream = bytes_store.stream
    with monkeypatch.context() as patch:
        patch.setattr(
            bytes_store, "stream", lambda store, sha256: iter([b"x"]) if sha256 == lost else stream(store, sha256)
        )
        assert "no older backup was deleted" in run("backup", str(target), *keep, "--no-check", code=1)
    assert archive.whole(target)[:1] == sound
    assert len(archive.whole(target)) == 3
    run("backup", str(target), *keep, "--no-check")
    assert len(archive.whole(target)) == 1


def test_nothing_is_deleted_where_a_list_of_files_cannot_be_read(city, run, tmp_path):
    target = tmp_path / "b"
    run("backup", str(target), "--no-check")
    run("backup", str(target), "--no-check")
    newest, _ = archive.find(target)
    (newest / rules.FILE_LIST).write_bytes(b"no list")
    kept = sorted((target / "files").rglob("*"))
    assert rules.FILE_LIST in run("backup", str(target), "--keep", "2", "--no-check", code=1)
    assert len(archive.whole(target)) == 3
    assert sorted((target / "files").rglob("*")) == kept


def test_the_city_itself_is_no_target(city, run, tmp_path):
    data, store = city.extensions["city.settings"].data_dir, Path(city.extensions["city.store"].prefix)
    before = sorted(path for path in store.rglob("*") if path.is_file())
    link, around, above = tmp_path / "link", tmp_path / "around", tmp_path / "above"
    link.symlink_to(data)
    around.mkdir()
    (around / "files").symlink_to(store)
    above.mkdir()
    (above / "files").symlink_to(store.parent)
    for target in (data, data / "files" / "..", link, store, store / "backups", around, above):
        assert "is part of the city" in run("backup", str(target), "--keep", "1", "--no-check", code=1)
        assert not (target / ".lock").exists()
    assert sorted(path for path in store.rglob("*") if path.is_file()) == before
    assert before


def test_a_folder_beside_the_files_of_the_city_is_a_target(city, run):
    data = city.extensions["city.settings"].data_dir
    try:
        run("backup", str(data / "backups"), "--no-check")
    finally:
        shutil.rmtree(data / "backups", ignore_errors=True)


def test_a_backup_is_found_from_inside(city, run, tmp_path, monkeypatch):
    run("backup", str(tmp_path / "b"), "--no-check")
    folder, _ = archive.find(tmp_path / "b")
    for inside, source in ((folder, "."), (folder / "tables", ".."), (tmp_path / "b", ".")):
        monkeypatch.chdir(inside)
        run("restore", source, "--dry-run")
    (tmp_path / "latest").symlink_to(folder)
    run("restore", str(tmp_path / "latest"), "--dry-run")


def test_bytes_that_changed_in_the_city_are_not_left_in_the_backup(city, run, tmp_path, monkeypatch):
    changed = max(flows.queries.sizes(reading()))
    reading().rollback()
    stream = bytes_store.stream
    monkeypatch.setattr(
        bytes_store, "stream", lambda store, sha256: iter([b"x"]) if sha256 == changed else stream(store, sha256)
    )
    assert changed in run("backup", str(tmp_path / "b"), "--no-check", code=1)
    folder, manifest = archive.find(tmp_path / "b")
    assert manifest.files.missing == (changed,)
    assert {path.name for path in folder.iterdir()} == {"tables", rules.FILE_LIST, rules.KEY, rules.MANIFEST}


@pytest.mark.slow
def test_a_file_that_the_city_lost_is_told_and_the_rest_is_kept(city, run, tmp_path):
    store = city.extensions["city.store"]
    lost = min(flows.queries.sizes(reading()))
    reading().rollback()
    content = bytes_store.read(store, lost)
    bytes_store.delete(store, lost)
    try:
        assert lost in run("backup", str(tmp_path / "b"), code=1)
    finally:
        bytes_store.put(store, content)
    _, manifest = archive.find(tmp_path / "b")
    assert manifest.files.missing == (lost,)
    said = run("restore", str(tmp_path / "b"), place=Place(tmp_path / "new"), code=1)
    assert f"the bytes of {lost} are gone" in said


def test_another_schema_is_refused(city, run, tmp_path):
    run("backup", str(tmp_path / "b"))
    folder, manifest = archive.find(tmp_path / "b")
    older = manifest.model_copy(update={"revision": "000000000000"})
    (folder / rules.MANIFEST).write_text(rules.written(older))
    assert "000000000000" in run("restore", str(tmp_path / "b"), place=Place(tmp_path / "new"), code=1)


@pytest.mark.slow
def test_another_key_is_told(city, run, tmp_path, monkeypatch):
    run("backup", str(tmp_path / "b"))
    monkeypatch.setenv("CITY_SECRET_KEY", "of the new place")
    place = Place(tmp_path / "new")
    assert "second factor" in run("restore", str(tmp_path / "b"), place=place)
    assert not (place.folder / "secret_key").exists()


@pytest.mark.slow
def test_a_missing_value_and_the_null_of_json_stay_two_things(city, run, tmp_path):
    now = clock.now()
    common = {
        "scope": "test",
        "fingerprint": "0" * 64,
        "state": KeyState.RUNNING,
        "locked_until": now,
        "created_at": now,
    }
    bodies = {"absent": sa.null(), "null": sa.JSON.NULL, "listed": [None]}
    with unit_of_work() as session:
        for key, body in bodies.items():
            session.add(IdempotencyKey(key=key, body=body, **common))
    run("backup", str(tmp_path / "b"))
    place = Place(tmp_path / "new")
    run("restore", str(tmp_path / "b"), place=place)
    engine = sa.create_engine(f"sqlite:///{place.folder / 'city.sqlite3'}")
    with engine.connect() as connection:
        found = dict(connection.exec_driver_sql("SELECT key, body FROM idempotency_key WHERE scope = 'test'").all())
    engine.dispose()
    assert found == {"absent": None, "null": "null", "listed": "[null]"}
