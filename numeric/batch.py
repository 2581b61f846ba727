"""Batches of points that share a truncation, solved in chunks of bounded memory."""

from dataclasses import dataclass, replace

import numpy as np

from numeric.liouvillian import liouvillian
from numeric.operators import Space, space
from numeric.solvers import SOLVERS
from systems import Model
from systems.values import Arrays

OK = "ok"
CHUNK = 2**28  # bytes of density matrices held at a time
LARGEST = 20_000  # unknowns of one steady state: a direct solve of more does not fit


@dataclass(frozen=True)
class Block:
    """Points of a batch that share a truncation: indices, populations (points, states)."""

    points: np.ndarray
    space: Space
    populations: np.ndarray
    error: np.ndarray  # estimated absolute error of the populations
    residual: np.ndarray
    solver: np.ndarray
    status: np.ndarray

    def take(self, chosen: np.ndarray, status: str | None = None) -> "Block":
        """The chosen points (a mask), with a new status if one is given."""
        names = ("points", "populations", "error", "residual", "solver", "status")
        part = replace(self, **{name: getattr(self, name)[chosen] for name in names})
        if status is None:
            return part
        return replace(part, status=np.where(part.status == OK, status, part.status).astype(object))


def fits(model: Model, quanta: int) -> bool:
    """Whether the Liouvillian of this truncation is small enough to be solved."""
    return space(model.modes, quanta).size ** 2 <= LARGEST


def select(arrays: Arrays, points: np.ndarray) -> Arrays:
    """The values at some of the points of a flattened batch, one-dimensional."""
    return {name: array.reshape(-1)[points] for name, array in arrays.items()}


def solve_block(
    model: Model, arrays: Arrays, points: np.ndarray, quanta: int, solver: str
) -> Block:
    """Solve the points of a batch with one truncation."""
    equation = liouvillian(model, quanta)
    step = max(1, CHUNK // (32 * equation.space.size**2))
    chunks = [points[i : i + step] for i in range(0, len(points), step)]
    solved = []
    for chunk in chunks:
        solution = SOLVERS[solver](equation, select(arrays, chunk))
        solved.append((solution.populations, solution.error, solution.residual))
    populations, error, residual = (np.concatenate(part) for part in zip(*solved, strict=True))
    name, status = np.full(len(points), solver, object), np.full(len(points), OK, object)
    return Block(points, equation.space, populations, error, residual, name, status)
