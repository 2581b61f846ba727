"""Bright light around a classical amplitude: the master equation in a displaced frame.

With a_i = alpha_i + b_i the same steady state has few quanta of b where the light is nearly
coherent, however bright it is.  H keeps its form with alpha_i + b_i in the place of a_i, and a loss
L = L' + c, with c the number in it, is the loss L' and a drive (e.g. H.-P. Breuer and F.
Petruccione, "The Theory of Open Quantum Systems", Eqs. (3.72) and (3.73)):

    L -> L - c,    H -> H + (i rate/2) (conj(c) L' - c L'^dagger).

Any alpha is right, and only decides how many quanta of b there are.  The displaced model is a
`systems.Model` like every other, whose truncation is searched and judged as usual
(`numeric.search.truncation`); what is asked of a follows from the means of b,

    <a'^p a^q> = sum_jk binom(p, j) binom(q, k) conj(alpha)^(p-j) alpha^(q-k) <b'^j b^k>,

with all their errors: where terms cancel, the digits lost are counted.  P(n) of a is that of
D(alpha) rho_b D(alpha)^dagger.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, ClassVar, Self

import numpy as np
from scipy.linalg import eigh_tridiagonal

from numeric.frames.means import Means, refusal, settled, sure
from numeric.frames.shift import Shift, displaced
from numeric.lindblad.scaling import EPSILON
from numeric.search.classical import reach
from numeric.solvers.solution import Solution
from numeric.trust.expectation import element_errors, mean
from numeric.trust.tail import escape, missing, top_shells
from numeric.trust.worth import MOVED, Measured
from systems import Model
from systems.ladder import Occupation, Word, is_two_level
from systems.status import Status
from systems.values import Arrays

Matrices = Callable[[Model, Arrays, Solution, np.ndarray], np.ndarray]
# Quanta of a that P(n) is shown for; the matrix that displaces is as large, and takes a second
LONGEST = 1500
MARGIN = 60  # levels beyond those that are read, at which the cut of a displacement does not show


@dataclass(frozen=True)
class DisplacedState(Means):
    """Steady states that were solved in a displaced frame; see `numeric.frames.means.Means`.

    ``alphas`` (points, modes) are the amplitudes of the frame, ``found`` and ``other`` the
    solutions of the displaced model, ``shifted``, and of the same points in a coarser truncation.

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> bright = {"Delta": 0.0, "chi": 1e-4, "gamma": 1.0, "xi": 30.0}
    >>> state = steady_state(kerr.MODEL, bright, frame="displaced")
    >>> state.solver, round(float(state.number("a"))), int(state.quanta) < 60
    ('displaced', 2106, True)
    """

    name: ClassVar[str] = "displaced"
    followed: ClassVar[bool] = True

    shifted: Model
    shifted_arrays: Arrays
    alphas: np.ndarray
    found: Solution
    other: Solution | None
    matrices: Matrices  # `numeric.solvers.choice.matrices`
    frame: "Shift"  # that ``shifted`` comes from

    @property
    def quanta(self) -> np.ndarray:
        """Quanta of b that were kept, (points,).

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 100.0}  # b stays empty
        >>> (bright,) = steady_state(kerr.MODEL, linear, frame="displaced").bright
        >>> bool(bright.quanta[0] < 8)
        True
        """
        return np.full(len(self.points), self.found.space.quanta)

    @property
    def word(self) -> np.ndarray:
        """The status of each state, "not converged" where one of its numbers is, (points,).

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 100.0}
        >>> (bright,) = steady_state(kerr.MODEL, linear, frame="displaced").bright
        >>> bright.word.tolist()
        ['ok']
        """
        open_ = (self.status == Status.OK) & ~settled(self, self.order)
        return np.where(open_, Status.NOT_CONVERGED, self.status)

    @property
    def residual(self) -> np.ndarray:
        """That of the displaced equation, (points,)."""
        return self.found.residual

    @property
    def top(self) -> np.ndarray:
        """Population of the last shells around the amplitude, (points,)."""
        return top_shells(self.found)

    @property
    def arrays_around(self) -> Arrays:
        """All values at these points: those of the model, of the amplitudes and around them.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 100.0}
        >>> (bright,) = steady_state(kerr.MODEL, linear, frame="displaced").bright
        >>> bright.arrays_around["alpha_a"].round(9), bright.arrays_around["xi"]
        (array([0.-200.j]), array([100.]))
        """
        around = {name: x[self.found.points] for name, x in self.shifted_arrays.items()}
        alphas = {str(s): self.alphas[:, i] for i, s in self.frame.alphas.items()}
        return {**around, **self.arrays, **alphas}

    def mean(self, word: Word) -> Measured:
        """<a'^p a^q> from the means of b, with the sum of their errors and changes.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 100.0}  # <a> = -200i
        >>> (bright,) = steady_state(kerr.MODEL, linear, frame="displaced").bright
        >>> bright.mean(((0,), (1,))).value.round(9)
        array([0.-200.j])
        """
        value, coarse = np.zeros((2, len(self.points)), dtype=complex)
        roundoff, hidden = np.zeros((2, len(self.points)))
        for other, c in self.around(word):
            fine, error, before = self._of_b(other)
            value, coarse = value + c * fine, coarse + c * before
            roundoff = roundoff + abs(c) * (error + 4 * EPSILON * abs(fine))
            hidden = hidden + abs(c) * self._beyond(other)
        return self._judged(value, roundoff, coarse, hidden)

    def around(self, word: Word) -> list[tuple[Word, np.ndarray]]:
        """A word of a in words of the frame, with their coefficients, (points,) each.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 100.0}  # alpha = -200i
        >>> (bright,) = steady_state(kerr.MODEL, linear, frame="displaced").bright
        >>> [other for other, c in bright.around(((0,), (1,)))]
        [((0,), (0,)), ((0,), (1,))]
        """
        return displaced(word, self.alphas)

    def take(self, rows: np.ndarray) -> Self:
        """Some of the points, a mask.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": [100.0, 200.0]}
        >>> (bright,) = steady_state(kerr.MODEL, linear, frame="displaced").bright
        >>> bright.take(np.array([False, True])).points
        array([1])
        """
        if rows.all():
            return self
        return replace(
            self,
            arrays={name: array[rows] for name, array in self.arrays.items()},
            points=self.points[rows],
            status=self.status[rows],
            alphas=self.alphas[rows],
            found=self.found.take(rows),
            other=None if self.other is None else self.other.take(rows),
            _kept={},
            _rhos={},
            _shown={},
            _distributions={},
        )

    def _judged(
        self, value: np.ndarray, roundoff: np.ndarray, coarse: np.ndarray, hidden: np.ndarray
    ) -> Measured:
        """What the coarser truncation changes; all of it where much may lie beyond both."""
        change = np.maximum(abs(value - coarse) - roundoff, 0.0)
        lost = hidden >= MOVED * abs(value) + roundoff
        if self.found.short is not None:  # a classical branch lies beyond the cut
            lost |= self.found.short
        lost |= escape(self.found) >= MOVED
        if self.other is not None:
            lost |= ~self.other.found
        return Measured(value, roundoff, cut=np.where(lost, np.inf, change))

    def _of_b(self, word: Word) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """<b'^p b^q>, its round-off, and what the coarser truncation gives."""
        if word not in self._kept:
            fine, error = self._read(self.found, lambda one: one.space.word(word).toarray())
            coarse = fine
            if self.other is not None:
                coarse, _ = self._read(self.other, lambda one: one.space.word(word).toarray())
            self._kept[word] = fine, error, coarse
        return self._kept[word]

    def _read(
        self, one: Solution, operator: Callable[[Solution], np.ndarray], rows: Any = slice(None)
    ) -> tuple[np.ndarray, np.ndarray]:
        """The mean of a matrix and its round-off, of points that have a state; else NaN."""
        value = np.full(len(one.points), np.nan, dtype=complex)
        error = np.full(len(one.points), np.nan)
        some = np.flatnonzero(one.found)
        if some.size:
            errors = element_errors(one.populations[some], one.error[some])
            matrix = np.broadcast_to(operator(one), errors.shape)
            value[some], error[some] = mean(matrix, self._matrices(one), errors)
        return value[rows], error[rows]

    def _matrices(self, one: Solution) -> np.ndarray:
        """Density matrices of b of the points that have a state."""
        if one.space.cut not in self._rhos:
            rows = np.flatnonzero(one.found)
            self._rhos[one.space.cut] = self.matrices(self.shifted, self.shifted_arrays, one, rows)
        return self._rhos[one.space.cut]

    def _beyond(self, word: Word) -> np.ndarray:
        """What lies beyond the cut of <b'^p b^q> at most: by Cauchy and Schwarz, two norms."""
        norms = [missing(self.found, _modes(powers)) for powers in word]
        return np.asarray(np.sqrt(norms[0] * norms[1]))

    def levels(self, mode: int) -> int:
        """As many as the light of the mode fills, and `LONGEST` at most."""
        if mode not in self._shown:
            self._shown[mode] = self._filled(mode)
        return self._shown[mode]

    def _filled(self, mode: int) -> int:
        if is_two_level(self.model.modes[mode]):
            return 2
        one = self.model.occupation(self.model.modes[mode])
        number = np.nan_to_num(abs(self.mean((one, one)).value))
        top = np.sqrt(np.max(number)) + np.sqrt(self.found.space.levels[mode])
        return min(int(np.max(reach(np.array([top**2])))) + 1, LONGEST)

    def marginal(self, mode: int, n: int) -> Measured:
        """P(n) of one mode: <n|D rho D'|n> with D(alpha) in Fock states, all n at once."""
        count = max(n + 1, self.levels(mode))
        if not count <= LONGEST:
            raise refusal(self.model, "P(n)")
        if (mode, count) not in self._distributions:
            self._distributions[mode, count] = self._distribution(mode, count)
        found = self._distributions[mode, count]
        value, roundoff, cut = (part[:, n] for part in found)
        return sure(value, roundoff, cut)

    def _distribution(self, mode: int, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """P(n) for n below ``count``, its round-off and what the cut changes, (points, count)."""
        value, error = self._marginals(self.found, mode, count)
        coarse = value if self.other is None else self._marginals(self.other, mode, count)[0]
        hidden = missing(self.found, ())[:, None] * abs(value)
        parts = (part.T for part in (value, error + 1e-14, coarse, hidden))
        found = self._judged(*parts)  # numbers of one n after the other
        return value, np.asarray(found.roundoff).T, np.asarray(found.cut).T

    def _marginals(self, one: Solution, mode: int, count: int) -> tuple[np.ndarray, np.ndarray]:
        """P(n) and its round-off, (points, count); NaN where there is no state."""
        value, error = np.full((2, len(one.points), count), np.nan)
        (some,) = np.nonzero(one.found)
        errors = element_errors(one.populations[some], one.error[some])
        for row, rho, off in zip(some.tolist(), self._matrices(one), errors, strict=True):
            m = np.arange(one.space.levels[mode])
            D = self._overlaps(mode, np.arange(count), row, m)
            rho, off = (_reduced(x, one.space.occupations, mode, len(m)) for x in (rho, off))
            value[row] = np.sum((D @ rho) * D.conj(), axis=1).real
            error[row] = np.sum((abs(D) @ off) * abs(D), axis=1)
        return value, error

    def occupied(self, occupation: Occupation) -> Measured:
        """The same of an occupation of all modes."""

        def there(one: Solution, row: int) -> np.ndarray:
            columns = one.space.occupations.T
            parts = [
                self._overlaps(i, np.array([n]), row, columns[i])[0]
                for i, n in enumerate(occupation)
            ]
            v = np.prod(parts, axis=0)
            return np.outer(v.conj(), v)

        return self._probable(there)

    def _probable(self, operator: Callable[[Solution, int], np.ndarray]) -> Measured:
        """A probability, from the operator that asks for it at each point."""

        def at(one: Solution, row: int) -> tuple[np.ndarray, np.ndarray]:
            return self._read(one, lambda block: operator(block, row), row)

        def read(one: Solution) -> tuple[np.ndarray, np.ndarray]:
            value, error = np.array([at(one, row) for row in range(len(self.points))]).T
            return value.real, error.real

        value, error = read(self.found)
        coarse = value if self.other is None else read(self.other)[0]
        found = self._judged(value, error + 1e-14, coarse, missing(self.found, ()) * abs(value))
        return sure(value, found.roundoff, found.cut)

    def _overlaps(self, mode: int, n: np.ndarray, row: int, m: np.ndarray) -> np.ndarray:
        """<n|D(alpha)|m> of a mode at a point, for arrays n and m: (n, m)."""
        alpha = complex(self.alphas[row, mode])
        if alpha == 0 or is_two_level(self.model.modes[mode]):
            return np.asarray(m == n[:, None], dtype=complex)
        most = int(max(np.max(m), np.max(n)))
        if not most < LONGEST:
            raise refusal(self.model, "P(n)")
        bright = int(reach(np.array(abs(alpha) ** 2 + 1)))
        count = max(most, bright, self.levels(mode)) + MARGIN
        D = displacement(abs(alpha), 2 * count, most + 1, int(np.max(m)) + 1)
        return np.asarray(D[n][:, m] * (alpha / abs(alpha)) ** (n[:, None] - m))

    _kept: dict[Word, Any] = field(default_factory=dict)
    _rhos: dict[Any, np.ndarray] = field(default_factory=dict)
    _shown: dict[int, int] = field(default_factory=dict)
    _distributions: dict[tuple[int, int], Any] = field(default_factory=dict)


def _modes(powers: Occupation) -> tuple[int, ...]:
    """The modes of a product of ladder operators, each as often as it comes."""
    return tuple(i for i, n in enumerate(powers) for _ in range(n))


def displacement(
    alpha: float, count: int, rows: int | None = None, columns: int | None = None
) -> np.ndarray:
    """D(alpha) = exp(alpha a' - alpha a) in ``count`` Fock states, for a real alpha.

    From the eigenvectors of i (a' - a), which is tridiagonal.  What the cut changes shows near the
    last states only; ``rows`` and ``columns`` are how many of them are returned (by default all).

    >>> D = displacement(0.5, 40)
    >>> bool(np.allclose(D[:3, 0], np.exp(-0.125) * np.array([1, 0.5, 0.25 / np.sqrt(2)])))
    True
    """
    x, V = _quadrature(count)
    phase = (1j) ** np.arange(count)  # turns i (a' - a) into a + a'
    D = (V[:rows] * np.exp(-1j * alpha * x)) @ V[:columns].T
    return np.asarray((phase[:rows, None] * D * phase.conj()[:columns]).real)


@lru_cache(maxsize=4)
def _quadrature(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues and eigenvectors of a + a' in so many Fock states."""
    x, V = eigh_tridiagonal(np.zeros(count), np.sqrt(np.arange(1.0, count)))
    return x, V


def _reduced(matrix: np.ndarray, occupations: np.ndarray, mode: int, levels: int) -> np.ndarray:
    """Elements between states of one mode, summed over what the other modes hold."""
    rest = np.delete(occupations, mode, axis=1)
    one, other = np.nonzero(np.all(rest[:, None] == rest[None], axis=2))
    total = np.zeros((levels, levels), dtype=matrix.dtype)
    np.add.at(total, (occupations[one, mode], occupations[other, mode]), matrix[one, other])
    return total
