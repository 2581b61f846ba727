"""Steady states of any model, at one point or at a batch of points, with chosen truncation.

    L rho = 0,    Tr rho = 1

The truncation is the largest total number of quanta.  With ``quanta=None`` each point gets the
smallest one whose mean numbers and g2 to g4 of every mode change by less than ``tolerance`` when
two more quanta are allowed: the population of the last shell alone would not tell.
"""

import numpy as np

from numeric.batch import Block, fits, solve_block
from numeric.certificate import changes
from numeric.operators import space
from numeric.solvers import SOLVERS
from numeric.state import SteadyState, check_order
from systems import Model
from systems.values import Arrays, Values, read_values


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
    ``solver`` is "auto", "direct" (the reference) or "qutip" (`qutip.steadystate`).

    Raises `ValueError` or `TypeError` for bad values, quanta or solver, and for a truncation
    whose Liouvillian is too large.
    """
    arrays = read_values(model, values)
    chosen = read_solver(solver)
    if quanta is not None:
        check_quanta(model, quanta)
        every = np.arange(int(np.prod(next(iter(arrays.values())).shape)))
        return SteadyState(model, arrays, (solve_block(model, arrays, every, quanta, chosen),))
    if not 0 < tolerance < 1:
        raise ValueError(f"Argument `tolerance` must lie between 0 and 1, but is {tolerance!r}.")
    check_order(order, order)
    return _converge(model, arrays, chosen, tolerance, _read_limit(model, limit), order)


def read_solver(solver: str) -> str:
    """The name of the solver to use."""
    if solver != "auto" and solver not in SOLVERS:
        names = ", ".join(["auto", *SOLVERS])
        raise ValueError(f"Argument `solver` must be one of {names}, but is {solver!r}.")
    return "direct" if solver == "auto" else solver


def check_quanta(model: Model, quanta: int) -> None:
    """Raise unless ``quanta`` is a positive integer whose Liouvillian fits."""
    if isinstance(quanta, bool) or not isinstance(quanta, int | np.integer) or quanta < 1:
        raise ValueError(f"Argument `quanta` must be a positive integer, but is {quanta!r}.")
    if not fits(model, quanta):
        size = space(model.modes, quanta).size
        raise ValueError(
            f"Argument `quanta` must be smaller: {quanta} quanta are {size} states and "
            f"{size**2} unknowns, a Liouvillian that does not fit."
        )


def _read_limit(model: Model, limit: int | None) -> int:
    if limit is not None:
        check_quanta(model, limit)
        return int(limit)
    largest = 1
    while largest < 60 and fits(model, largest + 1):
        largest += 1
    return largest


def _converge(
    model: Model, arrays: Arrays, solver: str, tolerance: float, limit: int, order: int
) -> SteadyState:
    shape = next(iter(arrays.values())).shape
    open_points, done = np.arange(int(np.prod(shape))), []
    solved: dict[int, Block] = {}
    for quanta in range(order, limit - 1):
        coarse, fine = (
            _restrict(solved, model, arrays, open_points, q, solver) for q in (quanta, quanta + 2)
        )
        settled = _largest_change(model, coarse, fine, order) < tolerance
        done.append(coarse.take(settled))
        open_points = open_points[~settled]
        if not open_points.size:
            break
    if open_points.size:
        last = _restrict(solved, model, arrays, open_points, limit, solver)
        done.append(last.take(np.ones(len(open_points), bool), "not converged"))
    found = tuple(block for block in done if len(block.points))
    return SteadyState(model, arrays, found, order)


def _restrict(
    solved: dict[int, Block], model: Model, arrays: Arrays, points: np.ndarray, q: int, solver: str
) -> Block:
    """The solution at these points: each truncation is solved once, for the points still open."""
    if q not in solved:
        solved[q] = solve_block(model, arrays, points, q, solver)
    return solved[q].take(np.isin(solved[q].points, points))


def _largest_change(model: Model, coarse: Block, fine: Block, order: int) -> np.ndarray:
    return np.max(list(changes(model, coarse, fine, order).values()), axis=0)
