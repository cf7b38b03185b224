"""Sends what nobody sends who means well, and notes what the answer should not have been."""

import io
import json
import random
import re
import time
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final
from urllib.parse import urljoin, urlsplit
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse, run_wsgi_app

from marketplace.kernel import clock
from marketplace.kernel.db import reading
from tests.conftest import SOAK, Browser, turn_of
from tests.functional.hostile import judge, pages
from tests.functional.hostile.city import MINUTES, PDF, City, picture, signed
from tests.functional.hostile.pages import Form
from tests.functional.hostile.promises import Promises
from tests.functional.hostile.values import HUGE, TEXTS, THINGS, Raw
from tests.functional.hostile.watch import Watch
from tests.functional.hostile.ways import FORMS, WAYS, Way
from tests.support.sheets import row, table, workbook

READINGS: Final = b"time,celsius\n2026-11-20T08:00+08:00,4\n2026-11-20T09:00+08:00,5.5\n"
_MARK: Final = "\ue000raw\ue000"
# Written once: ten megabytes take long.
_HUGE: Final = json.dumps(HUGE)
# Tries with a code are counted where the code is kept.
_COUNTED: Final = frozenset({"one_time_code"})
_GUARDS: Final = frozenset({"csrf_token", "idempotency_key"})


class Once(Browser):
    """Sends one request, and keeps no cookie: to look for them the address, however long, is put together twice."""

    def run_wsgi_app(self, environ: Any, buffered: bool = False) -> Any:
        """Hand a request to the application as it is."""
        return run_wsgi_app(self.application, environ, buffered=buffered)


