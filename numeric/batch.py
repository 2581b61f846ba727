"""Batches of points that share a truncation, solved in chunks of bounded memory."""

from dataclasses import dataclass, fields, replace

import numpy as np
from tqdm import tqdm

from numeric.operators import Space, count_states, space
from numeric.solvers import solve
from systems import Model
from systems.values import Arrays

OK, MISSING, NOT_CONVERGED = "ok", "does not exist", "not converged"
LARGEST = 100_000  # unknowns of one steady state: more take minutes and gigabytes
FIELDS = ("populations", "error", "residual", "solver", "status")  # of a solution, kept
CHUNK = 16  # points that are solved at a time, so that a bar can move


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
    return {name: array.reshape(-1)[points] for name, array in arrays.items()}


def solve_block(
    model: Model, arrays: Arrays, points: np.ndarray, quanta: int, solver: str
) -> Block:
    """Solve some points of a flattened batch with one truncation."""
    chunks = [points[i : i + CHUNK] for i in range(0, len(points), CHUNK)]
    # a bar on a terminal only, and only if it takes over a second
    bar = tqdm(chunks, f"{quanta} quanta", unit="chunk", leave=False, delay=1, disable=None)
    found = [solve(model, select(arrays, chunk), quanta, solver) for chunk in bar]
    parts = (np.concatenate([getattr(part, name) for part in found]) for name in FIELDS)
    return Block(space(model.modes, quanta), points, *parts)


def missing_block(model: Model, points: np.ndarray, quanta: int) -> Block:
    """Points that have no steady state: nothing is solved."""
    on, count = space(model.modes, quanta), len(points)
    nothing = np.full((count, on.size), np.nan)
    none, status = np.full(count, "none", dtype=object), np.full(count, MISSING, dtype=object)
    return Block(on, points, nothing, nothing, nothing[:, 0], none, status)
