"""Delayed correlations by the quantum regression theorem, right at any drive.

    g2(tau) = Tr[a'a chi(tau)]/n,    chi(0) = a rho a'/n,    d chi/dtau = L chi

chi is the state just after the detection of one photon, and g2(tau) the probability of another
one relative to the mean.  Of its elements those up to one photon on either side decide, and
they are scaled to order one as in `numeric.scaling`, so that g2 keeps its relative accuracy
however few photons there are; an integrator with an absolute tolerance above n^2 would not.
Elements of more quanta are left to fall with the drive: they matter as far as they feed back.

H. J. Carmichael, "Statistical Methods in Quantum Optics 1" (Springer, 1999), Sec. 1.5.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
from tqdm import tqdm

from numeric.batch import OK, Block, matrices, select
from numeric.leading import leading_correlation
from numeric.liouvillian import Liouvillian, liouvillian
from numeric.propagation import propagate
from numeric.reference import FACTORABLE
from numeric.scaled import rescaled, scaled
from numeric.scaling import scale, weights
from numeric.state import SteadyState
from numeric.steady import steady_state
from systems import Model
from systems.ladder import Mode
from systems.values import Values

CHUNK = 256  # points of which density matrices are held at a time


def delayed_correlation(
    model: Model,
    values: Values,
    mode: Mode | str,
    taus: Any,
    quanta: int | None = None,
    leading_order: bool = False,
) -> np.ndarray:
    """g2(tau) of a mode in the steady state, shape ``values' shape + taus' shape``.

    ``taus`` are delays in the inverse unit of the rates, in any order; g2(-tau) = g2(tau).
    NaN where the status of ``steady_state(...).correlation_status(mode)`` is not "ok".
    ``leading_order`` gives the limit of a weak drive, without quantum jumps; ``quanta`` is then
    not used.  Raises `ValueError` or `TypeError` for bad arguments.
    """
    position, delays = model.index(mode), read_delays(taus)
    if leading_order:
        return leading_correlation(model, values, position, delays)
    state = steady_state(model, values, quanta)
    now, status = np.ravel(state.correlation(mode)), np.ravel(state.correlation_status(mode))
    result = np.full((now.size, delays.size), np.nan)
    for block in state.blocks:
        (rows,) = np.nonzero(status[block.points] == OK)
        for some in np.split(rows, range(CHUNK, len(rows), CHUNK)):
            if some.size:
                result[block.points[some]] = _points(state, block, some, position, delays)
    result[:, delays.ravel() == 0] = now[:, None]
    return result.reshape(*state.shape, *delays.shape)


def read_delays(taus: Any) -> np.ndarray:
    """Absolute values of the delays, checked."""
    delays = np.asarray(taus)
    if np.ma.isMaskedArray(taus) or delays.dtype.kind not in "iuf":
        raise TypeError(f"Argument `taus` must be a number or a plain array, but is {taus!r}.")
    if not delays.size:
        raise ValueError("Argument `taus` must hold at least one delay, but is empty.")
    if not np.isfinite(delays).all():
        raise ValueError("Argument `taus` must be finite, but holds NaN or infinity.")
    return abs(delays.astype(float))


def _points(
    state: SteadyState, block: Block, rows: np.ndarray, mode: int, delays: np.ndarray
) -> np.ndarray:
    """g2(tau) at some rows of a block, shape (rows, delays)."""
    equation = liouvillian(state.model, block.space.quanta)
    if equation.space.size**2 > FACTORABLE:
        raise ValueError(
            f"Argument `quanta` must leave at most {FACTORABLE} unknowns for a delayed "
            f"correlation, but {block.space.quanta} quanta are {equation.space.size**2}."
        )
    arrays = select(state.arrays, block.points[rows])
    times, where = np.unique(delays, return_inverse=True)
    one = partial(_regression, equation, mode, times)
    each = (
        equation.coefficients(arrays),
        scale(state.model, arrays),
        matrices(state.model, state.arrays, block, rows),
    )
    with ThreadPoolExecutor() as pool:  # the factorisations release Python's lock
        found = pool.map(one, *each)
        bar = tqdm(found, "g2(tau)", len(rows), leave=False, delay=1, disable=None)
        return np.array(list(bar))[:, where.ravel()]


def _regression(
    equation: Liouvillian, mode: int, times: np.ndarray, c: np.ndarray, s: float, rho: np.ndarray
) -> np.ndarray:
    w = weights(equation.model)
    s, grades = rescaled(equation, c, s).s, equation.space.occupations @ w
    quanta = np.add.outer(grades, grades)
    grade = np.minimum(quanta, 2 * w[mode])
    L = scaled(equation.matrix(c), s, grade.ravel())

    a, photons = equation.space.lowering[mode].full(), equation.space.falling(mode, 1)
    n = photons @ rho.diagonal().real
    size = s ** grade.astype(float)
    start = (a @ rho @ a.conj().T / n / size).ravel()
    read = (np.diag(photons) * size / n).ravel()
    seen = abs(L.diagonal()[quanta.ravel() <= 2 * w[mode]])
    return propagate(L, start, read, times, rate=float(np.sqrt(np.mean(seen**2))))
