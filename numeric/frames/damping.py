"""The master equation of hot modes in their damping basis, where a temperature is only a number.

A bath of n quanta fills some twenty n Fock states, though it leaves a mode simple: the normally
ordered characteristic function of a thermal state is a Gaussian,

    chi(x, y) = <exp(x b') exp(y b)> = exp(n x y) f(x, y),    f = 1,        y = -conj(x).

What pushes the mode makes f a series in x and y, and every ladder operator acts on f:

    b rho   d/dy + n x          b' rho   d/dx + (n + 1) y
    rho b   d/dy + (n + 1) x    rho b'   d/dx + n y.

The powers x^j y^k are the eigenvectors of the damping by the bath (H.-J. Briegel and B.-G. Englert,
Phys. Rev. A 47, 3311 (1993): the damping basis; by its meaning, not checked against the print), and
decay the faster the higher they are.  Those up to a degree are kept, in the unit that makes
the two parts of each operator alike:

    x^j y^k sqrt(n + 1/2)^(j + k)/sqrt(j! k!).

Of several hot modes the products of such powers up to a degree in all are kept.  The other modes
keep their Fock states (`numeric.frames.damped` has the equation of both).  Of what is kept the
trace f(0, 0) is conserved exactly.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, reduce
from math import comb, factorial, prod, sqrt
from typing import TypeAlias

import numpy as np
from scipy.sparse import csr_array, identity, kron

from systems.ladder import Occupation

Power: TypeAlias = tuple[int, int]  # (p, q) of b'^p b^q
Action: TypeAlias = tuple[Power | None, Power | None]  # what stands left of rho, and right of it
Powers: TypeAlias = tuple[Power, ...]  # of each hot mode
Actions: TypeAlias = tuple[Powers | None, Powers | None]


@dataclass(frozen=True)
class DampingBasis:
    """The powers x^j y^k with j + k up to ``degree``, around a bath of ``n`` quanta.

    >>> basis = DampingBasis(2.0, degree=3)
    >>> basis.size, basis.j[:6].tolist(), basis.k[:6].tolist()
    (10, [0, 1, 0, 2, 1, 0], [0, 0, 1, 0, 1, 2])
    """

    n: float
    degree: int
    _known: dict[Action, csr_array] = field(default_factory=dict, repr=False)
    _series: dict[int, np.ndarray] = field(default_factory=dict, repr=False)

    @cached_property
    def j(self) -> np.ndarray:
        return np.concatenate([np.arange(d, -1, -1) for d in range(self.degree + 1)])

    @cached_property
    def k(self) -> np.ndarray:
        return np.concatenate([np.arange(d + 1) for d in range(self.degree + 1)])

    @property
    def size(self) -> int:
        return comb(self.degree + 2, 2)

    @property
    def twins(self) -> np.ndarray:
        """Where y^j x^k stands, which goes with the adjoint of rho.

        >>> DampingBasis(2.0, degree=2).twins.tolist()
        [0, 2, 1, 5, 4, 3]
        """
        return np.asarray(self._place(self.k, self.j))

    @property
    def unit(self) -> float:
        """That of x and y."""
        return 1 / sqrt(self.n + 0.5)

    def action(self, action: Action) -> csr_array:
        """What ladder operators to the left and to the right of rho do to f; made once.

        >>> basis = DampingBasis(0.0, degree=4)
        >>> number = basis.action(((1, 1), None)) - basis.action((None, (1, 1)))  # [b'b, rho]
        >>> bool(np.allclose(number.toarray(), np.diag(basis.k - basis.j)))
        True
        """
        if action not in self._known:
            steps = [p for p in action if p is not None]
            # products of matrices that are cut would lack what comes back from beyond
            wide = DampingBasis(self.n, self.degree + sum(map(sum, steps)))
            left, right = wide._left, wide._right
            made: csr_array = csr_array(identity(wide.size, dtype=complex))
            if action[0] is not None:  # b'^p b^q rho
                made = _power(left[0], action[0][0]) @ _power(left[1], action[0][1])
            if action[1] is not None:  # rho b'^p b^q
                more = _power(right[1], action[1][1]) @ _power(right[0], action[1][0])
                made = more @ made
            self._known[action] = csr_array(csr_array(made)[: self.size, : self.size])
        return self._known[action]

    @property
    def _left(self) -> tuple[csr_array, csr_array]:
        """b' rho and b rho."""
        raised, lowered = self._raised, self._lowered
        return lowered[0] + (self.n + 1) * raised[1], lowered[1] + self.n * raised[0]

    @property
    def _right(self) -> tuple[csr_array, csr_array]:
        """rho b' and rho b."""
        raised, lowered = self._raised, self._lowered
        return lowered[0] + self.n * raised[1], lowered[1] + (self.n + 1) * raised[0]

    @property
    def _lowered(self) -> tuple[csr_array, csr_array]:
        """d/dx and d/dy."""
        x = self._moved(lambda j, k: (j - 1, k), np.sqrt(self.j) / self.unit)
        y = self._moved(lambda j, k: (j, k - 1), np.sqrt(self.k) / self.unit)
        return x, y

    @property
    def _raised(self) -> tuple[csr_array, csr_array]:
        """Multiplication by x and by y."""
        x, y = (one * self.unit**2 for one in self._lowered)
        return csr_array(x.T), csr_array(y.T)

    def _moved(
        self,
        to: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]],
        size: np.ndarray,
    ) -> csr_array:
        (column,) = np.nonzero(size)
        row = self._place(*to(self.j[column], self.k[column]))
        return csr_array((size[column] + 0j, (row, column)), shape=(self.size, self.size))

    def _place(self, j: np.ndarray, k: np.ndarray) -> np.ndarray:
        degree = j + k
        return np.asarray(degree * (degree + 1) // 2 + k)

    def size_of(self, j: int, k: int) -> float:
        """What x^j y^k is in the unit of the basis, one over its norm.

        >>> round(DampingBasis(1.5, degree=2).size_of(1, 1), 12)
        2.0
        """
        return (self.n + 0.5) ** ((j + k) / 2) / sqrt(factorial(j) * factorial(k))

    def moment(self, power: Power) -> np.ndarray:
        """The weights of f in <b'^p b^q>, (size,): what the derivatives of exp(n x y) f leave.

        >>> thermal = np.eye(1, 10)[0]  # f = 1
        >>> float(thermal @ DampingBasis(2.0, degree=3).moment((2, 2)))  # 2 n^2
        8.0
        """
        p, q = power
        factors = np.zeros(self.size)
        for m in range(min(power) + 1):
            if p + q - 2 * m <= self.degree:
                size = factorial(p) * factorial(q) * self.n**m / factorial(m)
                place = self._place(np.array(p - m), np.array(q - m))
                factors[place] = size * self.size_of(p - m, q - m)
        return factors

    def probability(self, n: int) -> np.ndarray:
        """The weights of f in P(n), (size,).

        >>> thermal = np.eye(1, 6)[0]  # f = 1: halves with every quantum
        >>> [round(float(thermal @ DampingBasis(1.0, degree=2).probability(n)), 12) for n in (0, 1)]
        [0.5, 0.25]
        """
        weights = np.zeros(self.size)
        weights[self._alike] = self._laws(2 ** int(np.ceil(np.log2(n + 1))))[:, n]
        return weights

    def distribution(self, f: np.ndarray, error: np.ndarray, count: int) -> np.ndarray:
        """P(n) for n below ``count`` and its round-off, (2, count), from f and its errors.

        >>> thermal = np.eye(1, 6)[0]
        >>> DampingBasis(1.0, degree=2).distribution(thermal, 0 * thermal, 3)[0].round(12)
        array([0.5  , 0.25 , 0.125])
        """
        laws = self._laws(count)
        return np.array([f[self._alike].real @ laws, error[self._alike] @ abs(laws)])

    @property
    def _alike(self) -> np.ndarray:
        """Where the powers of x y stand."""
        same = np.arange(self.degree // 2 + 1)
        return self._place(same, same)

    def _laws(self, count: int) -> np.ndarray:
        """What the powers of x y make of P(n) for n below ``count``, (powers, count).

        From sum_n P(n) z^n, which x^j y^j makes j! (z - 1)^j/(1 - n (z - 1))^(j + 1).
        """
        if count not in self._series:
            from scipy.signal import lfilter  # takes half a second to load, and is rarely needed

            x, found = self.n / (self.n + 1), []
            one = (1 - x) * x ** np.arange(count)
            for _ in range(self.degree // 2 + 1):
                found.append(one)
                # (z - 1)/((n + 1) (1 - x z)), which is at most one on the unit circle in this unit
                one = lfilter([-1, 1], [1, -x], one) * (self.n + 0.5) / (self.n + 1)
            self._series[count] = np.array(found)
        return self._series[count]


def _power(matrix: csr_array, power: int) -> csr_array:
    made = csr_array(identity(matrix.shape[0], dtype=complex))
    for _ in range(power):
        made = csr_array(matrix @ made)
    return made


@dataclass(frozen=True)
class DampingBases:
    """Products of powers of several modes, up to a ``degree`` in all, each around its own ``n``.

    >>> bases = DampingBases((2.0, 0.5), degree=2)
    >>> bases.size, len(bases.kept)
    (15, 15)
    """

    n: tuple[float, ...]
    degree: int

    @cached_property
    def each(self) -> tuple[DampingBasis, ...]:
        """That of every mode alone."""
        return tuple(DampingBasis(n, self.degree) for n in self.n)

    @property
    def size(self) -> int:
        return comb(self.degree + 2 * len(self.n), self.degree)

    @cached_property
    def kept(self) -> np.ndarray:
        """Which of all products of the powers of each mode are kept, the lowest degrees first."""
        total = reduce(np.add.outer, [one.j + one.k for one in self.each]).ravel()
        return np.argsort(total, kind="stable")[: self.size]

    @property
    def twins(self) -> np.ndarray:
        """Where the product stands that goes with the adjoint of rho.

        >>> DampingBases((2.0, 0.5), degree=1).twins.tolist()
        [0, 2, 1, 4, 3]
        """
        parts = np.unravel_index(self.kept, self._sizes)
        twins = tuple(one.twins[part] for one, part in zip(self.each, parts, strict=True))
        return self._place(np.ravel_multi_index(twins, self._sizes))

    def alone(self, mode: int) -> np.ndarray:
        """Where the powers of one mode stand, with none of the others.

        >>> DampingBases((2.0, 0.5), degree=1).alone(1).tolist()
        [0, 1, 2]
        """
        return self._place(np.arange(self.each[mode].size) * prod(self._sizes[mode + 1 :]))

    @property
    def _sizes(self) -> list[int]:
        return [one.size for one in self.each]

    def _place(self, wanted: np.ndarray) -> np.ndarray:
        """Where products stand among those that are kept."""
        order = np.argsort(self.kept)
        return np.asarray(order[np.searchsorted(self.kept, wanted, sorter=order)])

    def action(self, actions: Actions) -> csr_array:
        """What ladder operators to the left and to the right of rho do to f.

        >>> hop = DampingBases((2.0, 0.5), degree=2).action((((1, 0), (0, 1)), None))  # b'c rho
        >>> hop.shape
        (15, 15)
        """
        sides = [powers or (None,) * len(self.n) for powers in actions]
        pairs = zip(self.each, *sides, strict=True)
        each = (one.action((left, right)) for one, left, right in pairs)
        return csr_array(csr_array(reduce(kron, each))[self.kept][:, self.kept])

    def moment(self, powers: Powers) -> np.ndarray:
        """The weights of f in the mean of normally ordered words of the modes, (size,).

        >>> thermal = np.eye(1, 15)[0]  # f = 1
        >>> float(thermal @ DampingBases((2.0, 0.5), degree=2).moment(((1, 1), (1, 1))))
        1.0
        """
        pairs = zip(self.each, powers, strict=True)
        return self._product([one.moment(power) for one, power in pairs])

    def probability(self, quanta: Occupation) -> np.ndarray:
        """The weights of f in the probability of so many quanta in each mode, (size,).

        >>> thermal = np.eye(1, 15)[0]
        >>> float(round(thermal @ DampingBases((1.0, 3.0), degree=2).probability((1, 0)), 12))
        0.0625
        """
        pairs = zip(self.each, quanta, strict=True)
        return self._product([one.probability(n) for one, n in pairs])

    def _product(self, each: list[np.ndarray]) -> np.ndarray:
        return np.asarray(reduce(np.multiply.outer, each).ravel()[self.kept])
