"""Batches of points that share a truncation, solved in chunks of bounded memory."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from tqdm import tqdm

from numeric.solvers.choice import Solved, density_matrices, solve, sweep
from numeric.solvers.threads import one_thread
from numeric.space import Space, space
from systems import Model
from systems.status import Status
from systems.values import Arrays

OK, MISSING = Status.OK, Status.MISSING
NOT_UNIQUE, NOT_CONVERGED = Status.NOT_UNIQUE, Status.NOT_CONVERGED
FIELDS = ("populations", "error", "residual", "solver", "status")  # of a solution, kept
CHUNK, PORTION = 16, 2**16  # points at a time: one by one (so that a bar can move), and together
KEPT = 2**20  # elements of density matrices that are kept; of more points they are solved again


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
    rho: np.ndarray | None = None  # (points, states, states), kept for few points only
    cut: np.ndarray | None = None  # change of the populations with two more quanta, if known

    @property
    def found(self) -> np.ndarray:
        """Where there is a state, converged with the truncation or not."""
        return np.asarray(~np.isnan(self.populations).any(axis=1))

    def take(self, chosen: np.ndarray) -> "Block":
        """The chosen points, a mask."""
        rows = [row for row in ("points", *FIELDS, "rho", "cut") if getattr(self, row) is not None]
        taken: dict[str, Any] = {row: getattr(self, row)[chosen] for row in rows}
        return replace(self, **taken)

    def joined(self, other: "Block") -> "Block":
        """These points and other ones of the same truncation, in the order of the batch."""
        order = np.argsort(np.concatenate([self.points, other.points]))
        both: dict[str, Any] = {
            row: np.concatenate([getattr(self, row), getattr(other, row)])[order]
            for row in ("points", *FIELDS)
        }
        return replace(self, **both, rho=None, cut=None)

    def compared(self, finer: "Block") -> "Block":
        """The same points, with the change of their populations to a finer truncation."""
        where = [finer.space.position(tuple(n)) for n in self.space.occupations]
        return replace(self, cut=abs(self.populations - finer.populations[:, where]))

    def with_status(self, status: Status) -> "Block":
        """The same points with another status where it was "ok"."""
        words = self.status.copy()
        words[words == OK] = status
        return replace(self, status=words)


def select(arrays: Arrays, points: np.ndarray) -> Arrays:
    """The values at some of the points of a flattened batch, one-dimensional."""
    shape = next(iter(arrays.values())).shape or (1,)
    where = np.unravel_index(points, shape)  # no copy of arrays that are only broadcast
    return {name: np.atleast_1d(array)[where] for name, array in arrays.items()}


@one_thread
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
        values, keep = select(arrays, points[chunk]), block.rho is not None
        _fill(block, chunk, solve(model, values, quanta, solver, keep))
    return block


@one_thread
def matrices(model: Model, arrays: Arrays, block: Block, rows: np.ndarray) -> np.ndarray:
    """Density matrices of some rows of a block that are "ok", solved again if not kept."""
    if block.rho is not None:
        return block.rho[rows]
    rho = np.empty((len(rows), block.space.size, block.space.size), dtype=complex)
    for name in np.unique(block.solver[rows]):
        same = block.solver[rows] == name
        values = select(arrays, block.points[rows[same]])
        rho[same] = density_matrices(model, values, block.space.quanta, name)
    return rho


def _sweep(block: Block, model: Model, arrays: Arrays) -> np.ndarray:
    """Fill in what the sweeps over the grades can solve; the positions of the rest."""
    left = [np.arange(0)]
    chunks = np.split(np.arange(len(block.points)), range(PORTION, len(block.points), PORTION))
    for chunk in _bar(chunks, f"{block.space.quanta} quanta"):
        values, keep = select(arrays, block.points[chunk]), block.rho is not None
        swept = sweep(model, values, block.space.quanta, keep)
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
    block.status[rows] = _members(found.status)
    block.error[rows] = np.maximum(found.error, _below_zero(block.space, found.populations))
    if block.rho is not None:
        block.rho[rows] = found.rho


def _members(words: np.ndarray) -> np.ndarray:
    """The words as members of `Status`."""
    members = np.empty(len(words), dtype=object)
    for word in set(words):
        members[words == word] = Status(word)
    return members


def _below_zero(on: Space, populations: np.ndarray) -> np.ndarray:
    """How far the populations of a shell fall below zero: each of them is as uncertain."""
    below, total = np.maximum(-populations, 0.0), on.occupations.sum(axis=1)
    for quanta in np.unique(total) if below.any() else ():
        shell = total == quanta
        below[:, shell] = below[:, shell].max(axis=1, keepdims=True)
    return below


def _empty(model: Model, points: np.ndarray, quanta: int) -> Block:
    on, count = space(model.modes, quanta), len(points)
    populations, error = np.empty((count, on.size)), np.empty((count, on.size))
    solver, status = np.empty(count, dtype=object), np.empty(count, dtype=object)
    keep = count * on.size**2 <= KEPT
    rho = np.empty((count, on.size, on.size), dtype=complex) if keep else None
    return Block(on, points, populations, error, np.empty(count), solver, status, rho)


def unsolved_block(model: Model, points: np.ndarray, quanta: int, status: Status) -> Block:
    """Points at which there is nothing to solve."""
    block = _empty(model, points, quanta)
    for numbers in (block.populations, block.error, block.residual):
        numbers[...] = np.nan
    block.solver[:], block.status[:] = "none", status
    return block
