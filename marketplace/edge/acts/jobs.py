"""What an admin does about jobs that were given up and papers that could not be set."""

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.edge.identity import require_actor
from marketplace.edge.requests.jobs import JobsQuery
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.outbox import queries, services
from marketplace.outbox.queries import JobRow
from marketplace.outbox.rules import JobState
from marketplace.papers import queries as papers
from marketplace.papers import services as documents


def jobs(session: Session, search: JobsQuery) -> tuple[JobRow, ...]:
    """Return the newest jobs in a state, those given up where none is named."""
    return queries.jobs(session, states=[JobState(search.state)])


def revive(session: Session, job_id: UUID) -> None:
    """Let a job that was given up run again from its first attempt; Conflict ``state`` for any other."""
    now = clock.now()
    found = queries.get(session, job_id=job_id)
    if found is None:
        raise NotFound("job")
    if not services.revive(session, job_id=job_id, now=now):
        raise Conflict("state", possible=())
    audit.record(
        session,
        actor=require_actor(),
        action="job.revived",
        subject="job",
        subject_id=job_id,
        facts={"name": found.name},
        now=now,
    )


def set_again(session: Session, document_id: UUID) -> None:
    """Let a paper that could not be set be set again; Conflict ``state`` for any other."""
    papers.manuscript(session, document_id=document_id)
    if not documents.retry(session, document_id=document_id, actor=require_actor(), now=clock.now()):
        raise Conflict("state", possible=())
