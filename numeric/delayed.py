"""Delayed correlations by the quantum regression theorem, right at any drive.

    g2_12(tau) = Tr[a2'a2 chi(tau)]/n2,    chi(0) = a1 rho a1'/n1,    d chi/dtau = L chi

chi is the state just after the detection of one photon, and g2(tau) the probability of another
one relative to the mean.  Of its elements those up to one photon on either side decide, and
they are scaled to order one as in `numeric.scaling`, so that g2 keeps its relative accuracy
however few photons there are; an integrator with an absolute tolerance above n^2 would not.
Elements of more quanta are left to fall with the drive: they matter as far as they feed back.

H. J. Carmichael, "Statistical Methods in Quantum Optics 1" (Springer, 1999), Sec. 1.5.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeAlias

import numpy as np
import sympy as sp
from tqdm import tqdm

from numeric.batch import OK, Block, matrices, select
from numeric.leading import leading_correlation
from numeric.liouvillian import Liouvillian, liouvillian
from numeric.operators import Space
from numeric.propagation import propagate
from numeric.reference import FACTORABLE
from numeric.scaled import rescaled, scaled
from numeric.scaling import scale, weights
from numeric.state import SteadyState
from numeric.steady import steady_state
from numeric.threads import one_thread
from systems import Model
from systems.ladder import Mode
from systems.output import read_field
from systems.values import Arrays, Values, evaluate

Field: TypeAlias = Mode | str | sp.Expr
CHUNK = 256  # points of which density matrices are held at a time


def delayed_correlation(
    model: Model,
    values: Values,
    mode: Mode | str,
    taus: Any,
    quanta: int | None = None,
    leading_order: bool = False,
    second: Mode | str | None = None,
) -> np.ndarray:
    """g2(tau) of a mode in the steady state, shape ``values' shape + taus' shape``.

    ``taus`` are delays in the inverse unit of the rates, in any order.  With a ``second`` mode it
    is g2_12(tau), a photon of ``mode`` first where tau > 0; g2_12(-tau) = g2_21(tau).  NaN where
    the status of the steady state's ``cross_correlation`` (``correlation`` for one mode) is not
    "ok".  ``leading_order`` gives the limit of a weak drive, without quantum jumps; ``quanta`` is
    then not used.  Raises `ValueError` or `TypeError` for bad arguments.
    """
    delays, other = read_delays(taus), mode if second is None else second
    position, same = model.index(mode), model.index(mode) == model.index(other)
    if leading_order and same:
        return leading_correlation(model, values, position, abs(delays))
    if leading_order:
        raise ValueError(
            "Argument `leading_order` must be False for two modes: use analytic.delayed."
        )
    state = steady_state(model, values, quanta)
    now, status = state.cross_correlation(mode, other), state.cross_correlation_status(mode, other)
    return regression(state, mode, other, delays, np.ravel(now), np.ravel(status))


def read_delays(taus: Any) -> np.ndarray:
    """The delays, checked."""
    delays = np.asarray(taus)
    if np.ma.isMaskedArray(taus) or delays.dtype.kind not in "iuf":
        raise TypeError(f"Argument `taus` must be a number or a plain array, but is {taus!r}.")
    if not delays.size:
        raise ValueError("Argument `taus` must hold at least one delay, but is empty.")
    if not np.isfinite(delays).all():
        raise ValueError("Argument `taus` must be finite, but holds NaN or infinity.")
    return delays.astype(float)


def regression(
    state: SteadyState,
    first: Field,
    second: Field,
    delays: np.ndarray,
    now: np.ndarray,
    status: np.ndarray,
) -> np.ndarray:
    """g2_12(tau) of two fields where the status is "ok", with ``now`` at tau = 0."""
    flat = delays.ravel()
    result = np.full((now.size, flat.size), np.nan)
    after = np.flatnonzero(flat >= 0) if first != second else np.arange(flat.size)
    before = np.setdiff1d(np.arange(flat.size), after)
    halves = [(first, second, after), (second, first, before)]
    for one, two, columns in halves:
        for block in state.blocks if columns.size else ():
            (rows,) = np.nonzero(status[block.points] == OK)
            for some in np.split(rows, range(CHUNK, len(rows), CHUNK)):
                if some.size:
                    found = _points(state, block, some, one, two, abs(flat[columns]))
                    result[np.ix_(block.points[some], columns)] = found
    result[:, flat == 0] = now[:, None]
    return result.reshape(*state.shape, *delays.shape)


def field_matrices(model: Model, field: Field, arrays: Arrays, on: Space) -> np.ndarray:
    """A field at points of one-dimensional values, shape (points, states, states)."""
    words = read_field(model, field)
    terms = (
        np.multiply.outer(evaluate(c, arrays), on.word(word).toarray()) for word, c in words.items()
    )
    return np.asarray(sum(terms))


@one_thread
def _points(
    state: SteadyState,
    block: Block,
    rows: np.ndarray,
    first: Field,
    second: Field,
    delays: np.ndarray,
) -> np.ndarray:
    """g2_12(tau) at some rows of a block, shape (rows, delays)."""
    equation = liouvillian(state.model, block.space.quanta)
    if equation.space.size**2 > FACTORABLE:
        raise ValueError(
            f"Argument `quanta` must leave at most {FACTORABLE} unknowns for a delayed "
            f"correlation, but {block.space.quanta} quanta are {equation.space.size**2}."
        )
    arrays = select(state.arrays, block.points[rows])
    times, where = np.unique(delays, return_inverse=True)
    w = weights(state.model)
    highest = max(int(w @ q) for _, q in read_field(state.model, second))
    one = partial(_regression, equation, w, highest, times)
    each = (
        *(field_matrices(state.model, b, arrays, equation.space) for b in (first, second)),
        equation.coefficients(arrays),
        scale(state.model, arrays),
        matrices(state.model, state.arrays, block, rows),
    )
    with ThreadPoolExecutor() as pool:  # the factorisations release Python's lock
        found = pool.map(one, *each)
        bar = tqdm(found, "g2(tau)", len(rows), leave=False, delay=1, disable=None)
        return np.array(list(bar))[:, where.ravel()]


def _regression(
    equation: Liouvillian,
    w: np.ndarray,
    highest: int,
    times: np.ndarray,
    b1: np.ndarray,
    b2: np.ndarray,
    c: np.ndarray,
    s: float,
    rho: np.ndarray,
) -> np.ndarray:
    """At one point; ``highest`` is the grade of one photon of the second field."""
    s, grades = rescaled(equation, c, s).s, equation.space.occupations @ w
    quanta = np.add.outer(grades, grades)
    grade = np.minimum(quanta, 2 * highest)
    L = scaled(equation.matrix(c), s, grade.ravel())

    chi, photons = b1 @ rho @ b1.conj().T, b2.conj().T @ b2
    n1, n2 = np.trace(chi).real, np.sum(photons.T * rho).real
    size = s ** grade.astype(float)
    start, read = (chi / n1 / size).ravel(), (photons.T * size / n2).ravel()
    seen = abs(L.diagonal()[quanta.ravel() <= 2 * highest])
    return propagate(L, start, read, times, rate=float(np.sqrt(np.mean(seen**2))))
