"""Figures for Prometheus: counters shared by the worker processes through files, and what waits in the database."""

import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from prometheus_client import Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.orm import Session

from marketplace.audit import queries as audit
from marketplace.outbox import queries as outbox

REQUESTS = Counter("city_requests", "Answered requests", ["route", "method", "status"])
SECONDS = Histogram(
    "city_request_seconds",
    "Seconds to answer",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)


def observe(route: str, method: str, status: int, context: Any) -> None:
    """Count an answer; routes are rules, never paths, so that ids do not become labels."""
    REQUESTS.labels(route, method, status).inc()
    started = context.get("started")
    if started is not None:
        SECONDS.labels(route).observe(time.perf_counter() - started)


class Backlog(Collector):
    """What the jobs have not done yet. An audit row should be sealed within 60 s; alarms are set on these figures."""

    def __init__(self, session: Session, now: datetime) -> None:
        """Read the figures once, as the database holds them."""
        self._figures = (
            (
                "city_audit_unsealed_seconds",
                "Age of the oldest row without a seal",
                audit.unsealed_since(session),
            ),
            ("city_jobs_due_seconds", "Wait of the job that is due longest", outbox.due_since(session, now=now)),
        )
        self._given_up = outbox.given_up(session)
        self._now = now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the figures; nothing that waits is zero seconds."""
        for name, words, since in self._figures:
            yield GaugeMetricFamily(name, words, value=max(0.0, (self._now - (since or self._now)).total_seconds()))
        yield GaugeMetricFamily("city_jobs_given_up", "Jobs given up", value=self._given_up)
