"""The one module that knows HiGHS: which consignments ride where, as a relaxation or exactly.

Columns are pairs (consignment, departure), then one for each kind of cargo that does not stand with every other on a
departure; a kind's column is at least each of its pairs, and those of a set of foes come to one at most.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import highspy
import numpy as np

from marketplace.logistics.planning.rules.filling import Ground

Pair = tuple[int, int]
_DIMENSIONS: Final = 4
# A neighbourhood that is not solved within so many nodes is left as it is.
_MOST_NODES: Final = 400
NAME: Final = "highs"


def version() -> str:
    """Return the solver's version."""
    return highspy.Highs().version()


@dataclass(frozen=True)
class Relaxed:
    """A solved relaxation: shares of pairs, an upper bound that holds whatever the solver did, prices of room.

    ``prices`` are minor units a unit of each dimension on each departure: the duals.
    """

    fractions: dict[Pair, float]
    bound: int
    prices: list[tuple[float, ...]]


class _Rows:
    """A sparse matrix, row by row."""

    def __init__(self) -> None:
        self.starts: list[int] = [0]
        self.columns: list[int] = []
        self.values: list[float] = []
        self.upper: list[float] = []

    def add(self, columns: Sequence[int], values: Sequence[float], upper: float) -> None:
        self.columns += columns
        self.values += values
        self.starts.append(len(self.columns))
        self.upper.append(upper)


