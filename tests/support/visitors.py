"""People with a browser and programs with a token, as the journeys need them."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pyotp
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from marketplace.accounts.models import Person
from marketplace.edge.identity import SessionUser
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import Base, db
from marketplace.mail.channels import EmlFolder, Letter
from marketplace.worker import runner

PASSWORD = "over the Friendship Bridge"
# As many as one act sends, or a few.
_FEW = 5
TERMS = ["privacy:2026-11", "terms:2026-11"]


class _Forms(HTMLParser):
    """Collects each form's address with its hidden fields."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self.forms.append((found.get("action") or "", {}))
        elif tag == "input" and found.get("type") == "hidden" and self.forms:
            self.forms[-1][1][found["name"] or ""] = found.get("value") or ""


@dataclass
class Visitor:
    """Somebody with a browser that runs no scripts."""

    app: Flask
    shown: str = ""
    at: str = "/"

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def open(self, path: str, status: int = 200, **options: Any) -> str:
        """Open a page and return its text."""
        answer = self.client.get(path, **options)
        assert answer.status_code == status, (answer.status_code, answer.headers.get("Location"), answer.text)
        self.shown, self.at = answer.text, path
        return self.shown

    def hidden(self, action: str) -> dict[str, str]:
        """Return the hidden fields of a form on the page that is shown."""
        reader = _Forms()
        reader.feed(self.shown)
        return next(fields for path, fields in reader.forms if urlsplit(path).path == urlsplit(action).path)

    def send(self, action: str, fields: dict[str, Any], status: int = 303) -> TestResponse:
        """Send a form of the page that is shown; the answer becomes the page, a redirect does not."""
        answer = self.client.post(action, data=self.hidden(action) | fields)
        assert answer.status_code == status, (answer.status_code, answer.text)
        if status != 303:
            self.shown = answer.text
        return answer

    def log_in(self, login: str, password: str = PASSWORD, status: int = 303) -> TestResponse:
        """Log in by password."""
        self.open("/login")
        return self.send("/login", {"login": login, "password": password}, status)

    def enter(self, actor: Actor) -> None:
        """Be logged in as somebody, the second factor given, as the login pages would leave it."""
        with self.app.app_context():
            epoch = db.session().get_one(Person, actor.person).auth_epoch
        with self.client.session_transaction() as session:
            session["_user_id"] = SessionUser(actor, epoch).get_id()
            session["_fresh"] = True

    def refused_fields(self) -> set[str]:
        """Return the fields that the page's summary of errors names."""
        return set(re.findall(r'<li><a href="#field-([\w.-]+)">', self.shown))

    def text(self) -> str:
        """Return the page as read: without tags, with characters for entities."""
        return unescape(re.sub(r"<[^>]+>", " ", self.shown))


@dataclass
class Program:
    """A program with a bearer token, or without one."""

    app: Flask
    token: str = ""

    def call(self, method: str, path: str, status: int, body: Any = None, **headers: str) -> Any:
        """Call the API, each act under a key of its own, and return its JSON answer, None when it has none."""
        if self.token:
            headers = {"Authorization": f"Bearer {self.token}", **headers}
        if method == "POST":
            headers.setdefault("Idempotency-Key", str(uuid4()))
        answer = self.app.test_client().open(f"/api/v1{path}", method=method, json=body, headers=headers)
        assert answer.status_code == status, (answer.status_code, answer.text)
        return answer.get_json() if answer.data else None

    def problem(self, method: str, path: str, status: int, body: Any = None) -> tuple[str, set[str]]:
        """Call the API and return the code of its refusal and the fields named."""
        found = self.call(method, path, status, body)
        return found["type"].removeprefix("urn:city:problem:"), {item["field"] for item in found["errors"]}


