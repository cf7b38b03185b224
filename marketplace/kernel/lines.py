"""Write a long file of lines so that it is there whole or not at all, and can be cut off and resumed."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from marketplace.kernel.private import private

# From a cursor (None: the beginning) on, portions of lines, each with the cursor behind it; one without a cursor is
# written anew when the file is resumed.
Portions = Callable[[Any], Iterator[tuple[Any, Sequence[str]]]]


def write(path: Path, portions: Portions, *, of: str, header: str = "") -> bool:
    """Write every portion and give the file its name; tell whether one that was cut off was resumed.

    Only its owner may read it: it holds what is nobody else's on this machine.
    Beside the file that grows lies a mark: how far it is whole, and the cursor there. What was begun with another
    ``of`` or header is begun anew. Two runs on one file at once are not told apart: give each its own.
    """
    partial, mark = path.with_name(f".{path.name}.partial"), path.with_name(f".{path.name}.mark")
    name = [of, header]
    size, cursor = _resumed(partial, mark, name)
    with private(partial, anew=False) as file:
        file.truncate(size)
        file.seek(size)
        if not size:
            file.write(header.encode("utf-8"))
        for behind, lines in portions(cursor):
            file.write("".join(lines).encode("utf-8"))
            file.flush()
            if behind is not None:
                fresh = mark.with_name(f"{mark.name}.new")
                said = {"of": name, "size": file.tell(), "cursor": behind}
                with private(fresh) as noted:
                    noted.write(json.dumps(said).encode("utf-8"))
                fresh.replace(mark)
    partial.replace(path)
    mark.unlink(missing_ok=True)
    return size > 0


def _resumed(partial: Path, mark: Path, name: list[str]) -> tuple[int, Any]:
    """Return how far a file that was cut off is whole, and its cursor; 0 where there is none of this name."""
    try:
        said = json.loads(mark.read_text("utf-8"))
        size = int(said["size"])
        if said["of"] == name and partial.stat().st_size >= size:
            return size, said["cursor"]
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return 0, None
