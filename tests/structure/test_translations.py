"""Every translation holds the values of its text, and no text that is shown escapes the catalogues."""

import ast
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from flask import Flask

from marketplace import paths
from marketplace.web.shared.locale import BABEL, DEFAULT

LANGUAGES = [language for code, language in BABEL.items() if code != DEFAULT]
_GATHERED = {"_", "gettext", "ngettext", "pgettext", "npgettext", "N_"}
# A literal %% counts too: one sign alone would be read as the start of a value.
_VALUES = re.compile(r"%\(\w+\)[a-z]|%%")


def _messages(language: str) -> list[Message]:
    path: Path = paths.TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return [message for message in read_po(file, locale=language) if message.id]


def _forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_hold_the_same_values(language: str) -> None:
    for message in _messages(language):
        wanted = Counter(_VALUES.findall(_forms(message.id)[-1]))
        for form in _forms(message.string or ""):
            assert Counter(_VALUES.findall(form)) == wanted, message.id


def test_no_text_hides_in_a_formatted_one() -> None:
    """Python 3.11 reads a formatted text as one word, so a text inside it would be gathered by nobody there."""
    hidden = [
        f"{path.relative_to(paths.ROOT)}:{call.lineno}"
        for path in (paths.ROOT / "marketplace").rglob("*.py")
        for text in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in _GATHERED
    ]

    assert hidden == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_states_are_in_the_catalogues(app: Flask, language: str) -> None:
    with app.test_request_context():
        words: Any = app.jinja_env.get_template("components/status.html").module
        states: dict[str, tuple[str, str, str]] = words.STATES
    known = {str(message.id) for message in _messages(language)}

    assert len(states) > 100
    assert {str(label) for _tone, _symbol, label in states.values()} - known == set()
