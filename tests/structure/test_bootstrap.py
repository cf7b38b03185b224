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
