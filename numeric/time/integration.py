"""Linear equations with coefficients that move, integrated through given times.

    dy/dt = sum_k c_k(t) A_k y

QuTiP's integrator has one absolute tolerance for all elements of a density matrix (1e-8 unless told
otherwise), far above the populations of two photons at weak drive; `numeric.time.motion` hands over
scaled variables, of which every element is of order one, and so a tolerance here is tied to the
populations.

An adaptive step may leap over a pulse that starts from an empty state, and an integrator of high
order stumbles over a value that jumps: the longest step and the jumps are given
(`numeric.time.course.Course.look`), and each jump starts the integration anew.

J. H. Verner, Numer. Algorithms 53, 383 (2010): the pair of order nine and eight that QuTiP has.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from scipy.sparse import csc_array

from numeric.solvers.threads import one_thread

Coefficient: TypeAlias = complex | Callable[[float], complex]
Term: TypeAlias = tuple[csc_array, Coefficient]
STEPS = 50_000  # between two times: some tens of seconds for 28 states


@one_thread
def integrate(
    terms: Sequence[Term],
    start: np.ndarray,
    times: np.ndarray,
    unit: float,
    tolerance: float,
    jumps: Sequence[tuple[float, float]] = (),
    grain: float = np.inf,
) -> np.ndarray:
    """y at all times, shape (times, numbers); NaN from where the integrator gave up.

    ``terms`` are pairs (A_k, c_k), c_k a number or a function of time; y(times[0]) is ``start``.
    ``times`` rise.  ``unit`` is a rate by which times are measured, so that nothing depends on
    their unit; ``tolerance`` is relative to the norm of y, step by step.

    >>> decay = [(csc_array(np.array([[-1.0 + 0j]])), 1.0)]
    >>> y = integrate(decay, np.ones(1), np.array([0.0, np.log(2)]), unit=1.0, tolerance=1e-12)
    >>> y.real.round(10).ravel()
    array([1. , 0.5])
    """
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
