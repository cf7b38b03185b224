"""Render a message in its reader's language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from marketplace import paths

# People choose a language, catalogues are in a script.
_CATALOGUES: Final = {"zh": "zh_Hans"}


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes: what messages call the city, and the address that their links begin with."""

    name: str
    url: str


def renderer(sender: Sender) -> Callable[[str, str, Mapping[str, Any]], tuple[str, str]]:
    """Return how this city renders a message: template, language and values to subject and body."""

    def render(template: str, locale: str, context: Mapping[str, Any]) -> tuple[str, str]:
        text = _environment(locale).get_template(f"{template}.txt").render(city=sender, language=locale, **context)
        subject, _, body = text.partition("\n")
        return subject.strip(), body.strip() + "\n"

    return render


@cache
def _environment(locale: str) -> Environment:
    # Messages are plain text: escaping would show entities to the reader.
    environment = Environment(
        loader=FileSystemLoader(paths.TEMPLATES / "email"),
        autoescape=False,  # noqa: S701
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    translations: NullTranslations = Translations.load(str(paths.TRANSLATIONS), [_CATALOGUES.get(locale, locale)])
    environment.install_gettext_translations(translations, newstyle=True)  # pyright: ignore[reportAttributeAccessIssue]
    return environment
