"""What people write without this toolkit: loops over `qutip.steadystate` and over `splu`.

Both take the Liouvillian from parts that are made beforehand, so that a point costs one sum of
sparse matrices and one solve.  `qutip.steadystate` of versions since 5.2 spends about 20 ms a
call outside the solve.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import count
from multiprocessing import get_context
from time import perf_counter
from typing import Any

import numpy as np
import qutip
from scipy.linalg import schur
from scipy.linalg.lapack import ztrsyl
from scipy.sparse import csr_array, diags_array
from scipy.sparse.linalg import LinearOperator, gmres, splu

from numeric.lindblad.combination import Combination
from numeric.lindblad.liouvillian import liouvillian
from numeric.lindblad.space import Cut, space
from numeric.solvers.threads import cores, one_thread
from systems import Model
from systems.values import Arrays

Loop = Callable[[Arrays], tuple[np.ndarray, np.ndarray]]  # populations and seconds, per point
ORDERINGS: Mapping[str, Mapping[str, object]] = {
    "COLAMD": {"permc_spec": "COLAMD"},
    "MMD_AT_PLUS_A": {"permc_spec": "MMD_AT_PLUS_A"},
    "MMD_AT_PLUS_A, symmetric": {
        "permc_spec": "MMD_AT_PLUS_A",
        "options": {"SymmetricMode": True},
    },
}


def timed(
    solve: Callable[[Any], np.ndarray], points: Iterable[Any]
) -> tuple[np.ndarray, np.ndarray]:
    """The populations that ``solve`` finds at each point, and its seconds there.

    What an iterator does to make the next point is not counted.
    """
    found, seconds = [], []
    for point in points:
        start = perf_counter()
        found.append(solve(point))
        seconds.append(perf_counter() - start)
    return np.array(found), np.array(seconds)


@dataclass(frozen=True)
class Splu:
    """`scipy.sparse.linalg.splu` of L with row 0 replaced by the trace."""

    model: Model
    quanta: Cut
    ordering: str

    def __call__(self, arrays: Arrays) -> tuple[np.ndarray, np.ndarray]:
        equation = liouvillian(self.model, self.quanta)
        size, trace = equation.space.size, np.eye(equation.space.size).ravel()
        keep = csr_array(diags_array((np.arange(size**2) > 0).astype(float)))
        first = csr_array((trace, (0 * np.arange(size**2), np.arange(size**2))))
        first.resize(size**2, size**2)
        parts = Combination([*(csr_array(keep @ part) for part in equation.total.parts), first])
        one, options = np.eye(1, size**2, dtype=complex)[0], ORDERINGS[self.ordering]

        def solve(c: np.ndarray) -> np.ndarray:
            L = parts(np.concatenate([c, c.conj(), c, [1]]))
            return np.asarray(splu(L, **options).solve(one)[:: size + 1].real)

        return timed(solve, equation.coefficients(arrays))


def fastest_splu(model: Model, quanta: int, arrays: Arrays) -> Splu:
    """The loop with the ordering that is fastest at these points."""
    loops = [Splu(model, quanta, name) for name in ORDERINGS]
    return min(loops, key=lambda loop: float(np.median(loop(arrays)[1])))


def qutip_nanotip(quanta: int) -> Loop:
    """`qutip.steadystate` for the nanotip, the Liouvillian made of parts."""
    a1, a2 = qutip.enr_destroy([quanta + 1] * 2, quanta)
    n1, n2, hop = a1.dag() * a1, a2.dag() * a2, a1.dag() * a2
    hamiltonians = {
        "Delta": n1 + n2,
        "J": hop + hop.dag(),
        "chi": a1.dag() ** 2 * a1**2 + a2.dag() ** 2 * a2**2 + 2 * n1 * n2,
        "xi": a1 + a1.dag(),
    }
    parts = {name: qutip.liouvillian(H) for name, H in hamiltonians.items()}
    parts["gamma"] = qutip.lindblad_dissipator(a1) + qutip.lindblad_dissipator(a2)
    return partial(_loop, parts)


def _loop(parts: Mapping[str, qutip.Qobj], arrays: Arrays) -> tuple[np.ndarray, np.ndarray]:
    def solve(i: int) -> np.ndarray:
        L = sum(float(arrays[name][i].real) * part for name, part in parts.items())
        return np.asarray(qutip.steadystate(L).diag().real)

    return timed(solve, range(len(arrays["xi"])))


@dataclass(frozen=True)
class Stock:
    """`qutip.steadystate` for any model, its Liouvillian made beforehand."""

    model: Model
    quanta: Cut

    def __call__(self, arrays: Arrays) -> tuple[np.ndarray, np.ndarray]:
        equation = liouvillian(self.model, self.quanta)
        # rows are stacked where QuTiP stacks columns: the state is transposed
        dims = [[[equation.space.size]] * 2] * 2
        made = (qutip.Qobj(equation.matrix(c), dims=dims) for c in equation.coefficients(arrays))
        return timed(lambda L: np.asarray(qutip.steadystate(L).diag().real), made)


@dataclass(frozen=True)
class SchurGmres:
    """GMRES over the jumps, preconditioned by a Schur form of H_eff (Bartels and Stewart).

    L rho + tr(rho) 1 = 1 has the steady state of trace one as its solution.
    """

    model: Model
    quanta: Cut

    def __call__(self, arrays: Arrays) -> tuple[np.ndarray, np.ndarray]:
        equation = liouvillian(self.model, self.quanta)
        rows = equation.coefficients(arrays)
        made = ((equation.matrix(c), equation.effective(c[None])[0]) for c in rows)

        def solve(matrices: tuple[Any, np.ndarray]) -> np.ndarray:
            L, K = matrices
            return _solve_schur(csr_array(L), K, equation.space.size)[0].diagonal().real

        return timed(solve, made)

    def steps(self, arrays: Arrays) -> int:
        """How often it inverts H_eff at the first of these points."""
        equation = liouvillian(self.model, self.quanta)
        c = equation.coefficients(arrays)[0]
        matrices = csr_array(equation.matrix(c)), equation.effective(c[None])[0]
        return _solve_schur(*matrices, equation.space.size)[1]


def _solve_schur(L: csr_array, K: np.ndarray, size: int) -> tuple[np.ndarray, int]:
    """The density matrix, and how many steps it took."""
    T, V = schur(-1j * K, output="complex")
    one, steps = np.eye(size, dtype=complex), count()

    def apply(x: np.ndarray) -> np.ndarray:
        rho = x.reshape(size, size)
        return (L @ x).ravel() + np.trace(rho) * one.ravel()

    def precondition(x: np.ndarray) -> np.ndarray:
        next(steps)
        Y, scale, _ = ztrsyl(T, T, V.conj().T @ x.reshape(size, size) @ V, trana="N", tranb="C")
        return (V @ Y @ V.conj().T / scale).ravel()

    shape, kind = (size**2, size**2), complex
    operator, M = (LinearOperator(shape, f, dtype=kind) for f in (apply, precondition))
    rho, _ = gmres(operator, one.ravel(), M=M, rtol=1e-13, restart=60, maxiter=4)
    return np.asarray(rho.reshape(size, size)), next(steps)


def on_all_cores(loop: Loop, arrays: Arrays) -> float:
    """Seconds per point of the loop in one process a core, the points shared out among them.

    As of a loop by itself it is the median over the points; what is made beforehand is not counted.
    """
    workers = cores()
    parts = [{name: array[i::workers] for name, array in arrays.items()} for i in range(workers)]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        one = partial(_with_one_thread, loop)
        list(pool.map(one, parts))  # starts them, and loads what they need
        return float(np.median(np.concatenate(list(pool.map(one, parts))))) / workers


def _with_one_thread(loop: Loop, arrays: Arrays) -> np.ndarray:
    """Seconds of each point, with the linear algebra of this process on one thread.

    Each core has a process: more threads than cores would wait for one another.
    """
    return one_thread(loop)(arrays)[1]


def g2(populations: np.ndarray, model: Model, quanta: int, mode: int = 0) -> np.ndarray:
    """``g2(0)`` of a mode from populations."""
    on = space(model.modes, quanta)
    return (populations @ on.falling(mode, 2)) / (populations @ on.falling(mode, 1)) ** 2
