"""Batches of points that share a truncation, solved in chunks of bounded memory."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

import numpy as np
from tqdm import tqdm

from numeric.operators import Space, count_states, space
from numeric.solvers import Solved, solve, sweep
from systems import Model
from systems.values import Arrays

OK, MISSING, NOT_CONVERGED = "ok", "does not exist", "not converged"
LARGEST = 100_000  # unknowns of one steady state: more take minutes and gigabytes
FIELDS = ("populations", "error", "residual", "solver", "status")  # of a solution, kept
CHUNK, PORTION = 16, 2**16  # points at a time: one by one (so that a bar can move), and together


@dataclass(frozen=True)
class Block:
    """Points of a batch that share a truncation; every array has one row per point."""

    space: Space
    points: np.ndarray  # indices in the flattened batch
    populations: np.ndarray  # (points, states)
    error: np.ndarray  # of the populations, absolute, estimated
    residual: np.ndarray
    solver: np.ndarray
    status: np.ndarray

    def take(self, chosen: np.ndarray) -> "Block":
        """The chosen points, a mask."""
        rows = [field.name for field in fields(self) if field.name != "space"]
        return replace(self, **{name: getattr(self, name)[chosen] for name in rows})

    def with_status(self, status: str) -> "Block":
        """The same points with another status where it was "ok"."""
        words = np.where(self.status == OK, np.array(status, dtype=object), self.status)
        return replace(self, status=words)


def fits(model: Model, quanta: int) -> bool:
    """Whether the Liouvillian of this truncation is small enough to be solved."""
    return count_states(model.modes, quanta) ** 2 <= LARGEST


def select(arrays: Arrays, points: np.ndarray) -> Arrays:
    """The values at some of the points of a flattened batch, one-dimensional."""
    shape = next(iter(arrays.values())).shape or (1,)
    where = np.unravel_index(points, shape)  # no copy of arrays that are only broadcast
    return {name: np.atleast_1d(array)[where] for name, array in arrays.items()}


def solve_block(
    model: Model, arrays: Arrays, points: np.ndarray, quanta: int, solver: str
) -> Block:
    """Solve some points of a flattened batch with one truncation."""
    block = _empty(model, points, quanta)
    left = np.arange(len(points))
    if solver == "auto":
        left = _sweep(block, model, arrays)
    chunks = [left[i : i + CHUNK] for i in range(0, len(left), CHUNK)]
    for chunk in _bar(chunks, f"{quanta} quanta"):
        _fill(block, chunk, solve(model, select(arrays, points[chunk]), quanta, solver))
    return block


def _sweep(block: Block, model: Model, arrays: Arrays) -> np.ndarray:
    """Fill in what the sweeps over the grades can solve; the positions of the rest."""
    left = [np.arange(0)]
    chunks = np.split(np.arange(len(block.points)), range(PORTION, len(block.points), PORTION))
    for chunk in _bar(chunks, f"{block.space.quanta} quanta"):
        swept = sweep(model, select(arrays, block.points[chunk]), block.space.quanta)
        if swept is None:
            left.append(chunk)
        else:
            _fill(block, chunk, swept[0])
            left.append(chunk[~swept[1]])
    return np.concatenate(left)


def _bar(chunks: list[np.ndarray], what: str) -> Iterable[np.ndarray]:
    # on a terminal only, and only if it takes over a second
    return tqdm(chunks, what, unit="chunk", leave=False, delay=1, disable=None)


def _fill(block: Block, rows: np.ndarray, found: Solved) -> None:
    for name in FIELDS:
        getattr(block, name)[rows] = getattr(found, name)


def _empty(model: Model, points: np.ndarray, quanta: int) -> Block:
    on, count = space(model.modes, quanta), len(points)
    populations, error = np.empty((count, on.size)), np.empty((count, on.size))
    solver, status = np.empty(count, dtype=object), np.empty(count, dtype=object)
    return Block(on, points, populations, error, np.empty(count), solver, status)


def missing_block(model: Model, points: np.ndarray, quanta: int) -> Block:
    """Points that have no steady state: nothing is solved."""
    block = _empty(model, points, quanta)
    for numbers in (block.populations, block.error, block.residual):
        numbers[...] = np.nan
    block.solver[:], block.status[:] = "none", MISSING
    return block
