"""Look after jobs and papers over the API."""

from uuid import UUID

from flask import Blueprint

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.jobs import answers
from marketplace.api.shared.answers import Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import jobs as acts
from marketplace.edge.requests import jobs as requests
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.papers import queries as papers

api = Blueprint("api_jobs", __name__)

_REVIVE = Permission.OPERATOR_JOB_REVIVE


@api.get("/jobs")
@operation(answers={200: Items[answers.Job]}, tag="jobs", permission=_REVIVE, query=requests.JobsQuery)
def jobs(query: requests.JobsQuery) -> tuple[int, Items[answers.Job]]:
    """List the newest jobs in a state; those given up where none is named."""
    return 200, Items[answers.Job](items=[answers.Job.of(row) for row in acts.jobs(reading(), query)])


@api.post("/jobs/<uuid:job_id>/revival")
@operation(answers={204: None}, tag="jobs", permission=_REVIVE)
def revive(job_id: UUID) -> tuple[int, None]:
    """Run a job that was given up again, from its first attempt."""
    in_unit_of_work(lambda session: acts.revive(session, job_id))
    return 204, None


@api.get("/documents/failed")
@operation(answers={200: Items[answers.FailedDocument]}, tag="jobs", permission=_REVIVE)
def failed() -> tuple[int, Items[answers.FailedDocument]]:
    """List the newest papers that could not be set."""
    found = [answers.FailedDocument.of(row) for row in papers.failed(reading())]
    return 200, Items[answers.FailedDocument](items=found)


@api.post("/documents/<uuid:document_id>/rendering")
@operation(answers={204: None}, tag="jobs", permission=_REVIVE)
def set_again(document_id: UUID) -> tuple[int, None]:
    """Set a paper that could not be set once more."""
    in_unit_of_work(lambda session: acts.set_again(session, document_id))
    return 204, None
