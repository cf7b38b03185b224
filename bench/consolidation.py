"""Plan many consignments on many departures: the relaxation's bound, first-fit, HiGHS alone, and the city's planner.

`python -m bench.consolidation [--consignments 5000] [--departures 200] [--seed 1] [--quick]` prints a table. Every
answer goes through the checker; the gap of all is to the same bound. `--quick` leaves the 90 seconds out.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Mapping

from bench.lorries import make
from marketplace.logistics.planning import child
from marketplace.logistics.planning.rules import checking
from marketplace.logistics.planning.rules.filling import Ground, first_fit
from marketplace.logistics.planning.rules.instance import Instance
from marketplace.logistics.planning.solver.highs import Model

_MILP_SECONDS = 15
_MILP_GRACE = 60
# What starting the process, handing over the instance and checking the answers take: within the time, not beside it.
_AROUND = 1.5


def main() -> None:
    """Measure and print."""
    reading = argparse.ArgumentParser(description=__doc__)
    reading.add_argument("--consignments", type=int, default=5_000)
    reading.add_argument("--departures", type=int, default=200)
    reading.add_argument("--seed", type=int, default=1)
    reading.add_argument("--quick", action="store_true")
    reading.add_argument("--milp", action="store_true", help=argparse.SUPPRESS)
    given = reading.parse_args()
    instance = make(given.consignments, given.departures, seed=given.seed)
    if given.milp:
        _solve_alone(instance)
        return
    ground = Ground(instance)
    print(f"{given.consignments} consignments, {given.departures} departures, seed {given.seed}, ", end="")
    print(f"{sum(map(len, ground.options))} feasible pairs, input {instance.sha256[:12]}")
    began = time.monotonic()
    bound = Model(ground, range(given.consignments), _room(ground)).relax(seconds=600, seed=1).bound
    print(f"{'method':34}{'value':>14}{'gap %':>8}{'seconds':>9}{'riding':>8}")
    print(f"{'LP bound':34}{bound:>14}{'':>8}{time.monotonic() - began:>9.1f}")
    began = time.monotonic()
    _line(instance, "first-fit by ready date", bound, first_fit(ground).answer(), time.monotonic() - began)
    began = time.monotonic()
    alone = _alone(given)
    _line(instance, f"HiGHS MILP alone, {_MILP_SECONDS} s", bound, alone, time.monotonic() - began)
    for seconds in (10,) if given.quick else (10, 90):
        began = time.monotonic()
        solved = child.solve(instance, seconds=seconds - _AROUND)
        took = time.monotonic() - began
        _line(instance, f"the city's planner, {seconds} s", min(bound, solved.bound), solved.answer, took)


def _line(instance: Instance, name: str, bound: int, answer: Mapping[str, str], seconds: float) -> None:
    if wrong := checking.faults(instance, answer):
        sys.exit(f"{name}: not valid: {wrong[:3]}")
    value = checking.objective(instance, answer)
    print(f"{name:34}{value:>14}{100 * (bound - value) / bound:>8.2f}{seconds:>9.1f}{len(answer):>8}", flush=True)


def _room(ground: Ground) -> dict[int, list[int]]:
    loads = (lorry.room for lorry in ground.instance.lorries)
    return {at: [load.grams, load.cm3, load.ldm_mm, load.pallets] for at, load in enumerate(loads)}


def _alone(given: argparse.Namespace) -> dict[str, str]:
    """Let HiGHS solve the whole at once in a process of its own, for it does not keep to its time."""
    command = [sys.executable, "-m", "bench.consolidation", "--milp", f"--seed={given.seed}"]
    command += [f"--consignments={given.consignments}", f"--departures={given.departures}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=_MILP_SECONDS + _MILP_GRACE)
    except subprocess.TimeoutExpired:
        print("HiGHS alone was killed", flush=True)
        return {}
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


def _solve_alone(instance: Instance) -> None:
    ground = Ground(instance)
    model = Model(ground, range(len(instance.parcels)), _room(ground))
    pairs = model.solve(set(), seconds=_MILP_SECONDS, seed=1) or []
    print(json.dumps({instance.parcels[one].key: instance.lorries[lorry].key for one, lorry in pairs}))


if __name__ == "__main__":
    main()
