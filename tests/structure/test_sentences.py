"""Every refusal that the code can name has a sentence, and every field that it names has a name."""

import ast
from collections.abc import Iterator

from flask import Flask

from marketplace import paths
from marketplace.cli import network
from marketplace.edge.labels import label_of
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
        for is_field, code, line in _named(ast.parse(path.read_text("utf-8")))
        if code not in ERROR_TEXTS and not (is_field and code in FIELD_TEXTS)
    ]
    assert not lacking, "\n".join(lacking)


def test_every_field_that_a_rule_refuses_has_a_name(shared_app: Flask) -> None:
    """A page on which the field has no control calls it in words, too."""
    fields = {
        node.args[0].value
        for path in (paths.ROOT / "marketplace").rglob("*.py")
        if not {"cli", "seed"} & set(path.parts)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"FieldError", "Refused.field"} and node.args
        if isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
    }
    with shared_app.test_request_context():
        assert [field for field in sorted(fields) if field and "“" in label_of(field)] == []
