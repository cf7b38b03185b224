"""Every refusal that the code can name has a sentence, and what it says would be accepted is said in every language."""

import ast
import itertools
import re
from collections.abc import Iterator

from flask import Flask

from marketplace import paths
from marketplace.cli import network
from marketplace.edge.accepted import is_phrase
from marketplace.edge.messages import ERROR_TEXTS, FIELD_TEXTS

# Who raises with a code, and which argument it is.
_FIELDS = {"FieldError": 1, "field": 1}
_ERRORS = {"Conflict": 0, "NotAllowed": 0, "TooLarge": 0}


def _named(tree: ast.AST) -> Iterator[tuple[bool, str, int]]:
    """Yield whether a code is of a field, the code, and the line it stands in."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if isinstance(node.func, ast.Attribute) and name == "field" and getattr(node.func.value, "id", "") != "Refused":
            continue
        place = _FIELDS.get(name, _ERRORS.get(name))
        if place is None or len(node.args) <= place:
            continue
        code = node.args[place]
        for found in (code.body, code.orelse) if isinstance(code, ast.IfExp) else (code,):
            if isinstance(found, ast.Constant) and isinstance(found.value, str):
                yield name in _FIELDS, found.value, node.lineno


def test_every_code_has_a_sentence(shared_app: Flask) -> None:
    assert shared_app.blueprints
    assert network  # the command line has sentences of its own
    lacking = [
        f"{path.relative_to(paths.ROOT)}:{line} {code}"
        for path in sorted((paths.ROOT / "marketplace").rglob("*.py"))
        for is_field, code, line in _named(ast.parse(path.read_text(encoding="utf-8")))
        if code not in ERROR_TEXTS and not (is_field and code in FIELD_TEXTS)
    ]
    assert not lacking, "\n".join(lacking)


# Names of fields and rails are the same in every language, and so is a list of names.
_VALUES = re.compile(r"file_id or seal_file_id|(\d|CNY) is settled (\d|CNY)|\w+, \w+|\S+@\S+.*|https://.*")
_WORDS = re.compile(r"[a-z]{2,} [a-z]|[a-z]{3,}")
_SHOWN = ("5", "CNY", "5 CNY", "2026-11-27", "evidence")


def _accepted(tree: ast.AST) -> Iterator[tuple[list[str], int]]:
    """Yield what refusals accept whose sentence says it, with what may stand in the place of values, and the line."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or ast.unparse(node.func) not in {"FieldError", "Refused.field"}:
            continue
        if len(node.args) < 3 or not _is_said(node.args[1]):
            continue
        said = node.args[2]
        for each in (said.body, said.orelse) if isinstance(said, ast.IfExp) else (said,):
            parts = each.values if isinstance(each, ast.JoinedStr) else [each]
            if all(isinstance(part, ast.FormattedValue) or _text(part) is not None for part in parts):
                choices = [[_text(part) or ""] if isinstance(part, ast.Constant) else _SHOWN for part in parts]
                yield ["".join(chosen) for chosen in itertools.product(*choices)], node.lineno


def _text(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _is_said(code: ast.AST) -> bool:
    sentence = FIELD_TEXTS.get(_text(code) or "")
    return sentence is not None and "%(accepted)s" in str(sentence)


def test_what_is_accepted_is_said_in_every_language() -> None:
    unknown = [
        f"{path.relative_to(paths.ROOT)}:{line} {said[0]}"
        for path in sorted((paths.ROOT / "marketplace").rglob("*.py"))
        if path.relative_to(paths.ROOT / "marketplace").parts[0] not in {"cli", "seed"}
        for said, line in _accepted(ast.parse(path.read_text(encoding="utf-8")))
        if _WORDS.search(said[0]) and not any(_VALUES.fullmatch(each) or is_phrase(each) for each in said)
    ]
    assert not unknown, "\n".join(unknown)
