"""Questions about a listing: their states, and how many a company may ask."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from marketplace.kernel.lifecycle import Lifecycle

# A buyer who compares a shelf asks some; whoever asks more is a program, or sells something.
MOST_A_DAY: Final = 20
# Of one listing, until the merchant has answered.
MOST_WAITING: Final = 3
DAY: Final = timedelta(days=1)
# So many stand on the product page itself.
ON_PAGE: Final = 3


class QuestionState(StrEnum):
    """Where a question stands; while it waits its merchant owns it."""

    WAITING = "waiting"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


QUESTION: Final = Lifecycle(
    "question",
    {QuestionState.WAITING: {"answer": QuestionState.ANSWERED, "withdraw": QuestionState.WITHDRAWN}},
)
