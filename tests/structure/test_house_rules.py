"""The rules that reviewers forget, read from the code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

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
    """Ruff sees what is unfinished in Python."""
    texts = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static" / "js").rglob("*.js")]
    unfinished = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b(?!\")")

    assert [path for path in texts if unfinished.search(path.read_text(encoding="utf-8"))] == []
    names = {"utils", "helpers", "common", "misc", "manager"}
    assert [path for path in [*PACKAGE.rglob("*.py"), *texts] if path.stem in names] == []


def test_locks_hold_digests_and_no_address_and_tests_run_what_is_served() -> None:
    runtime, dev = (
        set(re.split(r"\n(?=[a-z])", (ROOT / "requirements" / f"{name}.lock").read_text().strip()))
        for name in ("runtime", "dev")
    )

    assert runtime <= dev
    assert [entry for entry in dev if "://" in entry or "--hash=sha256:" not in entry] == []
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()


def test_every_setting_is_documented() -> None:
    from marketplace.config import Settings

    documented = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")

    for name in Settings.model_fields:
        assert f"CITY_{name.upper()}" in documented, name
