"""Let an instance be solved in a process of its own, which is killed when it does not end."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from marketplace.logistics.planning.rules import checking
from marketplace.logistics.planning.rules.filling import Ground, first_fit
from marketplace.logistics.planning.rules.instance import Instance

_MODULE: Final = "marketplace.logistics.planning.solver"
# The name of an answer that no solver had part in.
FIRST_FIT: Final = "first_fit"


@dataclass(frozen=True)
class Solved:
    """The best answer that came, checked; ``bound`` holds for the instance, ``prices`` are those of a unit of room.

    ``prices`` has for each departure what a gram, cm³, mm of loading metre and pallet more would bring, in minor
    units; empty where the relaxation was not solved. ``killed`` tells that the process did not end by itself.
    """

    answer: dict[str, str]
    objective: int
    bound: int
    solver: str
    version: str
    seconds: float
    rounds: int
    killed: bool
    prices: Sequence[Sequence[float]] = field(default_factory=list[Sequence[float]])


def solve(
    instance: Instance,
    *,
    seconds: float,
    seed: int = 1,
    grace: float = 5.0,
    rounds: int | None = None,
    command: Sequence[str] = (sys.executable, "-m", _MODULE),
) -> Solved:
    """Return the best valid answer that the child wrote within its time and a grace; first-fit where none came.

    An answer that the checker finds a fault with counts for nothing.
    """
    asked = {"instance": instance.document(), "seconds": seconds, "seed": seed, "rounds": rounds}
    said: list[dict[str, Any]] = []
    with tempfile.TemporaryFile("w+", encoding="utf-8") as given:
        json.dump(asked, given)
        given.seek(0)
        with subprocess.Popen(  # noqa: S603  our own module, by the interpreter that runs us
            list(command),
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        ) as process:
            reader = threading.Thread(target=_read, args=(process, said), daemon=True)
            reader.start()
            killed_at = time.monotonic() + seconds + grace
            # Filled here while the child works: of ten seconds it would take two.
            best = _own(instance)
            reader.join(max(0.0, killed_at - time.monotonic()))
            killed = reader.is_alive()
            if killed:
                os.killpg(process.pid, signal.SIGKILL)
                reader.join()
    return _best(instance, best, said, killed=killed)


def _read(process: "subprocess.Popen[str]", said: list[dict[str, Any]]) -> None:
    for line in process.stdout or ():
        try:
            said.append(json.loads(line))
        except ValueError:  # half a line: it was killed while writing
            continue


def _own(instance: Instance) -> Solved:
    filling = first_fit(Ground(instance))
    everything = sum(parcel.value for parcel in instance.parcels)
    return Solved(filling.answer(), filling.worth, everything, FIRST_FIT, "", 0.0, 0, killed=False)


def _best(instance: Instance, own: Solved, said: Sequence[dict[str, Any]], *, killed: bool) -> Solved:
    """Return the best answer that holds; they are many and checking takes its time, so from the best down."""
    answers = [one for one in said if one["kind"] == "answer"]
    begun = next((one for one in said if one["kind"] == "begin"), {"solver": own.solver, "version": own.version})
    bound = min([own.bound, *(one["bound"] for one in answers)])
    prices = next((one["prices"] for one in reversed(answers) if one["prices"]), [])
    for one in sorted(answers, key=lambda one: (-one["objective"], -one["rounds"])):
        if checking.faults(instance, one["answer"]):
            continue
        objective = checking.objective(instance, one["answer"])
        if objective < own.objective:
            break
        return Solved(
            one["answer"],
            objective,
            bound,
            begun["solver"],
            begun["version"],
            one["seconds"],
            one["rounds"],
            killed=killed,
            prices=prices,
        )
    return replace(own, bound=bound, killed=killed, prices=prices)
