"""The tasks of a centre in the order of a working day, and where a list of them goes on."""

from enum import StrEnum
from typing import Final
from uuid import UUID

from marketplace.kernel.errors import Refused
from marketplace.kernel.pages import decode_cursor

SOON: Final = 30  # days before its last one from which goods in bond are listed


class Task(StrEnum):
    """What is to be done in a centre."""

    RECEIVE = "receive"  # announced, and unloaded or brought by nobody's lorry of ours
    TRANSFER = "transfer"  # on the way here from another centre
    HAND_OVER = "hand_over"  # sold and ready to be fetched, all of it or what did not leave yet
    DELIVER = "deliver"  # left, and nobody has said that it is with its buyer
    RELEASE = "release"  # sold in bond, and not declared
    COUNT = "count"  # a sheet that is open, or waits for a second person
    BOND = "bond"  # the last day in bond is near, or past
    COMES = "comes"  # announced, and on a lorry


ORDER: Final = tuple(Task)
_NEXT: Final = "the value of `next` of the page before"


def place(cursor: str) -> tuple[Task, str, UUID]:
    """Return the task, the moment and the id of the last row of the page before; another list's cursor is refused."""
    task, at, last = decode_cursor(cursor, str, str, str)
    try:
        return Task(task), at, UUID(last)
    except ValueError:
        raise Refused.field("cursor", "cursor", _NEXT) from None


def left(task: Task | None, after: Task | None) -> tuple[Task, ...]:
    """Return the tasks that a page lists: the one that is asked for, or all from where the page before ended.

    Refused ``cursor`` for the page of another task than the one that is asked for.
    """
    if task is not None:
        if after is not None and after is not task:
            raise Refused.field("cursor", "cursor", _NEXT)
        return (task,)
    return ORDER if after is None else ORDER[ORDER.index(after) :]