@dataclass
class Town:
    """A city with terms in force, and ways to come into it."""

    app: Flask
    counted: int = field(default=0)

    def visitor(self, login: str = "") -> Visitor:
        """Return a stranger with a browser, logged in when a login is named."""
        visitor = Visitor(self.app)
        if login:
            visitor.log_in(login)
        return visitor

    def program(self, login: str = "", **proof: str) -> Program:
        """Return a program, with a token when a login is named."""
        program = Program(self.app)
        if login:
            issued = program.call("POST", "/tokens", 201, {"login": login, "password": PASSWORD, **proof})
            program.token = issued["token"]
        return program

    def company(self, login: str = "owner@demo.test", **changes: Any) -> dict[str, str]:
        """Register a company over the API and return its ids."""
        return self.program().call("POST", "/companies", 201, self.registration(login, **changes))

    def registration(self, login: str = "owner@demo.test", **changes: Any) -> dict[str, Any]:
        """Return a registration that is in order."""
        self.counted += 1
        return {
            "company_name": f"Lanxang Trading {self.counted}",
            "country": "LA",
            "registration_number": f"01-{self.counted:08}",
            "person_name": "Somsy Vong",
            "login": login,
            "password": PASSWORD,
            "accepted_terms": TERMS,
        } | changes

    def letters(self) -> tuple[Letter, ...]:
        """Do the jobs that are due and return what was sent, newest first."""
        runner.run_due(self.app)
        return self.folder.newest()

    def letter(self, to: str) -> Letter:
        """Return the newest letter to an address."""
        return next(self._letters_to(to))

    def code(self, to: str) -> str:
        """Return the one-time code that was sent last to an address."""
        codes = (re.findall(r"^(\d{6})\s*$", one.body, re.MULTILINE) for one in self._letters_to(to))
        return next(code for found in codes for code in found)

    def _letters_to(self, to: str) -> Iterator[Letter]:
        """Yield an address's letters, newest first; most often it is among the last few that were written."""
        runner.run_due(self.app)
        few = self.folder.newest(_FEW)
        yield from (letter for letter in few if letter.to == to)
        yield from (letter for letter in self.folder.newest()[len(few) :] if letter.to == to)

    def invitation(self, to: str) -> str:
        """Return the token of the invitation that was sent last to an address."""
        return re.findall(r"/invitations/([\w-]+)", self.letter(to).body)[0]

    @property
    def folder(self) -> EmlFolder:
        """Where the city's messages land."""
        return EmlFolder(self.app.extensions["city.settings"].data_dir / "mail", sender="")

    def rows(self) -> dict[str, int]:
        """Count the rows of every table but the counters of the door."""
        with self.app.app_context(), db.engine.connect() as connection:
            return {
                name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
                for name, table in Base.metadata.tables.items()
                if name != "login_counter"
            }


def app_code(secret: str) -> str:
    """Return what the authenticator app shows now."""
    return pyotp.TOTP(secret).at(clock.now())


def logged_in(app: Flask, trader: Any) -> Visitor:
    """Return a trader's browser, logged in by password."""
    found = Visitor(app)
    found.log_in(trader.login)
    return found


def visitor(app: Flask, trader: Any) -> Visitor:
    """Return a trader's browser, logged in with the second factor given."""
    found = Visitor(app)
    found.enter(trader.actor)
    return found


def enrolled(visitor):
    """Set the app up on the page; return its secret and the recovery codes."""
    visitor.open("/account")
    page = visitor.send("/account/second-factor", {}, 200).text
    secret = re.findall(r"[A-Z2-7]{32}", page)[0]
    assert "<svg" in page
    page = visitor.send("/account/second-factor/confirmation", {"code": app_code(secret)}, 200).text
    # Between tags alone: what is made up for each answer may look like one.
    codes = re.findall(r">([2-9A-HJ-NP-Z]{5}-[2-9A-HJ-NP-Z]{5})<", page)
    assert len(set(codes)) == 10
    return secret, sorted(set(codes))


class Reader:
    """Somebody signed in, clicking."""

    def __init__(self, app, trader):
        self.visitor = Visitor(app)
        self.visitor.log_in(trader.login)

    def get(self, path, expect=200):
        return self.visitor.open(path, expect)

    def post(self, path, fields, page=None, expect=303):
        self.visitor.open(page or path)
        answer = self.visitor.send(path, fields, expect)
        return urlsplit(answer.headers["Location"]).path if expect == 303 else answer.text


def entered(app, trader):
    visitor = Visitor(app)
    visitor.log_in(trader.login)
    secret, _codes = enrolled(visitor)
    return visitor, secret


def shown(page):
    return html.unescape(re.sub(r"<[^>]+>", " ", page)).replace("\u00a0", " ")
