"""What time brings to readers, each in a transaction of its own."""

from datetime import datetime

from marketplace.kernel.each import each_waiting
from marketplace.notices import queries
from marketplace.notices.services import week


def send_week_letters(*, now: datetime) -> int:
    """Send the week to those for whom it is time; return to how many."""
    return each_waiting(
        lambda reads: queries.week_letters_due(reads, now=now),
        lambda writing, letter_id: week.send(writing, letter_id=letter_id, now=now),
        act="send_week_letter",
    )
