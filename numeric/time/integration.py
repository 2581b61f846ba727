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

from numeric.solvers.threads import loaded, one_thread

Coefficient: TypeAlias = complex | Callable[[float], complex]
Term: TypeAlias = tuple[csc_array, Coefficient]
STEPS = 50_000  # between two times: some tens of seconds for 28 states


class Integrator:
    """One equation, which can be followed from any start through any rising times.

    ``terms`` are pairs (A_k, c_k), c_k a number or a function of time.  ``unit`` is a rate by which
    times are measured, so that nothing depends on their unit; ``tolerance`` is relative to the
    norm of y, step by step.  ``jumps`` are pairs of times between which a coefficient jumps,
    ``grain`` is the longest step.

    >>> decay = [(csc_array(np.array([[-1.0 + 0j]])), 1.0)]
    >>> y = Integrator(decay, unit=1.0, tolerance=1e-12)(np.ones(1), np.array([0.0, np.log(2)]))
    >>> y.real.round(10).ravel()
    array([1. , 0.5])
    """

    def __init__(
        self,
        terms: Sequence[Term],
        unit: float,
        tolerance: float,
        jumps: Sequence[tuple[float, float]] = (),
        grain: float = np.inf,
    ) -> None:
        self.unit, self.jumps, self.ends = unit, jumps, [0.0, 0.0]
        self.solver = self._solver(terms, tolerance, grain)

    @one_thread
    def __call__(
        self, start: np.ndarray, times: np.ndarray, tick: Callable[[float], None] | None = None
    ) -> np.ndarray:
        """y at all times, shape (times, numbers); NaN from where the integrator gave up.

        ``tick`` hears which share of the times is done.
        """
        from qutip.solver.integrator import IntegratorException

        y = np.full((len(times), start.size), np.nan, dtype=complex)
        state, begin, self.ends = start.astype(complex), times[0], [times[0], times[-1]]
        try:
            for stop, after in [*self.jumps, (times[-1], np.inf)]:
                # a time within the jump, as the end of a pulse, has the state before it
                (inside,) = np.nonzero((times >= begin) & (times < after))
                self.solver.start(_ket(state), self.unit * begin)
                for i in inside:
                    t = min(times[i], stop)
                    state = y[i] = self._step(state, t, begin)
                    begin = max(begin, t)
                    if tick:
                        tick((i + 1) / len(times))
                if stop > begin:
                    state = self._step(state, stop, begin)
                begin = max(begin, after)
        except IntegratorException:  # too many steps, or numbers that grow without limit
            return y
        return y

    def _step(self, state: np.ndarray, t: float, begin: float) -> np.ndarray:
        if t <= begin:
            return state
        return np.asarray(self.solver.step(self.unit * t, copy=True).full().ravel())

    def _solver(self, terms: Sequence[Term], tolerance: float, grain: float) -> Any:
        """QuTiP's integrator of i L, times in units of 1/unit."""
        qutip = loaded("qutip")
        dims = [[terms[0][0].shape[0]]] * 2
        whole = list[Any]()
        for matrix, c in terms:
            part = qutip.Qobj((1j / self.unit * matrix).tocsr(), dims=dims)
            whole.append([part, self._clipped(c)] if callable(c) else c * part)
        options = {
            "method": "vern9",
            "atol": tolerance,
            "rtol": tolerance,
            "nsteps": STEPS,
            "max_step": grain * self.unit if np.isfinite(grain) else 0,
            "interpolate": False,
            "normalize_output": False,
            "progress_bar": "",
        }
        return qutip.SESolver(qutip.QobjEvo(whole), options=options)

    def _clipped(self, c: Callable[[float], complex]) -> Callable[[float], complex]:
        """A function of the time in units of 1/unit that is asked between the ends only."""

        def at(t: float) -> complex:
            first, last = self.ends
            return c(min(max(t / self.unit, first), last))

        return at


def _ket(state: np.ndarray) -> Any:
    import qutip

    return qutip.Qobj(state[:, None], dims=[[state.size], [1]])
