"""Steady states of any model, at one point or at a batch of points, with chosen truncation.

    L rho = 0,    Tr rho = 1

The truncation is the largest total number of quanta.  With ``quanta=None`` each point gets the
smallest one whose mean numbers and g2 to g4 of every mode change by less than ``tolerance`` when
two more quanta are allowed (`numeric.truncation`).
"""

import numpy as np

from numeric.solvers.batch import MISSING, NOT_UNIQUE, unsolved_block
from numeric.solvers.choice import STEADY
from numeric.solvers.nojump import KINDS
from numeric.stability import damped, exists
from numeric.state import NoJumpState, SteadyState
from numeric.truncation import Search
from systems import Model
from systems.values import Values, read_values


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
    With ``quanta`` given nothing is chosen: a number that the cut moves by more than 1e-3 is "not
    converged", `SteadyState.estimate` has what the cut gives, and the certificate what it costs.
    ``solver`` is "auto", "direct" (the reference) or "qutip" (`qutip.steadystate`).

    Raises `ValueError` or `TypeError` for bad values, quanta or solver, and for a truncation
    whose Liouvillian is too large.
    """
    arrays = read_values(model, values)
    if solver not in STEADY:
        names = ", ".join(STEADY)
        raise ValueError(f"Argument `solver` must be one of {names}, but is {solver!r}.")
    search = Search(quanta, tolerance, limit, order)
    search.check(model)
    stable = np.ravel(exists(model, arrays))
    unique = np.ravel(damped(model, arrays)) | ~stable
    blocks = search(model, arrays, np.flatnonzero(stable & unique), solver)
    for mask, word in ((~stable, MISSING), (~unique, NOT_UNIQUE)):
        if mask.any():
            blocks.append(unsolved_block(model, np.flatnonzero(mask), quanta or order, word))
    return SteadyState(model, arrays, tuple(blocks), search.certified)


def nojump_state(
    model: Model,
    values: Values,
    quanta: int | None = None,
    kind: str = "normalised",
    tolerance: float = 1e-8,
    limit: int | None = None,
    order: int = 4,
) -> NoJumpState:
    """The state of H_eff alone, without what the jumps feed back: an approximation.

    ``kind`` is "unnormalised" (C_0 = 1, with the back-action on lower amplitudes), "normalised"
    (the same, divided by its norm) or "slowest" (the eigenvector of H_eff that decays most
    slowly).  The other arguments, the result's methods and the errors are those of
    `steady_state`.
    """
    arrays = read_values(model, values)
    if kind not in KINDS:
        raise ValueError(f"Argument `kind` must be one of {', '.join(KINDS)}, but is {kind!r}.")
    search = Search(quanta, tolerance, limit, order)
    search.check(model)
    points = np.arange(int(np.prod(next(iter(arrays.values())).shape)))
    blocks = search(model, arrays, points, kind)
    return NoJumpState(model, arrays, tuple(blocks), search.certified)
