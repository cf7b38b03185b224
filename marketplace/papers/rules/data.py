"""The data of a paper: JSON whose every leaf is text, the same bytes wherever it is written."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final, cast

from marketplace.kernel.money import Money, UnitPrice

# A paper of this much text is a mistake or an attack; the longest real manifest has a tenth of it.
LARGEST: Final = 512 * 1024
_DEEPEST: Final = 12
# Made once: ``json.dumps`` would make one for each paper.
_CANONICAL: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def plain(value: Any) -> Any:
    """Return a value object as JSON with text leaves: money by amount and code, instants in UTC, nothing left out."""
    kind = cast("type[Any]", type(value))
    if kind is str:  # most of it is
        return value
    if kind is Money or kind is UnitPrice:
        return {"amount": f"{value.amount:f}", "currency": value.currency}
    names = _names(kind)
    if names is not None:
        return {name: plain(part) for name in names if (part := getattr(value, name)) is not None}
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in cast("Mapping[object, object]", value).items()}
    if isinstance(value, (tuple, list)):
        return [plain(part) for part in cast("tuple[object, ...]", value)]
    return _leaf(value)


@cache
def _names(kind: type[Any]) -> tuple[str, ...] | None:
    """Return the fields of a value object's class, None for what is none."""
    return tuple(field.name for field in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else None


def _leaf(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):  # a state, among others
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    msg = f"a paper cannot hold {type(value).__name__}"
    raise TypeError(msg)


def canonical(data: Mapping[str, Any]) -> bytes:
    """Return the one form of the data that is hashed: sorted names, no blanks, UTF-8.

    ValueError for a leaf that is no text, for more than 512 KiB, or for more than twelve levels.
    """
    _check(data)
    written = _CANONICAL.encode(data).encode()
    if len(written) > LARGEST:
        msg = "too much text for a paper"
        raise ValueError(msg)
    return written


def digest(data: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the canonical data, in hex: what signatures bind to."""
    return hashlib.sha256(canonical(data)).hexdigest()


def _check(data: Any) -> None:
    """Refuse what is no paper data, level by level; most of it is text, which nothing more is asked of."""
    level = [data]
    for depth in range(_DEEPEST + 1):
        inner: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                known = cast("dict[Any, Any]", value)
                if not all(isinstance(name, str) for name in known):
                    msg = "names are texts"
                    raise ValueError(msg)
                inner += known.values()
            elif isinstance(value, list):
                inner += cast("list[Any]", value)
            elif not isinstance(value, str):
                msg = f"a paper holds texts only, not {type(value).__name__}"
                raise ValueError(msg)  # noqa: TRY004  one error for everything that is not paper data
        if inner and depth == _DEEPEST:
            msg = "too deep for a paper"
            raise ValueError(msg)
        level = [part for part in inner if type(part) is not str]
