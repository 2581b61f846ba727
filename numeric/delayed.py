"""Delayed correlations by the quantum regression theorem, right at any drive.

    g2(tau) = Tr[a'a chi(tau)]/n,    chi(0) = a rho a'/n,    d chi/dtau = L chi

chi is the state just after the detection of one photon, and g2(tau) the probability of another
one relative to the mean.  Propagated in the scaled variables of `numeric.scaling`, where all
its elements are of order one, g2 keeps its relative accuracy however few photons there are;
an integrator with an absolute tolerance above n^2 would not.

H. J. Carmichael, "Statistical Methods in Quantum Optics 1", Sec. 1.5.
"""

from typing import Any

import numpy as np
from scipy.linalg import expm
from scipy.sparse import csc_array
from scipy.sparse.linalg import expm_multiply

from numeric.batch import select
from numeric.liouvillian import Liouvillian, liouvillian
from numeric.reference import scaled
from numeric.scaling import scale, weights
from numeric.solvers import density_matrices
from numeric.state import SteadyState
from numeric.steady import steady_state
from systems import Model
from systems.ladder import Mode
from systems.values import Values

DENSE = 1000  # unknowns up to which the propagator of one step is a dense matrix


def delayed_correlation(
    model: Model, values: Values, mode: Mode | str, taus: Any, quanta: int | None = None
) -> np.ndarray:
    """g2(tau) of a mode in the steady state, shape ``values' shape + taus' shape``.

    ``taus`` are delays in the inverse unit of the rates; g2(-tau) = g2(tau).  NaN where the
    status of ``steady_state(...).correlation_status(mode)`` is not "ok".
    """
    position, delays = model.index(mode), read_delays(taus)
    state = steady_state(model, values, quanta)
    result = np.full((int(np.prod(state.shape)), delays.size), np.nan)
    good = np.ravel(state.correlation_status(mode) == "ok")
    for block in state.blocks:
        equation = liouvillian(model, block.space.quanta)
        for point, solver in zip(block.points, block.solver, strict=True):
            if good[point]:
                result[point] = _point(equation, state, point, solver, position, delays.ravel())
    return result.reshape(*state.shape, *delays.shape)


def read_delays(taus: Any) -> np.ndarray:
    """Absolute values of the delays, checked."""
    delays = np.asarray(taus)
    if delays.dtype.kind not in "iuf" or np.ma.isMaskedArray(taus) or not delays.size:
        raise TypeError(f"Argument `taus` must be a number or an array, but is {taus!r}.")
    if not np.isfinite(delays).all():
        raise ValueError("Argument `taus` must be finite, but holds NaN or infinity.")
    return abs(delays.astype(float))


def _point(
    equation: Liouvillian, state: SteadyState, point: int, solver: str, mode: int, taus: np.ndarray
) -> np.ndarray:
    arrays = select(state.arrays, np.array([point]))
    grades = equation.space.occupations @ weights(state.model)
    s = float(scale(state.model, arrays)[0])
    L = scaled(
        equation.matrix(equation.coefficients(arrays)[0]), s, np.add.outer(grades, grades).ravel()
    )
    rho = density_matrices(state.model, arrays, equation.space.quanta, solver)[0]
    a = equation.space.lowering[mode].full()
    n = equation.space.falling(mode, 1) @ rho.diagonal().real
    shrink = s**grades
    after = a @ rho @ a.conj().T / n / np.outer(shrink, shrink)
    number = np.diag(equation.space.falling(mode, 1) * shrink**2).ravel() / n
    return propagate(L, after.ravel(), number, taus)


def propagate(L: csc_array, start: np.ndarray, read: np.ndarray, taus: np.ndarray) -> np.ndarray:
    """``read . exp(L tau) start`` at every delay."""
    order = np.argsort(taus)
    steps = np.diff(taus[order], prepend=0.0)
    state, result = start, np.empty(taus.size)
    usual = np.median(steps)
    uniform = np.isclose(steps, usual, rtol=1e-12, atol=0)
    step = expm(L.toarray() * usual) if uniform.sum() > 10 and L.shape[0] <= DENSE else None
    for i, dt, regular in zip(order, steps, uniform, strict=True):
        if regular and step is not None:
            state = step @ state
        elif dt > 0:
            state = expm_multiply(L * dt, state)
        result[i] = (read @ state).real
    return result
