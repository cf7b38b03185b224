"""What happened to enquiries, by id."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class EnquiryOverdue(Event):
    """The operator has not answered an enquiry in time; it still waits."""

    enquiry_id: UUID
