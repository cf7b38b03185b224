"""Which of the things to be done in centres are asked for."""

from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator

from marketplace.distribution.centre_work.rules import Task
from marketplace.edge.parsing import Request, blank_is_none
from marketplace.edge.requests.payments import Cursor


class WorkQuery(Request):
    """Which: of one task, in one centre, or all; where the list goes on."""

    task: Annotated[Task | None, BeforeValidator(blank_is_none)] = None
    centre: Annotated[UUID | None, BeforeValidator(blank_is_none)] = None
    cursor: Cursor = None
