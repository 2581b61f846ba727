"""Linear light, whatever its bath and its brightness: all numbers from two kinds of moments.

Where H holds at most two ladder operators in a term and every loss at most one, the first and
second moments close, d<O>/dt = M <O> + source (`numeric.lindblad.heisenberg`), and the steady state
is Gaussian: normally ordered moments are sums over pairings (L. Isserlis, Biometrika 12, 134
(1918)),

    <x_1 x_2 ... x_k> = <x_1> <x_2 ... x_k> + sum_j C(x_1, x_j) <x_2 ... x_k without x_j>,

with C the covariances in normal order.  No Fock state is needed, so nothing is cut: squeezed light
of a thousand quanta costs what that of one quantum costs.  A model may be linear at some values
only, as a Kerr mode is without its nonlinearity.

P(n) of one mode with amplitude m and covariances N = <b'b>, S = <bb>, where a = m + b, comes from
its generating function (e.g. V. V. Dodonov, O. V. Man'ko and V. I. Man'ko, Phys. Rev. A 49, 2993
(1994), by its meaning, not checked against the print)

    sum_n P(n) z^n = exp(-u [|m|^2 (1 + u N) - u Re(S* m^2)]/D)/sqrt(D),
    u = 1 - z,    D = (1 + u N)^2 - u^2 |S|^2,

on the unit circle, by a Fourier transform.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from numeric.frames.means import Means, refusal, sure
from numeric.lindblad.heisenberg import moments_that_close, patterns
from numeric.lindblad.scaling import EPSILON
from numeric.search.classical import SPREAD
from numeric.trust.worth import Known, Measured
from systems import Model
from systems.ladder import Occupation, Word, is_two_level
from systems.status import Status
from systems.values import Arrays

# P(n) of squeezed or thermal light falls as exp(-n/(2 spread)), of which 20 are 2e-9; of coherent
# light it is Poisson's (`numeric.search.classical.SPREAD`).  Twice as many are transformed, so that
# what folds over is below round-off
FALLS = 20
LONGEST = 2**22  # numbers that are transformed for P(n), a second; more is refused
SPREADS = 4.0  # standard deviations of evenly spread rounding that an error counts
BRIGHT = 1e9  # quanta that no cut holds: more are counted as many


@dataclass(frozen=True)
class GaussianState(Means):
    """Gaussian steady states of linear models; see `numeric.frames.means.Means`.

    >>> from numeric import steady_state
    >>> from systems.library import parametric_kerr
    >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 0.0, "G": 0.2499}
    >>> state = steady_state(parametric_kerr.MODEL, linear)  # squeezed light, just below threshold
    >>> n = float(state.number("a"))
    >>> g2 = float(state.correlation("a"))
    >>> state.solver, round(n), abs(g2 - 3 - 0.5 / n) < 1e-9
    ('gaussian', 625, True)
    """

    name: ClassVar[str] = "gaussian"
    followed: ClassVar[bool] = True

    values: dict[Word, np.ndarray] = field(default_factory=dict)  # <a_i>, and covariances
    errors: dict[Word, np.ndarray] = field(default_factory=dict)  # absolute
    # of d<x>/dt = M <x> + source, x all a_i and then all a_i': (points, 2 modes, 2 modes)
    drift: np.ndarray = field(default_factory=lambda: np.zeros((0, 0, 0)))

    def mean(self, word: Word) -> Measured:
        """<a'^p a^q> as a sum over pairings, with its round-off.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 100.0}  # <a> = -200i
        >>> (bright,) = steady_state(kerr.MODEL, linear).bright
        >>> bright.mean(((1,), (2,))).value.imag.round(3)
        array([-8000000.])
        """
        sizes = {w: abs(x) for w, x in self.values.items()}
        larger = {w: size + self.errors[w] for w, size in sizes.items()}
        terms = np.real(self._pairings(word, sizes))
        error = np.real(self._pairings(word, larger)) - terms + 8 * EPSILON * terms
        return Measured(self._pairings(word, self.values), error)

    def _pairings(self, word: Word, known: dict[Word, np.ndarray]) -> np.ndarray:
        """The sum over pairings with these amplitudes and covariances."""
        none = (0,) * len(self.model.modes)
        done: dict[Word, Any] = {(none, none): np.ones(len(self.points), dtype=complex)}

        def total(word: Word) -> np.ndarray:
            if word not in done:
                first, rest = next(_taken(word))
                parts = [known[first] * total(rest)]
                for other, left in _taken(rest):
                    count = rest[0][_place(other)] if any(other[0]) else rest[1][_place(other)]
                    parts.append(count * known[_joined(first, other)] * total(left))
                done[word] = np.sum(parts, axis=0)
            return done[word]

        return total(word)

    def take(self, rows: np.ndarray) -> "GaussianState":
        """Some of the points, a mask.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": [100.0, 200.0]}
        >>> (bright,) = steady_state(kerr.MODEL, linear).bright
        >>> bright.take(np.array([False, True])).points
        array([1])
        """
        return replace(
            self,
            arrays={name: x[rows] for name, x in self.arrays.items()},
            points=self.points[rows],
            status=self.status[rows],
            values={word: x[rows] for word, x in self.values.items()},
            errors={word: x[rows] for word, x in self.errors.items()},
            drift=self.drift[rows],
            _kept={},
        )

    def amplitudes(self) -> Known:
        """<x>, x all a_i and then all a_i', with their errors; (points, 2 modes) each.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 100.0}  # <a> = -200i
        >>> (bright,) = steady_state(kerr.MODEL, linear).bright
        >>> bright.amplitudes()[0].imag.round(9)
        array([[-200.,  200.]])
        """
        words = _singles(self.model)
        value, error = (np.array([known[w] for w in words]).T for known in self._known)
        return value, error

    def covariances(self) -> Known:
        """C(x_j, x_k) in normal order, and their errors; (points, 2 modes, 2 modes) each.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 100.0}  # coherent light
        >>> (bright,) = steady_state(kerr.MODEL, linear).bright
        >>> bool(np.max(abs(bright.covariances()[0])) < 1e-9)
        True
        """
        words = _singles(self.model)
        pairs = [[_joined(one, other) for other in words] for one in words]
        value, error = (
            np.moveaxis(np.array([[known[w] for w in row] for row in pairs]), -1, 0)
            for known in self._known
        )
        return value, error

    @property
    def _known(self) -> tuple[dict[Word, np.ndarray], dict[Word, np.ndarray]]:
        return self.values, self.errors

    def filled(self, mode: int) -> np.ndarray:
        """Quanta that a cut would have to hold of a mode for its g2, per point.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 100.0}
        >>> (bright,) = steady_state(kerr.MODEL, linear).bright
        >>> bool(bright.filled(0)[0] > 40_000)
        True
        """
        return np.minimum(np.nan_to_num(self._reach(mode), posinf=BRIGHT), BRIGHT).astype(int)

    def levels(self, mode: int) -> int:
        """How far P(n) is shown, as it falls; at most `LONGEST`."""
        return int(min(np.max(self._reach(mode)), LONGEST))

    def marginal(self, mode: int, n: int) -> Measured:
        """P(n) of one mode; refused where it would take more than `LONGEST` numbers."""
        found = [self._distribution(mode, row) for row in range(len(self.points))]
        value = np.array([p[n] if n < len(p) else 0.0 for p in found])
        return sure(value, np.array([self._kept[mode, row][1] for row in range(len(found))]))

    def occupied(self, occupation: Occupation) -> Measured:
        """The same for a model of one mode; of several it is refused."""
        if len(self.model.modes) > 1:
            raise refusal(self.model, "The probability of an occupation of several modes")
        return self.marginal(0, int(occupation[0]))

    def _covariance(self, mode: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """m, N and S of one mode, per point."""
        one = self.model.occupation(self.model.modes[mode])
        none, two = (0,) * len(one), tuple(2 * x for x in one)
        m, N, S = (self.values[w] for w in ((none, one), (one, one), (none, two)))
        return m, N.real, S

    def _reach(self, mode: int) -> np.ndarray:
        """Numbers beyond which P(n) is too small to be known, per point."""
        m, N, S = self._covariance(mode)
        spread = N + abs(S)  # of the noisiest quadrature
        wide = abs(m) * SPREAD * np.sqrt(1 + 2 * spread)
        return np.ceil(abs(m) ** 2 + wide + FALLS * 2 * spread)

    def _distribution(self, mode: int, row: int) -> np.ndarray:
        """P(n) at one point, from n = 0 on."""
        if (key := (mode, row)) not in self._kept:
            reach = self._reach(mode)[row]
            if not reach < LONGEST / 2:
                raise refusal(self.model, "P(n)")
            m, N, S = (part[row] for part in self._covariance(mode))
            count = 2 ** int(np.ceil(np.log2(2 * reach)))
            half = np.pi * np.arange(count) / count
            u = 2j * np.sin(half) * np.exp(-1j * half)  # 1 - z, without a difference
            # D as the product of the factors of both quadratures: the root of each has no cut
            wide, narrow = 1 + u * (N + abs(S)), 1 + u * (N - abs(S))
            push = abs(m) ** 2 * (1 + u * N) - u * (np.conj(S) * m**2).real
            exponent = -u * push / (wide * narrow)
            G = np.exp(exponent) / (np.sqrt(wide) * np.sqrt(narrow))
            # rounding of G spreads evenly, and the transform adds some at each of its stages
            rounding = EPSILON * np.linalg.norm((4 + abs(exponent)) * G) / count
            self._kept[key] = np.fft.ifft(G).real, SPREADS * np.log2(count) * rounding
        return self._kept[key][0]

    _kept: dict[tuple[int, int], tuple[np.ndarray, float]] = field(default_factory=dict)


def gaussian(
    model: Model, arrays: Arrays, points: np.ndarray, tolerance: float, order: int
) -> list[GaussianState]:
    """The points (of flat arrays) at which a model is linear, and its light therefore Gaussian.

    >>> from systems.library import kerr
    >>> arrays = {"Delta": 0.0, "chi": [0.0, 1.0], "gamma": 1.0, "xi": 3.0}
    >>> arrays = {name: np.broadcast_to(x, 2) for name, x in arrays.items()}
    >>> [state.points for state in gaussian(kerr.MODEL, arrays, np.arange(2), 1e-8, 4)]
    [array([0])]
    """
    if any(map(is_two_level, model.modes)) or model.collective is not None or not points.size:
        return []
    found = []
    some = {name: array.ravel()[points] for name, array in arrays.items()}
    for absent, rows in patterns(model, some):
        if _is_linear(model, absent):
            at = {name: array[rows] for name, array in some.items()}
            values, errors, drift = _moments(model, absent, at)
            known = np.all([np.isfinite(x) for x in (*values.values(), *errors.values())], axis=0)
            words = np.empty(len(rows), dtype=object)
            words[...] = Status.OK
            words[~known] = Status.NOT_RESOLVED
            found.append(
                GaussianState(
                    model, at, points[rows], words, tolerance, order, values, errors, drift
                )
            )
    return found


def _is_linear(model: Model, absent: Any) -> bool:
    """Whether H has two ladder operators at most in a term, and every loss one."""
    gone = dict.fromkeys(absent, 0)
    hops = [word for word, c in model.ladder.items() if c.xreplace(gone) != 0]
    steps = [
        word
        for loss, jump in zip(model.losses, model.jumps, strict=True)
        for word, c in jump.items()
        if (loss.rate * c).xreplace(gone) != 0
    ]
    parts = [(word, 2) for word in hops] + [(word, 1) for word in steps]
    return all(sum(map(sum, word)) <= most for word, most in parts)


def _moments(
    model: Model, absent: Any, arrays: Arrays
) -> tuple[dict[Word, np.ndarray], dict[Word, np.ndarray], np.ndarray]:
    """Steady amplitudes and covariances in normal order, (points,) each, their errors, the drift.

    Covariances obey the equations of the second moments without what displaces the modes.
    """
    words, M, source = moments_that_close(model, absent, arrays)
    values: dict[Word, np.ndarray] = {}
    errors: dict[Word, np.ndarray] = {}
    for degree in (1, 2):
        (rows,) = np.nonzero([sum(map(sum, word)) == degree for word in words])
        x, error = _solved(M[:, rows[:, None], rows], source[:, rows])
        for i, row in enumerate(rows):
            values[words[row]], errors[words[row]] = x[:, i], error[:, i]
    rows = np.array([words.index(word) for word in _singles(model)])
    return values, errors, M[:, rows[:, None], rows]


def _singles(model: Model) -> list[Word]:
    """The words a_i of all modes, and then a_i'."""
    none = (0,) * len(model.modes)
    ones = [model.occupation(mode) for mode in model.modes]
    return [*((none, one) for one in ones), *((one, none) for one in ones)]


