"""Read a form body and check it, recursively, against the types of the stripe library itself.

An upgrade of the library thereby re-checks every call we make. Source: https://docs.stripe.com/api
"""

import functools
import re
import types
import typing
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, Literal, Union
from urllib.parse import parse_qsl

import typing_extensions
from stripe import RequestOptions, StripeContext
from stripe._stripe_object import UntypedStripeObject

from marketplace.stripe_double.errors import Refusal, invalid

# Options of the library's call, listed among the parameters, that never travel in the body.
_OPTIONS: Final = frozenset(typing.get_type_hints(RequestOptions, localns={"StripeContext": StripeContext}))
# Two names that the library imports for type checkers only.
_LOCAL: Final = {"StripeContext": StripeContext, "Mapping": Mapping}
_STEP: Final = re.compile(r"\[([^\[\]]*)\]")
_INTEGER: Final = re.compile(r"-?[0-9]{1,18}")
# Gone since API version 2026-09-30.endive; Stripe has an error of its own for it.
_REMOVED: Final = "payment_method_types"


def read(raw: str) -> dict[str, Any]:
    """Return the nested structure that a form body or a query spells with brackets."""
    root: dict[str, Any] = {}
    for name, value in parse_qsl(raw, keep_blank_values=True):
        head = name.partition("[")[0]
        path = [head, *_STEP.findall(name[len(head) :])]
        _place(root, path, value, name)
    return {name: _lists(value) for name, value in root.items()}


def check(given: dict[str, Any], model: type, *, supported: frozenset[str]) -> dict[str, Any]:
    """Return the parameters with their own types, or raise what Stripe answers.

    What Stripe knows and the stand-in does not do is refused as well: ignoring it would be a lie.
    """
    checked = _typed_dict(given, model, "", top=True)
    for name in checked:
        if name not in supported:
            raise invalid(f"The demo provider does not do {name}", param=name, code="double_unsupported")
    return checked


def _place(node: dict[str, Any], path: list[str], value: str, name: str) -> None:
    for step in path[:-1]:
        node = node.setdefault(step, {})
        if not isinstance(node, dict):
            raise invalid(f"Invalid hash: {name}", param=name)
    last = path[-1] or str(len(node))
    if isinstance(node.get(last), dict):
        raise invalid(f"Invalid hash: {name}", param=name)
    node[last] = value


def _lists(value: Any) -> Any:
    """Turn ``{"0": a, "1": b}`` into a list; the library spells lists by index."""
    if not isinstance(value, dict):
        return value
    inner = {name: _lists(item) for name, item in value.items()}
    indexes = [str(index) for index in range(len(inner))]
    return [inner[index] for index in indexes] if inner and sorted(inner) == sorted(indexes) else inner


@functools.cache
def _hints(model: type) -> dict[str, Any]:
    return typing_extensions.get_type_hints(model, localns=_LOCAL)


def _typed_dict(given: Any, model: type, path: str, *, top: bool = False) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise invalid("Invalid object", param=path)
    known = {name: hint for name, hint in _hints(model).items() if not (top and name in _OPTIONS)}
    for name in given:
        if name not in known:
            raise _unknown(_join(path, name), name)
    required: frozenset[str] = model.__required_keys__  # type: ignore[attr-defined]
    for name in sorted(required - given.keys() - (_OPTIONS if top else frozenset())):
        where = _join(path, name)
        raise invalid(f"Missing required param: {where}.", param=where, code="parameter_missing")
    # What may be anything is a file; whoever takes it looks what it is.
    return {
        name: value if known[name] is Any else _value(value, known[name], _join(path, name))
        for name, value in given.items()
    }


def _unknown(where: str, name: str) -> Refusal:
    if name == _REMOVED and where == name:
        message = (
            "payment_method_types is no longer supported. Use dynamic payment methods or allowed_payment_method_types."
        )
        return invalid(message, param=where, code="payment_method_types_no_longer_supported")
    return invalid(f"Received unknown parameter: {where}", param=where, code="parameter_unknown")


def _value(value: Any, hint: Any, path: str) -> Any:
    origin = typing.get_origin(hint)
    if origin in (Union, types.UnionType):
        return _one_of(value, typing.get_args(hint), path)
    if origin is Literal:
        return _choice(value, typing.get_args(hint), path)
    if origin in (list, typing.Sequence):
        return _list(value, typing.get_args(hint)[0], path)
    if origin in (dict, UntypedStripeObject) or hint is UntypedStripeObject:
        return _metadata(value, path)
    if typing_extensions.is_typeddict(hint):
        return _typed_dict(value, hint, path)
    return _plain(value, hint, path)


def _one_of(value: Any, options: tuple[Any, ...], path: str) -> Any:
    choices = [option for option in options if typing.get_origin(option) is Literal]
    words = {word for option in choices for word in typing.get_args(option)} - {""}
    if words and isinstance(value, str):
        # Beside its choices the library says ``str``, for values of the future; the pinned version has none.
        options = tuple(option for option in options if option is not str)
    if isinstance(value, dict):
        options = tuple(option for option in options if _is_hash(option)) or options
    error: Refusal | None = None
    # Text fits ``str`` always, so it is tried last; numbers and hashes first.
    for option in sorted(options, key=lambda option: option is str):
        try:
            return _value(value, option, path)
        except Refusal as refusal:
            error = refusal
    raise error or invalid(f"Invalid {path}", param=path)


def _is_hash(hint: Any) -> bool:
    origin = typing.get_origin(hint)
    return typing_extensions.is_typeddict(hint) or origin in (dict, list, UntypedStripeObject)


def _choice(value: Any, choices: tuple[Any, ...], path: str) -> Any:
    if value not in choices:
        names = ", ".join(str(choice) for choice in choices if choice != "")
        raise invalid(f"Invalid {path}: must be one of {names}", param=path)
    return value


def _list(value: Any, hint: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise invalid("Invalid array", param=path)
    return [_value(item, hint, f"{path}[{index}]") for index, item in enumerate(value)]


def _metadata(value: Any, path: str) -> dict[str, str]:
    """Check Stripe's limits: 50 keys of 40 characters, values of 500."""
    if isinstance(value, list):
        value = {str(index): item for index, item in enumerate(value)}
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise invalid("Invalid object", param=path)
    if len(value) > 50 or any(len(name) > 40 or len(item) > 500 for name, item in value.items()):
        raise invalid("Metadata has at most 50 keys of 40 characters and values of 500", param=path)
    return value


def _plain(value: Any, hint: Any, path: str) -> Any:
    if not isinstance(value, str):
        raise invalid(f"Invalid {'string' if hint is str else hint.__name__}", param=path)
    if hint is int:
        if not _INTEGER.fullmatch(value):
            raise invalid(f"Invalid integer: {value}", param=path, code="parameter_invalid_integer")
        return int(value)
    if hint is bool:
        if value not in ("true", "false"):
            raise invalid(f"Invalid boolean: {value}", param=path)
        return value == "true"
    if hint is Decimal:
        if not re.fullmatch(r"-?[0-9]+(\.[0-9]{1,12})?", value):
            raise invalid(f"Invalid decimal: {value}", param=path)
        return value
    if hint is not str:
        raise invalid(f"The demo provider cannot read {path}", param=path, code="double_unsupported")
    return _text(value, path)


def _text(value: str, path: str) -> str:
    if value == "":
        message = f"You passed an empty string for '{path}'."
        raise invalid(message, param=path, code="parameter_invalid_empty")
    if len(value) > 5000:
        raise invalid(f"Invalid string: {path} is longer than 5000 characters", param=path)
    return value


def _join(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name
