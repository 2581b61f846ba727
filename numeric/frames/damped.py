"""The master equation of a model whose hot modes stand in their damping basis.

The numbers of f belong to two states of the other modes, which stay on a cut, and to a product of
powers of the hot ones (`numeric.frames.damping`).  Of what is kept the trace is conserved exactly.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import comb, factorial, prod
from typing import TypeVar

import numpy as np
import sympy as sp
from scipy.sparse import csc_array, csr_array, identity, kron

from numeric.frames.damping import Actions, DampingBases, Power, Powers
from numeric.lindblad.scaling import weights
from numeric.lindblad.space import Cut, Space, space
from numeric.solvers.staircase import Elements
from systems import Model
from systems.ladder import Word
from systems.values import Arrays, evaluate_sum

T = TypeVar("T")


@dataclass(frozen=True)
class DampedEquation:
    """L of a model whose ``hot`` modes stand in their damping basis, and the others on a cut.

    Numbers of rho are those of |i><j| of the ``others``, and of each of these f of the hot modes.

    >>> from systems.library import optomechanics
    >>> equation = DampedEquation(optomechanics.WARM, (1,), 2, DampingBases((5.0,), degree=4))
    >>> equation.size  # 3 x 3 elements of the photons, with 15 powers each
    135
    """

    model: Model
    hot: tuple[int, ...]
    cut: Cut  # of the other modes
    basis: DampingBases

    @property
    def others(self) -> Space:
        return space(self.without_hot(self.model.modes), self.cut)

    def without_hot(self, each: Sequence[T]) -> tuple[T, ...]:
        """What belongs to the other modes, of something of every mode.

        >>> from systems.library import optomechanics
        >>> DampedEquation(optomechanics.WARM, (1,), 2, DampingBases((5.0,), 4)).without_hot("ab")
        ('a',)
        """
        return tuple(x for i, x in enumerate(each) if i not in self.hot)

    @property
    def size(self) -> int:
        return int(self.others.size**2) * self.basis.size

    @property
    def elements(self) -> Elements:
        """Grades of all numbers of rho, and where those of its adjoint stand."""
        grades = self.others.occupations @ np.delete(weights(self.model), list(self.hot))
        rho, powers = Elements.between(grades), self.basis.size
        twins = powers * rho.twins[:, None] + self.basis.twins
        return Elements(np.repeat(rho.left, powers), np.repeat(rho.right, powers), twins.ravel())

    def matrix(self, arrays: Arrays) -> csc_array:
        """L at one point, whose values are arrays of one number.

        >>> from systems.library import optomechanics
        >>> from systems.library.optomechanics import VALUES, WARM
        >>> arrays = {name: np.array([x]) for name, x in {**VALUES, "n_th": 5.0}.items()}
        >>> L = DampedEquation(WARM, (1,), 2, DampingBases((5.0,), degree=4)).matrix(arrays)
        >>> trace = np.kron(np.eye(3).ravel(), np.eye(1, 15)[0])
        >>> bool(np.max(abs(trace @ L)) < 1e-12)  # it is conserved
        True
        """
        one = identity(self.others.size, dtype=complex)
        parts: dict[Actions, csr_array] = defaultdict(lambda: csr_array((one.shape[0] ** 2,) * 2))
        none = (0,) * len(self.model.modes)
        for word, coefficient in self.model.ladder.items():
            if word == (none, none):
                continue
            c, (A, h) = self._number(coefficient, arrays), self.split(word)
            g = _adjoint(h)
            parts[h, None] = parts[h, None] - 1j * c * kron(A, one)
            parts[None, g] = parts[None, g] + 1j * np.conj(c) * kron(one, A.conj())
        for loss, jump in zip(self.model.losses, self.model.jumps, strict=True):
            for left, x in jump.items():
                for right, y in jump.items():
                    c = self._number(loss.rate * x * sp.conjugate(y), arrays)
                    (A, h), (B, powers) = self.split(left), self.split(right)
                    g = _adjoint(powers)
                    parts[h, g] = parts[h, g] + c * kron(A, B.conj())
                    # L'L on one side of rho, in normal order
                    BA = csr_array(B.conj().T @ A)
                    for power, size in _each_ordered(g, h):
                        half = -0.5 * c * size
                        parts[power, None] = parts[power, None] + half * kron(BA, one)
                        parts[None, power] = parts[None, power] + half * kron(one, BA.T)
        return csc_array(sum(kron(part, self.basis.action(h)) for h, part in parts.items()))

    def _number(self, coefficient: sp.Expr, arrays: Arrays) -> complex:
        return complex(np.ravel(evaluate_sum(coefficient, arrays))[0])

    def split(self, word: Word) -> tuple[csr_array, Powers]:
        """The matrix of the other modes' part of a word, and the powers of the hot ones.

        >>> from systems.library import optomechanics
        >>> equation = DampedEquation(optomechanics.WARM, (1,), 2, DampingBases((5.0,), 4))
        >>> matrix, powers = equation.split(((1, 0), (1, 1)))  # a'a b
        >>> matrix.diagonal().real.round(9), powers
        (array([0., 1., 2.]), ((0, 1),))
        """
        p, q = word
        cold = self.without_hot(p), self.without_hot(q)
        return self.others.word(cold), tuple((p[i], q[i]) for i in self.hot)


def _adjoint(powers: Powers) -> Powers:
    return tuple((q, p) for p, q in powers)


def _each_ordered(one: Powers, other: Powers) -> list[tuple[Powers, int]]:
    """The product of two words of several modes, each in normal order, in normal order.

    >>> _each_ordered(((0, 1), (0, 0)), ((1, 0), (1, 0)))  # b b'c' = b'b c' + c'
    [(((1, 1), (1, 0)), 1), (((0, 0), (1, 0)), 1)]
    """
    terms = product(*(_ordered(*pair) for pair in zip(one, other, strict=True)))
    return [(tuple(power for power, _ in term), prod(n for _, n in term)) for term in terms]


def _ordered(one: Power, other: Power) -> list[tuple[Power, int]]:
    """The product of two normally ordered words of one mode, in normal order.

    >>> _ordered((0, 1), (1, 0))  # b b' = b'b + 1
    [((1, 1), 1), ((0, 0), 1)]
    """
    (p, q), (r, s) = one, other
    return [
        ((p + r - m, q + s - m), comb(q, m) * comb(r, m) * factorial(m))
        for m in range(min(q, r) + 1)
    ]
