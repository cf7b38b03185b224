"""The catalogues as templates use them: found once a language, not once a word.

A listing page has some hundred words; looking the language up for each took a tenth of its time.
"""

from collections.abc import MutableMapping
from functools import cache, lru_cache
from typing import Any

import flask.templating
from babel import Locale
from babel.support import NullTranslations, Translations
from flask import Flask
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from marketplace import paths
from marketplace.web.shared import locale


class Environment(flask.templating.Environment):
    """Jinja's environment, whose templates share one dictionary of what every template knows.

    Jinja chains one of each template before it, which nothing is ever put into, and compares the chain name by name at
    each import of a page.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return what a template knows."""
        return super().make_globals(d) if d else self.globals


def init_app(app: Flask) -> None:
    """Give templates the quick way to their words."""
    environment: Any = app.jinja_env
    environment.install_gettext_callables(gettext, ngettext, newstyle=True, pgettext=pgettext)
    # Most words of a page come by these two names: Jinja's own ways to them take longer than the words themselves.
    environment.globals.update(gettext=_drawn, _=_drawn)


def gettext(message: str) -> str:
    """Return the message in the reader's language."""
    return catalogue(locale.babel_locale()).gettext(message)


@pass_eval_context
def _drawn(evaluated: EvalContext, message: str, **variables: Any) -> str:
    """Return what ``gettext`` does in a template: safe where all that is put in is escaped, always a format."""
    language = locale.babel_locale()
    if evaluated.autoescape:
        word = _safe(language, message)
        return word % variables if variables else _plain(word)
    return catalogue(language).gettext(message) % variables


@lru_cache(maxsize=8_192)
def _safe(language: str, message: str) -> Markup:
    return Markup(catalogue(language).gettext(message))  # noqa: S704  a catalogue, and what is put into it is escaped


@lru_cache(maxsize=8_192)
def _plain(word: Markup) -> Markup:
    return word % {}


def pgettext(context: str, message: str) -> str:
    """Translate a text that means something else in another place."""
    return str(catalogue(locale.babel_locale()).pgettext(context, message))


def ngettext(singular: str, plural: str, number: int) -> str:
    """Return the message for this number in the reader's language."""
    return catalogue(locale.babel_locale()).ngettext(singular, plural, number)


@cache
def catalogue(language: str) -> NullTranslations:
    """Return the words of a language; a language without a catalogue speaks English."""
    return Translations.load(str(paths.TRANSLATIONS), [language])


@cache
def cldr(language: str) -> Locale:
    """Return what CLDR knows of a language."""
    return Locale.parse(language)
