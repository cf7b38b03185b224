"""``city setup``: from an empty folder to a city in production that companies join, and again changes nothing."""

import json
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from marketplace import paths
from marketplace.app import create_app
from marketplace.cli.main import city as commands
from marketplace.cli.wiring import City
from marketplace.config import Settings
from marketplace.kernel.db import db
from tests.integration.cli.test_serving import fetch
from tests.support.server import free_port

EXAMPLE = paths.ROOT / "docs" / "network.toml"
PASSWORD = "a long and quiet river"
OPERATOR = (
    "--operator", "Corridor City Operating Co.", "--country", "CN", "--registration-number", "91500000MA60TRUE0X",
    "--admin-name", "First Admin", "--admin", "admin@corridor.example.org",
)  # fmt: skip


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder for a city in production, set up by its environment alone."""
    for name in ("CITY_DATABASE_URL", "PORT", "CITY_PORT", "STRIPE_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "CITY_ENV": "production",
        "CITY_DATA_DIR": str(tmp_path / "city"),
        "CITY_SECRET_KEY": "k" * 48,
        "CITY_PUBLIC_URL": "https://city.example.org",
        "CITY_WEB_WORKERS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    return tmp_path / "city"


@pytest.fixture
def run(home):
    """Runs a command in this process and returns its outcome."""
    built = []

    def create():
        built.append(create_app(Settings()))
        return built[-1]

    def run(*arguments, code=0, typed=None):
        stands = City(create_app=create, supervise=built.append, consume=built.append)
        done = CliRunner().invoke(commands, arguments, obj=stands, input=typed)
        assert done.exit_code == code, (done.output, done.exception)
        return done.output

    def rest():
        while built:
            app = built.pop()
            app.extensions["city.bell"].close()
            with app.app_context():
                db.session.remove()
                db.engine.dispose()

    run.rest = rest
    yield run
    rest()


@pytest.fixture(scope="module")
def founded(tmp_path_factory):
    """Where the first test that needs a city with its operator leaves it for the others: to make one takes seconds."""
    return tmp_path_factory.mktemp("founded") / "city"


@pytest.fixture
def ready(run, home, founded):
    """The same with a schema and the operator."""
    if not founded.exists():
        run("db", "upgrade")
        run("setup", *OPERATOR, "--network", str(EXAMPLE), typed=f"{PASSWORD}\n{PASSWORD}\n")
        run.rest()
        shutil.copytree(home, founded)
    else:
        shutil.copytree(founded, home, dirs_exist_ok=True)
    return run


@contextmanager
def _standing():
    app = create_app(Settings())
    yield app
    app.extensions["city.bell"].close()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _facts(home, statement):
    engine = sa.create_engine(f"sqlite:///{home / 'city.sqlite3'}")
    with engine.begin() as connection:
        rows = [tuple(row) for row in connection.exec_driver_sql(statement)]
    engine.dispose()
    return rows


def _count(home):
    tables = ("company", "person", "terms_version", "place", "fx_rate", "category", "line", "tariff", "departure")
    return {name: _facts(home, f"SELECT count(*) FROM {name}")[0][0] for name in tables}


def test_an_empty_city_gets_all_it_needs(ready, home):
    counted = _count(home)
    assert counted["company"] == 2
    assert counted["terms_version"] == 2
    assert min(counted.values()) > 0
    assert _facts(home, "SELECT m3_factor, ldm_factor FROM tariff LIMIT 1") == [(333, 1850)]
    assert _facts(home, "SELECT name FROM place WHERE code = 'CN-EXAMPLE'") == [("Example Hub, Chongqing",)]
    assert "every invariant holds" in ready("check")


def test_a_second_run_changes_nothing(ready, home):
    before = _count(home)
    said = ready("setup", "--network", str(EXAMPLE))
    assert "the operator is Corridor City Operating Co." in said
    assert "0 lines, 0 weekly services, 0 tariffs, 0 departures" in said
    assert _count(home) == before


def test_a_changed_price_holds_from_now_on(ready, home, tmp_path):
    dearer = tmp_path / "network.toml"
    dearer.write_text(EXAMPLE.read_text("utf-8").replace('per_kg = "0.98"', 'per_kg = "1.10"'), "utf-8")
    assert "0 lines, 0 weekly services, 1 tariffs" in ready("setup", "--network", str(dearer))
    prices = _facts(
        home, "SELECT per_kg_micro, valid_to IS NULL FROM tariff WHERE to_place = 'VNHAN' ORDER BY valid_from"
    )
    assert prices == [(980_000, 0), (1_100_000, 1)]


def test_a_wrong_file_is_refused_field_by_field_and_builds_nothing(ready, home, tmp_path):
    before = _count(home)
    text = EXAMPLE.read_text("utf-8")
    wrong = tmp_path / "network.toml"
    wrong.write_text(text.replace('place = "CNNIN"', 'place = "NOWHERE"').replace('vehicle = "SEMI', 'vehicle = "CART'))
    said = ready("setup", "--network", str(wrong), code=1)
    assert "lines.0.stops.0.place: This is not known" in said
    assert "lines.0.vehicle: This is not known" in said
    wrong.write_text(text.replace('at = "16:00"', 'at = "26:00"').replace('per_kg = "0.55"', "per_kg = 0.55"))
    said = ready("setup", "--network", str(wrong), code=1)
    assert "lines.0.runs.0.at: Write a time such as 16:00" in said
    assert "lines.0.stops.0.per_kg: Write a number such as 1234.50" in said
    wrong.write_text("lines = [")
    assert "file: This is no TOML or JSON" in ready("setup", "--network", str(wrong), code=1)
    assert _count(home) == before


def test_json_says_the_same(run, home, tmp_path):
    import tomllib

    file = tmp_path / "network.json"
    file.write_text(json.dumps(tomllib.loads(EXAMPLE.read_text("utf-8"))), "utf-8")
    run("db", "upgrade")
    run("setup", *OPERATOR, "--mail-code", "--network", str(file))
    assert _count(home)["line"] == 2


def test_a_wrong_operator_is_refused_and_asked_for_again(run, home):
    run("db", "upgrade")
    said = run("setup", *OPERATOR, typed="short\nshort\n", code=1)
    assert "password: " in said
    assert _count(home)["company"] == 0
    run("setup", *OPERATOR, typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert _count(home)["company"] == 1


def test_a_partner_is_admitted_and_comes_by_invitation(ready, home):
    said = ready(
        "company", "admit", "broker", "--name", "Pingxiang Broker", "--country", "CN", "--registration-number", "B-1",
        "--login", "one@broker.example.org",
    )  # fmt: skip
    assert "an invitation is on its way to one@broker.example.org" in said
    assert _facts(home, "SELECT kind FROM company WHERE name = 'Pingxiang Broker'") == [("broker",)]
    letters = _facts(home, "SELECT template FROM mail_message WHERE to_address = 'one@broker.example.org'")
    assert letters == [("invitation",)]
    assert _facts(home, "SELECT count(*) FROM person WHERE email = 'one@broker.example.org'") == [(0,)]
    assert "login: " in ready(
        "company", "admit", "bank", "--name", "Bank", "--country", "CN", "--registration-number", "B-2",
        "--login", "nobody at all", code=1,
    )  # fmt: skip


def _ask(address, path, body, token=None):
    request = urllib.request.Request(  # noqa: S310  our own server
        f"{address}/api/v1{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
        return answer.status, json.load(answer)


def test_companies_register_and_log_in_where_it_is_served(ready, home, monkeypatch):
    port = free_port()
    monkeypatch.setenv("PORT", str(port))
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen([sys.executable, "-m", "marketplace", "serve"], cwd=paths.ROOT)
    try:
        deadline = time.monotonic() + 60
        while fetch(f"{address}/readyz")[0] != 200:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        labels = [f"{kind}:2026-11" for kind in ("privacy", "terms")]
        newcomer = {
            "company_name": "Hanoi Trading", "country": "VN", "registration_number": "0101234567",
            "person_name": "Lan", "login": "lan@hanoi.example.org", "password": PASSWORD, "accepted_terms": labels,
        }  # fmt: skip
        assert _ask(address, "/companies", newcomer)[0] == 201
        status, token = _ask(address, "/tokens", {"login": newcomer["login"], "password": PASSWORD})
        assert (status, token["token"].startswith("acc_")) == (201, True)
        assert b"CN-EXAMPLE" in fetch(f"{address}/api/v1/departures")[1]
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0
    finally:
        process.kill()
        process.wait()
