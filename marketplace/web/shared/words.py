"""The catalogues as templates use them: found once a language, not once a word.

A listing page has some hundred words; looking the language up for each took a tenth of its time.
"""

from functools import cache

from babel import Locale
from babel.support import NullTranslations, Translations
from flask import Flask

from marketplace import paths
from marketplace.web.shared import locale


def init_app(app: Flask) -> None:
    """Give templates the quick way to their words."""
    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=True, pgettext=pgettext)  # pyright: ignore[reportAttributeAccessIssue]


def gettext(message: str) -> str:
    """Return the message in the reader's language."""
    return catalogue(locale.babel_locale()).gettext(message)


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
