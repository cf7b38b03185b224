"""Which tests of a module count more in a soak: those that what is asked of ``SOAK`` reaches, by whatever names."""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_ASKED: Final = "SOAK"


@functools.cache
def asking(module: Path) -> frozenset[str]:
    """Return the names at the top of a module, of tests and others, that depend on whether it is a soak."""
    reached = {_ASKED}
    told = [(_told(statement), _asked(statement)) for statement in ast.parse(module.read_text()).body]
    while more := {name for names, asked in told if asked & reached for name in names} - reached:
        reached |= more
    return frozenset(reached)


def _told(statement: ast.stmt) -> set[str]:
    """Return the names that a statement gives to something."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def _asked(statement: ast.stmt) -> set[str]:
    """Return the names that a statement may mean: those of fixtures are arguments, or texts in marks."""
    return set(_names(statement))


def _names(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
