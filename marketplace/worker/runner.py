"""Run one job, or all that are due: claim, work, note the end, each in a transaction of its own."""

import threading
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from uuid import UUID

import structlog
from flask import Flask

from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.outbox import queries, rules, services
from marketplace.outbox.services import Claim
from marketplace.worker.jobs import JOBS

_log = structlog.get_logger()


def run(app: Flask, job_id: UUID) -> bool:
    """Run one job if it is due and free; tell whether it was done."""
    with app.app_context():
        claim = in_unit_of_work(lambda session: services.claim(session, job_id=job_id, now=clock.now()))
    if claim is None:
        return False
    try:
        with _lease_kept(app, claim), app.app_context():
            JOBS[claim.name](claim.args)
    except Exception as error:  # noqa: BLE001  a job may fail in any way, and is tried again
        _note_failure(app, claim, error)
        return False
    with app.app_context():
        return in_unit_of_work(lambda session: services.finish(session, claim=claim, now=clock.now()))


def run_due(app: Flask) -> int:
    """Run every job that is due, those that jobs ask for included, here and now; return how many were done.

    For tests and the command line; call it outside a unit of work.
    """
    done = 0
    while True:
        with app.app_context():
            recover()
            due = queries.due(reading(), now=clock.now())
        ran = sum(run(app, job_id) for job_id in due)
        if not ran:
            return done
        done += ran


def recover() -> int:
    """Give back the jobs of runners that died; return how many."""
    if not queries.expired(reading(), now=clock.now(), limit=1):
        return 0
    return in_unit_of_work(lambda session: services.requeue_expired(session, now=clock.now()))


def _note_failure(app: Flask, claim: Claim, error: Exception) -> None:
    # Messages of exceptions may quote addresses and names; where it happened says enough.
    frame = traceback.extract_tb(error.__traceback__)[-1]
    name = type(error).__name__
    _log.warning(
        "job_failed",
        job=str(claim.job_id),
        name=claim.name,
        attempt=claim.attempt,
        error=name,
        where=f"{frame.filename}:{frame.lineno}",
    )
    with app.app_context():
        in_unit_of_work(lambda session: services.give_up(session, claim=claim, error=name, now=clock.now()))


@contextmanager
def _lease_kept(app: Flask, claim: Claim) -> Generator[None]:
    """Renew the lease while the work goes on, so that a long job is not taken for a dead runner's."""
    over = threading.Event()
    keeper = threading.Thread(target=_keep_lease, args=(app, claim, over), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def _keep_lease(app: Flask, claim: Claim, over: threading.Event) -> None:
    while not over.wait(rules.LEASE.total_seconds() / 3):
        try:
            with app.app_context():
                in_unit_of_work(lambda session: services.renew(session, claim=claim, now=clock.now()))
        except Exception as error:  # noqa: BLE001  the next beat tries again
            _log.warning("lease_not_renewed", job=str(claim.job_id), error=type(error).__name__)
