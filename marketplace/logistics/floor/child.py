"""Run the packer in a process of its own, and kill it when its time is over."""

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any, Final

from marketplace import paths
from marketplace.logistics.floor.rules.boxes import Spot, Task
from marketplace.logistics.floor.rules.states import SECONDS, Effort, Failure
from marketplace.logistics.floor.services.plans import Answer

COMMAND: Final = (sys.executable, "-m", "marketplace.logistics.floor.packer")


def run(
    task: Task, effort: Effort, *, command: Sequence[str] = COMMAND, seconds: float | None = None
) -> Answer | Failure:
    """Return the packer's answer, or why there is none; after ``seconds``, those of the effort, it is killed hard."""
    asked = json.dumps({"task": task.to_data(), "effort": str(effort)})
    try:
        done = subprocess.run(  # noqa: S603  our own program, nothing of it typed by people
            command,
            input=asked,
            capture_output=True,
            text=True,
            timeout=SECONDS[effort] if seconds is None else seconds,
            cwd=paths.ROOT,
            check=True,
        )
        return _read(json.loads(done.stdout))
    except subprocess.TimeoutExpired:
        return Failure.KILLED
    except (subprocess.CalledProcessError, ValueError, KeyError, TypeError):
        return Failure.CRASHED


def _read(answer: dict[str, Any]) -> Answer:
    return Answer(
        version=answer["version"],
        spots=tuple(Spot(**spot) for spot in answer["spots"]),
        left=tuple((one["key"], one["reason"]) for one in answer["left"]),
        issues=tuple(answer["issues"]),
    )
