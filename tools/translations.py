"""Compile the message catalogues when their sources changed.

``--collect`` first gathers new texts from code and templates; ``--check`` names what has no translation yet.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "marketplace" / "translations"
MAPPING = ROOT / "babel.cfg"


def main() -> None:
    """Bring every .mo file to the state of its .po file."""
    wanted = set(sys.argv[1:])
    if "--collect" in wanted:
        _collect()
    for source in catalogues():
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime <= source.stat().st_mtime:
            with compiled.open("wb") as file:
                write_mo(file, _read(source))
    if wanted & {"--collect", "--check"}:
        absent = _report()
        if absent and "--check" in wanted:
            raise SystemExit(1)


def catalogues() -> list[Path]:
    """Return the catalogues, one a language."""
    return sorted(TRANSLATIONS.glob("*/LC_MESSAGES/*.po"))


def _collect() -> None:
    """Merge the texts of today into each catalogue; translations stay, and none is guessed."""
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        _extract(template)
        options = ["--no-fuzzy-matching", "--ignore-obsolete", "--omit-header"]
        for source in catalogues():
            _babel("update", "-i", str(template), "-o", str(source), "-l", _language(source), *options)


def _report() -> int:
    """Print how many texts lack a translation, and which; return how many."""
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        _extract(template)
        texts = [(message.id, message.context) for message in _read(template) if message.id]
    absent = 0
    for source in catalogues():
        catalogue = _read(source)
        missing = [text for text, context in texts if not _is_translated(catalogue, text, context)]
        absent += len(missing)
        print(f"{_language(source)}: {len(texts) - len(missing)} of {len(texts)} texts are translated")
        for text in missing:
            print(f"  {text!r}")
    return absent


def _is_translated(catalogue: Catalog, text: str | tuple[str, ...], context: str | None) -> bool:
    message = catalogue.get(text if isinstance(text, str) else text[0], context)
    if message is None or message.fuzzy:
        return False
    return all(message.string) if isinstance(message.string, tuple) else bool(message.string)


def _extract(template: Path) -> None:
    keywords = [part for word in ("_l", "lazy_gettext") for part in ("-k", word)]
    keywords += ["-k", "lazy_pgettext:1c,2"]
    _babel("extract", "-F", str(MAPPING), *keywords, "--no-location", "--sort-output", "-o", str(template), ".")


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=None if path.suffix == ".pot" else _language(path))


def _language(source: Path) -> str:
    """Return the language of a catalogue, which has no header of its own: plural forms come from CLDR."""
    return source.parent.parent.name


def _babel(*arguments: str) -> None:
    command = [str(Path(sys.executable).parent / "pybabel"), "--quiet", *arguments]
    subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