@dataclass
class Siege:
    """The city under attack: who attacks it, what it takes, what was found."""

    app: Flask
    city: City
    promises: Promises
    watch: Watch
    browsers: dict[str, FlaskClient]
    description: dict[str, Any]
    built: float
    findings: Counter[str] = field(default_factory=Counter)
    sent: int = 0
    accepted: int = 0

    def set_clock(self) -> None:
        """Let it be the hour at which the city was built, however long ago that was: what waits still waits."""
        clock.set_offset(MINUTES - int(time.monotonic() - self.built))

    @property
    def forms(self) -> dict[tuple[str, str], Form]:
        """Every form that somebody finds on a page."""
        return self._pages[0]

    @property
    def twins(self) -> set[tuple[str, str]]:
        """Ids that stand twice on a page, with the page's route: a label or a link would lead to the wrong one."""
        return self._pages[1]

    @cached_property
    def _pages(self) -> tuple[dict[tuple[str, str], Form], set[tuple[str, str]]]:
        # To open every page takes minutes, and codes that were sent are good for ten.
        self.set_clock()
        twins = set[tuple[str, str]]()
        forms = pages.crawl(self.app, self.city, self.browsers, twins=twins) | pages.passing(self.city, self.browsers)
        self.watch.restore()
        self.set_clock()
        return forms, twins

    @property
    def operations(self) -> dict[str, dict[str, Any]]:
        """The API calls as the application describes them, by method and shape of the path."""
        return {
            f"{method.upper()} {re.sub(r'{[^}]+}', '{}', path.removeprefix('/api/v1'))}": operation
            for path, methods in self.description["paths"].items()
            for method, operation in methods.items()
        }

    def way(self, operation: str) -> Way:
        """Return how a call is made."""
        return WAYS.get(operation, Way("buyer"))

    def path(self, operation: str, ids: tuple[str, ...] | None = None) -> str:
        """Return the address of a call, with ids of its own or given ones."""
        given = ids if ids is not None else tuple(self.city.ids[name] for name in self.way(operation).ids)
        return "/api/v1" + operation.split(" ")[1].replace("{}", "%s") % given

    def takes(self, what: str) -> bool:
        """Tell whether it is attacked on this database: a soak, with all values, parts everything between the two."""
        return not SOAK or self.has_turn(what)

    def has_turn(self, what: str) -> bool:
        """Tell whether it is this database's turn, where each of the two takes its half."""
        return turn_of(what) == self.watch.database

    def has_body(self, operation: str) -> bool:
        """Tell whether a call comes with a body."""
        return self.way(operation).body is not None

    def body(self, operation: str) -> dict[str, Any]:
        """Return a body in order, as of now: a code is right for half a minute."""
        body = self.way(operation).body
        return json.loads(json.dumps(body(self.city) if body else {}))

    def call(
        self,
        operation: str,
        *,
        body: Any = None,
        path: str | None = None,
        query: str | None = None,
        who: str | None = None,
        attacked: str = "",
        note: str = "",
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> TestResponse:
        """Call the API, judge the answer, and put back what was written."""
        self.set_clock()  # an attack may last longer than what waits in the city would wait
        way = self.way(operation)
        who = way.who if who is None else who
        method = operation.split(" ", maxsplit=1)[0]
        address = path or self.path(operation)
        query = way.query if query is None else query
        given = {"Idempotency-Key": str(uuid4())} | (self.city.people[who].headers if who else {}) | dict(headers or {})
        if body is not None:
            options |= {"data": encoded(body), "content_type": "application/json"}
        if way.is_signed:
            given |= signed(self.city, options.get("data", b""))
        answer = self._once().open(f"{address}?{query}" if query else address, method=method, headers=given, **options)
        self.judged(answer, judge.api(answer, attacked), f"{operation} {note}")
        return answer

    def send(self, form: Form, fields: Mapping[str, Any], *, attacked: str = "", note: str = "") -> TestResponse:
        """Send a form from a browser, judge the page, and put back what was written."""
        self.set_clock()
        action = urljoin(form.page, form.action)
        # An answer may end the session: each form is sent from a browser as it was when the form was opened.
        cookie = self.browsers[form.who].get_cookie("city")
        headers = {} if cookie is None else {"Cookie": f"city={cookie.value}"}
        if form.method == "get":
            answer = self._once().get(urlsplit(action).path, query_string=dict(fields), headers=headers)
        else:
            data = {**fields, "idempotency_key": fields.get("idempotency_key", str(uuid4()))}
            answer = self._once().post(action, data=data, headers=headers)
        # Among Chinese words a code stands out; an English word may be its own code.
        codes = {each for choice in form.choices.values() for each in choice} if action.startswith("/zh/") else ()
        faults = judge.page(answer, attacked, form.controls, codes)
        self.judged(answer, faults, f"{form.method.upper()} {form.endpoint} {note}")
        return answer

    def _once(self) -> Once:
        return Once(self.app, self.app.response_class)

    def judged(self, answer: TestResponse, faults: list[str], what: str) -> None:
        """Note the faults of an answer, and what was written in spite of a refusal."""
        self.sent += 1
        # What is taken may be written, and is only put back; of a refusal every row is looked at.
        refused = answer.status_code >= 400
        if (refused and self.watch.is_touched()) or (not refused and self.watch.is_moved()):
            if answer.status_code == 401 and set(self.watch.changed_tables()) <= _COUNTED:
                pass
            elif refused:
                faults = [*faults, f"refused, but written: {self.watch.changed_tables()}"]
            else:
                self.accepted += 1
                self._check(what)
            self.watch.restore()
        for fault in faults:
            self.findings[f"{what} -> {answer.status_code}: {fault}"] += 1

    def _check(self, what: str) -> None:
        # What was taken after all leaves a city in order; looked at now and then.
        if self.accepted % 10 == 1:
            written = self.watch.written_tables()
            session = reading()
            session.rollback()
            broken = self.promises.broken(session, written=written)
            self.findings.update(f"{what} broke {breach}" for breach in broken)
            session.rollback()

    def fields_of(self, operation: str) -> Iterator[tuple[str | int, ...]]:
        """Return where a body can be wrong: every documented field, and what lies in the fields of one in order."""
        content = self.operations[operation].get("requestBody", {}).get("content", {})
        documented: set[str] = set()
        for media in content.values():
            name = media["schema"].get("$ref", "").split("/")[-1]
            documented |= set(self.description["components"]["schemas"].get(name, {}).get("properties", {}))
        body = self.body(operation)
        yield from ((name,) for name in sorted(documented | body.keys()))
        for name, value in sorted(body.items()):
            yield from ((name, *rest) for rest in _inside(value))

    def queries_of(self, operation: str) -> list[str]:
        """Return the documented parameters of the query."""
        return [each["name"] for each in self.operations[operation].get("parameters", []) if each["in"] == "query"]

    def filled(self, form: Form) -> dict[str, Any]:
        """Return a form as somebody fills it in who means well."""
        fields: dict[str, Any] = dict(form.fields)
        for name, accepts in form.files.items():
            fields[name] = fitting(accepts)
        filled = FORMS.get(form.endpoint)
        return fields | (filled(self.city) if filled else {})


def fitting(accepts: str) -> tuple[io.BytesIO, str]:
    """Return a file of a kind that a control asks for."""
    if "zip" in accepts:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            archive.writestr("H-1.png", picture())
        return io.BytesIO(target.getvalue()), "pictures.zip"
    if "xlsx" in accepts:
        return io.BytesIO(workbook(table([row()]))), "list.xlsx"
    if "csv" in accepts:
        return io.BytesIO(READINGS), "log.csv"
    if "pdf" in accepts:
        return io.BytesIO(PDF), "paper.pdf"
    return io.BytesIO(picture("yellow")), "picture.png"


def encoded(body: Any) -> bytes:
    """Write JSON, raw parts as they stand."""
    raw: list[str] = []

    def prepared(value: Any) -> Any:
        if isinstance(value, Raw) or value is HUGE:
            raw.append(_HUGE if value is HUGE else str(value))
            return _MARK
        if isinstance(value, dict):
            return {name: prepared(each) for name, each in value.items()}
        return [prepared(each) for each in value] if isinstance(value, list) else value

    text = json.dumps(prepared(body))
    for each in raw:
        text = text.replace(json.dumps(_MARK), each, 1)
    return text.encode()


def with_value(body: Any, where: tuple[str | int, ...], value: Any) -> Any:
    """Return a body with one place changed."""
    changed = json.loads(json.dumps(body))
    part = changed
    for step in where[:-1]:
        part = part[step]
    part[where[-1]] = value
    return changed


def without(body: Any, where: tuple[str | int, ...]) -> Any:
    """Return a body with one place left out."""
    changed = json.loads(json.dumps(body))
    part = changed
    for step in where[:-1]:
        part = part[step]
    if isinstance(part, list) or where[-1] in part:
        del part[where[-1]]
    return changed


def _inside(value: Any) -> Iterator[tuple[str | int, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, each in items:
        yield (step,)
        yield from ((step, *rest) for rest in _inside(each))


class Sample:
    """All values in a soak; else a few for each field, the same in every run, and each value somewhere."""

    def __init__(self, seed: int) -> None:
        """Begin with a seed."""
        self._random = random.Random(seed)
        self._texts: list[str] = []
        self._things: list[str] = []

    def texts(self, few: int) -> list[tuple[str, str]]:
        """Return texts for a field."""
        if SOAK:
            return [*TEXTS.items(), ("10 MB", HUGE)]
        return [(name, TEXTS[name]) for name in self._next(self._texts, TEXTS, few)]

    def things(self, few: int) -> list[tuple[str, Any]]:
        """Return JSON values for a field."""
        if SOAK:
            return list(THINGS.items())
        return [(name, THINGS[name]) for name in self._next(self._things, THINGS, few)]

    def _next(self, left: list[str], values: Mapping[str, Any], few: int) -> list[str]:
        if len(left) < few:
            more = list(values)
            self._random.shuffle(more)
            left += more
        taken, left[:] = left[:few], left[few:]
        return taken


def report(siege: Siege) -> str:
    """Say what was found, most frequent first."""
    return "\n".join([f"{len(siege.findings)} of {siege.sent} requests:", *sorted(siege.findings)])


def open_fields(form: Form) -> list[str]:
    """Return the fields that a visitor fills in; the guards are attacked by tests of their own."""
    return [name for name in form.fields if name not in _GUARDS]


__all__ = ["Sample", "Siege", "encoded", "fitting", "open_fields", "pages", "report", "with_value", "without"]
