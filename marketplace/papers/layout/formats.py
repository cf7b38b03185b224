"""Values of a paper's data as they are written in a language."""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from babel import Locale
from babel.numbers import format_decimal

from marketplace.kernel import moments
from marketplace.papers.layout.labels import babel_name, word

# Letters that turn the reading direction or hide: a payee's name must read as it is stored.
_UNSEEN: Final = re.compile(r"[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_LONG_RUN: Final = re.compile(r"[^\s\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u2e80-\uffef]{18,}")
_PIECE: Final = 12
# Account, registration and reference numbers are copied from the paper: nothing unseen may come along.
_COPIED: Final = re.compile(r"[0-9A-Z./-]{1,40}")


def shown(text: str) -> str:
    """Return a text as printed: composed, no control or direction letters, long words breakable."""
    visible = _UNSEEN.sub("", unicodedata.normalize("NFC", text))
    clean = "".join(" " if unicodedata.category(letter) in ("Cc", "Cs") else letter for letter in visible)
    return _LONG_RUN.sub(_breakable, clean)


def _breakable(run: re.Match[str]) -> str:
    text = run.group()
    if _COPIED.fullmatch(text):
        return text
    return "\u200b".join(text[start : start + _PIECE] for start in range(0, len(text), _PIECE))


def number(value: str | Decimal | int, locale: str) -> str:
    """Write a number with all its decimals."""
    exact = Decimal(value)
    places = max(0, -int(exact.as_tuple().exponent))
    return format_decimal(exact, "#,##0" + ("." + "0" * places if places else ""), locale=babel_name(locale))


def scaled(value: str | int, places: int, locale: str, *, shown_places: int | None = None) -> str:
    """Write an integer of small units in its large unit: grams as kilograms with three places."""
    exact = Decimal(value).scaleb(-places)
    if shown_places is not None:
        exact = exact.quantize(Decimal(1).scaleb(-shown_places))
    return number(exact, locale)


def money(value: Any, locale: str, *, code: bool = True) -> str:
    """Write an amount of paper data, with its ISO code unless the column says it."""
    written = number(value["amount"], locale)
    return f"{written}\u00a0{value['currency']}" if code else written


def percent(basis_points: str, locale: str) -> str:
    """Write a share."""
    share = (Decimal(basis_points) / 100).normalize()
    return f"{number(share.quantize(Decimal(1)) if share == share.to_integral_value() else share, locale)}\u00a0%"


def day(value: str, locale: str) -> str:
    """Write a day."""
    return moments.day(date.fromisoformat(value), babel_name(locale))


def instant(value: str, zone: str, locale: str) -> str:
    """Write an instant at a place, with the zone's distance from UTC."""
    return moments.instant(datetime.fromisoformat(value), zone, babel_name(locale), mark="({})")


def labelled(locale: str, *codes: str) -> str:
    """Write labels one after the other, as a name that has two parts."""
    return " · ".join(word(code, locale) for code in codes)


def country(code: str, locale: str) -> str:
    """Write a country's name, its code where it is none."""
    return Locale.parse(babel_name(locale)).territories.get(code, code)
