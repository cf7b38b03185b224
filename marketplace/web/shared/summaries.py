"""What a page says was refused speaks as its own form does: fields by their labels, choices by the words they show."""

import re
from html import escape, unescape
from html.parser import HTMLParser
from typing import Final

from flask import Response
from flask_babel import gettext

# What the summary was drawn with, for a field that the page shows under no name of its own.
_NAMED: Final = re.compile(r'<a href="#(field-[^"]+)"><span data-names>[^<]*</span>')
# A label that is a whole sentence, such as what one agrees to, would drown what is said of it.
_LONGEST: Final = 60
# A choice that was refused, with the codes that it would take, and what is said where no form shows them.
_CHOICES: Final = re.compile(r'<span data-choices="([^"]*)" data-among="([^"]*)">(.*?)</span>', re.DOTALL)
# More than a reader would rather look for in the form itself.
_MOST: Final = 12
# What stands in the label of a choice beside its name.
_ASIDE: Final = frozenset({"field__mark", "choice__hint", "radio-card__aside", "radio-card__hint"})


def name_fields(response: Response) -> Response:
    """Put the names of the page's own controls, and the words of their choices, into what it says was refused."""
    if response.mimetype != "text/html" or response.status_code < 400 or response.is_streamed:
        return response
    page = response.get_data(as_text=True)
    if "<span data-names>" in page or "<span data-choices=" in page:
        labels = _Labels()
        labels.feed(page)

        def named(found: re.Match[str]) -> str:
            own = labels.found.get(found[1], "").strip(" :：")
            return f'<a href="#{found[1]}">{escape(own)}' if 0 < len(own) <= _LONGEST else found[0]

        def chosen(found: re.Match[str]) -> str:
            words = labels.words(unescape(found[1]), unescape(found[2]).split("|"))
            said = gettext("Choose one of: %(accepted)s.", accepted=", ".join(words)) if words else ""
            return escape(said) if 0 < len(words) <= _MOST else found[3]

        response.set_data(_CHOICES.sub(chosen, _NAMED.sub(named, page)))
    return response


class _Labels(HTMLParser):
    """Collects what a page calls its controls, by their ids; the first of an id is where the summary leads."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        # The ids that the label which is being read will name; and how deep one is in what is no part of it.
        self._label: list[str] | None = None
        self._text = ""
        self._aside = 0
        self._legends: list[str] = []
        self._fieldsets: list[str] = []
        self._in_legend = False
        # What the choices of a control are called, by its name and their values; and which of them is being read.
        self._offered: dict[str, dict[str, str]] = {}
        self._choices: list[tuple[str, str]] = []
        self._select = ""
        self._option: str | None = None
        self._word = ""

    def words(self, name: str, codes: list[str]) -> list[str]:
        """Return what the control of this name calls the codes; one that offers them all stands in for it."""
        own = self._offered.get(name) or next((each for each in self._offered.values() if each.keys() >= {*codes}), {})
        return [own[code] for code in codes if own.get(code)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "fieldset":
            self._fieldsets.append(given.get("id", ""))
            self._legends.append("")
        elif tag == "legend":
            self._in_legend = True
        elif tag == "label":
            self._label, self._text, self._choices = ([given["for"]] if "for" in given else []), "", []
        elif self._aside or (tag == "span" and given.get("class") in _ASIDE):
            self._aside += tag == "span"
        if tag == "select":
            self._select = given.get("name", "")
        elif tag == "option" and self._select:
            self._word, self._option = "", given.get("value", "")
        elif tag == "input" and given.get("type") in {"radio", "checkbox"}:
            self._choices.append((given.get("name", ""), given.get("value", "")))
        if tag in {"fieldset", "legend", "label"} or self._aside:
            return
        if "id" in given and given["id"].startswith("field-"):
            self._control(given)

    def _control(self, given: dict[str, str]) -> None:
        if given.get("type") == "radio" or (given.get("type") == "checkbox" and given.get("value") not in {"1", "on"}):
            if self._legends:
                self.found.setdefault(given["id"], self._legends[-1].strip())
        elif self._label is not None:
            self._label.append(given["id"])
        elif "aria-label" in given:
            self.found.setdefault(given["id"], given["aria-label"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "label" and self._label is not None:
            for name in self._label:
                self.found.setdefault(name, " ".join(self._text.split()))
            self._label = None
            for name, value in self._choices:
                self._offer(name, value, self._text)
        elif tag == "option" and self._option is not None:
            self._offer(self._select, self._option, self._word)
            self._option = None
        elif tag == "select":
            self._select = ""
        elif tag == "legend":
            self._in_legend = False
            if self._fieldsets and self._fieldsets[-1]:
                self.found.setdefault(self._fieldsets[-1], self._legends[-1].strip())
        elif tag == "fieldset" and self._fieldsets:
            self._fieldsets.pop()
            self._legends.pop()
        elif tag == "span" and self._aside:
            self._aside -= 1

    def _offer(self, name: str, value: str, word: str) -> None:
        self._offered.setdefault(name, {}).setdefault(value, " ".join(word.split()))

    def handle_data(self, data: str) -> None:
        if self._in_legend and self._legends:
            self._legends[-1] += data
        elif self._option is not None:
            self._word += data
        elif self._label is not None and not self._aside:
            self._text += data


__all__ = ["name_fields"]
