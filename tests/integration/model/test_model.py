"""Whole lives of a market by chance: whatever happens in whatever order, no cent is lost and none invented.

A life is drawn from a seed: who does what, what the provider breaks, which notices come twice or never, how time
passes. ``CITY_MODEL_SEED`` (``5``, or ``5-9``) and ``CITY_MODEL_STEPS`` live some of them again, or all of them as long
as that; the soak lives the whole of every other one on the one database, and of the rest on the other.
"""

import json
import os
from collections import Counter
from pathlib import Path

import pytest
import stripe

from marketplace.kernel import clock
from marketplace.kernel.db import db, reading
from marketplace.reports import queries as reports
from tests.conftest import SOAK
from tests.integration.model import figures, truths
from tests.integration.model.acts import ACTS
from tests.integration.model.town import build
from tests.integration.model.wanted import WANTED
from tests.integration.model.world import Broken, World

pytestmark = pytest.mark.slow

_FIRST, _, _LAST = os.environ.get("CITY_MODEL_SEED", "1-20" if SOAK else "1").partition("-")
SEEDS = range(int(_FIRST), int(_LAST or _FIRST) + 1)
STEPS, SHORT, SMOKE = 2_000, 200, 150
EVERY = 100


@pytest.fixture
def hurried(monkeypatch):
    """Nobody waits for a provider that does not answer; the clock is right again afterwards."""
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0)
    yield
    clock.set_offset(0)


@pytest.mark.both_databases
@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("seed", SEEDS)
def test_no_cent_is_lost_and_none_invented(app, seed, database, tmp_path_factory):
    steps = _steps(seed, database.name)
    world = build(app, seed)
    books = truths.Books()
    acts, weights = zip(*ACTS, strict=True)
    try:
        for step in range(1, steps + 1):
            act = world.rng.choices(acts, weights)[0]
            world.log.append(f"-- {step} {act.__name__}")
            act(world)
            _holds(world, books, everything=step % EVERY == 0)
        world.log.append("-- the end")
        world.settle_down()
        _holds(world, books, everything=True)
        _refuse(truths.provider_agrees(reading(), world.double))
    except Broken as error:
        told = [*world.log[-40:], *truths.told_of(reading(), str(error))]
        story = "\n".join(told)
        pytest.fail(f"CITY_MODEL_SEED={seed} CITY_MODEL_STEPS={steps}: {error}\n{story}", pytrace=False)
    finally:
        world.done.update(figures.counted(world))
        _tell(world, _shared(tmp_path_factory) / f"model-{database.name}-{seed}.json")
    _everything_was_done(_shared(tmp_path_factory), database.name)


def _steps(seed: int, database: str) -> int:
    """Return how long a life is."""
    if given := os.environ.get("CITY_MODEL_STEPS"):
        return int(given)
    if not SOAK:
        return SMOKE
    return STEPS if (seed % 2 == 0) is (database == "postgresql") else SHORT


def _holds(world: World, books: truths.Books, *, everything: bool) -> None:
    if everything:
        world.calm_down()
    session = reading()
    session.rollback()
    wrong = books.after_step(session)
    if everything:
        wrong += books.all_of(session)
        wrong += [str(breach) for breach in reports.check(session)]
        session.rollback()
        wrong += figures.disagree(world, books)
    session.rollback()
    db.session.remove()
    _refuse(wrong)


def _refuse(wrong: list[str]) -> None:
    if wrong:
        raise Broken("; ".join(wrong[:5]))


def _shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that all workers of a run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def _tell(world: World, path: Path) -> None:
    """Write down how often what was done and refused; a look at it shows what never succeeds."""
    told = {"done": world.done, "refused": world.refused}
    path.write_text(json.dumps(told, indent=1, sort_keys=True))
    if folder := os.environ.get("CITY_MODEL_COUNTS"):
        (Path(folder) / path.name).write_text(path.read_text())


def _everything_was_done(folder: Path, database: str) -> None:
    """Once the last life of the full counts is over: each act was done in one of them at least."""
    lives = sorted(folder.glob(f"model-{database}-*.json"))
    if not SOAK or len(lives) < len(SEEDS) or len(SEEDS) < 20:
        return
    done = Counter[str]()
    for life in lives:
        done.update(json.loads(life.read_text())["done"])
    assert not [name for name in WANTED if not done[name]], f"never done, of {dict(done)}"
