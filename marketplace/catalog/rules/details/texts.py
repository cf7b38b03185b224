"""How each language's text came about, so that a reader knows what he reads."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from marketplace.kernel.errors import FieldError, Refused


class How(StrEnum):
    """Who put a text into a language."""

    PERSON = "person"
    MACHINE = "machine"
    COPIED = "copied"


ACCEPTED: Final = ", ".join(How)


def marked(document: Mapping[str, Any] | None, *, language: str, how: str | None) -> dict[str, Any] | None:
    """Return the marks by language with one set, or taken away by None; None when none is left. Material."""
    marks = dict((document or {}).get("marks", {}))
    if how is None:
        marks.pop(language, None)
    elif how not in set(How):
        raise Refused.fields(FieldError("how", "choice", ACCEPTED))
    else:
        marks[language] = how
    return {"marks": dict(sorted(marks.items()))} if marks else None


def mark_of(details: Mapping[str, Any], language: str) -> How | None:
    """Return how the text of a language came about, None where nobody said."""
    how = details.get("texts", {}).get("marks", {}).get(language)
    return How(how) if how else None
