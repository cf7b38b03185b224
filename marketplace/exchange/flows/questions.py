"""What happens when questions are not answered in time."""

from datetime import datetime

from marketplace.exchange.queries import questions as queries
from marketplace.exchange.services import questions
from marketplace.kernel.each import each_waiting


def remind(*, now: datetime) -> int:
    """Remind merchants, once each, of questions that wait longer than they should; return of how many."""
    return each_waiting(
        lambda reads: queries.late(reads, now=now),
        lambda writing, found: questions.remind(writing, question_id=found, now=now),
        act="remind_of_question",
    )
