"""Steady states of any model, at one point or at a batch of points, with chosen truncation.

    L rho = 0,    Tr rho = 1

The truncation is the largest total number of quanta.  With ``quanta=None`` each point gets the
smallest one whose mean numbers and g2 to g4 of every mode change by less than ``tolerance`` when
two more quanta are allowed: the population of the last shell alone would not tell.
"""

from functools import partial

import numpy as np

from numeric.batch import (
    LARGEST,
    NOT_CONVERGED,
    OK,
    Block,
    fits,
    missing_block,
    solve_block,
)
from numeric.certificate import changes
from numeric.operators import count_states
from numeric.solvers import SOLVERS
from numeric.stability import exists
from numeric.state import SteadyState, check_order
from systems import Model
from systems.values import Values, read_values

HIGHEST = 60  # quanta up to which a truncation is searched, where its Liouvillian fits


def steady_state(
    model: Model,
    values: Values,
    quanta: int | None = None,
    solver: str = "auto",
    tolerance: float = 1e-8,
    limit: int | None = None,
    order: int = 4,
) -> SteadyState:
    """The steady state of the master equation, with status and certificate.

    ``values`` holds numbers or arrays that broadcast.  ``quanta=None`` chooses per point the
    smallest truncation whose numbers and g2 ... g^(order) are converged to ``tolerance``
    (relative), up to ``limit`` quanta; where none is found the status is "not converged".
    With ``quanta`` given nothing is chosen: the certificate says what the cut costs.
    ``solver`` is "auto", "direct" (the reference) or "qutip" (`qutip.steadystate`).

    Raises `ValueError` or `TypeError` for bad values, quanta or solver, and for a truncation
    whose Liouvillian is too large.
    """
    arrays = read_values(model, values)
    check_solver(solver)
    stable = np.ravel(exists(model, arrays))
    points, missing = np.flatnonzero(stable), np.flatnonzero(~stable)
    solve = partial(solve_block, model, arrays, solver=solver)
    if quanta is not None:
        check_quanta(model, quanta)
        blocks = [solve(points, quanta)] if points.size else []
    else:
        check_search(model, tolerance, limit, order)
        blocks = _converge(solve, model, points, tolerance, limit, order) if points.size else []
    blocks.append(missing_block(model, missing, quanta or order))
    found = tuple(block for block in blocks if len(block.points))
    return SteadyState(model, arrays, found, order if quanta is None else None)


def check_solver(solver: str) -> None:
    """Raise unless ``solver`` names one."""
    if solver not in SOLVERS:
        names = ", ".join(SOLVERS)
        raise ValueError(f"Argument `solver` must be one of {names}, but is {solver!r}.")


def check_quanta(model: Model, quanta: int, name: str = "quanta") -> None:
    """Raise unless ``quanta`` is a positive integer whose Liouvillian fits."""
    if isinstance(quanta, bool) or not isinstance(quanta, int | np.integer) or quanta < 1:
        raise ValueError(f"Argument `{name}` must be a positive integer, but is {quanta!r}.")
    if not fits(model, quanta):
        size = count_states(model.modes, quanta)
        raise ValueError(
            f"Argument `{name}` must leave at most {LARGEST} unknowns, but {quanta} quanta "
            f"are {size} states and {size**2} unknowns."
        )


def check_search(model: Model, tolerance: float, limit: int | None, order: int) -> None:
    """Raise unless a truncation can be searched for with these arguments."""
    if not 0 < tolerance < 1:
        raise ValueError(f"Argument `tolerance` must lie between 0 and 1, but is {tolerance!r}.")
    check_order(order, order)
    if limit is not None:
        check_quanta(model, limit, "limit")
        if limit < order + 2:
            raise ValueError(
                f"Argument `limit` must be at least {order + 2} to compare g{order} with two "
                f"more quanta, but is {limit}."
            )


def _converge(
    solve: "partial[Block]",
    model: Model,
    points: np.ndarray,
    tolerance: float,
    limit: int | None,
    order: int,
) -> list[Block]:
    """Blocks of the points, each at the smallest truncation that is converged."""
    limit, done = limit or _highest(model), []
    solved: dict[int, Block] = {}
    for quanta in range(order, limit - 1):
        for q in (quanta, quanta + 2):
            # each truncation is solved once, for the points that are still open
            solved[q] = _keep(solved[q], points) if q in solved else solve(points, q)
        coarse, fine = solved[quanta], solved[quanta + 2]
        change = np.max(list(changes(model, coarse, fine, order).values()), axis=0)
        settled = (change < tolerance) | (coarse.status != OK)
        done.append(coarse.take(settled))
        points = points[~settled]
        if not points.size:
            return done
    return [*done, _keep(solved[limit], points).with_status(NOT_CONVERGED)]


def _keep(block: Block, points: np.ndarray) -> Block:
    return block.take(np.isin(block.points, points))


def _highest(model: Model) -> int:
    return max(q for q in range(1, HIGHEST + 1) if fits(model, q))
