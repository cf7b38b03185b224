"""Numbers as a language writes them: one style for pages and letters."""

from decimal import Decimal
from functools import lru_cache

from babel.numbers import format_decimal


@lru_cache(maxsize=20_000)
def number(exact: str, language: str) -> str:
    """Write a number, keeping its decimals. ``language``: as CLDR names it.

    A city's prices are many, but the same ones are read all day.
    """
    value = Decimal(exact)
    places = max(0, -int(value.as_tuple().exponent))
    pattern = "#,##0" + ("." + "0" * places if places else "")
    return format_decimal(value, format=pattern, locale=language)
