"""Whole lives of a market by chance: whatever happens in whatever order, no cent is lost and none invented.

A life is drawn from a seed: who does what, what the provider breaks, which notices come twice or never, how time
passes. ``CITY_MODEL_SEED`` and ``CITY_MODEL_STEPS`` live one of them again.
"""

import os

import pytest

from marketplace.kernel import clock
from marketplace.kernel.db import db, reading
from marketplace.reports import queries as reports
from tests.conftest import SOAK
from tests.integration.model import truths
from tests.integration.model.acts import ACTS
from tests.integration.model.world import Broken, World, build

SEEDS = [int(os.environ["CITY_MODEL_SEED"])] if "CITY_MODEL_SEED" in os.environ else range(1, 21 if SOAK else 2)
STEPS = int(os.environ.get("CITY_MODEL_STEPS", "2000" if SOAK else "150"))
EVERY = 100


@pytest.fixture
def clocked():
    """The clock is right again after the life."""
    yield
    clock.set_offset(0)


@pytest.mark.both_databases
@pytest.mark.usefixtures("clocked")
@pytest.mark.parametrize("seed", SEEDS)
def test_no_cent_is_lost_and_none_invented(app, seed):
    world = build(app, seed)
    acts, weights = zip(*ACTS, strict=True)
    try:
        for step in range(1, STEPS + 1):
            act = world.rng.choices(acts, weights)[0]
            world.log.append(f"-- {step} {act.__name__}")
            act(world)
            _holds(world, everything=step % EVERY == 0)
        world.log.append("-- the end")
        world.settle_down()
        _holds(world, everything=True)
        _refuse(truths.provider_agrees(reading(), world.double))
    except Broken as error:
        story = "\n".join(world.log[-40:])
        pytest.fail(f"CITY_MODEL_SEED={seed} CITY_MODEL_STEPS={STEPS}: {error}\n{story}", pytrace=False)


def _holds(world: World, *, everything: bool) -> None:
    if everything:
        world.calm_down()
    session = reading()
    session.rollback()
    wrong = truths.broken(session)
    if everything:
        wrong += [str(breach) for breach in reports.check(session)]
    session.rollback()
    db.session.remove()
    _refuse(wrong)


def _refuse(wrong: list[str]) -> None:
    if wrong:
        raise Broken("; ".join(wrong[:5]))
