"""The only module that knows typst: a sheet in, the bytes of a PDF out, in a child process with limits.

The child reads JSON from its input and knows nothing else: no database, no settings, no network. The sheet reaches
the template as data, so nothing in it is ever read as markup.
"""

import functools
import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from marketplace import paths

TEMPLATE: Final = paths.TEMPLATES / "papers" / "paper.typ"
LABELS: Final = paths.TEMPLATES / "papers" / "labels.typ"
CARTONS: Final = paths.TEMPLATES / "papers" / "cartons.typ"
PATIENCE: Final = 60  # seconds; a contract takes half a one
_MEMORY: Final = 2 * 1024**3
# Printed where no font has the letter; Chinese printers have used it for this for a century.
_MISSING: Final = "〓"


class Unsettable(Exception):
    """The sheet cannot be set: trying again gives the same."""


class Interrupted(Exception):
    """The child was ended from outside, by the machine or an operator: worth another try."""


def pdf_of(
    sheet: dict[str, Any], *, template: Path = TEMPLATE, fonts: Path = paths.FONTS, patience: float = PATIENCE
) -> bytes:
    """Set a sheet; Unsettable when typst refuses it, Interrupted or TimeoutExpired when the child was cut off."""
    known = _with_known_letters(sheet, _letters(tuple(sorted(fonts.glob("*-Regular.ttf")))))
    order = json.dumps({"sheet": known, "fonts": str(fonts), "template": str(template)})
    done = subprocess.run(
        [sys.executable, "-m", "marketplace.papers.typesetter"],
        input=order.encode(),
        capture_output=True,
        timeout=patience,
        cwd=paths.ROOT,
        env={"PATH": "", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"},
        check=False,
    )
    if done.returncode < 0:
        raise Interrupted(done.returncode)
    if done.returncode != 0 or not done.stdout.startswith(b"%PDF-"):
        raise Unsettable(done.stderr.decode(errors="replace")[-500:])
    return done.stdout


def _set(order: dict[str, Any]) -> bytes:
    import typst  # noqa: PLC0415  only the child loads it

    sheet = order["sheet"]
    return typst.compile(
        order["template"],
        root=str(Path(order["template"]).parent),
        font_paths=[order["fonts"]],
        ignore_system_fonts=True,
        sys_inputs={"sheet": json.dumps(sheet, ensure_ascii=False)},
        pdf_standards=["a-3b"],
        timestamp=sheet["issued_at"],
        format="pdf",
    )


@functools.cache
def _letters(fonts: tuple[Path, ...]) -> frozenset[int]:
    """Return every letter that some of these fonts has, read once: it takes as long as setting an invoice."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415  only who sets papers loads it

    known: set[int] = set()
    for file in fonts:
        with TTFont(file, lazy=True) as font:
            known |= (font.getBestCmap() or {}).keys()
    return frozenset(known)


def _with_known_letters(value: Any, known: frozenset[int]) -> Any:
    """Print a mark for letters without a font; what was issued is in the data, whole."""
    if isinstance(value, str):
        return "".join(letter if ord(letter) in known or letter == "\u200b" else _MISSING for letter in value)
    if isinstance(value, dict):
        return {name: _with_known_letters(part, known) for name, part in value.items()}
    if isinstance(value, list):
        return [_with_known_letters(part, known) for part in value]
    return value


def _main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE))
    order = json.load(sys.stdin)
    sys.stdout.buffer.write(_set(order))


if __name__ == "__main__":
    _main()
