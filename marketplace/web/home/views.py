"""Front page, terms and privacy, health and metrics."""

import os
from contextlib import suppress
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, abort, jsonify, render_template, request
from flask_babel import gettext as _
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest, multiprocess
from prometheus_client import REGISTRY as PROCESS_REGISTRY
from sqlalchemy.exc import SQLAlchemyError

from marketplace.accounts.queries import terms as city_terms
from marketplace.accounts.rules.terms import TermsKind
from marketplace.catalog.queries import goods as goods_queries
from marketplace.catalog.queries import shelf
from marketplace.edge import schema
from marketplace.edge.acts import closing
from marketplace.edge.identity import reading_company
from marketplace.edge.metrics import Backlog
from marketplace.edge.permissions import public
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.orders.services.papers import of_classes
from marketplace.papers.rules import clauses, promised
from marketplace.payments.rules.terms import Mode
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting
from marketplace.web.shared import goods, locale

pages = Blueprint("home", __name__)

_NEWEST = 8
_LOOPBACK = frozenset({"127.0.0.1", "::1"})


@pages.get("/")
@public("the shop window")
def index() -> str:
    """Show what the city is and where to begin."""
    session = reading()
    rows = shelf.window(session, size=_NEWEST, viewer=reading_company())
    return render_template(
        "home/index.html",
        categories=goods.shelves(goods_queries.categories(session)),
        offers=goods.cards(rows, closing.notices(session, rows, now=clock.now())),
    )


@pages.get("/terms")
@public("everybody may read the terms")
def terms() -> str:
    """Show the terms in force."""
    return _legal(TermsKind.TERMS)


@pages.get("/privacy")
@public("everybody may read the privacy notice")
def privacy() -> str:
    """Show the privacy notice in force."""
    return _legal(TermsKind.PRIVACY)


@pages.get("/contract")
@public("everybody may read what contracts here say")
def contract() -> str:
    """Show the clauses of the sales contract, with today's deadlines and without anybody's order."""
    session, now = reading(), clock.now()
    blanks = {
        "rule": _("the agreed rule"),
        "place": _("the named place"),
        "importer": _("who is named in the order"),
        "kept_at": _("as the order says"),
        "warranties": _("as the order says"),
        "late_days": str(reference.setting(session, Setting.LATE_CANCEL_WORKING_DAYS, at=now)),
    }
    facts = {name: {locale.current(): str(words)} for name, words in blanks.items()}
    promises = of_classes(session, at=now)
    facts |= {
        "windows": promised.windows(promises),
        "hidden": promised.hidden(promises),
        "delay": promised.delay(promises[:1]),
        "law": clauses.LAW,
        "arbitration": clauses.ARBITRATION,
    }
    return render_template(
        "home/contract.html",
        version=clauses.LATEST,
        ways=[(mode.value, clauses.filled(clauses.LATEST, mode=mode, facts=facts)) for mode in Mode],
    )


def _legal(kind: str) -> str:
    version = next((row for row in city_terms.current(reading(), now=clock.now()) if row.kind == kind), None)
    if version is None:
        abort(404)
    return render_template("home/legal.html", version=version)


@pages.get("/healthz")
@public("load balancers ask without an account")
def healthz() -> Any:
    """Say that this process answers."""
    return jsonify(status="ok")


@pages.get("/readyz")
@public("load balancers ask without an account")
def readyz() -> Any:
    """Say whether the database answers with the schema this code expects."""
    try:
        revision = reading().execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one()
    except SQLAlchemyError:
        return jsonify(status="unavailable", database="unreachable"), 503
    if revision != schema.head():
        return jsonify(status="unavailable", schema=revision, expected=schema.head()), 503
    return jsonify(status="ok", schema=revision)


@pages.get("/metrics")
@public("Prometheus asks from the same machine; others are answered 404")
def metrics() -> Any:
    """Give the counters of all workers and what waits for the jobs, to this machine only."""
    if request.remote_addr not in _LOOPBACK:
        abort(404)
    registry = PROCESS_REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)
    waiting = CollectorRegistry()
    # The counters are wanted most when the database does not answer.
    with suppress(SQLAlchemyError):
        waiting.register(Backlog(reading(), clock.now()))
    return Response(generate_latest(registry) + generate_latest(waiting), mimetype=CONTENT_TYPE_LATEST.split(";")[0])
