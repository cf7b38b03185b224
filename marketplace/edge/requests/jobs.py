"""What an admin asks about jobs."""

from typing import Literal

from marketplace.edge.parsing import Request


class JobsQuery(Request):
    """Which jobs."""

    state: Literal["pending", "running", "done", "failed"] = "failed"