class Model:
    """Some consignments on some departures whose room is given."""

    def __init__(self, ground: Ground, parcels: Iterable[int], room: Mapping[int, Sequence[int]]) -> None:
        """Write the rows; departures without room are no part of it."""
        self.ground = ground
        self.room = room
        self.pairs = [(one, lorry) for one in parcels for lorry in ground.options[one] if lorry in room]
        self.costs = [float(ground.worth(one, lorry)) for one, lorry in self.pairs]
        self.rows = _Rows()
        # Rows of room: their number, departure and dimension. One that nothing can fill is left out.
        self.room_rows: list[tuple[int, int, int]] = []
        self._fill()

    def _fill(self) -> None:
        of_parcel: dict[int, list[int]] = {}
        of_lorry: dict[int, list[int]] = {lorry: [] for lorry in self.room}
        for column, (one, lorry) in enumerate(self.pairs):
            of_parcel.setdefault(one, []).append(column)
            of_lorry[lorry].append(column)
        for columns in of_parcel.values():
            self.rows.add(columns, [1.0] * len(columns), 1.0)
        for lorry, columns in of_lorry.items():
            for dimension in range(_DIMENSIONS):
                needs = [(at, self.ground.amounts[self.pairs[at][0]][dimension]) for at in columns]
                free = self.room[lorry][dimension]
                if sum(need for _, need in needs) > free:
                    # In shares of the room, so that grams and pallets are of one size.
                    scale = float(max(free, 1))
                    used = [(at, need / scale) for at, need in needs if need]
                    self.room_rows.append((len(self.rows.upper), lorry, dimension))
                    self.rows.add([at for at, _ in used], [part for _, part in used], free / scale)
            self._keep_apart(lorry, columns)

    def _keep_apart(self, lorry: int, columns: list[int]) -> None:
        of_kind: dict[int, list[int]] = {}
        for column in columns:
            of_kind.setdefault(self.ground.kind[self.pairs[column][0]], []).append(column)
        foes = {kind: self.ground.foes[lorry][kind] & of_kind.keys() for kind in of_kind}
        for kind, its in foes.items():
            if kind in its and len(of_kind[kind]) > 1:
                self.rows.add(of_kind[kind], [1.0] * len(of_kind[kind]), 1.0)
        foes = {kind: its - {kind} for kind, its in foes.items()}
        marks: dict[int, int] = {}
        for kind in sorted(kind for kind, its in foes.items() if its):
            marks[kind] = len(self.costs)
            self.costs.append(0.0)
            for column in of_kind[kind]:
                self.rows.add([column, marks[kind]], [1.0, -1.0], 0.0)
        for clique in _cliques({kind: foes[kind] for kind in marks}):
            self.rows.add([marks[kind] for kind in clique], [1.0] * len(clique), 1.0)

    def _highs(self, seconds: float, seed: int) -> Any:
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.costs), len(self.rows.upper)
        lp.sense_ = highspy.ObjSense.kMaximize
        lp.col_cost_ = np.array(self.costs)
        lp.col_lower_, lp.col_upper_ = np.zeros(lp.num_col_), np.ones(lp.num_col_)
        lp.row_lower_ = np.full(lp.num_row_, -highspy.kHighsInf)
        lp.row_upper_ = np.array(self.rows.upper)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.array(self.rows.starts)
        lp.a_matrix_.index_ = np.array(self.rows.columns)
        lp.a_matrix_.value_ = np.array(self.rows.values)
        solver = highspy.Highs()
        for option, value in {
            "output_flag": False,
            "threads": 1,
            "random_seed": seed,
            "time_limit": max(seconds, 0.1),
        }.items():
            solver.setOptionValue(option, value)
        self._lp = lp
        return solver

    def relax(self, *, seconds: float, seed: int) -> Relaxed:
        """Solve with shares of consignments allowed."""
        solver = self._highs(seconds, seed)
        solver.passModel(self._lp)
        solver.run()
        solution = solver.getSolution()
        shares = np.array(solution.col_value)[: len(self.pairs)] if solution.value_valid else np.zeros(0)
        duals = np.array(solution.row_dual) if solution.dual_valid else np.zeros(len(self.rows.upper))
        fractions = {self.pairs[at]: float(shares[at]) for at in np.flatnonzero(shares > 1e-9)}
        return Relaxed(fractions, self._bound(duals), self._prices(duals))

    def solve(self, start: set[Pair], *, seconds: float, seed: int) -> list[Pair] | None:
        """Solve exactly, from a known answer; return the pairs that ride, None where nothing came in time."""
        solver = self._highs(seconds, seed)
        self._lp.integrality_ = [highspy.HighsVarType.kInteger] * len(self.costs)
        solver.setOptionValue("mip_rel_gap", 0.0005)
        solver.setOptionValue("mip_max_nodes", _MOST_NODES)
        solver.setOptionValue("mip_heuristic_effort", 0.0)
        solver.setOptionValue("mip_detect_symmetry", False)
        solver.passModel(self._lp)
        if start:
            known = highspy.HighsSolution()
            known.col_value = self._columns(start)
            solver.setSolution(known)
        solver.run()
        solution = solver.getSolution()
        if not solution.value_valid:
            return None
        values = np.array(solution.col_value)[: len(self.pairs)]
        return [self.pairs[at] for at in np.flatnonzero(values > 0.5)]

    def _columns(self, start: set[Pair]) -> list[float]:
        values = [0.0] * len(self.costs)
        for column, pair in enumerate(self.pairs):
            values[column] = float(pair in start)
        for row in range(len(self.rows.upper)):
            first, last = self.rows.starts[row], self.rows.starts[row + 1]
            if last - first == 2 and self.rows.values[last - 1] < 0:
                column, mark = self.rows.columns[first], self.rows.columns[first + 1]
                values[mark] = max(values[mark], values[column])
        return values

    def _bound(self, duals: np.ndarray) -> int:
        """Return a bound by weak duality: true for any prices at all, so a solver's tolerance cannot make it false."""
        prices = np.maximum(duals, 0.0)
        reduced = np.array(self.costs)
        lengths = np.diff(np.array(self.rows.starts))
        columns = np.array(self.rows.columns, dtype=np.int64)
        np.subtract.at(reduced, columns, np.repeat(prices, lengths) * np.array(self.rows.values))
        total = float(prices @ np.array(self.rows.upper)) + float(np.maximum(reduced, 0.0).sum())
        return int(total + 1e-6 * max(total, 1.0) ** 0.5)

    def _prices(self, duals: np.ndarray) -> list[tuple[float, ...]]:
        found = [[0.0] * _DIMENSIONS for _ in self.ground.instance.lorries]
        for row, lorry, dimension in self.room_rows:
            found[lorry][dimension] = max(float(duals[row]), 0.0) / max(self.room[lorry][dimension], 1)
        return [tuple(each) for each in found]


def _cliques(foes: dict[int, frozenset[int]]) -> list[list[int]]:
    """Cover all pairs of foes by sets in which each is everyone's foe: fewer rows, and a tighter relaxation."""
    open_pairs = {(one, other) for one, its in foes.items() for other in its if one < other}
    found: list[list[int]] = []
    while open_pairs:
        one, other = min(open_pairs)
        clique = [one, other]
        for third in sorted(foes[one] & foes[other]):
            if third not in clique and all(third in foes[member] for member in clique):
                clique.append(third)
        found.append(sorted(clique))
        open_pairs -= {(first, second) for first in clique for second in clique if first < second}
    return found
