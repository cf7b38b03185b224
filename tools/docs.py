"""``make docs``: write the parts of docs/ that are read from the code, so that they cannot grow old.

python tools/docs.py            writes docs/routes.md, docs/events.md and docs/adr/README.md
python tools/docs.py --check    exits 1 when one of them is not what the code says
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from flask import Flask

from marketplace.app import create_app
from marketplace.config import Settings
from marketplace.edge.permissions import access_of
from marketplace.reactions import TABLE

ROOT: Final = Path(__file__).resolve().parent.parent

_QUIET: Final = {"HEAD", "OPTIONS"}
_UNMARKED: Final = {"static"}


def main() -> None:
    """Write the generated pages, or say which are old."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(env="test", data_dir=Path(folder)))
        pages = {name: make(app) for name, make in PAGES.items()}
    if "--check" in sys.argv:
        old = [name for name, text in pages.items() if _present(name) != text]
        if old:
            print(f"not what the code says, run `make docs`: {', '.join(old)}", file=sys.stderr)
            raise SystemExit(1)
        return
    for name, text in pages.items():
        (ROOT / "docs" / name).write_text(text, encoding="utf-8")
        print(f"docs/{name}")


def routes(app: Flask) -> str:
    """Return every route with its guard and, for a page's act, its API twin."""
    calls, pages = [], []
    for rule in sorted(app.url_map.iter_rules(), key=lambda item: item.rule):
        if rule.endpoint in _UNMARKED:
            continue
        access = access_of(app.view_functions[rule.endpoint])
        guard = (
            f"`{access.permission}`" if access and access.permission else f"public: {access.reason if access else ''}"
        )
        twin = f"`{access.twin}`" if access and access.twin else ""
        for method in sorted((rule.methods or set()) - _QUIET):
            row = f"| `{method} {rule.rule}` | {guard} |"
            if rule.rule.startswith("/api/"):
                calls.append(row)
            else:
                pages.append(f"{row} {twin} |")
    return "\n".join(
        [
            "# Routes",
            "",
            "Written by `make docs` from the running application.",
            "",
            "## API",
            "",
            "| call | who |",
            "|---|---|",
            *calls,
            "",
            "## Pages",
            "",
            "| page | who | the same over the API |",
            "|---|---|---|",
            *pages,
            "",
        ]
    )


def events(_app: Flask) -> str:
    """Return what follows from each event, in the order of ``reactions.TABLE``."""
    rows = [f"| `{_origin(event)}` | {_said(event)} | {_names(handlers)} |" for event, handlers in TABLE.items()]
    head = ["# Events and what follows from them", "", "Written by `make docs` from `marketplace/reactions.py`.", ""]
    return "\n".join([*head, "| event | what happened | handlers, in order |", "|---|---|---|", *rows, ""])


def decisions(_app: Flask) -> str:
    """Return the list of decisions by their titles."""
    rows = []
    for path in sorted((ROOT / "docs" / "adr").glob("[0-9]*.md")):
        title = path.read_text(encoding="utf-8").splitlines()[0].lstrip("# ")
        rows.append(f"- [{title}]({path.name})")
    return "\n".join(["# Decisions", "", "Written by `make docs` from the titles of the records.", "", *rows, ""])


PAGES: Final[dict[str, Callable[[Flask], str]]] = {
    "routes.md": routes,
    "events.md": events,
    "adr/README.md": decisions,
}


def _said(event: type) -> str:
    """Return what a class says of itself as one line: a cell holds no more."""
    return " ".join((event.__doc__ or "").split())


def _names(handlers: tuple[Callable[..., object], ...]) -> str:
    return ", ".join(f"`{_origin(handler)}`" for handler in handlers)


def _origin(handler: Callable[..., object]) -> str:
    module = getattr(handler, "__module__", "").removeprefix("marketplace.")
    return f"{module}.{getattr(handler, '__name__', type(handler).__name__)}"


def _present(name: str) -> str:
    path = ROOT / "docs" / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    main()
