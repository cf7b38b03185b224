"""The command line, on a city of its own: schema, seed, tokens, invariants, audit trail."""

import shutil
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from marketplace.app import create_app
from marketplace.cli import database as schema
from marketplace.cli.main import city as commands
from marketplace.cli.wiring import City
from marketplace.config import Settings
from marketplace.kernel.db import Base, db
from marketplace.seed import cast
from marketplace.worker import runner
from tests.support.visitors import Program


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder for a city; commands read it from the environment, as an operator sets it."""
    for name in ("CITY_DATABASE_URL", "PORT", "CITY_PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CITY_DATA_DIR", str(tmp_path / "city"))
    monkeypatch.setenv("CITY_ENV", "test")
    return tmp_path / "city"


@pytest.fixture
def run(home):
    """Runs a command in this process and returns its outcome."""
    built, served = [], []

    def create():
        built.append(create_app(Settings()))
        return built[-1]

    def run(*arguments, code=0):
        stands = City(create_app=create, supervise=served.append, consume=served.append)
        done = CliRunner().invoke(commands, arguments, obj=stands)
        assert done.exit_code == code, (done.output, done.exception)
        return done

    def rest():
        while built:
            _close(built.pop())

    run.served, run.rest = served, rest
    yield run
    rest()


@pytest.fixture(scope="module")
def seed(tmp_path_factory):
    """Where the first test that needs a seeded city leaves it for the others: to make one takes seconds."""
    return tmp_path_factory.mktemp("seeded") / "city"


@pytest.fixture
def seeded(run, home, seed):
    """The same on a city with its demo cast."""
    if not seed.exists():
        run("db", "upgrade")
        run("seed", "--extent", "start")
        run.rest()
        shutil.copytree(home, seed)
    else:
        shutil.copytree(seed, home, dirs_exist_ok=True)
    return run


def _close(app):
    app.extensions["city.bell"].close()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@contextmanager
def _standing():
    """The city of this test's folder, as the web server would build it."""
    app = create_app(Settings())
    yield app
    _close(app)


def _facts(home, statement):
    engine = sa.create_engine(f"sqlite:///{home / 'city.sqlite3'}")
    with engine.begin() as connection:
        found = connection.exec_driver_sql(statement)
        rows = [tuple(row) for row in found] if found.returns_rows else []
    engine.dispose()
    return rows


def test_the_schema_is_made_once_and_again_changes_nothing(run, home):
    run("db", "upgrade")
    before = _facts(home, "SELECT name, sql FROM sqlite_master ORDER BY name")
    run("db", "upgrade")
    assert _facts(home, "SELECT name, sql FROM sqlite_master ORDER BY name") == before
    assert {"person", "company", "audit_row", "outbox_job"} <= {name for name, _ in before}


def test_a_table_without_a_migration_is_found(run):
    stray = sa.Table("stray", Base.metadata, sa.Column("id", sa.Integer, primary_key=True))
    try:
        done = run("db", "check", code=1)
    finally:
        Base.metadata.remove(stray)
    assert "stray" in done.output


def test_a_migration_is_written_from_the_models(run, monkeypatch, tmp_path):
    written = []
    monkeypatch.setattr(
        schema.command, "revision", lambda config, message, **options: written.append((message, options))
    )
    run("db", "revision", "Add cartons")
    assert written == [("Add cartons", {"autogenerate": True})]


def test_a_city_is_seeded_once(seeded, home):
    assert "was there already" in seeded("seed", "--extent", "start", "--if-empty").output
    assert isinstance(seeded("seed", "--extent", "start", code=1).exception, (SystemExit, ValueError))
    people = _facts(home, "SELECT count(*) FROM person")[0][0]
    assert people == len((cast.OPERATOR, *cast.STAFF, *cast.FOUNDERS, *cast.COLLEAGUES, cast.RECEIVING, cast.TRADING))
    assert cast.PASSWORD not in str(_facts(home, "SELECT password_hash FROM person"))


def test_the_seed_says_who_can_log_in(run):
    run("db", "upgrade")
    output = run("seed", "--extent", "start").output
    for founder in (*cast.FOUNDERS, cast.TRADING):
        assert founder.login in output
    assert cast.PASSWORD in output


def test_a_city_in_production_is_not_seeded(run, monkeypatch):
    monkeypatch.setenv("CITY_ENV", "production")
    assert "not seeded" in run("seed", code=1).output


def test_a_token_is_printed_for_a_person(seeded):
    token = seeded("user", "token", "buyer@demo.test").output.strip()
    with _standing() as app:
        me = Program(app, token).call("GET", "/me", 200)
    assert me["email"] == "buyer@demo.test"
    assert me["company_id"]
    assert seeded("user", "token", " Buyer@demo.test").output.strip().startswith("acc_")
    assert "no e-mail address" in seeded("user", "token", "buyer", code=1).output
    assert "nobody has this" in seeded("user", "token", "stranger@demo.test", code=1).output


def test_roles_are_given_from_the_command_line(seeded):
    assert (
        seeded("user", "roles", "finance@demo.test", "treasury", "customs").output.strip().endswith("customs, treasury")
    )
    refused = seeded("user", "roles", "buyer@demo.test", "treasury", code=1).output
    assert "approver, finance, logistics, owner, purchasing, sales" in refused
    assert "somebody has to lead" in seeded("user", "roles", "buyer@demo.test", "sales", code=1).output
    unknown = seeded(
        "user", "roles", "buyer@demo.test", "owner", "--company", "00000000-0000-7000-8000-000000000000", code=1
    )
    assert "choose with --company" in unknown.output


def test_a_sound_city_passes_the_check_and_a_touched_one_does_not(seeded, home):
    assert "every invariant holds" in seeded("check").output
    _facts(home, "DELETE FROM audit_unsealed")
    assert "audit chain" in seeded("check", code=1).output


def test_a_changed_or_lost_file_does_not_pass_the_check(seeded, home):
    kept = [path for path in (home / "files").rglob("*") if path.is_file()]
    assert len(kept) > 0
    before = kept[0].read_bytes()
    kept[0].write_bytes(before + b"x")
    assert "2 stored bytes" in seeded("check", code=1).output
    kept[0].unlink()
    assert "gone or changed" in seeded("check", code=1).output
    kept[0].write_bytes(before)
    assert "every invariant holds" in seeded("check").output


def test_the_audit_trail_is_taken_out_and_verified_without_the_database(seeded, home, tmp_path):
    path = tmp_path / "trail.jsonl"
    with _standing() as app:
        runner.run_due(app)  # seals what was written
    exported = seeded("audit", "export", str(path)).stdout
    verified = seeded("audit", "verify", str(path)).output
    assert exported == verified
    assert "@demo.test" not in path.read_text()
    seeded("audit", "verify", str(path), "--head", "f" * 64, code=1)
    path.write_text(path.read_text().replace("company.registered", "company.forgotten", 1))
    assert seeded("audit", "verify", str(path), code=1).output != verified


def test_serve_and_worker_hand_over(run, home):
    run("serve")
    run("worker")
    assert run.served[0].data_dir == home
    assert run.served[1].name == "marketplace"


def test_every_command_explains_itself(run):
    for command in ("audit", "backup", "check", "db", "export", "restore", "seed", "serve", "user", "worker"):
        assert run(command, "-h").output.startswith("Usage:")