def _solved(M: np.ndarray, source: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """x with M x = -source per point, and its error: |M^-1| (|M| |x| + |source|) roundings."""
    nothing = np.full(source.shape, np.nan)
    try:
        inverse = np.linalg.inv(M)
    except np.linalg.LinAlgError:
        return nothing, nothing
    x = -np.einsum("pij,pj->pi", inverse, source)
    rest = np.einsum("pij,pj->pi", M, x) + source
    x = x - np.einsum("pij,pj->pi", inverse, rest)  # what one step of refinement corrects
    size = np.einsum("pij,pj->pi", abs(M), abs(x)) + abs(source)
    return x, EPSILON * np.einsum("pij,pj->pi", abs(inverse), size)


def _taken(word: Word) -> Iterator[tuple[Word, Word]]:
    """Each kind of operator in a word, as a word of its own, and what is left without one."""
    none = (0,) * len(word[0])
    for side in (0, 1):
        for i, power in enumerate(word[side]):
            if power:
                one = tuple(int(i == j) for j in range(len(none)))
                less = tuple(x - y for x, y in zip(word[side], one, strict=True))
                yield (
                    ((one, none), (less, word[1])) if side == 0 else ((none, one), (word[0], less))
                )


def _place(word: Word) -> int:
    """The mode of a word of one operator."""
    return int(np.argmax(np.add(*word)))


def _joined(first: Word, other: Word) -> Word:
    """The word of two operators."""
    p, q = (tuple(map(sum, zip(*sides, strict=True))) for sides in zip(first, other, strict=True))
    return p, q
