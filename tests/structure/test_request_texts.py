"""No text that a database may not take gets past the edge, whatever field it is typed into."""

import importlib
import pkgutil
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

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
