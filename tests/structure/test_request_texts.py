"""Nothing that a database or a calendar may not take gets past the edge, whatever field it is typed into."""

import importlib
import math
import pkgutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from marketplace.edge import requests
from marketplace.edge.parsing import Request

for _module in pkgutil.iter_modules(requests.__path__, f"{requests.__name__}."):
    importlib.import_module(_module.name)
# What an operator writes into a file is read by requests, too.
importlib.import_module("marketplace.cli.network")


def models(base: type[Request] = Request) -> list[type[Request]]:
    return [each for child in base.__subclasses__() for each in (child, *models(child))]


FIELDS = [
    pytest.param(info, id=f"{model.__module__.rpartition('.')[2]}.{model.__name__}.{name}")
    for model in models()
    for name, info in model.model_fields.items()
    # A mapping may hold anything; the import reads its parts.
    if name != "mapping"
]


@pytest.mark.parametrize("info", FIELDS)
@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
def test_no_field_takes_what_a_database_may_not(info, text):
    kind: Any = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
    for value in (text, [text], {"en": text}):
        with pytest.raises(ValidationError):
            TypeAdapter(kind).validate_python(value)


# As text and as Python's reader of JSON reads them: numbers first, then ends of the calendar.
EXTREMES = (
    *("NaN", "sNaN", "Infinity", "-Infinity", "1e400", "9" * 16, f"-{'9' * 16}", "9" * 4_301, "1." + "1" * 13),
    *(math.nan, math.inf, -math.inf, 1e300, 10**15, -(10**15), 2**63, 10**400),
    *("0001-01-01", "9999-12-31", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "9999-12-31T23:59:59Z"),
)


def parts(value: Any) -> Iterator[Any]:
    """Yield the plain values that a field was read into."""
    match value:
        case BaseModel():
            yield from parts(dict(value))
        case dict():
            yield from parts([*value.values()])
        case list() | tuple() | set() | frozenset():
            for each in value:
                yield from parts(each)
        case _:
            yield value


def is_bounded(value: Any) -> bool:
    """Tell whether a number has at most 15 digits and 12 decimals, and an instant is one by every clock."""
    if isinstance(value, Decimal):
        return value.is_finite() and abs(value) < 10**15 and value == round(value, 12)
    if isinstance(value, int | float):
        return -(10**15) < value < 10**15
    return not isinstance(value, datetime) or 2000 <= value.year < 2200


@pytest.mark.parametrize("info", FIELDS)
def test_no_field_takes_a_number_or_an_instant_out_of_bounds(info):
    kind: Any = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
    reader = TypeAdapter(kind)
    for extreme in EXTREMES:
        for value in (extreme, [extreme], {"en": extreme}):
            with suppress(ValidationError):
                assert all(map(is_bounded, parts(reader.validate_python(value)))), value
