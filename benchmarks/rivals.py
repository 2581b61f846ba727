"""What people write without this toolkit: loops over `qutip.steadystate` and over `splu`.

Both take the Liouvillian from parts that are made beforehand, so that a point costs one sum of
sparse matrices and one solve.  `qutip.steadystate` of versions since 5.2 spends about 20 ms a
call outside the solve.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from time import perf_counter

import numpy as np
import qutip
from scipy.sparse import csr_array
from scipy.sparse.linalg import splu

from numeric.liouvillian import Combination, liouvillian
from numeric.space import space
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


@dataclass(frozen=True)
class Splu:
    """`scipy.sparse.linalg.splu` of L with row 0 replaced by the trace."""

    model: Model
    quanta: int
    ordering: str

    def __call__(self, arrays: Arrays) -> tuple[np.ndarray, np.ndarray]:
        equation = liouvillian(self.model, self.quanta)
        size, trace = equation.space.size, np.eye(equation.space.size).ravel()
        keep = csr_array(np.diag(np.arange(size**2) > 0).astype(float))
        first = csr_array((trace, (0 * np.arange(size**2), np.arange(size**2))))
        first.resize(size**2, size**2)
        parts = Combination([*(csr_array(keep @ part) for part in equation.total.parts), first])
        one, options = np.eye(1, size**2, dtype=complex)[0], ORDERINGS[self.ordering]
        found, seconds = [], []
        for c in equation.coefficients(arrays):
            start = perf_counter()
            L = parts(np.concatenate([c, c.conj(), c, [1]]))
            rho = splu(L, **options).solve(one)
            seconds.append(perf_counter() - start)
            found.append(rho[:: size + 1].real)
        return np.array(found), np.array(seconds)


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
    found, seconds = [], []
    for i in range(len(arrays["xi"])):
        start = perf_counter()
        L = sum(float(arrays[name][i].real) * part for name, part in parts.items())
        rho = qutip.steadystate(L)
        seconds.append(perf_counter() - start)
        found.append(rho.diag().real)
    return np.array(found), np.array(seconds)


def g2(populations: np.ndarray, model: Model, quanta: int, mode: int = 0) -> np.ndarray:
    """``g2(0)`` of a mode from populations."""
    on = space(model.modes, quanta)
    return (populations @ on.falling(mode, 2)) / (populations @ on.falling(mode, 1)) ** 2
