"""Values inside sentences as the reader writes them: amounts grouped, days in the own language.

Programs are told them as they stand in a body; so are sheets and examples of what to type.
"""

import re
from datetime import date, datetime
from typing import Any, Final

from flask import has_request_context
from flask_babel import get_locale

from marketplace.edge.identity import is_api
from marketplace.kernel import figures, moments
from marketplace.kernel.money import Money, UnitPrice

_AMOUNT: Final = re.compile(r"(-?\d+(?:\.\d+)?) ([A-Z]{3})")
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
# A whole number of fewer digits may be a year, and is read as easily without marks.
_FEWEST_GROUPED: Final = 5


def written(value: Any, *, numbers: bool = False) -> Any:
    """Return a value as this reader writes it; what is none of ours stays. ``numbers``: those without a currency, too.

    A number alone may be an article's: it is written only where a rule is known to have said it.
    """
    if not has_request_context() or is_api():
        return value
    if isinstance(value, Money | UnitPrice | date):
        value = value.isoformat() if isinstance(value, date) else str(value)
    return _text(value, numbers=numbers) if isinstance(value, str) else value


def _text(value: str, *, numbers: bool) -> str:
    language = str(get_locale() or "en")
    if found := _AMOUNT.fullmatch(value):
        return f"{figures.number(found[1], language)}\u00a0{found[2]}"
    try:
        if _DAY.fullmatch(value):
            return moments.day(date.fromisoformat(value), language)
        if _INSTANT.fullmatch(value):
            return moments.instant(datetime.fromisoformat(value), "UTC", language)
    except ValueError:  # no day of any calendar
        return value
    if numbers and _NUMBER.fullmatch(value) and ("." in value or len(value.lstrip("-")) >= _FEWEST_GROUPED):
        return figures.number(value, language)
    return value


__all__ = ["written"]
