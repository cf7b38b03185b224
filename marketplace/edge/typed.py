"""Numbers as people type them into a form: in the manner in which its page writes them, where that is unambiguous."""

import re
from typing import Final

from babel.numbers import get_decimal_symbol
from flask import has_request_context
from flask_babel import get_locale

from marketplace.edge.identity import is_api

# Of both marks the later one is of the decimals, and thousands stand in threes.
_GROUPED: Final = {
    ",": re.compile(r"-?[0-9]{1,3}(\.[0-9]{3})+,[0-9]+|-?[0-9]{1,3}(\.[0-9]{3}){2,}"),
    ".": re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+\.[0-9]+|-?[0-9]{1,3}(,[0-9]{3}){2,}"),
}
# Three digits behind one comma may be thousands of another language; behind a nought they are decimals.
_COMMA: Final = re.compile(r"-?[0-9]+,([0-9]{1,2}|[0-9]{4,})|-?0,[0-9]+")


def number(text: str) -> str:
    """Return a number of a form as programs write it; what a program sends, and what reads in two ways, stays."""
    if not has_request_context() or is_api():
        return text
    return plain(text, get_decimal_symbol(get_locale() or "en"))


def plain(text: str, mark: str) -> str:
    """Return a number, whose decimals stand behind ``mark``, with a point and without marks between thousands."""
    text = text.strip()
    if _GROUPED[mark].fullmatch(text):
        other = "." if mark == "," else ","
        return text.replace(other, "").replace(mark, ".")
    return text.replace(",", ".") if mark == "," and _COMMA.fullmatch(text) else text


__all__ = ["number", "plain"]
