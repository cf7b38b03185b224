"""Read an instance from standard input, write answers as JSON lines: the first, each better one, and the end."""

import json
import os
import sys
import time
from typing import Any, Final

from marketplace.logistics.planning.rules.instance import Instance
from marketplace.logistics.planning.solver import highs
from marketplace.logistics.planning.solver.search import Found, search

# Seconds between two answers that are written: a better one every few milliseconds is nobody's news.
_PAUSE: Final = 0.5


def main() -> None:
    """Solve; what libraries print goes to standard error, so that nothing but answers is on standard output."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    asked: dict[str, Any] = json.load(sys.stdin)
    began = time.monotonic()
    instance = Instance.of(asked["instance"])

    def say(**said: Any) -> None:
        out.write(json.dumps(said, separators=(",", ":")) + "\n")
        out.flush()

    def tell(found: Found) -> None:
        say(
            kind="answer",
            objective=found.worth,
            bound=found.bound,
            rounds=found.rounds,
            seconds=round(time.monotonic() - began, 3),
            prices=None if found.rounds else found.prices,
            answer=found.filling.answer(),
        )

    say(kind="begin", solver=highs.NAME, version=highs.version())
    told, untold = 0.0, None
    for found in search(instance, seconds=asked["seconds"], seed=asked["seed"], rounds=asked.get("rounds")):
        untold = found
        if not found.rounds or time.monotonic() > told + _PAUSE:
            tell(found)
            told, untold = time.monotonic(), None
    if untold is not None:
        tell(untold)
    say(kind="end", seconds=round(time.monotonic() - began, 3))


if __name__ == "__main__":
    main()
