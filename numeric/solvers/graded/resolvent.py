"""(z - L)^-1 by the sweeps over the grades, at some points together.

The shift z > 0 joins the diagonal of every block, the vacuum's included.  As for the steady state
(`sweeps`) a sweep is exact in what raises the grade, and the next one corrects for
the part of L that lowers it:

    (z - L) x = source,    x = x_0 + x_1 + ...,    (z - L_up) x_0 = source,
    (z - L_up) x_(s+1) = (L - L_up) x_s.

`numeric.time` makes its Krylov spaces of these solutions: one for each vector of a space, with the
blocks factorised once.
"""

from typing import Any

import numpy as np

from numeric.solvers.compiled import compile_once, njit
from numeric.solvers.graded.kernel import TINY, VACUUM, entries, factorise, relax
from numeric.solvers.graded.lanes import (
    COMPILED,
    INNER,
    add,
    copy,
    fill,
    load_points,
    nothing,
    zeros,
)
from numeric.solvers.graded.problem import Problem
from numeric.solvers.graded.program import Program
from numeric.solvers.graded.vectors import WIDTH

# Of the last correction, relative to the largest element: more would be lost in round-off
TOLERANCE = 1e-14
# Sweeps, as many as for the steady state: a point that needs more is close to divergence, and is
# solved by a factorisation instead
SWEEPS = 60


class Resolvent:
    """(L - z)^-1 on Hermitian matrices, for shifts z > 0 (point), in the units of the model.

    Matrices are vectors of real numbers, shape (points, numbers): real and imaginary parts of
    the elements of a `Problem`, divided by their ``size`` (point, element).  So all that a Krylov
    space sees is of order one, however weak the drive is.  ``shift`` is in the unit of the rates;
    the blocks are factorised once, when the resolvent is made.
    """

    def __init__(self, problem: Problem, shift: np.ndarray, size: np.ndarray) -> None:
        self.problem, self.size = problem, _fill_up(size.T)
        arguments = problem.program, problem.factors, _fill_up((shift / problem.unit)[None])[0]
        compile_once(_factors, *arguments)
        self._f, self._a = _factors(*arguments)
        # one more element than there are: it stays zero, for sums without terms
        self._work = [np.empty((2, size.shape[1] + 1, self.size.shape[1])) for _ in range(2)]

    def pack(self, matrices: np.ndarray) -> np.ndarray:
        """Hermitian matrices (point, state, state) in the Fock basis as vectors (point, number)."""
        sizes = self.size[:, : len(matrices)].T
        return np.ascontiguousarray(self.problem.elements(matrices) / sizes).view(float)

    def pack_dual(self, observables: np.ndarray) -> np.ndarray:
        """Vectors whose real scalar product with those of rho is Tr[O rho].

        ``observables`` (point, state, state) are Hermitian matrices O in the Fock basis.
        """
        dual = self.problem.dual(observables) * self.size[:, : len(observables)].T
        return np.ascontiguousarray(dual.conj()).view(float)

    def __call__(self, vectors: np.ndarray) -> np.ndarray:
        """The solutions (L - z)^-1 v, one vector v for each point, in the same shape.

        NaN at points where the corrections do not fall below `TOLERANCE` within `SWEEPS` sweeps.
        """
        points = len(vectors)
        source = vectors.view(complex).T * self.size[:, :points]
        source = _fill_up(source.real), _fill_up(source.imag)
        arguments = self.problem.program, self._f, self._a, source, self.size, *self._work
        compile_once(_solve, *arguments)
        left = _solve(*arguments)
        re, im = (work[0, :-1, :points] / self.size[:, :points] for work in self._work)
        solution = -(re + 1j * im).T / self.problem.unit[:, None]
        solution[~(left[:points] <= TOLERANCE)] = np.nan
        return np.ascontiguousarray(solution).view(float)


def _fill_up(x: np.ndarray) -> np.ndarray:
    """The last point once more until the lanes are full."""
    return np.ascontiguousarray(np.pad(x, ((0, 0), (0, -x.shape[1] % WIDTH)), mode="edge"))


@njit(**COMPILED)
def _factors(program: Program, factors: Any, shift: Any) -> Any:
    """The coefficients, and the factorised blocks with the shift."""
    lanes = len(shift)
    f = zeros(len(factors) + 1, lanes), zeros(len(factors) + 1, lanes)
    a = entries(program.elements, lanes)
    load_points(factors, 0, f[0], f[1])
    factorise(program.elements.matrix, VACUUM, shift, f, a, zeros(0, lanes))
    return f, a


@njit(**COMPILED)
def _solve(program: Program, f: Any, a: Any, source: Any, size: Any, re: Any, im: Any) -> Any:
    """Sum of the corrections into re[0], im[0]; how large the last one is, per point."""
    total, x, exact = (re[0], im[0]), (re[1], im[1]), np.zeros((2, 0))
    loss = zeros(0, size.shape[1])
    fill(x[0], 0.0)
    fill(x[1], 0.0)
    relax(program.elements, VACUUM, exact, source, f, a, loss, x)
    copy(x[0], total[0])
    copy(x[1], total[1])
    left, sweep = np.full(size.shape[1], np.inf), 0
    while sweep < SWEEPS and left.max() > TOLERANCE:
        relax(program.elements, VACUUM, exact, nothing(x), f, a, loss, x)
        add(x[0], total[0])
        add(x[1], total[1])
        left = largest(x, size) / (largest(total, size) + TINY)
        sweep += 1
    return left


@njit(**INNER)
def largest(x: Any, size: Any) -> Any:
    """The largest scaled element, per point; ``x`` holds real and imaginary parts."""
    found = np.zeros(size.shape[1])
    for e in range(size.shape[0]):
        for z in range(size.shape[1]):
            found[z] = max(found[z], max(abs(x[0][e, z]), abs(x[1][e, z])) / size[e, z])
    return found
