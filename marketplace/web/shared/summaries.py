"""A summary of what was refused calls every field as the form below it does: one thing has one name on a page."""

import re
from html import escape
from html.parser import HTMLParser
from typing import Final

from flask import Response

# What the summary was drawn with, for a field that the page shows under no name of its own.
_NAMED: Final = re.compile(r'<a href="#(field-[^"]+)"><span data-names>[^<]*</span>')
# A label that is a whole sentence, such as what one agrees to, would drown what is said of it.
_LONGEST: Final = 60


def name_fields(response: Response) -> Response:
    """Put the names that the page's own controls have into its summary."""
    if response.mimetype != "text/html" or response.status_code < 400 or response.is_streamed:
        return response
    page = response.get_data(as_text=True)
    if "<span data-names>" in page:
        labels = _Labels()
        labels.feed(page)

        def named(found: re.Match[str]) -> str:
            own = labels.found.get(found[1], "").strip(" :：")
            return f'<a href="#{found[1]}">{escape(own)}' if 0 < len(own) <= _LONGEST else found[0]

        response.set_data(_NAMED.sub(named, page))
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

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "fieldset":
            self._fieldsets.append(given.get("id", ""))
            self._legends.append("")
        elif tag == "legend":
            self._in_legend = True
        elif tag == "label":
            self._label, self._text = ([given["for"]] if "for" in given else []), ""
        elif self._aside or (tag == "span" and given.get("class") in {"field__mark", "choice__hint"}):
            self._aside += tag == "span"
        elif "id" in given and given["id"].startswith("field-"):
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
        elif tag == "legend":
            self._in_legend = False
            if self._fieldsets and self._fieldsets[-1]:
                self.found.setdefault(self._fieldsets[-1], self._legends[-1].strip())
        elif tag == "fieldset" and self._fieldsets:
            self._fieldsets.pop()
            self._legends.pop()
        elif tag == "span" and self._aside:
            self._aside -= 1

    def handle_data(self, data: str) -> None:
        if self._in_legend and self._legends:
            self._legends[-1] += data
        elif self._label is not None and not self._aside:
            self._text += data


__all__ = ["name_fields"]
