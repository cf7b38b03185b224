"""Answers about a week."""

from datetime import date

from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.edge.acts.week import Seen
from marketplace.notices.queries import WeekLetterRow
from marketplace.reports.week import rules


class TopicOfWeek(Answer):
    """How many things of a topic there are, what they come to in a currency, and where they are seen to."""

    topic: str
    count: int
    amount: Amount
    first_at: Instant | None
    page: str


class WeekLetter(Answer):
    """On which day one is sent the week, and when next."""

    day: str
    next_at: Instant

    @classmethod
    def of(cls, row: WeekLetterRow) -> "WeekLetter":
        """Write it."""
        return cls(day=row.day.value, next_at=row.next_at)


class Week(Answer):
    """A company's week by its own clock; ``letter`` is null for who is not sent it."""

    zone: str
    first_day: date
    last_day: date
    topics: list[TopicOfWeek]
    letter: WeekLetter | None

    @classmethod
    def of(cls, seen: Seen) -> "Week":
        """Write the page."""
        found = seen.week
        return cls(
            zone=found.zone,
            first_day=found.first,
            last_day=found.last,
            topics=[
                TopicOfWeek(
                    topic=row.topic.value,
                    count=row.count,
                    amount=Amount.of(row.amount),
                    first_at=row.first_at,
                    page=rules.READS[row.topic][1],
                )
                for row in found.rows
            ],
            letter=WeekLetter.of(seen.letter) if seen.letter else None,
        )
