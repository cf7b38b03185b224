"""Structured logs: one JSON line an event, with the request's id, without personal data."""

import logging
import sys

import structlog

from marketplace.config import Settings


def configure(settings: Settings) -> None:
    """Set up structlog: JSON in production, readable lines elsewhere, silence below warnings in tests."""
    level = logging.WARNING if settings.env == "test" else logging.INFO
    renderer = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.is_production
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
