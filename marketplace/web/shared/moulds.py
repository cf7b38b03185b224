"""Pages that were drawn before: kept in the process as moulds, filled for each reader.

A mould is a drawn page with slots where something belongs to this answer or to this reader alone: the nonce of the
scripts, the tokens of the forms, the names of who is logged in. They are put in at the end and never kept, so a mould
can be shown to everybody who may see the same.

It is found by everything else that went into it: the address, the language, the rights and the country of the reader,
and what the page was made of. Rows are compared by identity; the queries that make them promise the same row for the
same stored text. What is stored is read on every request, so a page shows what is stored at that moment and none is
ever old.
"""

import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final

from flask import Flask, current_app, g, render_template, request, session
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from marketplace.accounts.queries.acting import Reader
from marketplace.edge.http import csp_nonce
from marketplace.edge.identity import current_actor
from marketplace.kernel import clock
from marketplace.web.shared import locale, render

# Of one process; a page of the shelf takes 30 kB.
MOST_CHARACTERS: Final = 4_000_000
# No text that comes from outside can hold a slot: nobody outside knows this process's secret.
_SECRET: Final = secrets.token_hex(12)
_SLOT: Final = re.compile(rf"{_SECRET}(nonce|csrf|key|person|company);")
_FLASHES: Final = "_flashes"
# Where Flask-WTF keeps the secret of a session's forms.
_TOKEN: Final = "csrf_token"  # noqa: S105  a name


def init_app(app: Flask) -> None:
    """Let templates leave slots while a mould is drawn, and give the application its shelf of moulds."""
    app.extensions["city.moulds"] = Shelf()
    app.jinja_env.globals.update(_OWN)
    app.add_template_global(piece)
    # Flask-WTF hands its function to each page, and that goes before the globals; this one goes before that.
    app.context_processor(lambda: _OWN)


@dataclass(frozen=True, slots=True)
class Mould:
    """Texts and between them the names of slots; ``parts`` are held so that no other row takes their identity."""

    pieces: Sequence[str]
    parts: Sequence[object]
    size: int


class Shelf:
    """The moulds of a process, the least used taken away when they are too many."""

    def __init__(self, most: int = MOST_CHARACTERS) -> None:
        """Keep up to so many characters."""
        self._most = most
        self._size = 0
        self._kept: OrderedDict[Hashable, Mould] = OrderedDict()
        self._turn = threading.Lock()

    def find(self, key: Hashable) -> Mould | None:
        """Return a mould, None when it is not kept."""
        with self._turn:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def keep(self, key: Hashable, mould: Mould) -> None:
        """Keep a mould, and let the least used ones go for it."""
        with self._turn:
            if key in self._kept:
                return
            self._kept[key] = mould
            self._size += mould.size
            while self._size > self._most:
                _, gone = self._kept.popitem(last=False)
                self._size -= gone.size


def page(
    template: str, values: Callable[[], Mapping[str, Any]], *, parts: Sequence[object], facts: Hashable = None
) -> str:
    """Return a page, drawn from ``values`` unless it was drawn before.

    ``parts``: the rows it is made of, compared by identity; ``facts``: what else it shows, compared by value. What
    the address says need not be named.
    """
    if _FLASHES in session:
        return render_template(template, **values())
    shelf: Shelf = current_app.extensions["city.moulds"]
    key = (template, _address(), _rights(), facts, *map(id, parts))
    mould = shelf.find(key)
    if mould is None:
        drawn = _draw(template, values)
        mould = Mould(_SLOT.split(drawn), parts, len(drawn))
        shelf.keep(key, mould)
    return _filled(mould)


def piece(name: str, macro: Callable[[Any], Markup], row: Any) -> Markup:
    """Return what a macro makes of a row and of nothing else but the language, drawn once as long as the row stays.

    For what a page repeats: a sale changes the goods on it, and not the twenty lorries that take them. ``name`` tells
    macros apart; one that holds a form or a script is none of these.
    """
    shelf: Shelf = current_app.extensions["city.moulds"]
    key = (name, locale.current(), request.script_root, id(row))
    mould = shelf.find(key)
    if mould is None:
        drawn = macro(row)
        mould = Mould((drawn,), (row,), len(drawn))
        shelf.keep(key, mould)
    return Markup(mould.pieces[0])  # noqa: S704  drawn by the macro, which escapes


def facts_of(row: Any) -> Hashable:
    """Return what a row holds, to be compared by value."""
    values = _reader(type(row))(row)
    return tuple(tuple(value.items()) if isinstance(value, dict) else value for value in values)


@lru_cache
def _reader(kind: type[Any]) -> Callable[[Any], tuple[Any, ...]]:
    """Return what reads the attributes of such a row, the same ones in the same order; there are two or more."""
    return attrgetter(*kind.__slots__)


def _address() -> Hashable:
    return locale.current(), request.script_root, request.path, request.query_string


def _rights() -> Hashable:
    actor = current_actor()
    if actor is None:
        return None
    reader = render.reader(actor)
    return actor.permissions, render.facts(actor), reader.company_name is None, reader.country


def _draw(template: str, values: Callable[[], Mapping[str, Any]]) -> str:
    actor = current_actor()
    known = render.reader(actor) if actor else None
    given = values()
    g.city_drawing = True
    if known is not None:
        company = None if known.company_name is None else _slot("company")
        g.city_reader = Reader(_slot("person"), company, known.country, fact=known.fact)
    try:
        return render_template(template, **given)
    finally:
        g.city_drawing = False
        if known is not None:
            g.city_reader = known


def _filled(mould: Mould) -> str:
    actor = current_actor()
    reader: Reader = render.reader(actor) if actor else Reader("", None, None)
    fill: dict[str, Callable[[], str]] = {
        "nonce": csp_nonce,
        "csrf": _form_token,
        "key": render.form_key,
        "person": lambda: escape(reader.display_name),
        "company": lambda: escape(reader.company_name or ""),
    }
    pieces = mould.pieces
    return "".join(piece if index % 2 == 0 else fill[piece]() for index, piece in enumerate(pieces))


def _form_token() -> str:
    """Return the token of this session's forms, signed anew once a minute: signing is a good part of such a page."""
    own = session.get(_TOKEN)
    return (
        _signed(current_app.secret_key, own, clock.now().replace(second=0, microsecond=0)) if own else generate_csrf()
    )


@lru_cache(maxsize=1_024)
def _signed(*_key: object) -> str:
    return generate_csrf()


def _csp_nonce() -> str:
    return _slot("nonce") if _is_drawing() else csp_nonce()


def _csrf_token() -> str:
    return _slot("csrf") if _is_drawing() else generate_csrf()


def _form_key(action: str = "") -> str:
    return _slot("key") if _is_drawing() else render.form_key(action)


# What templates call for this answer's own texts.
_OWN: Final[dict[str, Any]] = {
    "csp_nonce": _csp_nonce,
    "csrf_token": _csrf_token,
    "form_key": _form_key,
}


def _is_drawing() -> bool:
    return bool(g.get("city_drawing"))


def _slot(name: str) -> str:
    return f"{_SECRET}{name};"
