"""Counters for Prometheus, shared by the worker processes through files."""

import time
from typing import Any

from prometheus_client import Counter, Histogram

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
