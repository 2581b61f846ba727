"""The master equation with values that move, integrated through given times.

    d sigma/dt = L~(t) sigma,      rho_ij = s^(g_i + g_j) sigma_ij

in the scaled variables of `numeric.solvers.scaling`, in which every element is of order one at any
drive.  QuTiP's integrator has one absolute tolerance for all elements of rho (1e-8 unless told
otherwise), far above the populations of two photons at weak drive; here its tolerance is one of
sigma, and so tied to the populations.

An adaptive step may leap over a pulse that starts from an empty state, and an integrator of high
order stumbles over a value that jumps: `Course.look` says what the longest step may be, and where
values jump: each jump starts the integration anew.

J. H. Verner, Numer. Algorithms 53, 383 (2010): the pair of order nine and eight that QuTiP has.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from scipy.sparse import csc_array

from numeric.solvers.threads import one_thread

Coefficient: TypeAlias = complex | Callable[[float], complex]
Term: TypeAlias = tuple[csc_array, Coefficient]
# Tolerances, relative to the norm of sigma, with which each equation is integrated twice: the
# difference tells the error.  That of the tighter one is a thousandth of it if errors follow the
# tolerance; a tenth is counted on.  Of linear light, which is known exactly, the true errors of P_0
# to P_3 stayed below this estimate at drives of 1e-6 to 0.3 of the loss, on resonance and off it.
LOOSE, TIGHT, TRUSTED = 1e-10, 1e-13, 0.1
ROUNDING = 5e-15  # of an element: what some thousand steps leave of it
STEPS = 50_000  # between two times: some tens of seconds for 28 states


@one_thread
def integrate(
    terms: Sequence[Term],
    start: np.ndarray,
    times: np.ndarray,
    unit: float,
    jumps: Sequence[tuple[float, float]] = (),
    grain: float = np.inf,
) -> tuple[np.ndarray, np.ndarray]:
    """The vector y of ``dy/dt = sum_k c_k(t) A_k y`` at all times, and its absolute error.

    ``terms`` are pairs (A_k, c_k), c_k a number or a function of time; y(times[0]) is ``start``.
    ``times`` rise.  ``unit`` is a rate by which times are measured, so that nothing depends on
    their unit.  Both results have the shape (times, numbers); NaN where the integrator gave up.

    >>> decay = [(csc_array(np.array([[-1.0 + 0j]])), 1.0)]
    >>> y, error = integrate(decay, np.ones(1), np.array([0.0, np.log(2)]), unit=1.0)
    >>> y.real.round(10).ravel(), bool(error.max() < 1e-10)
    (array([1. , 0.5]), True)
    """
    found = [
        _run(terms, start, times, unit, jumps, grain, tolerance) for tolerance in (LOOSE, TIGHT)
    ]
    return found[1], TRUSTED * abs(found[1] - found[0]) + ROUNDING * abs(found[1])


def _run(
    terms: Sequence[Term],
    start: np.ndarray,
    times: np.ndarray,
    unit: float,
    jumps: Sequence[tuple[float, float]],
    grain: float,
    tolerance: float,
) -> np.ndarray:
    """One integration, from one jump to the next."""
    from qutip.solver.integrator import IntegratorException

    solver = _solver(terms, unit, times[0], times[-1], grain, tolerance)
    y = np.full((len(times), start.size), np.nan, dtype=complex)
    state, begin = start.astype(complex), times[0]
    stops = [*jumps, (times[-1], np.inf)]
    try:
        for stop, after in stops:
            (inside,) = np.nonzero((times >= begin) & (times <= stop))
            solver.start(_ket(state), unit * begin)
            for i in inside:
                state = y[i] = _step(solver, state, unit * times[i], unit * begin)
                begin = times[i]
            if stop > begin:
                state = _step(solver, state, unit * stop, unit * begin)
            begin = after
    except IntegratorException:  # too many steps, or numbers that grow without limit
        return y
    return y


def _step(solver: Any, state: np.ndarray, t: float, begin: float) -> np.ndarray:
    return state if t <= begin else solver.step(t, copy=True).full().ravel()


def _ket(state: np.ndarray) -> Any:
    import qutip

    return qutip.Qobj(state[:, None], dims=[[state.size], [1]])


def _solver(
    terms: Sequence[Term], unit: float, first: float, last: float, grain: float, tolerance: float
) -> Any:
    """QuTiP's integrator of i L, times in units of 1/unit and never beyond the ends."""
    import qutip

    size = terms[0][0].shape[0]
    still: Any = csc_array((size, size), dtype=complex)
    moving: list[Any] = []
    for matrix, c in terms:
        if callable(c):
            part = qutip.Qobj((1j / unit * matrix).tocsr(), dims=[[size], [size]])
            moving.append([part, _clipped(c, unit, first, last)])
        else:
            still = still + c / unit * matrix
    whole = [qutip.Qobj((1j * still).tocsr(), dims=[[size], [size]]), *moving]
    options = {
        "method": "vern9",
        "atol": tolerance,
        "rtol": tolerance,
        "nsteps": STEPS,
        "max_step": grain * unit if moving and np.isfinite(grain) else 0,
        "interpolate": False,
        "normalize_output": False,
        "progress_bar": "",
    }
    return qutip.SESolver(qutip.QobjEvo(whole), options=options)


def _clipped(
    c: Callable[[float], complex], unit: float, first: float, last: float
) -> Callable[[float], complex]:
    """A function of the time in units of 1/unit that is asked between the ends only."""

    def at(t: float) -> complex:
        return c(min(max(t / unit, first), last))

    return at
