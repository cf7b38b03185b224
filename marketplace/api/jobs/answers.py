"""What the API says of jobs and of papers that could not be set."""

from uuid import UUID

from marketplace.api.shared.answers import Answer, Instant
from marketplace.outbox.queries import JobRow
from marketplace.papers.queries import DocumentRow


class Job(Answer):
    """A job; ``last_error`` is the class of the error that its last attempt ended with."""

    id: UUID
    name: str
    state: str
    created_at: Instant
    run_at: Instant
    attempts: int
    last_error: str | None
    finished_at: Instant | None

    @classmethod
    def of(cls, row: JobRow) -> "Job":
        """Write a job, without the ids it was given."""
        return cls(
            id=row.id,
            name=row.name,
            state=row.state.value,
            created_at=row.created_at,
            run_at=row.run_at,
            attempts=row.attempts,
            last_error=row.last_error,
            finished_at=row.finished_at,
        )


class FailedDocument(Answer):
    """A paper that could not be set."""

    id: UUID
    kind: str
    number: str
    version: int
    issued_at: Instant

    @classmethod
    def of(cls, row: DocumentRow) -> "FailedDocument":
        """Write a paper."""
        return cls(id=row.id, kind=row.kind.value, number=row.number, version=row.version, issued_at=row.issued_at)
