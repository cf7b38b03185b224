"""Every refusal that the code can name has a sentence, and what it says would be accepted is said in every language."""

import ast
import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from marketplace import paths
from marketplace.cli import network
from marketplace.edge.accepted import is_phrase
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
        for is_field, code, line in _named(ast.parse(path.read_text(encoding="utf-8")))
        if code not in ERROR_TEXTS and not (is_field and code in FIELD_TEXTS)
    ]
    assert not lacking, "\n".join(lacking)


def test_every_field_that_a_rule_refuses_has_a_name(shared_app: Flask) -> None:
    """A page on which the field has no control calls it in words, too."""
    nameless = {
        f"{module.where}:{node.lineno} {field}"
        for module in _modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in _GIVEN and node.args
        for field in [_text(node.args[0])]
        if field and ast.unparse(node.func) != "PydanticCustomError"
    }
    with shared_app.test_request_context():
        nameless = {each for each in nameless if "“" in label_of(each.rpartition(" ")[2])}
    assert not nameless, "\n".join(sorted(nameless))


# Names of fields and rails are the same in every language, and so is a list of names.
_VALUES = re.compile(
    r"file_id or seal_file_id|(\d|CNY) is settled (\d|CNY)|\w+, \w+|(\S+@\S+|https://).*"
    r"|CH-428-116; .*|gold: .*|\S+ or \S+Z|\d < amount <= \d|Chongqing 1: .*|Colour=.*|2026-10-28\.\w+"
)
_WORDS = re.compile(r"[a-z]{2,} [a-z]|[a-z]{3,}")
_SHOWN = ("5", "CNY", "5 CNY", "2026-11-27", "evidence", "CN")
# Who is given what is accepted, and as which argument; a function with a parameter of that name is, too.
_GIVEN = {"FieldError": 2, "Refused.field": 2, "PydanticCustomError": 1}


@dataclass(frozen=True)
class _Module:
    path: Path
    tree: ast.Module

    @property
    def where(self) -> str:
        return str(self.path.relative_to(paths.ROOT))


def _modules() -> list[_Module]:
    found = [
        _Module(path, ast.parse(path.read_text("utf-8"))) for path in sorted((paths.ROOT / "marketplace").rglob("*.py"))
    ]
    return [each for each in found if Path(each.where).parts[1] not in {"cli", "seed"}]


def _constants(modules: list[_Module]) -> dict[tuple[str, str], list[ast.expr]]:
    """Return what names stand for, by module; an imported one stands for what it is where it comes from."""
    own: dict[tuple[str, str], list[ast.expr]] = defaultdict(list)
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
                for target in node.targets if isinstance(node, ast.Assign) else (node.target,):
                    own[module.where, ast.unparse(target)].append(node.value)
    imported = {
        (module.where, each.asname or each.name): own[where, each.name]
        for module in modules
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for each in node.names
        for where in (f"{node.module.replace('.', '/')}.py", f"{node.module.replace('.', '/')}/__init__.py")
        if (where, each.name) in own
    }
    return own | imported


def _takers(modules: list[_Module]) -> dict[str, int]:
    """Return the functions that are handed what is accepted, and as which argument; the object itself is none."""
    found = {}
    for node in (node for module in modules for node in ast.walk(module.tree)):
        if isinstance(node, ast.FunctionDef):
            names = [each.arg for each in node.args.args if each.arg not in {"self", "cls"}]
            if "accepted" in names and node.name not in {"field", "__init__"}:
                found[node.name] = names.index("accepted")
    return found


def _accepted(modules: list[_Module]) -> Iterator[tuple[list[str], str]]:
    """Yield what refusals accept whose sentence may say it, with what may stand for values, and where."""
    names, takers = _constants(modules), _takers(modules)
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and (said := _said(node, takers)) is not None:
                for each in _texts(said, module.where, names):
                    yield each, f"{module.where}:{node.lineno}"


def _said(call: ast.Call, takers: dict[str, int]) -> ast.expr | None:
    """Return the argument that is what is accepted; None where the sentence of the code does not say it."""
    name = ast.unparse(call.func)
    place = _GIVEN.get(name, takers.get(name.rpartition(".")[2]))
    named = {each.arg: each.value for each in call.keywords}
    said = named.get("accepted") or (call.args[place] if place is not None and len(call.args) > place else None)
    if name == "PydanticCustomError" and len(call.args) > 2 and isinstance(call.args[2], ast.Dict):
        said = _filled(call.args[1], call.args[2])
    code = _text(call.args[place - 1]) if place and len(call.args) >= place else None
    return said if "%(accepted)s" in str(FIELD_TEXTS.get(code or "", "%(accepted)s")) else None


def _filled(message: ast.expr, values: ast.Dict) -> ast.expr:
    """Return the message of a validator with its values in it, as an f-string would have them."""
    known = {_text(key): value for key, value in zip(values.keys, values.values, strict=True) if key}
    text = _text(message) or ""
    if alone := re.fullmatch(r"\{(\w+)\}", text):
        return known[alone[1]]
    parts: list[ast.expr] = [
        ast.FormattedValue(known[part], -1) if odd else ast.Constant(part)
        for part, odd in zip(re.split(r"\{(\w+)\}", text), itertools.cycle((False, True)))
    ]
    return ast.JoinedStr(parts)


def _texts(
    said: ast.expr, where: str, names: dict[tuple[str, str], list[ast.expr]], depth: int = 0
) -> Iterator[list[str]]:
    """Yield the texts that an expression may be; one of an f-string has a line for each kind of value in it."""
    if isinstance(said, ast.IfExp):
        yield from _texts(said.body, where, names, depth)
        yield from _texts(said.orelse, where, names, depth)
    elif isinstance(said, ast.BoolOp):
        for each in said.values:
            yield from _texts(each, where, names, depth)
    elif isinstance(said, ast.Name) and depth < 3:
        for each in names.get((where, said.id), []):
            yield from _texts(each, where, names, depth + 1)
    elif isinstance(said, ast.JoinedStr | ast.Constant):
        parts = said.values if isinstance(said, ast.JoinedStr) else [said]
        choices = [[_text(part) or ""] if isinstance(part, ast.Constant) else _SHOWN for part in parts]
        yield ["".join(chosen) for chosen in itertools.product(*choices)]


def _text(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def test_what_is_accepted_is_said_in_every_language(shared_app: Flask) -> None:
    assert shared_app.blueprints  # with it come the sentences of every feature
    unknown = {
        f"{where} {said[0]}"
        for said, where in _accepted(_modules())
        if _WORDS.search(said[0]) and not any(_VALUES.fullmatch(each) or is_phrase(each) for each in said)
    }
    assert not unknown, "\n".join(sorted(unknown))
