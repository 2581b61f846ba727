"""Steady states beside hot baths, however hot: the numbers of a mirror at any temperature.

Where a weak drive orders some modes and baths fill the others, the equation is solved in the
damping basis of these (`numeric.frames.damping`), in which no number of phonons is too large.  How
high a degree is needed depends on what the light sees of a bath, g sqrt(n) against its own rates,
and on how far modes that exchange quanta are from the temperature of their own baths.

Degree and quanta grow until the numbers stay: first the degree, at as many quanta of the other
modes as the order asks for, by two fifths at a time, then the quanta by two, at the last degree but
one.  Where those that the drive asks for do not fit, it is looked for pairs.  Each number is judged
alone, by the sum of what the last step of both changed: all of what the degree did, and of what the
quanta did the `numeric.trust.judge.share` that counts of any two cuts.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from math import log
from typing import Any, ClassVar, NamedTuple, TypeAlias

import numpy as np
from scipy.sparse import csc_array, csr_array

from numeric.frames.damped import DampedEquation
from numeric.frames.damping import DampingBases
from numeric.frames.means import Compared, settled, sure
from numeric.lindblad.heat import fall_of_baths, held
from numeric.lindblad.scaling import EPSILON, scale, scaled, weights
from numeric.search.classical import LIGHT, branches
from numeric.solvers.iteration import Iteration
from numeric.solvers.memory import largest
from numeric.solvers.refinement import SINGULAR, solve_refined, with_first_row
from numeric.solvers.solution import Solution
from numeric.solvers.staircase import Staircase
from numeric.trust.judge import share
from numeric.trust.worth import Measured
from systems import Model
from systems.ladder import Occupation, Word, is_two_level
from systems.progress import Report, silent
from systems.status import Status
from systems.values import Arrays

# Degrees that are tried, each by two fifths higher, from that of <b'^4 b^4> on.  With
# omega >= kappa g4 takes 8 where g sqrt(n) is 0.1 omega, n and g2 take 32 where it is 0.3, 64 to
# 128 where it is 0.7 to 1.6, and at 3 they still move by 1e-4 at 85.  An equation takes 10 us an
# unknown
DEGREES = (8, 11, 16, 23, 32, 45, 64, 90, 128, 180, 250, 350)
# Amplitude of one grade up to which the sweeps over the grades converge in a few steps
GENTLE = 0.3
# The same of one driven mode, whose grades hold one state each: a mirror of two phonons with 0.75
# photons takes 3.5 s
ALONE = 0.5
# The same from which on a degree for pairs is judged with as many quanta as the order asks for
BRISK = 0.1
PAIRS = 2  # the highest order that is looked for where higher ones do not settle
# Unknowns that are tried where only g3 and higher orders do not settle yet, or of several modes of
# light.  Two of these beside a mirror of a tenth of a phonon, with a drive of 0.2 of the loss, take
# 8 s for pairs with 160,000 of them, and over 100 s for g4 with 440,000
HIGHER = 250_000
FAINT = 1e-9  # of P(n), where it is no longer shown
LONGEST = 4096  # numbers of quanta that it is shown for


class _Solved(NamedTuple):
    """The numbers of rho (states, states, powers), trace one, their errors, and their equation."""

    equation: DampedEquation
    f: np.ndarray
    error: np.ndarray
    residual: float

    @property
    def cold(self) -> Solution:
        """The state of the other modes, for how its populations fall."""
        rho, error = (part[..., 0] for part in (self.f, self.error))
        on, left = self.equation.others, error.diagonal()
        return Solution.of(on, rho, left, self.residual, Status.OK, WarmState.name)


Pair: TypeAlias = tuple[_Solved, _Solved]


@dataclass(frozen=True)
class WarmState(Compared):
    """The steady state of one point beside a hot bath; see `numeric.frames.means.Compared`.

    ``shown`` are its numbers, ``pairs`` those of equations that differ in the degree or in the
    quanta, of which what they give is compared.

    >>> from numeric import steady_state
    >>> from systems.library import optomechanics
    >>> hot = {**optomechanics.VALUES, "n_th": 1000.0, "g": 0.1}
    >>> state = steady_state(optomechanics.WARM, hot, order=2)
    >>> state.solver, round(float(state.number("b")), 2)
    ('thermal', 1000.0)
    """

    name: ClassVar[str] = "thermal"

    shown: _Solved
    pairs: tuple[Pair, ...]
    _laws: dict[tuple[int, int], Any] = field(default_factory=dict)  # P(n) of a hot mode, n < count

    @property
    def quanta(self) -> np.ndarray:
        """Quanta of the other modes that were kept, (points,)."""
        return np.array([self.shown.equation.others.quanta])

    def mean(self, word: Word) -> Measured:
        """<a'^p a^q>, with what two more quanta and a higher degree change."""
        equation = self.shown.equation
        _, powers = equation.split(word)
        cold = [max(equation.without_hot(x), default=0) for x in word]
        beyond = max(cold) > equation.others.quanta
        beyond |= sum(map(sum, powers)) > equation.basis.degree

        def weigh(one: DampedEquation) -> tuple[csr_array, np.ndarray]:
            matrix, powers = one.split(word)
            return matrix, one.basis.moment(powers)

        found = self._read(weigh)
        return replace(found, cut=np.full(1, np.inf)) if beyond else found

    def occupied(self, occupation: Occupation) -> Measured:
        """The probability of an occupation of all modes."""

        def weigh(one: DampedEquation) -> tuple[csr_array, np.ndarray]:
            place = one.others.position(one.without_hot(occupation))
            there = np.arange(one.others.size) == place
            return _diagonal(there), one.basis.probability(tuple(occupation[i] for i in one.hot))

        found = self._read(weigh)
        return sure(found.value.real, found.roundoff, found.cut)

    def marginal(self, mode: int, n: int) -> Measured:
        """P(n) of one mode."""
        equation = self.shown.equation
        if mode in equation.hot:
            asked = mode, max(n + 1, self.levels(mode))
            if asked not in self._laws:
                self._laws[asked] = self._distribution(*asked)
            return sure(*(part[[n]] for part in self._laws[asked]))

        def weigh(one: DampedEquation) -> tuple[csr_array, np.ndarray]:
            there = one.others.occupations[:, self._column(mode)] == n
            return _diagonal(there), np.eye(1, one.basis.size)[0]

        found = self._read(weigh)
        return sure(found.value.real, found.roundoff, found.cut)

    def _column(self, mode: int) -> int:
        """Where a mode stands among the others."""
        return self.shown.equation.without_hot(range(len(self.model.modes))).index(mode)

    def _distribution(self, mode: int, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """P(n) of a hot mode for n below ``count``, its round-off, and what the pairs change."""
        place = self.shown.equation.hot.index(mode)

        def found(one: _Solved) -> np.ndarray:
            alone = one.equation.basis.alone(place)
            f, error = (np.einsum("iik->k", part)[alone] for part in (one.f, one.error))
            return one.equation.basis.each[place].distribution(f, error, count)

        changes = [
            counts * abs(found(one)[0] - found(other)[0])
            for (one, other), counts in zip(self.pairs, self._counts, strict=True)
        ]
        return (*found(self.shown), np.sum(changes, axis=0))

    def levels(self, mode: int) -> int:
        """Numbers of quanta that P(n) is shown for."""
        equation = self.shown.equation
        if mode not in equation.hot:
            return int(equation.others.levels[self._column(mode)])
        n = max(equation.basis.n)  # which another mode may hand on
        return min(int(np.log(FAINT) / np.log(n / (n + 1))) + 2, LONGEST)

    def _read(self, weigh: Any) -> Measured:
        """sum_ij rho_ij W_ji w, from the weights of an equation; what the pairs change adds up."""
        value, error = _weighed(self.shown, weigh)
        change = sum(
            counts * abs(_weighed(one, weigh)[0] - _weighed(other, weigh)[0])
            for (one, other), counts in zip(self.pairs, self._counts, strict=True)
        )
        return Measured(np.array([value]), np.array([error]), cut=np.array([float(change)]))

    @cached_property
    def _counts(self) -> list[float]:
        """What counts of the change of each pair."""
        return [_share(*pair) for pair in self.pairs]


def _share(one: _Solved, other: _Solved) -> float:
    """What counts of the change to another degree, all, or to another cut (`judge.share`).

    All of it too where a quantum of a mode comes from several: a cut may lack the way to it.
    """
    equation = one.equation
    alike = np.all(equation.without_hot(weights(equation.model) == 1))
    if equation.basis.degree != other.equation.basis.degree or not alike:
        return 1.0
    return float(share(other.cold, one.cold)[0])


def _weighed(one: _Solved, weigh: Any) -> tuple[complex, float]:
    """A mean and its round-off."""
    matrix, w = weigh(one.equation)
    rows, columns = matrix.nonzero()
    size = np.asarray(matrix[rows, columns]).ravel()
    value = np.sum(size * (one.f[columns, rows] @ w))
    return complex(value), float(np.sum(abs(size) * (one.error[columns, rows] @ abs(w))))


def hot_modes(model: Model, arrays: Arrays) -> np.ndarray:
    """Which modes are to stand in their damping basis, (points, modes); none where none is hot.

    A bath fills one of them at least, they hold quanta of their own or of one another, a weak drive
    orders all the others, and none is bright.

    >>> from systems.library import kerr, optomechanics
    >>> arrays = {n: np.array([x]) for n, x in {**optomechanics.VALUES, "n_th": 4.0}.items()}
    >>> hot_modes(optomechanics.WARM, arrays)
    array([[False,  True]])
    """
    falls = fall_of_baths(model, arrays)
    some = np.any(falls > 0, axis=1) & (np.max(falls, axis=1, initial=0) < 1)
    alone = np.count_nonzero(weights(model)) == 1
    some &= np.ravel(scale(model, arrays)) <= (ALONE if alone else GENTLE)
    some &= model.collective is None
    if some.any():
        some &= np.max(branches(model, arrays).quanta, axis=1) <= LIGHT
    own = [w == 0 and not is_two_level(m) for w, m in zip(weights(model), model.modes, strict=True)]
    return np.asarray(some[:, None] & own)


def fills(model: Model, arrays: Arrays, order: int, tolerance: float) -> np.ndarray:
    """Quanta that what baths fill takes in each mode, (points, modes).

    >>> from systems.library import optomechanics
    >>> arrays = {n: np.array([x]) for n, x in {**optomechanics.VALUES, "n_th": 4.0}.items()}
    >>> fills(optomechanics.WARM, arrays, 2, 1e-8)
    array([[  0, 109]])
    """
    return held(fall_of_baths(model, arrays), order, tolerance)


def warm_states(
    model: Model,
    arrays: Arrays,
    points: np.ndarray,
    tolerance: float,
    order: int,
    limit: int | None = None,
    report: Report = silent,
) -> list[WarmState]:
    """The points (of flat arrays) that settle, n and g2 at least, each for itself.

    An equation has as many unknowns at most as one of ``limit`` states.  ``report`` is told what is
    being solved.

    >>> from systems.library import optomechanics
    >>> values = {**optomechanics.VALUES, "n_th": 10.0, "g": 0.1}
    >>> arrays = {name: np.array([x]) for name, x in values.items()}
    >>> (state,) = warm_states(optomechanics.WARM, arrays, np.arange(1), 1e-8, order=2)
    >>> state.measured("number", "b").value.round(2)
    array([10.])
    """
    some = {name: array.ravel()[points] for name, array in arrays.items()}
    states = []
    for row, each in enumerate(hot_modes(model, some)):
        if each.any():
            hot = tuple(np.flatnonzero(each).tolist())
            at = {name: array[[row]] for name, array in some.items()}
            words = np.array([Status.OK], dtype=object)
            known = partial(WarmState, model, at, points[[row]], words, tolerance, order)
            most = largest(model) if limit is None else limit**2
            tell = partial(_tell, report, row, len(points))
            states += _settle(known, _Room(model, at, hot, most, tell))
    return states


@dataclass(frozen=True)
class _Room:
    """The equations of one point, of any cut and degree, of so many unknowns at most."""

    model: Model
    arrays: Arrays
    hot: tuple[int, ...]
    most: int
    tell: Callable[[DampedEquation], None]
    _known: dict[tuple[int, int], _Solved | None] = field(default_factory=dict)

    def solved(self, cut: int, degree: int, most: float = np.inf) -> _Solved | None:
        """The numbers there, None where they do not fit or are not found; solved once."""
        if not self.fits(cut, degree, most):
            return None
        if (cut, degree) not in self._known:
            equation = self._equation(cut, degree)
            self.tell(equation)
            self._known[cut, degree] = solve(equation, self.arrays)
        return self._known[cut, degree]

    def fits(self, cut: int, degree: int, most: float = np.inf) -> bool:
        return self._equation(cut, degree).size <= min(most, self.most)

    def _equation(self, cut: int, degree: int) -> DampedEquation:
        x = fall_of_baths(self.model, self.arrays)[0, list(self.hot)]
        basis = DampingBases(tuple((x / (1 - x)).tolist()), degree)
        return DampedEquation(self.model, self.hot, cut, basis)

    def foretold(self, order: int, tolerance: float) -> int:
        """Quanta of the light that so many terms of the series in the drive ask for, by twos."""
        s = float(np.max(scale(self.model, self.arrays)))
        terms = log(tolerance) / log(min(s, GENTLE) ** 2) if s > 0 else 1.0
        return order + 2 * max(round(terms / 2), 1)

    @property
    def worth(self) -> int:
        """Unknowns that are tried for all orders: of several modes of light factors fill in."""
        several = np.count_nonzero(weights(self.model)) > 1
        return min(self.most, HIGHER) if several else self.most


def _tell(report: Report, done: int, total: int, equation: DampedEquation) -> None:
    report(f"{equation.cut} quanta, degree {equation.basis.degree}", done, total)


def _settle(known: Callable[..., WarmState], room: _Room) -> list[WarmState]:
    """The state at the least degree and quanta at which it settles, if it does.

    Where the quanta that the drive asks for do not fit for all orders, it is looked for pairs.
    """
    order, tried = known(None, ()).order, 0
    brisk = np.max(scale(room.model, room.arrays)) > BRISK
    passes = (order, min(HIGHER, room.most), room.worth), (min(order, PAIRS), *[room.most] * 2)
    for highest, most, worth in passes:
        # what many photons push takes a higher degree than what pairs do
        cut = order if brisk else highest
        pair, tried = _pair(known, room, highest, cut, (most, worth), tried)
        state = None if pair is None else _widened(known, room, pair, highest, worth)
        if state is not None and settled(state, PAIRS).all():
            return [state]
        tried = tried if pair is None else 0
    return []


def _pair(
    known: Callable[..., WarmState],
    room: _Room,
    order: int,
    cut: int,
    most: tuple[int, int],
    first: int,
) -> tuple[Pair | None, int]:
    """Numbers of two degrees that agree up to an order, or at least for pairs.

    They keep ``cut`` quanta.  From a ``first`` degree on, by its place in `DEGREES`, and up to the
    ``most`` unknowns, here and with the quanta that the drive asks for; the place of the last one
    but one that was tried comes second.
    """
    pair, before, place = None, None, first
    cold = room.foretold(order, known(None, ()).tolerance)
    for place in range(first, len(DEGREES)):
        if before is not None and not room.fits(cold, DEGREES[place - 1], most[1]):
            break
        after = room.solved(cut, DEGREES[place], most[0])
        if after is None:
            break
        pair = None if before is None else (before, after)
        if pair is not None and settled(known(after, (pair,)), order).all():
            return pair, place
        before = after
    settles = pair is not None and settled(known(before, (pair,)), PAIRS).all()
    return (pair if settles else None), max(place - 2, first)


def _widened(
    known: Callable[..., WarmState], room: _Room, pair: Pair, order: int, most: int
) -> WarmState | None:
    """With two more quanta, and two more again, until these move no number or do not fit.

    Then one more may fit, which is compared with one less.  None where not even the first ones fit,
    so that nothing tells whether there are enough, or those do not that the drive asks for.
    """
    few, state = pair[0], None
    degree, cut = few.equation.basis.degree, few.equation.others.quanta + 2
    if not room.fits(room.foretold(order, known(None, ()).tolerance), degree, most):
        return None
    while (wide := room.solved(cut, degree, most)) is not None:
        state = known(wide, (pair, (few, wide)))
        if settled(state, order).all():
            return state
        few, cut = wide, cut + 2
    wide = None if state is None else room.solved(cut - 1, degree, most)
    less = None if wide is None else room.solved(cut - 3, degree, most)
    return state if wide is None or less is None else known(wide, (pair, (less, wide)))


def solve(equation: DampedEquation, arrays: Arrays) -> _Solved | None:
    """The steady state of one point, None where it is not found or not the only one.

    >>> from systems.library import optomechanics
    >>> arrays = {n: np.array([x]) for n, x in {**optomechanics.VALUES, "n_th": 4.0}.items()}
    >>> equation = DampedEquation(optomechanics.WARM, (1,), 2, DampingBases((4.0,), 8))
    >>> f = solve(equation, arrays).f
    >>> float(sum(f[i, i, 0] for i in range(3)).real.round(12))
    1.0
    """
    of, powers = equation.elements, equation.basis.size
    s = float(np.ravel(scale(equation.model, arrays))[0])
    L = equation.matrix(arrays)
    L = scaled(csc_array(L / np.max(abs(L.data))), s, of.left + of.right)
    vacuum = np.eye(1, equation.size)[0]
    system = with_first_row(L, vacuum)
    x, error, gap = solve_refined(
        system, vacuum + 0j, lambda one: Iteration(one, Staircase(one, of)), abs(system)
    )
    if not gap > SINGULAR or not np.isfinite(x).all():
        return None
    residual = np.max(abs(L @ x)) / np.max(abs(L) @ abs(x))
    count = equation.others.size
    back = s ** (of.left + of.right).astype(float)
    f, off = ((one * back).reshape(count, count, powers) for one in (x, error))
    trace = np.einsum("ii->", f[..., 0]).real
    lost = np.einsum("ii->", off[..., 0]) / trace + EPSILON
    return _Solved(equation, f / trace, off / trace + abs(f) / trace * lost, float(residual))


def _diagonal(weights: np.ndarray) -> csr_array:
    count = len(weights)
    return csr_array((weights + 0j, (np.arange(count), np.arange(count))), shape=(count, count))
