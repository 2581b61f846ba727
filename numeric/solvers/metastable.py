"""Light that is metastable on two branches: how much of it is on which, in integers of any length.

Between two branches light switches at rates that may be far below the round-off of L, as those of a
bistable mode are: 1e-20 and less of its loss.  To double precision L then has two null vectors, and
only the rates say how much of either is the steady state.  So one equation of a population, r, is
dropped, and the rest, which is well conditioned, is solved twice,

    (L X_0)_e = 0  for e != r,   tr X_0 = 1;      (L X_1)_e = 0  for e != r,   tr X_1 = 0,

with X_1 near what is null besides.  The steady state is the sum that obeys the last one as well,

    X = X_0 + t X_1,      t = - (L X_0)_r / (L X_1)_r,

a quotient of two rates.  These are known once X_k are known to more digits than the rates are small
by.  So X_k are refined (N. J. Higham, "Accuracy and Stability of Numerical Algorithms", chapter 12)
with residuals without any rounding: coefficients and roots of integers are integers in some unit, K
and L are made of them exactly, and X_k are integers of as many bits as are needed.
The factors are those of doubles, and singular: what they blow up is along their null vector, which
is taken out.  What is rounded is coefficients, as if detunings were off by 1e-16 of themselves.
The roots of integers beside them are not: rounded, they drive light to the other branch at rates
of their own (of a mode of 63 quanta, there with a probability of 4e-11, to ten times as much).
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import isqrt, ldexp
from typing import Any, TypeAlias

import numpy as np
from scipy.sparse import coo_array, csc_array

from numeric.lindblad.scaling import EPSILON
from numeric.lindblad.space import Space
from numeric.solvers.refinement import FAILURES, generic, with_first_row
from systems.ladder import Word

Integers: TypeAlias = np.ndarray  # of Python's, of any length
Complex: TypeAlias = tuple[Integers, Integers]  # real and imaginary part
Factorise: TypeAlias = Callable[..., Any]
Term: TypeAlias = tuple[complex, Word]
Summands: TypeAlias = tuple[list[Term], list[list[Term]]]
State: TypeAlias = tuple[np.ndarray, np.ndarray, bool]
Elements: TypeAlias = dict[tuple[int, int], tuple[int, int]]

# Bits of a coefficient of size one, all that doubles from 1e-5 on have, and of a root of an integer
COEFFICIENT, ROOT = 70, 128
WHOLE = 1e-13  # relative distance of a square from an integer that it is
UNIT = COEFFICIENT + ROOT  # of an element of H or of a jump
SPARE = 192  # bits by which the unknowns are finer than what is left of their equations, at least
FINER = 128  # and by how many more they are made when they are not
WORD = 52  # bits of a correction
INVERSIONS = 3  # by which the null vectors of the factors are found
ROUNDS = 60  # of refinement: each adds eight to fourteen digits, and rates of 1e-300 are enough
REDUCED = 0.03  # to what a round has to reduce what is left at least, or there are more branches
LONGEST = 900  # bits that are left of a part, which a double holds
# Of the light on a branch, how much may leave it because of the cut while as much leaves it anyway
LEAKING = 0.1
LEAKED = 1e-10  # of all light, how much may: a few quanta more are asked for
SETTLED = 1e-17  # of a part of the light, by which its share may still move


def metastable(
    on: Space, L: csc_array, summands: Summands, some: np.ndarray | None, factorise: Factorise
) -> State | None:
    """The density matrix of trace one, the error of its populations, and whether the cut is short.

    Shapes (states, states) and (states,).  L, in the unit of its largest coefficient, is made of
    the ``summands`` of `Liouvillian.summands`; ``some`` of its unknowns are not zero, or all
    (None).  A cut is short that takes
    light off its branch about as often as light leaves it, or more than `LEAKED` of all light.

    None where the solutions do not settle in `ROUNDS`, as of more than two branches, and where
    elements are no roots of integers.

    >>> from numeric.lindblad.liouvillian import liouvillian
    >>> from numeric.solvers.direct import factorise
    >>> from systems.library import kerr
    >>> values = {"Delta": -6.0, "chi": 0.25, "gamma": 1.0, "xi": 5.5}  # 3 or 15 quanta
    >>> equation = liouvillian(kerr.MODEL, 40)
    >>> c = equation.coefficients({name: np.array([x]) for name, x in values.items()})[0]
    >>> c = c / np.max(abs(c))
    >>> how = equation.space, equation.matrix(c), equation.summands(c), None
    >>> rho, error, short = metastable(*how, factorise)
    >>> n = np.diag(rho).real @ np.arange(41)
    >>> f"{n:.9f}", bool(np.arange(41) @ error < 1e-6)
    ('14.738923561', True)
    """
    try:
        exact = Exact.of(on, summands)
        rough = Deflated(L, some, factorise)
    except FAILURES:
        return None
    both = Unknown(exact, rough, source=1), Unknown(exact, rough, source=0)
    before = np.inf
    for _ in range(ROUNDS):
        with np.errstate(all="ignore"):
            if not all(one.refined() for one in both):
                return None
        share = _share(*both)
        if abs(share - before) <= SETTLED * max(abs(share), 1.0):
            return _state(on, *both, abs(share - before))
        before = share
    return None


def _state(on: Space, first: "Unknown", second: "Unknown", moved: float) -> State:
    """The steady state of both, whose share has moved by so much in the last round."""
    rho = _sum(first, second)
    lost, short = _leaks(on, rho, second)
    p, null = abs(rho.diagonal()), abs(second.rough.null.diagonal())
    last = first.moved + abs(_share(first, second)) * second.moved
    return rho, EPSILON * p + (moved + lost) * null + last, short


class Exact:
    """L X = -i (K X - X K') + sum L_k X L_k' of Hermitian integers, without rounding.

    ``unit`` bits stand for one: an element of L counts 2^-unit.

    >>> lowers = {(0, 1): (2**UNIT, 0)}
    >>> exact = Exact({}, [lowers])
    >>> excited, none = np.array([[0, 0], [0, 1]], dtype=object), np.zeros((2, 2), dtype=object)
    >>> (exact((excited, none))[0] / 2**exact.unit).astype(float)
    array([[ 1.,  0.],
           [ 0., -1.]])
    """

    unit = 2 * UNIT + 1

    def __init__(self, H: Elements, jumps: list[Elements]) -> None:
        self.jumps = jumps
        self.K = {at: (x << UNIT + 1, y << UNIT + 1) for at, (x, y) in H.items()}
        for jump in self.jumps:
            for at, (x, y) in _squared(jump).items():  # K = H - i L'L/2, all of it twice
                a, b = self.K.get(at, (0, 0))
                self.K[at] = (a + y, b - x)

    @classmethod
    def of(cls, on: Space, summands: Summands) -> "Exact":
        """That of the words of H and of each jump, with coefficients of at most one."""
        hops, jumps = summands
        return cls(_total(on, hops), [_total(on, words) for words in jumps])

    def __call__(self, X: Complex) -> Complex:
        a, b = _times(self.K, X)  # K X, and -i K X = b - i a
        real, imaginary = b + b.T, a.T - a
        for jump in self.jumps:
            c, d = _times(jump, X)
            e, f = _times(jump, (c.T, -d.T))  # L (L X)' = L X L', which is Hermitian
            real, imaginary = real + 2 * e, imaginary + 2 * f
        return real, imaginary


def _total(on: Space, terms: list[Term]) -> Elements:
    """A sum of coefficients times words, in units of 2^-UNIT."""
    found: Elements = {}
    for x, word in terms:
        factor = complex(x)
        a, b = (int(ldexp(part, COEFFICIENT)) for part in (factor.real, factor.imag))
        some = coo_array(on.word(word))
        for i, j, size in zip(*some.coords, some.data.real.tolist(), strict=True):
            at, root = (int(i), int(j)), _root(size)
            u, v = found.get(at, (0, 0))
            found[at] = u + a * root, v + b * root
    return found


def _root(size: float) -> int:
    """An element of a word, the root of an integer, in units of 2^-ROOT."""
    whole = round(size**2)
    if abs(size**2 - whole) > WHOLE * whole:
        raise RuntimeError("An element of an operator is no root of an integer.")
    return int(np.sign(size)) * isqrt(whole << 2 * ROOT)


def _squared(jump: Elements) -> Elements:
    """L'L."""
    found: Elements = {}
    for (k, i), (a, b) in jump.items():
        for (m, j), (x, y) in jump.items():
            if k == m:
                u, v = found.get((i, j), (0, 0))
                found[i, j] = (u + a * x + b * y, v + a * y - b * x)
    return found


def _times(matrix: Elements, X: Complex) -> Complex:
    """A product of a sparse matrix with a matrix."""
    real, imaginary = (np.zeros_like(part) for part in X)
    for (i, j), (a, b) in matrix.items():
        if a:
            real[i] += a * X[0][j]
            imaginary[i] += a * X[1][j]
        if b:
            real[i] -= b * X[1][j]
            imaginary[i] += b * X[0][j]
    return real, imaginary


class Deflated:
    """Factors of L in doubles, with the trace in the first row, whose null vectors are taken out.

    ``null`` is the right one, as a Hermitian matrix of trace zero, and ``dropped`` the population
    whose equation is left out.

    >>> from numeric.lindblad.liouvillian import liouvillian
    >>> from numeric.solvers.direct import factorise
    >>> from systems.library import kerr
    >>> values = {"Delta": -6.31, "chi": 0.0707, "gamma": 1.0, "xi": 10.85}
    >>> equation = liouvillian(kerr.MODEL, 110)
    >>> c = equation.coefficients({name: np.array([x]) for name, x in values.items()})[0]
    >>> rough = Deflated(equation.matrix(c), None, factorise)
    >>> bool(abs(np.trace(rough.null)) < 1e-9), rough.null.shape
    (True, (111, 111))
    """

    def __init__(self, L: csc_array, some: np.ndarray | None, factorise: Factorise) -> None:
        self.size = isqrt(L.shape[0])
        self.some = np.arange(self.size**2) if some is None else some
        whole = with_first_row(L, np.eye(self.size).ravel())
        self.factors = factorise(whole[self.some][:, self.some].tocsc())
        right, self.left = (self._null(way) for way in "NH")
        turned = self._matrix(right)
        right = turned * np.exp(-1j * np.angle(turned.diagonal()[np.argmax(abs(np.diag(turned)))]))
        self.null = (right + right.conj().T) / 2
        self.null /= np.sum(abs(self.null.diagonal()))
        states = np.arange(1, self.size) * (self.size + 1)
        places = np.flatnonzero(np.isin(self.some, states))
        self.place = places[np.argmax(abs(self.left[places]))]
        self.dropped = int(self.some[self.place]) // self.size

    def _null(self, way: str) -> np.ndarray:
        """What the factors ("N") or their adjoint ("H") nearly annihilate."""
        x = generic(len(self.some))
        for _ in range(INVERSIONS):
            x = self.factors.solve(x, way)
            x = x / np.linalg.norm(x)
        return np.asarray(x)

    def __call__(self, left: np.ndarray) -> np.ndarray:
        """A Hermitian matrix that solves all equations but the dropped one, up to round-off."""
        source = left.ravel()[self.some]
        source[self.place] = 0
        source[self.place] = -np.vdot(self.left, source) / np.conj(self.left[self.place])
        X = self._matrix(self.factors.solve(source))
        X = (X + X.conj().T) / 2
        return np.asarray(
            X - np.vdot(self.null, X).real / np.vdot(self.null, self.null) * self.null
        )

    def _matrix(self, x: np.ndarray) -> np.ndarray:
        found = np.zeros(self.size**2, dtype=complex)
        found[self.some] = x
        return found.reshape(self.size, self.size)


@dataclass
class Unknown:
    """One of the two solutions, in integers of ``bits`` bits for one, and the rate that it leaves.

    ``source`` is its trace: where that is zero the solution starts from the null vector.

    >>> from numeric.lindblad.liouvillian import liouvillian
    >>> from numeric.solvers.direct import factorise
    >>> from systems.library import kerr
    >>> values = {"Delta": -6.0, "chi": 0.25, "gamma": 1.0, "xi": 5.5}  # 3 or 15 quanta
    >>> equation = liouvillian(kerr.MODEL, 30)
    >>> c = equation.coefficients({name: np.array([x]) for name, x in values.items()})[0]
    >>> c = c / np.max(abs(c))
    >>> rough = Deflated(equation.matrix(c), None, factorise)
    >>> one = Unknown(Exact.of(equation.space, equation.summands(c)), rough, source=1)
    >>> bool(one.refined()), one.exponent < 0
    (True, True)
    """

    exact: Exact
    rough: Deflated
    source: int
    bits: int = 0
    size: float = np.inf  # what is left, as a power of two
    moved: float = np.inf  # the size of the last correction

    def __post_init__(self) -> None:
        zero = np.zeros((self.rough.size,) * 2, dtype=object)
        self.bits = SPARE + FINER
        self.X: Complex = (zero, zero.copy())
        if not self.source:
            self._add(self.rough.null, 0)
        self._look()

    def refined(self) -> bool:
        """One round of refinement: whether it has reduced what is left."""
        before, exponent = self.size, self.exponent
        if self.bits + exponent < SPARE:
            self.bits, self.X = self.bits + FINER, (self.X[0] << FINER, self.X[1] << FINER)
        self._add(self.rough(self.left), exponent)
        self._look()
        return self.size < before + np.log2(REDUCED)

    def _add(self, X: np.ndarray, exponent: int) -> None:
        """X times a power of two more."""
        most = int(np.ceil(np.log2(np.max(abs(X)))))
        self.moved = ldexp(1.0, exponent + most)
        by = self.bits + exponent + most - WORD
        for part, more in zip(self.X, (X.real, X.imag), strict=True):
            whole = np.rint(np.ldexp(more, WORD - most)).astype(np.int64).astype(object)
            part += whole << by if by >= 0 else whole >> -by

    def _look(self) -> None:
        """What is left of the equations: ``left``, times a power of two; and the ``rate``."""
        real, imaginary = self.exact(self.X)
        k = self.rough.dropped
        self.rate = int(real[k, k]), self.bits + self.exact.unit
        trace = sum(self.X[0].diagonal().tolist()) << self.exact.unit
        real[0, 0] = trace - (self.source << (self.bits + self.exact.unit))
        imaginary[0, 0], real[k, k], imaginary[k, k] = 0, 0, 0
        most = max(int(np.max(abs(part))) for part in (real, imaginary)).bit_length()
        by = max(most - 60, 0)
        parts = [(-part >> by).astype(float) for part in (real, imaginary)]
        self.left = ldexp(1.0, by - most) * (parts[0] + 1j * parts[1])
        self.exponent = most - self.bits - self.exact.unit
        self.size = self.exponent + float(np.log2(np.max(abs(self.left)) or 1.0))


def _share(first: Unknown, second: Unknown) -> float:
    """t, which makes the steady state of both."""
    (one, bits), (other, more) = first.rate, second.rate
    most = max(bits, more)
    return -(one << (most - bits)) / (other << (most - more)) if other else np.nan


def _sum(first: Unknown, second: Unknown) -> np.ndarray:
    """X_0 + t X_1."""
    (one, bits), (other, more) = first.rate, second.rate
    unit, most = max(first.bits, second.bits), max(bits, more)
    t = -(one << (most - bits + unit)) // (other << (most - more))
    by = max(unit - LONGEST, 0)
    parts = []
    for x, y in zip(first.X, second.X, strict=True):
        whole = (x << (unit - first.bits)) + ((t * (y << (unit - second.bits))) >> unit)
        parts.append(np.ldexp((whole >> by).astype(float), by - unit))
    return np.asarray(parts[0] + 1j * parts[1])


def _leaks(on: Space, rho: np.ndarray, other: Unknown) -> tuple[float, bool]:
    """How much light changes branches because of the cut, and whether that is too much.

    Light that the cut reflects leaves its branch more often than it would: as often as light of
    that branch is in the last two shells, against the rate at which it changes branches.  How often
    that is tells the null vector, which has as much of either branch: of the state itself the cut
    may have left too little on that branch to be told from the other's tail.
    """
    last = np.zeros(len(rho), dtype=bool)
    for side in on.sides:
        counted = on.occupations @ np.array(side.weights)
        last |= counted > side.limit - 2 * max(side.weights)
    p, null = abs(rho.diagonal().real), other.X[0].diagonal()
    outermost = max(np.flatnonzero(last).tolist(), key=lambda state: abs(null[state]))
    branch = null * (1 if null[outermost] > 0 else -1) > 0
    inside = _quotient(sum(map(abs, null[last].tolist())), sum(map(abs, null[branch].tolist())))
    rate, bits = other.rate
    often = _quotient(1 << bits, 2 * abs(rate))
    if inside * often > LEAKING:  # it may be any part of what is there
        return 1.0, True
    lost = float(np.sum(p[last])) * often
    return lost, lost > LEAKED


def _quotient(one: int, other: int) -> float:
    """one/other of integers of any length; infinite where it is too large, or other is zero."""
    if not other:
        return np.inf
    shift = 64 + other.bit_length() - one.bit_length()
    whole = (one << shift) // other if shift > 0 else (one >> -shift) // other
    return ldexp(float(whole), -shift) if -shift < 900 else np.inf
