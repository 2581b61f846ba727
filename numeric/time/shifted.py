"""(z - L)^-1 at many shifts z: by sparse factors, or beyond some size by iteration over the jumps.

Without jumps L is a Sylvester map of the small matrix K, and so is z - L,

    (z - S) X = z X + i (K X - X K') = F,

which is diagonal in the eigenbasis of K: one basis serves all shifts.  GMRES over the jumps does
the rest, as for steady states (`numeric.solvers.iterative`).  Of two modes the factors of one shift
take 3 s for 78 states, and iterating 0.1 s; bright light of 210 states around its amplitude takes
1.2 s a shift, where factors do not fit.
"""

from __future__ import annotations

from copy import copy
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csc_array

from numeric.lindblad.space import Space
from numeric.solvers.choice import LARGE, is_iterated
from numeric.solvers.direct import FACTORABLE, factorise
from numeric.solvers.eigenbasis import Eigenbasis
from numeric.solvers.iteration import Iteration
from numeric.solvers.threads import Apart

# Unknowns up to which iterating takes some seconds a shift: 400 states of several modes
ITERABLE = 160_000
# Of the typical rate of all motions, what a slow one is divided by at least: at z = 0 the vacuum
# itself stands still, and what it does has to be left to the iteration
SLOWEST = 1e-2


def solvable(on: Space, factorable: int = FACTORABLE) -> int:
    """How many unknowns of a Liouvillian on this space can be solved for.

    >>> from sympy.physics.quantum.boson import BosonOp
    >>> from numeric.lindblad.space import Space
    >>> solvable(Space([BosonOp("a")], 4)), solvable(Space([BosonOp("a"), BosonOp("b")], 20))
    (30000, 160000)
    """
    return ITERABLE if is_iterated(on) else factorable


class Shifts:
    """The inverses of one Liouvillian, whose evolution without jumps is K, at any shift.

    >>> from numeric.lindblad.liouvillian import liouvillian
    >>> from systems.library import kerr
    >>> equation = liouvillian(kerr.MODEL, 2)
    >>> arrays = {name: np.array([x]) for name, x in kerr.VALUES.items()}
    >>> point = equation.scaled(equation.coefficients(arrays)[0], 1.0)
    >>> shifts, one = Shifts(equation.space, point.K), np.eye(9)
    >>> inverse = shifts.inverse(csc_array(0.3 * one - point.L), 0.3)
    >>> bool(np.isclose(inverse.solve(np.eye(3).ravel() + 0j).reshape(3, 3).trace(), 3 / 0.3))
    True
    """

    def __init__(self, on: Space, K: np.ndarray) -> None:
        self.on, self.K = on, K

    @cached_property
    def _basis(self) -> Eigenbasis:
        return Eigenbasis(self.K)

    def inverse(self, system: csc_array, z: complex) -> Factors | Iterated:
        """That of ``system``, which is z - L or differs from it by little."""
        if not is_iterated(self.on):
            return Factors(system)
        return Iterated(system, Sylvester(self._basis, z))


class Factors:
    """The inverse of a matrix by its sparse factors.

    >>> Factors(csc_array(np.diag([2.0 + 0j, 4.0]))).solve(np.ones(2) + 0j).real
    array([0.5 , 0.25])
    """

    def __init__(self, system: csc_array) -> None:
        self.system = system
        make = partial(factorise, system)
        # what is small returns at once
        self._factors = Apart(make) if system.shape[0] > LARGE else _Here(make())
        self.bytes = 16 * int(self._factors.made.nnz)

    def solve(self, source: np.ndarray) -> np.ndarray:
        """The solution, refined once."""
        found = self.roughly(source)
        return np.asarray(found + self.roughly(source - self.system @ found))

    def roughly(self, source: np.ndarray) -> np.ndarray:
        """The solution without refinement."""
        return np.asarray(self._factors.made.solve(source))


class _Here(NamedTuple):
    """Factors of this thread."""

    made: Any


class Iterated:
    """The inverse by iteration; by factors where that fails and they fit, and otherwise NaN.

    >>> K = np.diag([0, 1 - 0.5j])
    >>> decay = csc_array(np.diag([0.3, 0.8 - 1j, 0.8 + 1j, 1.3]))
    >>> one = np.ones(4) + 0j
    >>> inverse = Iterated(decay, Sylvester(Eigenbasis(K), 0.3))
    >>> bool(np.allclose(decay @ inverse.solve(one), one))
    True
    """

    def __init__(self, system: csc_array, inverse: Any) -> None:
        self.system, self.iteration = system, Iteration(system, inverse)
        self.factors: Factors | None = None
        # some sixty steps are kept, with two vectors each
        self.bytes = 60 * 2 * 16 * system.shape[0]

    def solve(self, source: np.ndarray) -> np.ndarray:
        """The solution, refined once."""
        if self.factors is None:
            found = self.iteration.solve(source)
            if np.isfinite(found).all():
                return found + self.iteration.again(source - self.system @ found)
            if len(source) > FACTORABLE:
                return found
            self.factors = Factors(self.system)
        return self.factors.solve(source)

    def roughly(self, source: np.ndarray) -> np.ndarray:
        """The solution to two digits, as is enough for an error."""
        if self.factors is None and np.isfinite(found := self.iteration.roughly(source)).all():
            return found
        return self.solve(source)


class Sylvester:
    """X with z X + i (K X - X K') = F, in flattened matrices, from the eigenvectors of K.

    >>> K = np.array([[0, 0.1], [0.1, 1 - 0.5j]])
    >>> X = Sylvester(Eigenbasis(K), 0.5)(np.ones(4) + 0j).reshape(2, 2)
    >>> bool(np.allclose(0.5 * X + 1j * (K @ X - X @ K.conj().T), 1))
    True
    """

    def __init__(self, basis: Eigenbasis, z: complex) -> None:
        self.basis = basis
        rates = z + 1j * np.subtract.outer(basis.values, basis.values.conj())
        least = SLOWEST * np.median(abs(rates))
        self.rates = np.where(abs(rates) < least, least, rates)

    def __call__(self, flat: np.ndarray) -> np.ndarray:
        V, inverse = self.basis.vectors, self.basis.inverse
        inside = inverse @ flat.reshape(self.rates.shape) @ inverse.conj().T  # not Hermitian
        inside /= self.rates
        return np.asarray((V @ inside @ V.conj().T).ravel())

    def rounded(self) -> Sylvester:
        """The same in single precision.

        >>> once = Sylvester(Eigenbasis(np.zeros((2, 2))), 1.0).rounded()
        >>> once(np.ones(4, dtype=np.complex64)).dtype
        dtype('complex64')
        """
        other = copy(self)
        other.basis = self.basis.rounded()
        with np.errstate(over="ignore"):  # what leaves the range is solved in double precision
            other.rates = self.rates.astype(np.complex64)
        return other
