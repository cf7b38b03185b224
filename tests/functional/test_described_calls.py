"""Every call of the API description, sent by schemathesis: as described, one field spoilt at a time, by each role.

schemathesis writes the requests from the description. What it cannot know is put into the description as examples: ids
of the market, words of the trade, and values that have broken something once. Each request meets the same market; what
was taken is put back.
"""

import json
import random
import re
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any, Final

import pytest
import schemathesis
from flask import Flask
from schemathesis import APIOperation, BaseSchema, Case, GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi import checks

from marketplace.accounts.services import tokens
from marketplace.edge.permissions import access_of
from marketplace.kernel import clock
from marketplace.kernel.db import Base, db, unit_of_work
from tests.conftest import Database
from tests.factories import HANOI
from tests.support import demo_market
from tests.support.demo_market import UNKNOWN, DemoMarket

pytestmark = pytest.mark.slow

SEED: Final = 20160428
# Tries are counted, refused or not.
COUNTERS: Final = frozenset({"login_counter", "one_time_code"})
MOST_TRIES: Final = 12
CONFIG: Final = {
    "seed": SEED,
    "phases": {
        "examples": {"enabled": False},
        "coverage": {"enabled": True, "unexpected-methods": []},
        "fuzzing": {"enabled": False},
        "stateful": {"enabled": False},
    },
}
# Fields by name: what kind of value they take, and one that is in order; of the rest any text.
WORDS: Final = (
    (r".*_at|until|discharge_by", "moment", (clock.now() + timedelta(days=3)).isoformat()),
    (r".*(_on|_day|_until|_date|_before)|day|valid_.*|from|best_before", "day", clock.now().date().isoformat()),
    (r"month|.*_month", "day", "2026-11"),
    (r"opens|closes|time", "day", "08:00"),
    (r"currency", "text", "CNY"),
    (r"country|origin", "text", "VN"),
    (r"place|to|hub|.*_stop|to_place", "text", HANOI),
    (r"login|email", "text", "somebody@demo.test"),
    (r"incoterm|price_basis", "text", "FCA"),
    (r"locale|language", "text", "en"),
    (r"hs|hs6|hs_prefix", "text", "871410"),
    (r"line", "text", "CQ-HAN"),
    (r"cursor|changes|agreements|payments|after", "cursor", ""),
    (r"amounts?|price|percent|value|share|rate|fee|tax|minimum|base|limit|hours|celsius|m3|kg|ldm|teu", "number", "10"),
    (r".*_(kg|cm|m2|price|amount|value|celsius|fee|l|w|h|hours|permille|quantity|charge|hour|tkm)", "number", "10"),
    (r".*", "text", "some"),
)
NASTY: Final = {
    "text": ("a\x00b", "\u202egnp.exe\u200b", "a\r\nSet-Cookie: city=1", "x" * 5_000),
    "number": ("999999999999999", "-1", "0", "1.1234567890123", "1e400", "NaN", "1_000", "\uff11"),
    "day": ("9999-12-31", "0001-01-01", "2026-02-30"),
    "moment": ("9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "2026-11-25T08:00:00"),
    "integer": (10**15 - 1, 2**63, 2**31, -1, 0),
    "cursor": ("eyJhIjogMX0", "W10", "WyJ4Il0", "WyI5OTk5LTEyLTMxVDIzOjU5OjU5LTIzOjU5IiwgIngiXQ", "\u00e9", "a\x00b"),
}
# What anybody may read or act on.
SHARED: Final = frozenset(
    {
        "GET /api/v1/departures/{departure_id}",
        "GET /api/v1/departures/{departure_id}/cutoffs",
        "GET /api/v1/events/{fair_id}",
        "GET /api/v1/listings/{listing_id}",
        "GET /api/v1/listings/{listing_id}/questions",
        "GET /api/v1/listings/{listing_id}/reviews",
        "GET /api/v1/listings/{listing_id}/sample",
        "GET /api/v1/merchants/{company_id}",
        "GET /api/v1/merchants/{company_id}/reviews",
        "GET /api/v1/showroom/booths/{booth_id}",
        "POST /api/v1/departures/{departure_id}/whole-lorry",
        "POST /api/v1/listings/{listing_id}/price-requests",
        "POST /api/v1/listings/{listing_id}/questions",
        "POST /api/v1/listings/{listing_id}/sample-orders",
        "PUT /api/v1/cart/lines/{listing_id}",
    }
)
# JSON as it stands on the wire, that no library writes.
RAW: Final = ("9" * 4_301, "NaN", "1e400", '"\\ud800"', "[" * 100_000 + "]" * 100_000, "[" * 20 + "]" * 20)


@dataclass
class Market:
    """The city as every request meets it, who acts in it, and how far each operation was got."""

    app: Flask
    database: Database
    demo: DemoMarket
    tokens: dict[str, str]
    content: bytes
    # Of each operation who got furthest with it, and for which ids.
    best: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()
        self.restore()
        self.digests = self._digests()
        self.permissions = {
            (method, re.sub(r"<(?:[^:>]+:)?([^>]+)>", r"{\1}", rule.rule)): access.permission
            for rule in self.app.url_map.iter_rules()
            for method in rule.methods or ()
            if (access := access_of(self.app.view_functions[rule.endpoint]))
        }

    @classmethod
    def of(cls, app: Flask, database: Database) -> "Market":
        """Fill the city and issue tokens to everybody."""
        demo = demo_market.fill(app)
        with unit_of_work() as session:
            issued = {
                login: tokens.issue_token(session, person_id=actor.person, company_id=actor.company, now=clock.now())
                for login, actor in demo.actors.items()
            }
        return cls(app, database, demo, issued, database.keep())

    def who_may(self, operation: APIOperation) -> list[str]:
        """Return the roles that a call lets in, strangers where it lets in all."""
        permission = self.permissions[operation.method.upper(), operation.path]
        return [login for login, actor in self.demo.actors.items() if permission is None or actor.may(permission)]

    def restore(self) -> None:
        """Put every row back."""
        db.session.remove()
        self.database.refresh(self.content)
        self.moment = self._moment()

    def is_written(self) -> bool:
        """Tell whether anything was written since, be it written back."""
        return self._moment() != self.moment

    def changed(self) -> list[str]:
        """Name the tables whose rows differ from those before, but for counters of tries."""
        now = self._digests()
        return [name for name in now if now[name] != self.digests[name] and name not in COUNTERS]

    def _moment(self) -> tuple[int, int]:
        """Return what is another value after any write to SQLite; who only reads may make an empty log."""
        path = self.database.url.removeprefix("sqlite:///")
        log = Path(f"{path}-wal")
        return Path(path).stat().st_mtime_ns, log.stat().st_size if log.exists() else 0

    def _digests(self) -> dict[str, int]:
        with db.engine.connect() as connection, closing(connection.connection.cursor()) as cursor:
            return {
                name: hash(tuple(sorted(map(repr, cursor.execute(f"SELECT * FROM {name}").fetchall()))))
                for name in Base.metadata.tables
            }


def exemplify(market: Market, description: dict[str, Any]) -> dict[str, Any]:
    """Write examples into a description: of each field first a value in order, then what has broken something once."""
    for methods in description["paths"].values():
        for operation in methods.values():
            for parameter in operation.get("parameters", ()):
                _exemplify(market, parameter["name"], parameter["schema"])
    for schema in description["components"]["schemas"].values():
        for name, part in schema.get("properties", {}).items():
            _exemplify(market, name, part)
    return description


def _exemplify(market: Market, name: str, schema: dict[str, Any]) -> None:
    kinds = [schema, *schema.get("anyOf", ())]
    if any("enum" in kind or "$ref" in kind or kind.get("format") == "binary" for kind in kinds):
        return
    types = {kind.get("type") for kind in kinds}
    if any(kind.get("format") == "uuid" for kind in kinds):
        schema["examples"] = [*market.demo.ids(name)[:2], UNKNOWN]
    elif "array" in types:
        for kind in kinds:
            if "items" in kind:
                _exemplify(market, name, kind["items"])
    elif "integer" in types:
        schema["examples"] = [1, *NASTY["integer"]]
    elif "string" in types:
        kind, plain = next((kind, plain) for words, kind, plain in WORDS if re.fullmatch(words, name))
        schema["examples"] = [plain, *NASTY[kind]]


@pytest.fixture
def market(app: Flask, database: Database) -> Market:
    return Market.of(app, database)


@pytest.fixture
def described(request: pytest.FixtureRequest, market: Market) -> BaseSchema:
    # schemathesis 4.32 names the operation in an attribute that nodes of pytest 9.2 do not have.
    request.node._nodeid = request.node.nodeid
    description = exemplify(market, market.app.test_client().get("/api/v1/openapi.json").get_json())
    schema = schemathesis.openapi.from_dict(description, config=SchemathesisConfig.from_dict(CONFIG))
    schema.app = market.app
    return schema


@schemathesis.pytest.from_fixture("described").parametrize()
def test_described_calls(case: Case, market: Market) -> None:
    label, is_in_order = case.operation.label, case.meta.generation.mode is GenerationMode.POSITIVE
    if case.meta.phase.data.parameter_location == ParameterLocation.PATH:
        send(case, market, market.who_may(case.operation)[0])
        return
    names = [name for name in case.path_parameters if name.endswith("_id")]
    ways = list(product(market.who_may(case.operation), *map(market.demo.ids, names)))
    random.Random(label).shuffle(ways)
    # What is in order is tried by one role after another for one thing after another, until somebody gets through.
    for who, *ids in [market.best[label]] if label in market.best else ways[: MOST_TRIES if is_in_order else 1]:
        case.path_parameters.update(zip(names, ids, strict=True))
        if send(case, market, who).status_code not in {403, 404} and is_in_order:
            break
    if is_in_order and label not in market.best:
        market.best[label] = who, *ids
        for name, raw in zip(case.body, RAW * len(case.body), strict=False) if isinstance(case.body, dict) else ():
            body = json.dumps(case.body | {name: "\ue000"}).replace('"\\ue000"', raw)
            send(case, market, who, data=body)
        # What is the stranger's own is told to it.
        if names and who != "stranger" and label not in SHARED:
            theirs = send(case, market, "stranger")
            case.path_parameters.update(dict.fromkeys(names, UNKNOWN))
            nobodys = send(case, market, "stranger")
            assert (theirs.status_code, theirs.text) == (nobodys.status_code, nobodys.text), "a foreign id is told"


def refuses(_ctx: Any, response: Response, case: Case) -> None:
    """A refusal is a problem in words that names the field; no text goes in that a database may not take."""
    if response.status_code < 400:
        # A file may hold any byte.
        assert case.media_type == "multipart/form-data" or "\\x00" not in repr((case.body, case.query))
        return
    problem = response.json()
    assert {"type", "title", "status", "detail", "errors"} <= problem.keys()
    assert problem["status"] == response.status_code
    assert problem["detail"].strip()
    assert not problem["type"].endswith(("database_value", "internal"))
    assert problem["errors"] or not problem["type"].endswith(":fields")
    assert all(error["field"] and error["code"] and error["message"] for error in problem["errors"])


CHECKS: Final = [
    not_a_server_error,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    refuses,
]


def send(case: Case, market: Market, who: str, **body: Any) -> Response:
    """Send a request as somebody, judge the answer and what was written, and put it back."""
    answer = case.call(session=market.client, headers={"Authorization": f"Bearer {market.tokens[who]}"}, **body)
    status = answer.status_code
    try:
        case.validate_response(answer, checks=CHECKS)
        if market.is_written() and status >= 400:
            assert market.changed() == [], f"refused with {status}, but written"
    finally:
        if market.is_written():
            market.restore()
    return answer
