"""``city demo``: the schema brought up, the city filled once, and served."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from marketplace.cli import run as commands
from marketplace.cli.main import city
from marketplace.cli.wiring import City


@pytest.fixture
def demo(tmp_path, monkeypatch):
    """Runs the command on a folder of its own; returns what it said and how often it filled and served."""
    monkeypatch.setenv("CITY_DATA_DIR", str(tmp_path / "city"))
    monkeypatch.setenv("CITY_ENV", "demo")
    monkeypatch.delenv("CITY_DATABASE_URL", raising=False)
    filled, served = [], []
    really = subprocess.run

    def fill(command, **options):
        done = really([*command, "--extent", "small"], stdout=subprocess.PIPE, text=True, **options)
        filled.append(done.stdout)
        return done

    monkeypatch.setattr(commands.subprocess, "run", fill)

    def demo():
        stands = City(create_app=_no_app, supervise=served.append, consume=served.append)
        done = CliRunner().invoke(city, ["demo"], obj=stands)
        assert done.exit_code == 0, (done.output, done.exception)
        return done.output, filled, len(served)

    return demo


def _no_app():
    raise AssertionError("a city that serves is not loaded by the process that watches over it")


def test_an_empty_city_is_filled_and_the_next_start_only_serves(demo):
    said, filled, served = demo()
    assert (len(filled), served) == (1, 1)
    assert "was left where it is" not in filled[0]
    said, filled, served = demo()
    assert (len(filled), served) == (1, 2)
    assert "The demo city was there already." in said
    assert "buyer@demo.test" in said


def test_a_city_in_production_is_no_demo(tmp_path, monkeypatch):
    monkeypatch.setenv("CITY_DATA_DIR", str(tmp_path / "city"))
    monkeypatch.setenv("CITY_ENV", "production")
    monkeypatch.setenv("CITY_BASE_URL", "https://city.example")
    served = []
    stands = City(create_app=_no_app, supervise=served.append, consume=served.append)
    done = CliRunner().invoke(city, ["demo"], obj=stands)
    assert (done.exit_code, served) == (1, [])
    assert "a city in production is no demo" in done.output
    assert not (tmp_path / "city").exists()


def test_who_only_serves_loads_no_feature():
    loaded = "import sys; from marketplace.cli.main import city; city.get_command(None, 'serve'); print(*sys.modules)"
    asked = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    features = {name.split(".")[1] for name in asked.stdout.split() if name.startswith("marketplace.")}
    assert features <= {"cli", "config", "kernel", "paths"}
