"""Compile the message catalogues when their sources changed; `--collect` first gathers new texts."""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "marketplace" / "translations"
MAPPING = ROOT / "babel.cfg"


def main() -> None:
    """Bring every .mo file to the state of its .po file."""
    if "--collect" in sys.argv[1:]:
        _collect()
    for source in sorted(TRANSLATIONS.glob("*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime <= source.stat().st_mtime:
            _babel("compile", "--input-file", str(source), "--output-file", str(compiled))


def _collect() -> None:
    """Extract from code and templates, then merge into each catalogue without guessing translations."""
    with tempfile.TemporaryDirectory() as folder:
        template = str(Path(folder) / "messages.pot")
        keywords = [part for word in ("_l", "lazy_gettext") for part in ("-k", word)]
        _babel("extract", "-F", str(MAPPING), *keywords, "--no-location", "--sort-output", "-o", template, ".")
        options = ["--no-fuzzy-matching", "--ignore-obsolete", "--omit-header"]
        _babel("update", "-i", template, "-d", str(TRANSLATIONS), *options)


def _babel(*arguments: str) -> None:
    command = [str(Path(sys.executable).parent / "pybabel"), "--quiet", *arguments]
    subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
