"""The rules that reviewers forget, read from the code."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "marketplace"


def _modules(folder: Path = PACKAGE) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(folder.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def _calls(tree: ast.Module, name: str) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name
        # A service of an import may be called commit too; what it is called on tells the two apart.
        if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "services")
    ]


def test_only_the_kernel_commits() -> None:
    found = {
        str(path.relative_to(PACKAGE))
        for path, tree in _modules()
        if _calls(tree, "commit") and path != PACKAGE / "kernel" / "db.py"
    }

    # The payments double and the search index are databases of their own.
    assert {name for name in found if not name.startswith(("stripe_double/", "search/"))} == set()


def test_only_the_clock_asks_for_the_time() -> None:
    asking = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(")

    found = [
        str(path.relative_to(PACKAGE))
        for path, _ in _modules()
        if asking.search(path.read_text(encoding="utf-8")) and path.name != "clock.py"
    ]

    assert found == []


def test_modules_stay_short() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in PACKAGE.rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 600
    }

    assert long == {}


def test_no_unfinished_or_nameless_corners() -> None:
    unfinished = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b(?!\")")
    for path in [
        *PACKAGE.rglob("*.py"),
        *(ROOT / "templates").rglob("*.html"),
        *(ROOT / "static" / "js").rglob("*.js"),
    ]:
        assert not unfinished.search(path.read_text(encoding="utf-8")), path
        assert path.stem not in {"utils", "helpers", "common", "misc", "manager"}, path


def test_no_lock_or_commit_names_a_registry() -> None:
    for path in [*(ROOT / "requirements").glob("*.lock"), ROOT / "package-lock.json"]:
        text = path.read_text(encoding="utf-8")
        assert "registry" not in text.replace("omit-lockfile-registry-resolved", ""), path
        if path.suffix == ".lock":
            assert "://" not in text, path


def test_every_setting_is_documented() -> None:
    from marketplace.config import Settings

    documented = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")

    for name in Settings.model_fields:
        assert f"CITY_{name.upper()}" in documented, name


def test_the_import_contracts_hold() -> None:
    done = _lint(ROOT)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("kernel/money.py", "import marketplace.accounts.queries"),
        ("accounts/rules/passwords.py", "import sqlalchemy"),
        ("accounts/models.py", "import marketplace.accounts.services"),
        ("accounts/queries/directory.py", "import flask"),
        ("web/home/views.py", "import marketplace.accounts.models"),
        ("audit/services.py", "import stripe"),
    ],
)
def test_a_broken_layer_is_found(module: str, line: str, tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "marketplace", ignore=shutil.ignore_patterns("__pycache__", "translations"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    broken = tmp_path / "marketplace" / module
    broken.write_text(broken.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")

    assert _lint(tmp_path).returncode != 0


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    path, lint = "import sys; sys.path.insert(0, '.')", "from importlinter.cli import lint_imports_command as run"
    command = f"{path}; {lint}; run(['--no-cache'])"
    return subprocess.run(
        [sys.executable, "-c", command], cwd=folder, capture_output=True, text=True, check=False, timeout=240
    )
