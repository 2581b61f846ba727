"""Batches of points that share a truncation, solved in chunks of bounded memory."""

from dataclasses import dataclass, replace

import numpy as np
from tqdm import tqdm

from numeric.operators import Space, count_states, space
from numeric.solvers import Solved, solve, sweep
from systems import Model
from systems.values import Arrays

OK, MISSING, NOT_CONVERGED = "ok", "does not exist", "not converged"
LARGEST = 100_000  # unknowns of one steady state: more take minutes and gigabytes
FIELDS = ("populations", "error", "residual", "solver", "status")  # of a solution, kept
PER_POINT = ("points", *FIELDS)
CHUNK = 16  # points that are solved at a time, so that a bar can move
PORTION = 65_536  # points that are swept at a time: some hundred megabytes


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
        return replace(self, **{name: getattr(self, name)[chosen] for name in PER_POINT})

    def with_status(self, status: str) -> "Block":
        """The same points with another status where it was "ok"."""
        words = np.where(self.status == OK, np.array(status, dtype=object), self.status)
        return replace(self, status=words)


def fits(model: Model, quanta: int) -> bool:
    """Whether the Liouvillian of this truncation is small enough to be solved."""
    return count_states(model.modes, quanta) ** 2 <= LARGEST


def select(arrays: Arrays, points: np.ndarray) -> Arrays:
    """The values at some of the points of a flattened batch, one-dimensional."""
    return {name: array.reshape(-1)[points] for name, array in arrays.items()}


def solve_block(
    model: Model, arrays: Arrays, points: np.ndarray, quanta: int, solver: str
) -> Block:
    """Solve some points of a flattened batch with one truncation."""
    parts, left = [], points
    if solver == "auto":
        for portion in _split(points, PORTION):
            swept = sweep(model, select(arrays, portion), quanta)
            if swept is None:
                break
            found, trusted = swept
            parts.append(_block(model, portion, quanta, found).take(trusted))
        swept_points = [part.points for part in parts]
        left = np.setdiff1d(points, np.concatenate(swept_points)) if parts else points
    # a bar on a terminal only, and only if it takes over a second
    bar = tqdm(
        _split(left, CHUNK), f"{quanta} quanta", unit="chunk", leave=False, delay=1, disable=None
    )
    parts += [
        _block(model, chunk, quanta, solve(model, select(arrays, chunk), quanta, solver))
        for chunk in bar
    ]
    whole = {name: np.concatenate([getattr(p, name) for p in parts]) for name in PER_POINT}
    order = np.argsort(whole["points"])
    return Block(parts[0].space, **{name: array[order] for name, array in whole.items()})


def _split(points: np.ndarray, size: int) -> list[np.ndarray]:
    return [points[i : i + size] for i in range(0, len(points), size)]


def _block(model: Model, points: np.ndarray, quanta: int, found: Solved) -> Block:
    return Block(space(model.modes, quanta), points, *(getattr(found, name) for name in FIELDS))


def missing_block(model: Model, points: np.ndarray, quanta: int) -> Block:
    """Points that have no steady state: nothing is solved."""
    on, count = space(model.modes, quanta), len(points)
    nothing = np.full((count, on.size), np.nan)
    none, status = np.full(count, "none", dtype=object), np.full(count, MISSING, dtype=object)
    return Block(on, points, nothing, nothing, nothing[:, 0], none, status)
