"""An environment that is up to date is left alone, wherever the checkout lies."""

import importlib.util
import json
from pathlib import Path

import pytest

BOOTSTRAP = Path(__file__).resolve().parents[2] / "tools" / "bootstrap.py"
PLAIN = "#!{python}\nimport city\n"
# What pip writes where the kernel could not read the path.
WRAPPED = "#!/bin/sh\n'''exec' \"{python}\" \"$0\" \"$@\"\n' '''\nimport city\n"


@pytest.fixture
def bootstrap():
    spec = importlib.util.spec_from_file_location("bootstrap", BOOTSTRAP)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("folder", "script"), [("city", PLAIN), ("my city 城市", WRAPPED)])
@pytest.mark.parametrize("is_moved", [False, True])
def test_an_environment_is_known_where_it_was_made(tmp_path, monkeypatch, bootstrap, folder, script, is_moved):
    environment = tmp_path / folder / ".venv"
    (environment / "bin").mkdir(parents=True)
    (environment / "bin" / "python").touch()
    made_for = Path("/elsewhere/.venv") if is_moved else environment
    (environment / "bin" / "city").write_text(script.format(python=made_for / "bin" / "python"), encoding="utf-8")
    stamp = {"locks": {"runtime": "digest"}, "project": "digest"}
    (environment / "installed.json").write_text(json.dumps(stamp))
    monkeypatch.setattr(bootstrap, "VENV", environment)
    monkeypatch.setattr(bootstrap, "STAMP", environment / "installed.json")
    assert bootstrap._present() == ({} if is_moved else stamp)


def test_the_lock_is_installed_as_it_stands(tmp_path, monkeypatch, bootstrap):
    """Pip before 23.3 looks for a newer `coverage[toml]` than the locked one unless it leaves requirements alone."""
    asked = []
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "installed.json")
    monkeypatch.setattr(bootstrap, "_create", lambda: None)
    monkeypatch.setattr(bootstrap, "_pip", lambda *given: asked.append((given, _lines(given))))
    bootstrap._bring_up_to_date("dev")
    from_locks = [(given, lines) for given, lines in asked if "--requirement" in given]
    assert all({"--require-hashes", "--no-deps"} <= set(given) for given, _ in from_locks)
    whole = (bootstrap.ROOT / "requirements" / "dev.lock").read_text().splitlines()
    assert sorted(line for _, lines in from_locks for line in lines) == sorted(whole)
    names = [[line.split("==")[0] for line in lines if "==" in line] for _, lines in from_locks]
    assert "setuptools" in names[0]
    assert names[1:] == [["searoute"]]
    assert {"--no-build-isolation", "--no-binary"} <= set(from_locks[1][0])


def _lines(given):
    if "--requirement" not in given:
        return []
    return Path(given[given.index("--requirement") + 1]).read_text().splitlines()
