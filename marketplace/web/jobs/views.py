"""Jobs that were given up and papers that could not be set, on one page."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import jobs as acts
from marketplace.edge.permissions import requires
from marketplace.edge.requests.jobs import JobsQuery
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict
from marketplace.papers import queries as papers
from marketplace.web.jobs.words import said_of
from marketplace.web.shared import acts as forms

pages = Blueprint("jobs", __name__)


@pages.get("/operator/jobs")
@requires(Permission.OPERATOR_JOB_REVIVE, twin="GET /api/v1/jobs")
def desk() -> str:
    """Show what was given up."""
    return _desk()


@pages.post("/operator/jobs/<uuid:job_id>/revival")
@requires(Permission.OPERATOR_JOB_REVIVE, twin="POST /api/v1/jobs/{id}/revival")
def revive(job_id: UUID) -> Any:
    """Run a job again."""
    return _done(lambda session: acts.revive(session, job_id), _("The job runs again."))


@pages.post("/operator/papers/<uuid:document_id>/rendering")
@requires(Permission.OPERATOR_JOB_REVIVE, twin="POST /api/v1/documents/{id}/rendering")
def set_again(document_id: UUID) -> Any:
    """Set a paper again."""
    return _done(lambda session: acts.set_again(session, document_id), _("The paper is set again."))


def _done(act: Callable[[Session], None], said: str) -> Any:
    def work(session: Session) -> str:
        act(session)
        return url_for("jobs.desk")

    try:
        done = forms.once(work)
    except Conflict as refusal:
        return forms.reshown(refusal, _desk)
    flash(said, "good")
    return done


def _desk(**shown: Any) -> str:
    session = reading()
    return render_template(
        "jobs/desk.html",
        jobs=acts.jobs(session, JobsQuery()),
        said_of=said_of,
        papers=papers.failed(session),
        **{"refusal": None, "errors": {}, "values": {}, **shown},
    )
