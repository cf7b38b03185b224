"""What companies told each other about an order, by id."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteShared(Event):
    """A company wrote a note about an order for the other company of it to read."""

    note_id: UUID
    order_id: UUID
    author_id: UUID
    reader_id: UUID
